"""Parses the text of one block, jumping from one meaningful character to the next.

markdown-it asks each of a dozen rules at every punctuation mark. Here a table says which rules a character
can begin, text between such characters is taken whole, a line break between two words is text too, and a
block without any of them is never parsed at all (`is_plain`). Extended autolinks (GFM 6.9) are found in the
source of the block beforehand and taken when the scan comes to one, so that an underscore in a URL is never
mistaken for emphasis.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import Any, Literal

from markdown_it import MarkdownIt
from markdown_it.common.utils import isWhiteSpace
from markdown_it.parser_inline import ParserInline, RuleFuncInlineType
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.state_inline import Scanned
from markdown_it.token import Token

from netblog.readers.markdown.autolinks import Autolink, find
from netblog.readers.markdown.blocks import Piece

_FIRST = {
    "newline": "\n",
    "escape": "\\",
    "backticks": "`",
    "strikethrough": "~",
    "emphasis": "*_",
    "link": "[",
    "image": "!",
    "autolink": "<",
    "more": "<",
    "html_inline": "<",
    "entity": "&",
    "footnote_inline": "^",
    "footnote_ref": "[",
    "attributes": "{",
}
"""The characters each inline rule can begin with; `text` is what is left between them."""


class InlineState(StateInline):
    """The parser's place in one block, and the autolinks found in it."""

    def __init__(self, src: str, md: MarkdownIt, env: Any, tokens: list[Token]) -> None:
        super().__init__(src, md, env, tokens)
        self.autolinks: list[Autolink] = []

    def pushPending(self) -> Token:
        token = Piece("text", "", 0)
        token.content = self.pending
        token.level = self.pendingLevel
        self.tokens.append(token)
        self.pending = ""
        return token

    def push(self, ttype: str, tag: str, nesting: Literal[-1, 0, 1]) -> Token:
        if self.pending:
            self.pushPending()
        token = Piece(ttype, tag, nesting)
        meta: dict[str, Any] | None = None
        if nesting < 0:
            self.level -= 1
            self.delimiters = self._prev_delimiters.pop()
        token.level = self.level
        if nesting > 0:
            self.level += 1
            self._prev_delimiters.append(self.delimiters)
            self.delimiters = []
            meta = {"delimiters": self.delimiters}
        self.pendingLevel = self.level
        self.tokens.append(token)
        self.tokens_meta.append(meta)
        return token

    def scanDelims(self, start: int, canSplitWord: bool) -> Scanned:
        """Whether the run of marks at `start` can open or close emphasis (CommonMark 6.2), and its length."""
        src = self.src
        mark, end = src[start], start + 1
        while end < self.posMax and src[end] == mark:
            end += 1
        before = _class(src[start - 1]) if start > 0 else " "
        after = _class(src[end]) if end < self.posMax else " "
        left = after != " " and (after == "w" or before != "w")
        right = before != " " and (before == "w" or after != "w")
        if not canSplitWord:
            left, right = left and (not right or before == "."), right and (not left or after == ".")
        return Scanned(left, right, end - start)


@cache
def _class(char: str) -> str:
    """A space for white space, a full stop for punctuation and symbols, else `w`."""
    if isWhiteSpace(ord(char)):
        return " "
    return "." if unicodedata.category(char)[0] in "PS" else "w"


