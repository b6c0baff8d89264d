"""Writes the tokens of a body as HTML, and gathers on the same walk all that is to be known of it.

One pass gives the HTML, the plain text, the headings, the ids and the local links, because each of them
needs the same walk and a blog's build is made of such walks. With `bare`, what is written is exactly
the HTML of the CommonMark specification.

An excerpt is a second rendering of the first tokens, after the body's: links are placeholders by then.
"""

from __future__ import annotations

from typing import Any

from markdown_it.common.utils import unescapeAll
from markdown_it.token import Token

from netblog.model.config import Markdown
from netblog.model.post import Heading
from netblog.readers.markdown import attributes, rawhtml
from netblog.readers.markdown.alerts import KINDS
from netblog.readers.markdown.footnotes import Notes
from netblog.readers.markdown.headings import Anchors
from netblog.readers.markdown.highlight import highlight, is_known, language_of, nearest
from netblog.readers.markdown.spans import Spans, alternative_text, contents_html, escape
from netblog.readers.markdown.troubles import Troubles

_TAGS = {
    "paragraph_open": "<p>",
    "paragraph_close": "</p>\n",
    "list_item_close": "</li>\n",
    "bullet_list_open": "<ul>\n",
    "bullet_list_close": "</ul>\n",
    "ordered_list_open": "<ol>\n",
    "ordered_list_close": "</ol>\n",
    "table_open": "<table>\n",
    "table_close": "</table>\n",
    "thead_open": "<thead>\n",
    "thead_close": "</thead>\n",
    "tbody_open": "<tbody>\n",
    "tbody_close": "</tbody>\n",
    "tr_open": "<tr>\n",
    "tr_close": "</tr>\n",
    "th_open": '<th scope="col">',
    "th_close": "</th>\n",
    "td_open": "<td>",
    "td_close": "</td>\n",
    "dl_open": "<dl>\n",
    "dl_close": "</dl>\n",
    "dt_open": "<dt>",
    "dt_close": "</dt>\n",
    "dd_open": "<dd>",
    "dd_close": "</dd>\n",
}
"""Tags that are nothing but tags, with the line breaks CommonMark's examples have."""


