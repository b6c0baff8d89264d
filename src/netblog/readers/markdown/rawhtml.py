"""Walks the tags of raw HTML: to find links and ids, to check that it closes, and to take plain text out.

Raw HTML in a post is the author's and is kept as written, so this is a scanner and not a parser: it
copies everything it does not need, never fails, and reads each character once. It knows just enough of
HTML (comments, script and style, quoted attributes) not to be fooled.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import escape, unescape
from typing import NamedTuple

VOID = frozenset((
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track",
    "wbr",
))
_OPTIONAL_END = frozenset((
    "p", "li", "dt", "dd", "tr", "td", "th", "thead", "tbody", "tfoot", "caption", "colgroup", "option",
    "optgroup", "rp", "rt", "html", "head", "body",
))
"""Elements HTML lets one leave open (HTML Standard, 13.1.2.4)."""
_NEVER_EMPTY = frozenset((
    "a", "abbr", "article", "aside", "audio", "b", "blockquote", "button", "canvas", "cite", "code", "del",
    "details", "div", "em", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6",
    "header", "i", "iframe", "ins", "kbd", "label", "main", "mark", "nav", "object", "ol", "p", "picture",
    "pre", "q", "s", "samp", "script", "section", "select", "small", "span", "strong", "style", "sub",
    "summary", "sup", "table", "textarea", "u", "ul", "video",
))
"""HTML ignores the slash of `<div/>`; only foreign elements (`<path/>`) can be written so."""
_OPAQUE = frozenset(("script", "style", "textarea", "title"))
_BLOCKS = frozenset((
    "address", "article", "aside", "blockquote", "details", "div", "dl", "fieldset", "figure", "footer",
    "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "main", "nav", "ol", "p", "pre", "section",
    "table", "ul", "li", "dt", "dd",
))
_CLOSED_BY = {
    "li": frozenset(("li",)),
    "dt": frozenset(("dt", "dd")),
    "dd": frozenset(("dt", "dd")),
    "option": frozenset(("option", "optgroup")),
    "tr": frozenset(("tr", "tbody", "tfoot")),
    "td": frozenset(("td", "th", "tr", "tbody", "tfoot")),
    "th": frozenset(("td", "th", "tr", "tbody", "tfoot")),
    "p": _BLOCKS,
}
_NAME = re.compile(r"</?([a-zA-Z][a-zA-Z0-9:-]*)")
_ATTRIBUTE = re.compile(r"""[\s/]*([^\s>/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|(?!["'])([^\s>]+)))?""")
_END = re.compile(r"""[\s/]*>""")
_LINKS = frozenset(("href", "src", "poster"))
_SPACES = re.compile(r"\s+")


class Attribute(NamedTuple):
    name: str
    value: str
    """Unescaped."""
    start: int
    """Where `name=value` begins in the scanned text."""
    end: int


class Tag(NamedTuple):
    name: str
    """Lower case."""
    start: int
    end: int
    closing: bool
    empty: bool
    """A void element, or a foreign one that ends with `/>`."""
    attributes: tuple[Attribute, ...]


def tags(html: str) -> Iterator[Tag]:
    """The tags of `html` in order. What stands in comments, scripts and styles is not looked at."""
    here = html.find("<")
    while here >= 0:
        if html.startswith("<!--", here):
            end = html.find("-->", here + 4)
            here = -1 if end < 0 else html.find("<", end + 3)
            continue
        head = _NAME.match(html, here)
        if head is None:
            here = html.find("<", here + 1)
            continue
        name = head[1].lower()
        pos = head.end()
        attributes = []
        while found := _ATTRIBUTE.match(html, pos):
            raw = found[2] if found[2] is not None else found[3] if found[3] is not None else found[4] or ""
            attributes.append(Attribute(found[1].lower(), unescape(raw), found.start(1), found.end()))
            pos = found.end()
        tail = _END.match(html, pos)
        if tail is None:
            here = html.find("<", max(pos, here + 1))
            continue
        closing = html[here + 1] == "/"
        empty = name in VOID or ("/" in tail[0] and name not in _NEVER_EMPTY)
        yield Tag(name, here, tail.end(), closing, empty, tuple(attributes))
        here = tail.end()
        if name in _OPAQUE and not closing:
            stop = re.compile(f"</{name}", re.IGNORECASE).search(html, here)
            here = stop.start() if stop else len(html)
        here = html.find("<", here)


def rewrite_links(html: str, rewrite: Callable[[str, bool], str | None]) -> str:
    """Let `rewrite(url, is_image)` replace the URLs in href, src, poster and srcset attributes.

    It gets the URL unescaped; what it returns is put in, escaped, or the attribute is left alone when None.
    """
    parts: list[str] = []
    done = 0
    for tag in tags(html):
        for attribute in tag.attributes:
            if attribute.name in _LINKS:
                new = rewrite(attribute.value, tag.name == "img" or attribute.name == "poster")
            elif attribute.name in ("srcset", "imagesrcset"):
                new = _rewrite_candidates(attribute.value, rewrite)
            else:
                continue
            if new is not None:
                parts += (html[done : attribute.start], attribute.name, '="', escape(new), '"')
                done = attribute.end
    return "".join((*parts, html[done:])) if done else html


def _rewrite_candidates(value: str, rewrite: Callable[[str, bool], str | None]) -> str | None:
    """The same for a `srcset`: URLs with descriptors, separated by a comma and a space or a line end."""
    candidates = []
    changed = False
    for candidate in re.split(r",\s+|,$", value):
        url, space, descriptor = candidate.strip().partition(" ")
        if url:
            new = rewrite(url, True)
            changed |= new is not None
            candidates.append((url if new is None else new) + space + descriptor)
    return ", ".join(candidates) if changed else None


def ids(html: str) -> list[tuple[str, int]]:
    """The ids in `html` (and names of old `<a name>` anchors), each with its offset."""
    return [
        (attribute.value, attribute.start)
        for tag in tags(html)
        if not tag.closing
        for attribute in tag.attributes
        if attribute.value and (attribute.name == "id" or (attribute.name == "name" and tag.name == "a"))
    ]


def without_ids(html: str) -> str:
    """`html` without its ids, for a copy of a part of a page."""
    parts = []
    done = 0
    for tag in tags(html):
        for attribute in tag.attributes:
            if attribute.name == "id" or (attribute.name == "name" and tag.name == "a"):
                parts.append(html[done : attribute.start].rstrip())
                done = attribute.end
    return "".join((*parts, html[done:])) if done else html


def plain(html: str) -> str:
    """The text in `html`, spaces collapsed."""
    parts = []
    done = 0
    for tag in tags(html):
        parts.append(html[done : tag.start] if tag.name not in _OPAQUE or not tag.closing else "")
        if tag.name in _BLOCKS or tag.name == "br":
            parts.append(" ")
        done = tag.end
    parts.append(html[done:])
    text = "".join(parts)
    if "<!" in text or "<?" in text:
        text = re.sub(r"<!--.*?(?:-->|\Z)|<[!?][^>]*>", "", text, flags=re.DOTALL)
    return _SPACES.sub(" ", unescape(text)).strip()


class Unbalanced(NamedTuple):
    """A tag without its partner, in part `part` of the texts checked, at `offset` there."""

    tag: str
    part: int
    offset: int


def unbalanced(parts: list[str]) -> list[Unbalanced]:
    """Tags in `parts` (read one after the other) that are never closed, or close nothing."""
    wrong = []
    open_tags: list[Unbalanced] = []
    for part, html in enumerate(parts):
        for tag in tags(html):
            if tag.empty or tag.name in _OPTIONAL_END:
                continue
            if not tag.closing:
                open_tags.append(Unbalanced(f"<{tag.name}>", part, tag.start))
            elif open_tags and open_tags[-1].tag[1:-1] == tag.name:
                open_tags.pop()
            elif any(other.tag[1:-1] == tag.name for other in open_tags[-64:]):
                while open_tags[-1].tag[1:-1] != tag.name:
                    wrong.append(open_tags.pop())
                open_tags.pop()
            else:
                wrong.append(Unbalanced(f"</{tag.name}>", part, tag.start))
    return sorted((*wrong, *open_tags), key=lambda found: (found.part, found.offset))


def balance(html: str) -> str:
    """`html` with what is left open closed, and closing tags that close nothing left out."""
    parts: list[str] = []
    stack: list[str] = []
    done = 0
    for tag in tags(html):
        parts.append(html[done : tag.start])
        done = tag.end
        name = tag.name
        if tag.closing:
            if name in stack:
                while stack[-1] != name:
                    parts.append(f"</{stack.pop()}>")
                stack.pop()
                parts.append(html[tag.start : tag.end])
            continue
        while stack and name in _CLOSED_BY.get(stack[-1], ()):
            parts.append(f"</{stack.pop()}>")
        parts.append(html[tag.start : tag.end])
        if not tag.empty:
            stack.append(name)
    parts.append(html[done:])
    parts.extend(f"</{name}>" for name in reversed(stack))
    return "".join(parts)


def complete(html: str) -> str:
    """`html` without a tag or comment that is cut off at its end and would swallow what comes after it."""
    last = 0
    for tag in tags(html):
        last = tag.end
    comment = html.rfind("<!--")
    if comment >= 0 and html.find("-->", comment + 4) < 0:
        html = html[:comment]
    start = html.find("<", last)
    while start >= 0:
        if _NAME.match(html, start) or html[start + 1 : start + 2] in ("!", "?"):
            if ">" not in html[start:]:
                return html[:start]
            start = html.find("<", html.find(">", start))
        else:
            start = html.find("<", start + 1)
    return html