class Inlines(ParserInline):
    """markdown-it's inline parser with a table of first characters. Call `seal` once all rules are in."""

    def __init__(self) -> None:
        super().__init__()
        self._table: dict[str, tuple[RuleFuncInlineType, ...]] = {}
        self._linkify = False
        self._join = False
        self._next = self._next_or_end = self._busy = re.compile("")

    def seal(self, *, linkify: bool, join: bool) -> None:
        """Make the table from the rules enabled now.

        `linkify` turns bare URLs into links. `join` makes neighbouring text tokens one, which only the
        smart quotes need.
        """
        active = list(zip(self.ruler.get_active_rules(), self.ruler.getRules(""), strict=True))
        firsts = sorted({first for name, _ in active if name != "text" for first in _FIRST[name]})
        self._table = {
            first: tuple(fn for name, fn in active if name != "text" and first in _FIRST[name])
            for first in firsts
        }
        self._linkify = linkify
        self._join = join
        marks = re.escape("".join(firsts))
        self._next = re.compile(f"[{marks}]")
        # A closing bracket begins nothing, but ends the label of a link.
        self._next_or_end = re.compile(f"[{marks}\\]]")
        # `!` and `^` mean something only before a bracket, which is in the class itself.
        self._busy = re.compile("[" + re.escape("".join(set(firsts) - set("\n!^"))) + "]")

    def is_plain(self, src: str) -> bool:
        """True when `src` is nothing but text, line breaks included."""
        return not (
            self._busy.search(src)
            or ("\n" in src and (" \n" in src or "\n " in src or "\n\t" in src))
            or (self._linkify and ("://" in src or "@" in src or "www." in src or "WWW." in src))
        )

    def parse(self, src: str, md: MarkdownIt, env: Any, tokens: list[Token]) -> list[Token]:
        """Append the inline tokens of `src` to `tokens`."""
        state = InlineState(src, md, env, tokens)
        if self._linkify:
            state.autolinks = find(src)
        self.tokenize(state)
        if "*" in src or "_" in src or "~" in src:
            for name, rule in zip(self.ruler2.get_active_rules(), self.ruler2.getRules(""), strict=True):
                if self._join or name != "fragments_join":
                    rule(state)
        return state.tokens

    def tokenize(self, state: StateInline) -> None:
        """Parse from `state.pos` to `state.posMax`. Called back by the rule of links for their text."""
        assert isinstance(state, InlineState)
        src, end, table, search = state.src, state.posMax, self._table, self._next.search
        shallow = state.level < state.md.options["maxNesting"]
        links = state.autolinks
        link = next((i for i, found in enumerate(links) if found.start >= state.pos), len(links))
        # Text from `anchor` on is not yet in a token; `scan` is where to look for the next mark.
        anchor = scan = state.pos
        while shallow:
            mark = search(src, scan, end)
            here = mark.start() if mark else end
            while link < len(links) and links[link].start < scan:
                link += 1
            if link < len(links) and links[link].start <= here and links[link].end <= end:
                found = links[link]
                link += 1
                if state.linkLevel > 0:
                    continue
                if found.start > anchor:
                    state.append_pending(src[anchor : found.start])
                self._push_autolink(state, found)
                state.pos = anchor = scan = found.end
                continue
            if mark is None:
                break
            first = src[here]
            following = src[here + 1] if here + 1 < end else ""
            if (first == "!" or first == "^") and following != "[":
                scan = here + 1
                continue
            if first == "\n" and following not in " \t" and (here == 0 or src[here - 1] != " "):
                scan = here + 1
                continue
            if here > anchor:
                state.append_pending(src[anchor:here])
                anchor = here
            state.pos = here
            for rule in table[first]:
                if rule(state, False):
                    if state.pos <= here:
                        raise RuntimeError("an inline rule did not advance")
                    anchor = scan = state.pos
                    break
            else:
                scan = here + 1
            if scan >= end:
                break
        if anchor < end:
            state.append_pending(src[anchor:end])
        state.pos = max(end, state.pos)
        if state.pending:
            state.pushPending()

    def skipToken(self, state: StateInline) -> None:
        """Move `state.pos` past one token without making it, for the search of a closing bracket."""
        pos = state.pos
        known = state.cache.get(pos)
        if known is not None:
            state.pos = known
            return
        done = False
        if state.level < state.md.options["maxNesting"]:
            rules = self._table.get(state.src[pos])
            if rules is None:
                mark = self._next_or_end.search(state.src, pos, state.posMax)
                end = mark.start() if mark else state.posMax
                if end > pos:
                    state.pos = end
                    done = True
            else:
                for rule in rules:
                    state.level += 1
                    done = rule(state, True)
                    state.level -= 1
                    if done:
                        if state.pos <= pos:
                            raise RuntimeError("an inline rule did not advance")
                        break
        else:
            state.pos = state.posMax
        if not done:
            state.pos += 1
        state.cache[pos] = state.pos

    @staticmethod
    def _push_autolink(state: InlineState, found: Autolink) -> None:
        href = state.md.normalizeLink(found.href)
        token = state.push("link_open", "a", 1)
        token.attrs = {"href": href}
        token.info = "auto"
        text = state.push("text", "", 0)
        text.content = found.text
        closing = state.push("link_close", "a", -1)
        closing.info = "auto"
