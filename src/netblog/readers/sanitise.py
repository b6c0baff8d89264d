"""Comment text of any origin -> HTML that is safe to print as it is.

Two passes, two duties. The first reads tags with a strict grammar and rewrites the text into a small,
well-nested HTML; it is there so that no word is lost: a sanitiser alone takes `List<int>` or `a <b` for tags
and drops what follows. The second, nh3 (an HTML5 parser and an allow-list), is the wall: whatever the first
pass let through by mistake stops there. The allow-list is as narrow as WordPress's for commenters. Because
the first pass hands nh3 only well-formed markup, the result is a fixed point: sanitising it again changes
nothing.
"""

from __future__ import annotations

import re
from functools import cache
from html import escape, unescape

import nh3

from netblog.readers.record_fields import UNSEEN, avatar_path, plain, safe_link, safe_url, seen
from netblog.readers.tags import BLOCKS, HEADINGS, KNOWN, PARAGRAPHS, PROSE, RENAMED, TAGS, WALLS

__all__ = ["ATTRIBUTES", "TAGS", "avatar_path", "bounded", "excerpt", "plain", "safe_url", "sanitise"]

ATTRIBUTES = {"a": {"href", "title"}, "abbr": {"title"}, "blockquote": {"cite"}}
REL = "nofollow ugc noopener"
MAX_BODY = 65_536
"""Characters of a body that are read; what follows is cut off."""
MAX_NESTING = 50

_NAME = r"[A-Za-z_:][\w:.\-]*+"
_VALUE = r"""(?:"[^"]*+"|'[^']*+'|[^\s"'<>`=][^\s"'<>`]*+)"""
_FLAG = (
    r"(?:hidden|disabled|checked|selected|readonly|required|multiple|autofocus|autoplay|controls|loop|muted|defer"
    r"|async|noshade|nowrap|compact|reversed|download|allowfullscreen|open|itemscope|data-[\w\-]++)(?=[\s/>])"
)
_tag = re.compile(
    rf"<(/?)([A-Za-z][A-Za-z0-9]*+)((?:(?:[\s/]++|(?<=[\"']))(?:{_NAME}\s*+=\s*+{_VALUE}|{_FLAG}))*+)\s*+/?>",
    re.IGNORECASE,
)
# What people's hands and old editors made: quotes too many or too few, but clearly meant as a tag.
_loose = re.compile(
    r"<(/?)([A-Za-z][A-Za-z0-9]*+)"
    r"([\s/](?=[^<>]*\b(?:href|src|class|style|title|rel|id|target|on[a-z]+)\s*=)[^<>]*+)>",
    re.IGNORECASE,
)
_silent = re.compile(r"<(script|style)(?=[\s/>])[^>]*+>", re.IGNORECASE)
_attribute = re.compile(rf"({_NAME})\s*+=\s*+(\"[^\"]*+\"|'[^']*+'|[\"']?[^\s\"'<>`]++)")
_entity = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_empty = re.compile(r"<p>\s*</p>\n?")
_pre = re.compile(r"<pre>\n+")
_any = re.compile(r"<[^>]*>")
_break = re.compile(r"<(?:br|hr|/p|/li|/blockquote|/pre)>")
_odd = rf"\r\u2028\u2029{UNSEEN}"
_words = rf"[^<>&\xa0{_odd}]"
# Most comments are such paragraphs; for them both passes would give back what they were given.
_common = re.compile(
    rf"{_words}*+|(?:<p>(?=[^\s<]){_words}++(?:<br>{_words}*+|<(em|strong)>{_words}++</\1>{_words}*+)*+</p>\n*+)++"
)
_text = rf"[^<{_odd}]"
_phrases = "|".join(rf"<{name}>{_text}*+</{name}>" for name in ("em", "strong", "code", "i", "b"))
_inline = (
    rf"(?:{_text}++|<br ?/?>|{_phrases}"
    r'|<a href="https?://(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}(?:/(?:[\w./~+,;=%?#:!-]|&(?:amp|#0?38);){0,1500})?"'
    rf'(?: (?:rel|target|class)="[\w -]*")*>{_text}*+</a>)*+'
)
# Most of the others: what the first pass would not change, so that nh3 may have it at once.
_proper = re.compile(
    rf"{_inline}(?:(?:<p>{_inline}</p>|<blockquote>\s*+(?:<p>{_inline}</p>\s*+)++</blockquote>){_inline})*+",
    re.ASCII,
)


def sanitise(html: str) -> str:
    """Safe HTML of hostile HTML: only `TAGS` with `ATTRIBUTES`, well nested, links http, https or mailto.

    Headings become bold paragraphs, pictures their alternative text, other containers paragraphs or nothing;
    script and style go with their content; a `<` that begins no HTML tag is text. Idempotent.
    """
    if _common.fullmatch(html):
        return html
    if not _proper.fullmatch(html):
        html = _Rewriter(seen(html)).run()
    result = seen(_cleaner().clean(html))
    return _pre.sub("<pre>", _empty.sub("", result))


def bounded(text: str, limit: int = MAX_BODY) -> tuple[str, bool]:
    """The text cut to `limit` characters, not within a tag, and whether anything was cut."""
    if len(text) <= limit:
        return text, False
    text = text[:limit]
    start = text.rfind("<")
    return (text[:start] if start > max(text.rfind(">"), limit - 2_000) else text) + "…", True


