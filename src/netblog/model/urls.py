"""Names of things on the web: slugs, permalinks, and the one way from a URL to a file.

A *path* in netblog is decoded, NFC and counted from the site's root (`/posts/città/`); it is
percent-encoded once, at the very end. So every comparison of two paths is a comparison of strings,
and whatever leaves the output folder is refused here, before anything touches a disk.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date as Date
from difflib import get_close_matches
from functools import lru_cache
from urllib.parse import quote, unquote, urlsplit

import msgspec

SLUG_BYTES = 120
"""Longest slug, in bytes of UTF-8: file systems stop at 255, and an ideograph takes three."""

PERMALINK_FIELDS = ("year", "month", "day", "slug", "name", "section")

# Sub-delims of RFC 3986 that a path may hold as they are. `+` is left out: object stores read it as a space.
_SAFE = "/~!$&'()*,;=:@"
_PAGE_EXTENSIONS = frozenset(
    ("html", "htm", "xhtml", "shtml", "php", "asp", "aspx", "jsp", "cfm", "cgi", "xml", "rss", "json", "txt")
)
_RESERVED = frozenset(
    ["con", "prn", "aux", "nul"] + [stem + n for stem in ("com", "lpt") for n in "0123456789¹²³"]
)
_FORBIDDEN = re.compile(r"[\x00-\x1f\x7f-\x9f\\\ud800-\udfff]")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:")
# Invisible, though their category says letter or mark: fillers, variation selectors, joiners.
_INVISIBLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\uffa0\ufe00-\ufe0f\U000e0100-\U000e01ef]"
)
_NOT_ASCII_WORD = re.compile(r"[^a-z0-9_.+#\-]")
_PLUS = re.compile(r"(?<=[^ .+#\-])\++")
_SHARP = re.compile(r"(?<=[^ .+#\-_0-9])#(?![^ .+#\-])")
_LEADING_DOT = re.compile(r"(?<![^ ])\.(?=[^ .+#\-_])")
_LOOSE_DOT = re.compile(r"(?<![^ .+#\-])\.|\.(?![^ .+#\-])")
_GAP = re.compile(r"[ +#\-]+")


@lru_cache(maxsize=16384)
def slugify(text: str) -> str:
    """A URL part for any text: lower case, letters of every script kept, never empty.

    - Letters, digits and their marks stay (NFC, lower case); `_` stays; a `.` stays between two of them
      (`node.js`). Everything else is a gap, and gaps become one `-`; none at the ends.
    - What tells names apart is spelled out: `+` after a letter or digit is `plus` (`C++` -> `c-plus-plus`),
      `#` after a letter at the end of a word is `sharp` (`C#` -> `c-sharp`), a `.` that opens a word is
      `dot` (`.NET` -> `dot-net`). `C` is `c`; `R&D` is `r-d`.
    - A text without letters or digits is spelled by its code points (`🎉` -> `u1f389`); an empty one, `n-a`.
    - Device names of Windows get a prefix (`con` -> `x-con`). At most SLUG_BYTES bytes, whole characters.

    Idempotent: a slug is its own slug.
    """
    text = text.strip()[:2000]
    if text.isascii():
        spaced = _NOT_ASCII_WORD.sub(" ", text.lower())
    else:
        spaced = _spaced(unicodedata.normalize("NFC", text).replace("İ", "i").lower())
    spaced = _LEADING_DOT.sub("dot-", spaced)
    spaced = _PLUS.sub(lambda run: "-plus" * min(len(run[0]), 40) + "-", spaced)
    spaced = _SHARP.sub("-sharp-", spaced)
    slug = _GAP.sub("-", _LOOSE_DOT.sub(" ", spaced)).strip("-._")
    if not slug:
        slug = "-".join(f"u{ord(c):x}" for c in text[:40] if not c.isspace()) or "n-a"
    return _cut(f"x-{slug}" if slug.partition(".")[0] in _RESERVED else slug)


def _spaced(text: str) -> str:
    """Lower-case text with every character that is no part of a word made a space."""
    out: list[str] = []
    word = False
    for char in _INVISIBLE.sub("", text):
        kind = unicodedata.category(char)
        if kind[0] in "LN" or (word and kind[0] == "M"):
            out.append(char)
            word = True
        elif kind != "Cf":
            out.append(char if char in "_.+#-" else " ")
            word = False
    return unicodedata.normalize("NFC", "".join(out))


def _cut(slug: str) -> str:
    """At most SLUG_BYTES bytes of `slug`, not cut between a letter and its marks."""
    data = slug.encode()
    if len(data) <= SLUG_BYTES:
        return slug
    kept = data[:SLUG_BYTES].decode(errors="ignore")
    end = len(kept)
    while end > 1 and unicodedata.category(slug[end])[0] == "M":
        end -= 1
    # A letter under a hundred marks has no good place to cut: then any character boundary does.
    return kept[: end if end > 1 else None].strip("-._")


def encode_url(path: str) -> str:
    """The percent-encoded form of a decoded path (RFC 3986, section 3.3; non-ASCII as UTF-8)."""
    return quote(path, safe=_SAFE, errors="replace")


def decode_url(path: str) -> str:
    """The decoded, NFC form of a percent-encoded path; bytes that are no UTF-8 become U+FFFD."""
    return unicodedata.normalize("NFC", unquote(path, errors="replace"))


def output_path(path: str) -> str:
    """The file, relative to the output folder, that answers a decoded path.

    `/posts/x/` -> `posts/x/index.html`, `/feed.xml` -> `feed.xml`, `/` -> `index.html`.
    Raises ValueError, in a sentence, for anything that could leave the folder: `.` and `..`, `//`,
    a backslash, a control character, a scheme or drive.
    """
    found = _FORBIDDEN.search(path)
    if found:
        what = "a backslash" if found[0] == "\\" else f"the character U+{ord(found[0]):04X}"
        raise ValueError(f"the path {path!r} holds {what}")
    if not path:
        raise ValueError("the path is empty")
    if "//" in path:
        raise ValueError(f"the path {path!r} holds an empty part (//)")
    if path[0] != "/" and _SCHEME.match(path):
        raise ValueError(f"the path {path!r} is not a path on this site")
    parts = path.split("/")
    if ".." in parts:
        raise ValueError(f"the path {path!r} leaves the output folder")
    if "." in parts:
        raise ValueError(f"the path {path!r} holds a part that is only a dot")
    return (path + "index.html" if path[-1] == "/" else path).removeprefix("/")


@lru_cache(maxsize=256)
def _parsed(pattern: str) -> tuple[tuple[tuple[str, str], ...], bool]:
    """The (literal, field) pairs of a permalink pattern, and whether it names a file itself."""
    pieces: list[tuple[str, str]] = []
    rest = pattern
    while rest:
        literal, brace, rest = rest.partition("{")
        field, close, rest = rest.partition("}") if brace else ("", "", "")
        if "}" in literal or (brace and not close):
            raise ValueError(f"the permalink {pattern!r} has a brace without its partner")
        if brace and field not in PERMALINK_FIELDS:
            near = get_close_matches(field.lower(), PERMALINK_FIELDS, 1)
            known = ", ".join(f"{{{name}}}" for name in PERMALINK_FIELDS)
            meant = f"did you mean {{{near[0]}}}?" if near else f"there are {known}"
            raise ValueError(f"the permalink {pattern!r} has an unknown field {{{field}}}: {meant}")
        pieces.append((literal, field))
    # Only what stands after the last field counts: a slug such as `node.js` is no file name.
    tail = pieces[-1][0] if pieces and not pieces[-1][1] else ""
    return tuple(pieces), _names_page(tail)


def _names_page(path: str) -> bool:
    _, dot, extension = path.rpartition("/")[2].rpartition(".")
    return bool(dot) and extension.lower() in _PAGE_EXTENSIONS


def permalink(pattern: str, *, date: Date | None, slug: str, name: str, section: str) -> str:
    """The decoded path a pattern such as `/{year}/{slug}/` gives one post.

    It begins with `/`, and ends with `/` unless the pattern itself ends in a file extension
    (`/{slug}.html`). An empty field leaves no empty part. Raises ValueError for an unknown field, a
    stray brace, a date field where there is no date, and for whatever `output_path` refuses.
    """
    pieces, is_file = _parsed(pattern)
    out = ["/"]
    for literal, field in pieces:
        out.append(literal)
        if field == "slug":
            out.append(slug)
        elif field == "name":
            out.append(name)
        elif field == "section":
            out.append(section)
        elif field:
            if date is None:
                raise ValueError(f"the permalink {pattern!r} needs a date, and there is none")
            out.append(f"{date.year:04d}" if field == "year" else f"{getattr(date, field):02d}")
    if not is_file:
        out.append("/")
    path = re.sub("//+", "/", unicodedata.normalize("NFC", "".join(out)))
    output_path(path)
    return path


def normal_permalink(value: str, site_url: str = "") -> str:
    """The decoded path that a `permalink` or alias in front matter means.

    Reads paths with or without slashes at the ends, percent-encoded or not, and absolute URLs of this
    site (with or without `www.`); `/x/index.html` is `/x/`. Ends with `/` unless its last part has the
    extension of a page (`.html`, `.php`, `.xml`, ...). Raises ValueError for an empty value, URLs of
    other sites, queries and fragments (a static file cannot answer them), and what leaves the folder.
    """
    value = value.strip()
    if not value:
        raise ValueError("the path is empty")
    if value.startswith("//") or _SCHEME.match(value):
        value = _own(value, site_url)
    for mark, what in (("?", "query"), ("#", "fragment")):
        if mark in value:
            raise ValueError(f"{value!r} has a {what}, which no file can answer")
    path = decode_url(value)
    output_path(path)
    if not path.startswith("/"):
        path = "/" + path
    if path.endswith("/index.html"):
        path = path.removesuffix("index.html")
    return path if path.endswith("/") or _names_page(path) else path + "/"


def _own(url: str, site_url: str) -> str:
    """The part of an absolute URL below the site's own."""
    try:
        here, there = urlsplit(site_url), urlsplit(url)
        hosts = [(part.netloc or "").lower().removeprefix("www.") for part in (here, there)]
    except ValueError:
        raise ValueError(f"{url!r} is not a URL") from None
    if hosts[0] != hosts[1] or not hosts[1] or there.scheme.lower() not in ("", "http", "https"):
        raise ValueError(f"{url!r} is not on this site")
    rest = url.partition("//")[2]
    path = rest[len(there.netloc) :] or "/"
    base = here.path if here.path.endswith("/") else here.path + "/"
    if not path.startswith(base):
        raise ValueError(f"{url!r} is not below {site_url}")
    return path[len(base) - 1 :]


