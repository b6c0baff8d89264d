"""Splits a body into blocks, looking at each line's first character before asking any rule.

markdown-it offers every line to every rule in turn, and walks each paragraph twice: once hoping for a
setext underline, once for its end. Nearly all lines are prose, which no rule but the last wants. Here
the rules stay markdown-it's own; only who is asked is decided first, by a table from first character to
rules. What comes out is the same (a test compares the two), and comes sooner.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Literal, NamedTuple

from markdown_it import MarkdownIt
from markdown_it.common.utils import mdTrim
from markdown_it.parser_block import ParserBlock
from markdown_it.rules_block import StateBlock, table
from markdown_it.token import Token

Rule = Callable[[StateBlock, int, int, bool], bool]

_DIGITS = "0123456789"
_FIRST = {
    "fence": "`~",
    "blockquote": ">",
    "hr": "*-_",
    "list": "*-+" + _DIGITS,
    "reference": "[",
    "html_block": "<",
    "heading": "#",
    "footnote_def": "[",
    "attributes": "{",
    "more": "<",
}
"""The characters a block of each rule can begin with; a rule not named here is asked for any line."""

_SPOTTED = {
    "table": re.compile(r"^[ \t>]*[-|:][-|: \t]*$", re.MULTILINE),
    "deflist": re.compile(r"^[ \t>]*[:~][ \t]", re.MULTILINE),
}
"""Rules that look at the line after next too: asked only in a document where this pattern is found."""


class Piece(Token):
    """A token with the same fields, made without the conversions of a dataclass: posts have hundreds."""

    __slots__ = ()

    def __init__(self, type: str, tag: str, nesting: Literal[-1, 0, 1]) -> None:
        self.type = type
        self.tag = tag
        self.nesting = nesting
        self.attrs = {}
        self.map = None
        self.level = 0
        self.children = None
        self.content = ""
        self.markup = ""
        self.info = ""
        self.meta = {}
        self.block = False
        self.hidden = False


class Chains(NamedTuple):
    """The rules to ask, by first character of the line."""

    starts: dict[str, tuple[Rule, ...]]
    prose: tuple[Rule, ...]
    """For any other character."""
    code: Rule | None
    """For lines indented by four columns or more, before all others."""
    ends: dict[str, tuple[Rule, ...]]
    """Rules that end a paragraph."""
    prose_ends: tuple[Rule, ...]


class BlockState(StateBlock):
    """The parser's place in one document, with the chains chosen for that document."""

    def __init__(self, src: str, md: MarkdownIt, env: Any, tokens: list[Token], chains: Chains) -> None:
        super().__init__(src, md, env, tokens)
        self.chains = chains

    def push(self, ttype: str, tag: str, nesting: Literal[-1, 0, 1]) -> Token:
        token = Piece(ttype, tag, nesting)
        token.block = True
        if nesting < 0:
            self.level -= 1
        token.level = self.level
        if nesting > 0:
            self.level += 1
        self.tokens.append(token)
        return token