def excerpt(html: str, limit: int = 300) -> str:
    """The words of sanitised HTML as one line of plain text."""
    return plain(unescape(_any.sub("", _break.sub(" ", html))), limit=limit)


@cache
def _cleaner() -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=set(TAGS),
        attributes=ATTRIBUTES,
        url_schemes={"http", "https", "mailto"},
        url_relative="deny",
        link_rel=REL,
        clean_content_tags={"script", "style"},
    )


class _Rewriter:
    """One run over one text: tags are balanced on a stack, everything that is no tag is escaped."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.out: list[str] = []
        self.stack: list[str] = []
        self.last_end: dict[str, int] = {}

    def run(self) -> str:
        text, out = self.text, self.out
        position = 0
        while (start := text.find("<", position)) >= 0:
            out.append(text[position:start])
            position = self.markup(start)
            if position == start:
                out.append("&lt;")
                position += 1
        out.append(text[position:])
        self.close(0)
        return "".join(out)

    def markup(self, start: int) -> int:
        """Where the tag or comment at `start` ends; `start` itself when there is none."""
        text = self.text
        if text.startswith("<!--", start):
            return start if start >= self.last("-->") else text.find("-->", start + 2) + 3
        if silent := _silent.match(text, start):
            name = silent[1].lower()
            if start >= self.last(name):
                return start
            end = _end_tag(name).search(text, silent.end())
            return end.end() if end else start
        tag = _tag.match(text, start) or _loose.match(text, start)
        if tag is None or (name := tag[2].lower()) not in KNOWN:
            return start
        if tag[1]:
            self.end(name)
        elif name in PROSE and not tag[3].strip(" \t\n\f/") and start >= self.last(name):
            return start
        else:
            self.begin(name, tag[3])
        return tag.end()

    def last(self, name: str) -> int:
        """Where the last end tag of that name begins, -1 for nowhere; asked once per name: linear."""
        if name not in self.last_end:
            if name == "-->":
                self.last_end[name] = self.text.rfind(name)
            else:
                ends = [match.start() for match in _end_tag(name).finditer(self.text)]
                self.last_end[name] = ends[-1] if ends else -1
        return self.last_end[name]

    def begin(self, name: str, attributes: str) -> None:
        if name in HEADINGS:
            self.open("p", "")
            self.open("strong", "")
        elif name in PARAGRAPHS:
            self.open("p", "")
        elif name in ("td", "th"):
            self.out.append(" ")
        elif name in ("img", "image"):
            # The alternative text is what a reader without pictures is told: smileys, above all.
            self.out.append(escape(_values(attributes).get("alt", ""), quote=False))
        elif (name := RENAMED.get(name, name)) in TAGS:
            self.open(name, _kept(name, attributes))

    def end(self, name: str) -> None:
        name = "p" if name in HEADINGS or name in PARAGRAPHS else RENAMED.get(name, name)
        if name == "br":
            self.out.append("<br>")
            return
        if name == "li" and name not in self.stack:
            name = "p"
        if name in self.stack:
            depth = len(self.stack) - 1 - self.stack[::-1].index(name)
            if name in BLOCKS or WALLS.isdisjoint(self.stack[depth:]):
                self.close(depth)

    def open(self, name: str, attributes: str) -> None:
        stack = self.stack
        if name == "li":
            walls = [depth for depth, wall in enumerate(stack) if wall in WALLS]
            if walls and stack[walls[-1]] == "li":
                self.close(walls.pop())
            if not walls or stack[walls[-1]] not in ("ul", "ol"):
                # An item of no list of its own would end the item of the page's list it is printed in.
                name = "p"
        if name in BLOCKS and "p" in stack:
            self.close(stack.index("p"))
        if name in ("br", "hr"):
            self.out.append(f"<{name}>")
            return
        if name == "a":
            if not attributes.startswith(" href"):
                return
            if "a" in stack:
                self.end("a")
            if "a" in stack:
                return
        if len(stack) < MAX_NESTING:
            stack.append(name)
            self.out.append(f"<{name}{attributes}>")

    def close(self, depth: int) -> None:
        """Close what is open, down to that depth of the stack."""
        while len(self.stack) > depth:
            self.out.append(f"</{self.stack.pop()}>")


@cache
def _end_tag(name: str) -> re.Pattern[str]:
    # Only names from KNOWN come here, so the cache is small.
    return re.compile(rf"</{name}\s*+>", re.IGNORECASE)


def _values(attributes: str) -> dict[str, str]:
    """Attributes of a tag, decoded; the first of a name counts, as in a browser."""
    found: dict[str, str] = {}
    for match in _attribute.finditer(attributes):
        value = match[2]
        # A quote at one end only is what the loose grammar lets through.
        value = (
            value[1:-1]
            if value[0] in "\"'" and len(value) > 1 and value[-1] == value[0]
            else value.strip("\"'")
        )
        # Only what ends with a semicolon: `?a=1&copy=2` is an address, not a sign.
        found.setdefault(match[1].lower(), _entity.sub(lambda entity: unescape(entity[0]), value))
    return found


def _kept(name: str, attributes: str) -> str:
    """The attributes that stay, written anew; an address that is not safe does not stay."""
    if name not in ATTRIBUTES or not attributes:
        return ""
    values = _values(attributes)
    kept = ""
    for key in sorted(ATTRIBUTES[name] & values.keys()):
        value = values[key]
        safe = plain(value) if key == "title" else safe_link(value) if key == "href" else safe_url(value)
        if safe:
            kept += f' {key}="{escape(safe)}"'
    return kept