def site_base(site_url: str) -> str:
    """The decoded path prefix of a site: `https://example.com/blog/` -> `/blog/`, without one `/`."""
    path = decode_url(urlsplit(site_url).path).strip("/")
    return f"/{path}/" if path else "/"


def join_base(base: str, path: str) -> str:
    """A path from the site's root as a path from the host's: (`/blog/`, `/x/`) -> `/blog/x/`.

    Decoded in, decoded out; `encode_url` comes after.
    """
    return base.rstrip("/") + "/" + path.lstrip("/")


def absolute(site_url: str, path: str) -> str:
    """The final, percent-encoded absolute URL of a decoded path from the site's root."""
    return site_url.rstrip("/") + "/" + encode_url(path.lstrip("/"))


class Target(msgspec.Struct, frozen=True):
    """What a relative link in a content file points at."""

    path: str
    """Relative to content/, decoded, NFC, without a slash at the end."""
    fragment: str = ""
    """Decoded, without `#`."""
    query: str = ""
    """As written, without `?`."""


def resolve_source(source: str, href: str) -> tuple[Target | None, str]:
    """Where `href`, written in the content file `source`, points: (target, "") or (None, why not).

    (`posts/a/index.md`, `../b.md?x#part`) -> `posts/b.md`, `part`, `x`. A link that is only a fragment
    points at its own file. Refused: schemes, paths from the site's root, backslashes, control characters
    and whatever leaves content/ (RFC 3986, section 5.2, would clamp there; a typo would go unseen).
    """
    rest, _, fragment = href.strip().partition("#")
    rest, _, query = rest.partition("?")
    if _SCHEME.match(rest):
        return None, f"{href!r} is not a relative link"
    path = decode_url(rest)
    if path.startswith("/"):
        return None, f"{href!r} starts at the site's root"
    found = _FORBIDDEN.search(path)
    if found:
        if found[0] == "\\":
            return None, f"{href!r} holds a backslash: write /"
        return None, f"{href!r} holds the character U+{ord(found[0]):04X}"
    source = unicodedata.normalize("NFC", source)
    parts = source.split("/")[:-1] if path else source.split("/")
    for part in path.split("/"):
        if part == "..":
            if not parts:
                return None, f"{href!r} leads out of content/"
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return Target("/".join(parts), decode_url(fragment), query), ""