class Blocks(ParserBlock):
    """markdown-it's block parser with a table of first characters. Call `seal` once all rules are in."""

    def __init__(self) -> None:
        super().__init__()
        self._chains: dict[frozenset[str], Chains] = {}
        self._spotted: dict[str, re.Pattern[str]] = {}

    def seal(self) -> None:
        """Make the tables from the rules enabled now."""
        active = [rule for rule in self.ruler.__rules__ if rule.enabled]
        self._spotted = {rule.name: _SPOTTED[rule.name] for rule in active if rule.name in _SPOTTED}
        self._chains = {}
        names = list(self._spotted)
        for bits in range(1 << len(names)):
            absent = frozenset(name for i, name in enumerate(names) if not bits >> i & 1)
            self._chains[frozenset(names) - absent] = self._tabulate(
                [(r.name, r.fn, r.alt) for r in active if r.name not in absent]
            )

    @staticmethod
    def _tabulate(active: list[tuple[str, Rule, list[str]]]) -> Chains:
        code = next((fn for name, fn, _ in active if name == "code"), None)
        # `text` stands for both setext headings and paragraphs, and always matches.
        asked = [rule for rule in active if rule[0] not in ("code", "lheading", "paragraph", "table")]
        # In GFM a table is what a paragraph turns out to be: `- a | b` begins a list, whatever comes next.
        asked += [(name, _table, alt) for name, _, alt in active if name == "table"]
        ending = [rule for rule in asked if "paragraph" in rule[2]]

        def chain(rules: list[tuple[str, Rule, list[str]]], first: str | None) -> tuple[Rule, ...]:
            return tuple(
                fn
                for name, fn, _ in rules
                if name not in _FIRST or (first is not None and first in _FIRST[name])
            )

        firsts = {first for name, _, _ in asked for first in _FIRST.get(name, "")}
        return Chains(
            starts={first: (*chain(asked, first), text) for first in firsts},
            prose=(*chain(asked, None), text),
            code=code,
            ends={first: chain(ending, first) for first in firsts},
            prose_ends=chain(ending, None),
        )

    def parse(self, src: str, md: MarkdownIt, env: Any, outTokens: list[Token]) -> list[Token]:
        """Append the blocks of `src` to `outTokens`; text in them is left in `inline` tokens, unparsed.

        When blocks are nested deeper than the parser's limit, `env["too_deep"]` is the 0-based line
        from which the rest of that block is missing.
        """
        if src:
            spotted = frozenset(name for name, pattern in self._spotted.items() if pattern.search(src))
            state = BlockState(src, md, env, outTokens, self._chains[spotted])
            self.tokenize(state, 0, state.lineMax)
        return outTokens

    def tokenize(self, state: StateBlock, startLine: int, endLine: int) -> None:
        """Parse the lines of one container. Called back by the rules of quotes, lists and notes."""
        assert isinstance(state, BlockState)
        src = state.src
        starts, prose, code, _, _ = state.chains
        line = startLine
        deepest = state.md.options["maxNesting"]
        empty_lines = False
        begins, ends, shifts, columns = state.bMarks, state.eMarks, state.tShift, state.sCount
        while line < endLine:
            last = state.lineMax
            while line < last and begins[line] + shifts[line] >= ends[line]:
                line += 1
            state.line = line
            if line >= endLine:
                break
            indent = columns[line] - state.blkIndent
            if indent < 0:
                break
            if state.level >= deepest:
                state.env.setdefault("too_deep", line)
                state.line = endLine
                break
            if indent > 3 and code is not None:
                code(state, line, endLine, False)
            else:
                for rule in starts.get(src[begins[line] + shifts[line]], prose):
                    if rule(state, line, endLine, False):
                        break
            if state.line <= line:
                raise RuntimeError("a block rule did not advance")
            state.tight = not empty_lines
            line = state.line
            if line - 1 < endLine and begins[line - 1] + shifts[line - 1] >= ends[line - 1]:
                empty_lines = True
            if line < endLine and begins[line] + shifts[line] >= ends[line]:
                empty_lines = True
                line += 1
                state.line = line


def _table(state: StateBlock, startLine: int, endLine: int, silent: bool) -> bool:
    """markdown-it's rule for tables, asked only above what may be a delimiter row."""
    line = startLine + 1
    if line >= endLine:
        return False
    pos = state.bMarks[line] + state.tShift[line]
    if state.src[pos : pos + 1] not in ("|", "-", ":"):
        return False
    return table(state, startLine, endLine, silent)


def text(state: StateBlock, startLine: int, endLine: int, silent: bool) -> bool:
    """The block rule for paragraphs and setext headings, found in one walk over the lines."""
    assert isinstance(state, BlockState)
    src, margin = state.src, state.blkIndent
    begins, ends, shifts, columns = state.bMarks, state.eMarks, state.tShift, state.sCount
    by_first, otherwise = state.chains.ends, state.chains.prose_ends
    parent = state.parentType
    state.parentType = "paragraph"
    underline = ""
    line = startLine + 1
    last = state.lineMax
    while line < last:
        pos = begins[line] + shifts[line]
        if pos >= ends[line]:
            break
        column = columns[line]
        # Indented too far to begin anything, or already judged by the quote this is lazily part of.
        if column - margin > 3:
            line += 1
            continue
        first = src[pos]
        if first in "-=" and column >= margin and not src[pos : ends[line]].rstrip(" \t").strip(first):
            underline = first
            break
        if column < 0:
            line += 1
            continue
        rules = by_first.get(first, otherwise)
        if rules and any(rule(state, line, last, True) for rule in rules):
            break
        line += 1
    state.parentType = parent
    if startLine + 1 == line and columns[startLine] == margin:
        content = mdTrim(src[begins[startLine] + shifts[startLine] : ends[startLine]])
    else:
        content = mdTrim(state.getLines(startLine, line, margin, False))
    state.line = line + 1 if underline else line
    tag = {"": "p", "=": "h1", "-": "h2"}[underline]
    kind = "heading" if underline else "paragraph"
    opening = state.push(kind + "_open", tag, 1)
    opening.map = [startLine, state.line]
    inline = state.push("inline", "", 0)
    inline.content = content
    inline.map = [startLine, line]
    inline.children = []
    closing = state.push(kind + "_close", tag, -1)
    opening.markup = closing.markup = underline
    return True
