"""Writes the text inside blocks: emphasis, links, images, code spans, footnote marks, raw tags.

The inline half of `renderer.Rendering`, which it is the base of: it knows one block's text and its place,
and nothing of the blocks around it.
"""

from __future__ import annotations

from typing import Any

from markdown_it.token import Token

from netblog.model.config import Markdown
from netblog.readers.markdown import rawhtml
from netblog.readers.markdown.excerpt import MARK
from netblog.readers.markdown.footnotes import UNDEFINED, Notes
from netblog.readers.markdown.headings import Anchors
from netblog.readers.markdown.links import Links, is_local
from netblog.readers.markdown.troubles import Troubles

_TAGS = {
    "strong_open": "<strong>",
    "strong_close": "</strong>",
    "em_open": "<em>",
    "em_close": "</em>",
    "s_open": "<del>",
    "s_close": "</del>",
}


def escape(text: str) -> str:
    """For text and for double-quoted attributes; the four escapes the CommonMark examples use."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


class Spans:
    """The text of blocks being written."""

    lazy_images = True
    """Whether every image but the first waits until the reader comes near."""

    def __init__(
        self,
        options: Markdown,
        env: dict[str, Any],
        anchors: Anchors,
        notes: Notes,
        troubles: Troubles,
        is_excerpt: bool,
    ) -> None:
        self.out: list[str] = []
        self.text: list[str] = []
        """Plain text in pieces; every block ends with a line break."""
        self.links = Links()
        self.first_image: int | None = None
        """Index into the links of the body's first image, if that is local."""
        self.ids: set[str] = set()
        """Every id written, as an attribute or in raw HTML."""
        self.raw: list[tuple[str, int]] = []
        """Raw HTML in order, each with the 0-based line it begins at."""
        self._options = options
        self._env = env
        self._anchors = anchors
        self._notes = notes
        self._troubles = troubles
        self._bare = options.bare
        self._is_excerpt = is_excerpt
        self._slash = " /" if options.bare else ""
        self._images = 0
        self._line = 0
        self._source = ""
        self._sought = 0

    def _inline(self, token: Token) -> None:
        """Write the text of one block."""
        if token.map:
            self._line = token.map[0]
        if token.children:
            self._source, self._sought = token.content, 0
            self._write(token.children)
        else:
            self.text.append(token.content)
            self.out.append(escape(token.content))

    def _write(self, children: list[Token]) -> None:
        out, text, tags = self.out, self.text, _TAGS
        link: Token | None = None
        held: list[Token] = []
        for child in children:
            kind = child.type
            if kind == "text" or kind == "text_special":
                content = child.content
                if content:
                    text.append(content)
                    out.append(escape(content))
                    if "[^" in content and self._options.footnotes:
                        self._warn_of_undefined(content)
            elif kind in tags:
                out.append(tags[kind])
            elif kind == "link_open":
                link = child
                self._link(child)
            elif kind == "link_close":
                link = None
                out.append("</a>")
                while held:
                    self._footnote_mark(held.pop(0))
            elif kind == "code_inline":
                text.append(child.content)
                out.append(f"<code{self._attributes(child)}>{escape(child.content)}</code>")
            elif kind == "softbreak":
                text.append("\n")
                out.append("\n")
            elif kind == "hardbreak":
                text.append("\n")
                out.append(f"<br{self._slash}>\n")
            elif kind == "image":
                self._image(child)
            elif kind == "html_inline":
                self._raw(child, self._find_line(child.content))
            elif kind == "footnote_ref":
                # A mark is a link, and links do not nest: it waits for the end of the one it is in.
                if link is None:
                    self._footnote_mark(child)
                else:
                    held.append(child)

    def _attributes(self, token: Token) -> str:
        """A token's attributes as they stand in a tag."""
        if not token.attrs:
            return ""
        written = ""
        for name, value in token.attrs.items():
            if name == "id":
                if self._is_excerpt:
                    continue
                self.ids.add(str(value))
            written += f' {name}="{escape(str(value))}"'
        return written

    def _find_line(self, written: str) -> int:
        """The 0-based line that `written` is on, or that its block begins at when it is not found there."""
        place = self._source.find(written, self._sought)
        if place < 0:
            return self._line
        self._sought = place + len(written)
        return self._line + self._source.count("\n", 0, place)

    def _localise(self, href: str, *, image: bool) -> str:
        """The link, or the placeholder for a local one."""
        if self._bare or self._is_excerpt or not is_local(href):
            return href
        line = self._troubles.file_line(self._find_line(href))
        return self.links.add(href, line, image=image)

    def _link(self, token: Token) -> None:
        token.attrs["href"] = self._localise(str(token.attrs["href"]), image=False)
        self.out.append(f"<a{self._attributes(token)}>")

    def _image(self, token: Token) -> None:
        attrs = token.attrs
        attrs["alt"] = alternative_text(token.children) if token.children else ""
        if not self._bare and not self._is_excerpt:
            src = str(attrs["src"])
            attrs["src"] = self._localise(src, image=True)
            if self._images and self.lazy_images:
                attrs.setdefault("loading", "lazy")
            if not self._images and attrs["src"] != src:
                self.first_image = len(self.links.found) - 1
            if attrs.get("loading") == "lazy":
                attrs.setdefault("decoding", "async")
        self._images += 1
        self.out.append(f"<img{self._attributes(token)}{self._slash}>")

    def _raw(self, token: Token, line: int) -> None:
        """Write raw HTML: as it is but for links, or without ids in an excerpt."""
        html = token.content
        if self._bare:
            self.out.append(html)
            return
        self.raw.append((html, line))
        if self._is_excerpt:
            html = rawhtml.complete(rawhtml.without_ids(html))
        else:

            def rewrite(href: str, image: bool) -> str | None:
                self._images += image
                if not is_local(href):
                    return None
                placeholder = self.links.add(href, self._troubles.file_line(line), image=image)
                if image and self._images == 1:
                    self.first_image = len(self.links.found) - 1
                return placeholder

            if "id" in html or "name" in html or "ID" in html:
                self.ids.update(ident for ident, _ in rawhtml.ids(html))
            html = token.content = rawhtml.rewrite_links(html, rewrite)
        if token.type == "html_inline" and html[:3].lower() == "<br":
            self.text.append("\n")
        self.out.append(MARK.sub("", html) if "<!--" in html else html)

    def _footnote_mark(self, token: Token) -> None:
        if self._is_excerpt:
            return
        note, mark = self._notes.refer(token, self._env)
        ident = self._notes.mark_id(note.number, mark)
        self.ids.add(ident)
        self.out.append(
            f'<sup class="footnote-ref"><a href="#{self._notes.note_id(note.number)}" id="{ident}" '
            f'role="doc-noteref">{note.number}</a></sup>'
        )

    def _warn_of_undefined(self, content: str) -> None:
        if self._is_excerpt:
            return
        for found in UNDEFINED.finditer(content):
            self._troubles.warn(
                self._find_line(found[0]),
                f"the footnote {found[0]} is not defined",
                hint=f"write its text on a line of its own: {found[0]}: ...",
                code="footnote",
            )


def alternative_text(children: list[Token]) -> str:
    """The text in `children` with images replaced by theirs: CommonMark's "plain string content"."""
    parts = []
    for child in children:
        if child.type == "image":
            parts.append(alternative_text(child.children or []))
        elif child.type in ("softbreak", "hardbreak"):
            parts.append("\n")
        else:
            parts.append(child.content)
    return "".join(parts)


def contents_html(heading: Token) -> str:
    """A heading's text for a table of contents: emphasis and code, but nothing that links or has an id."""
    if not heading.children:
        return escape(heading.content)
    parts = []
    for child in heading.children:
        kind = child.type
        if kind == "text" or kind == "text_special":
            parts.append(escape(child.content))
        elif kind == "code_inline":
            parts.append(f"<code>{escape(child.content)}</code>")
        elif kind in ("softbreak", "hardbreak"):
            parts.append(" ")
        elif kind == "image":
            parts.append(escape(alternative_text(child.children or [])))
        elif kind in _TAGS:
            parts.append(_TAGS[kind])
    return "".join(parts).strip()