class Rendering(Spans):
    """One body being written: `run` with its tokens, then `finish`, then read its fields."""

    def __init__(
        self,
        options: Markdown,
        env: dict[str, Any],
        anchors: Anchors,
        notes: Notes,
        troubles: Troubles,
        *,
        is_excerpt: bool = False,
    ) -> None:
        super().__init__(options, env, anchors, notes, troubles, is_excerpt)
        self.code: list[str] = []
        """The text of code blocks."""
        self.headings: list[Heading] = []
        self.title: str | None = None
        """The text of the first heading, if that is an h1 or begins the body."""
        self.lead = ""
        self.languages: set[str] = set()
        self._untitled = True
        self._heading = (0, 0)
        self._paragraph = 0
        self._nested_lead = ""
        self._quotes: list[str | None] = []

    def run(self, tokens: list[Token]) -> None:
        """Write a stream of blocks."""
        out, text, tags = self.out, self.text, _TAGS
        for i, token in enumerate(tokens):
            kind = token.type
            if kind == "inline":
                if token.meta:
                    self._task(token)
                else:
                    self._inline(token)
                text.append("\n")
                continue
            if kind == "paragraph_open":
                self._paragraph = len(text)
            elif kind == "paragraph_close" and not self.lead:
                self._take_lead(" ".join("".join(text[self._paragraph :]).split()), token.level)
            if kind == "nothing":
                continue
            if token.hidden:
                # A tight item's paragraph has no tags, but a block after it begins a line.
                if token.nesting < 0 and i + 1 < len(tokens) and tokens[i + 1].nesting >= 0:
                    out.append("\n")
            elif kind in tags:
                tag = tags[kind]
                if token.attrs:
                    tag = tag.replace(">", self._attributes(token) + ">")
                out.append(tag)
            else:
                getattr(self, "_" + kind)(tokens, i, token)

    def finish(self) -> None:
        """Write the footnotes, and settle what only the whole body can tell."""
        self.lead = lead = self.lead or self._nested_lead
        notes = self._notes
        if not notes.listed or self._is_excerpt:
            return
        out = self.out
        out.append('<section class="footnotes" role="doc-endnotes" aria-label="Footnotes">\n<ol>\n')
        ends = []
        self._untitled = False
        # The list grows while it is read: a note may be the first to refer to another.
        for note in notes.listed:
            ident = notes.note_id(note.number)
            self.ids.add(ident)
            out.append(f'<li id="{ident}">\n')
            in_paragraph = bool(note.tokens) and note.tokens[-1].type == "paragraph_close"
            self.run(note.tokens[:-1] if in_paragraph else note.tokens)
            if not in_paragraph:
                out.append("<p>")
            out.append("")
            ends.append(len(out))
            out.append("</p>\n</li>\n")
        for note, end in zip(notes.listed, ends, strict=True):
            out[end - 1] = "".join(self._back_link(note.number, mark) for mark in range(1, note.marks + 1))
        out.append("</ol>\n</section>\n")
        self.lead = lead

    def _back_link(self, number: int, mark: int) -> str:
        which, shown = (f"{number}-{mark}", f"↩︎<sup>{mark}</sup>") if mark > 1 else (f"{number}", "↩︎")
        return (
            f' <a class="footnote-back" href="#{self._notes.mark_id(number, mark)}" role="doc-backlink" '
            f'aria-label="Back to reference {which}">{shown}</a>'
        )

    def _take_lead(self, words: str, level: int) -> None:
        """Keep a paragraph as the lead: the first that is in no list or quote, else the first there is."""
        if level == 0:
            self.lead = words
        elif not self._nested_lead:
            self._nested_lead = words

    def _task(self, token: Token) -> None:
        """The text of a task: its box cannot be ticked, but has the text for its name."""
        checked = " checked" if token.meta["task"] else ""
        self.out.append(f'<label><input type="checkbox" disabled{checked}> ')
        self._inline(token)
        self.out.append("</label>")

    # Blocks that are more than a tag, called by the names of their tokens.

    def _list_item_open(self, tokens: list[Token], i: int, token: Token) -> None:
        after = tokens[i + 1]
        begins_line = not after.hidden and after.type not in ("inline", "list_item_close")
        self.out.append(f"<li{self._attributes(token)}>" + ("\n" if begins_line else ""))

    def _blockquote_open(self, tokens: list[Token], i: int, token: Token) -> None:
        kind = token.meta.get("alert")
        self._quotes.append(kind)
        if kind is None:
            self.out.append(f"<blockquote{self._attributes(token)}>\n")
            return
        self.out.append(
            f'<div{self._attributes(token)} role="note">\n'
            f'<p class="alert-title" data-alert="{kind}">{KINDS[kind]}</p>\n'
        )

    def _blockquote_close(self, tokens: list[Token], i: int, token: Token) -> None:
        self.out.append("</blockquote>\n" if self._quotes.pop() is None else "</div>\n")

    def _heading_open(self, tokens: list[Token], i: int, token: Token) -> None:
        # The tag is written when the text, which makes the id, is known.
        self._heading = (len(self.out), len(self.text))
        self.out.append("")

    def _heading_close(self, tokens: list[Token], i: int, token: Token) -> None:
        place, start = self._heading
        opener, inline = tokens[i - 2], tokens[i - 1]
        text = " ".join("".join(self.text[start:]).split())
        if not text and inline.children:
            # A heading of nothing but pictures is called by what stands for them; raw tags are no words.
            spoken = [child for child in inline.children if child.type != "html_inline"]
            text = " ".join(alternative_text(spoken).split())
        if self._untitled:
            self._untitled = False
            if token.tag == "h1" or all(before.hidden for before in tokens[: i - 2]):
                self.title = text or None
        link = ""
        if not self._bare and not self._is_excerpt:
            ident = str(opener.attrs.get("id") or self._anchors.add(text))
            opener.attrs["id"] = ident
            level = int(token.tag[1])
            if level <= self._options.toc_depth:
                self.headings.append(Heading(level, ident, text, contents_html(inline)))
            if self._options.heading_links:
                link = (
                    f' <a class="heading-link" href="#{escape(ident)}" '
                    f'aria-label="Permalink: {escape(text)}">#</a>'
                )
        self.out[place] = f"<{token.tag}{self._attributes(opener)}>"
        self.out.append(f"{link}</{token.tag}>\n")

    def _hr(self, tokens: list[Token], i: int, token: Token) -> None:
        self.out.append(f"<hr{self._attributes(token)}{self._slash}>\n")

    def _html_block(self, tokens: list[Token], i: int, token: Token) -> None:
        self._raw(token, token.map[0] if token.map else self._line)
        words = rawhtml.plain(token.content)
        if words:
            self.text += (words, "\n")
            if not self.lead and token.level == 0 and token.content[:3].lower() in ("<p>", "<p "):
                self.lead = words

    def _more(self, tokens: list[Token], i: int, token: Token) -> None:
        """The mark leaves nothing in the body."""

    def _code_block(self, tokens: list[Token], i: int, token: Token) -> None:
        self._write_code(token, "")

    def _fence(self, tokens: list[Token], i: int, token: Token) -> None:
        self._write_code(token, unescapeAll(token.info))

    def _write_code(self, token: Token, info: str) -> None:
        code = token.content
        self.code.append(code)
        if self._bare:
            language = info.split(maxsplit=1)[0] if info.strip() else ""
            name = f' class="language-{escape(language)}"' if language else ""
            self.out.append(f"<pre><code{name}>{escape(code)}</code></pre>\n")
            return
        language = language_of(info)
        line = token.map[0] if token.map else None
        html = None
        if self._options.highlight:
            html = highlight(code, language)
            if html is not None:
                self.languages.add(language)
            elif not self._is_excerpt and not is_known(language):
                near = nearest(language)
                self._troubles.warn(
                    line,
                    f"no highlighting for the language {language!r}",
                    hint=f"did you mean {near!r}?" if near else "write 'text' for code that has none",
                    code="language",
                )
        if not self._is_excerpt:
            attributes.lead_class(token, "highlight")
        name = f' class="language-{escape(language)}"' if language else ""
        self.out.append(
            f'<div{self._attributes(token)}><pre tabindex="0"><code{name}>'
            f"{escape(code) if html is None else html}</code></pre></div>\n"
        )
