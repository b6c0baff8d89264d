"""Finds the `<!--more-->` mark, and cuts a body there into something that can stand alone.

The cut is made in the stream of tokens, not in the HTML: whatever is open at the mark (an emphasis, a list in
a quote, a table row) is known there, and is closed in the right order.
"""

from __future__ import annotations

import re

from markdown_it.rules_block import StateBlock, html_block
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

MARK = re.compile(r"<!--[ \t]*more(?:[ \t][^<>\n]*)?-->", re.IGNORECASE)
"""WordPress lets the mark carry a caption (`<!--more Read on-->`); it is dropped."""


def block_rule(state: StateBlock, startLine: int, endLine: int, silent: bool) -> bool:
    """Block rule: a line that is the mark."""
    start = state.bMarks[startLine] + state.tShift[startLine]
    found = MARK.match(state.src, start)
    if found is None or state.src[found.end() : state.eMarks[startLine]].strip(" \t"):
        return False
    if not silent:
        state.push("more", "", 0).map = [startLine, startLine + 1]
        state.line = startLine + 1
    return True


def html_block_rule(state: StateBlock, startLine: int, endLine: int, silent: bool) -> bool:
    """markdown-it's rule for HTML blocks, but the mark before a text does not make that text raw HTML."""
    if MARK.match(state.src, state.bMarks[startLine] + state.tShift[startLine]):
        return False
    return html_block(state, startLine, endLine, silent)


def inline_rule(state: StateInline, silent: bool) -> bool:
    """Inline rule: the mark in the midst of text."""
    found = MARK.match(state.src, state.pos, state.posMax)
    if found is None:
        return False
    if not silent:
        state.push("more", "", 0)
    state.pos = found.end()
    return True


def cut(tokens: list[Token]) -> list[Token] | None:
    """The tokens before the first mark, with all that is open there closed; None when there is no mark."""
    kept: list[Token] = []
    open_blocks: list[Token] = []
    for token in tokens:
        if token.type == "more":
            break
        if token.type == "html_block" and (found := MARK.search(token.content)):
            before = token.content[: found.start()]
            if before.strip():
                kept.append(replace_content(token, before))
            break
        if token.type == "inline" and any(child.type == "more" for child in token.children or ()):
            children = _cut_inline(token.children or [])
            if children:
                inline = replace_content(token, "")
                inline.children = children
                kept.append(inline)
            break
        if token.nesting > 0:
            open_blocks.append(token)
        elif token.nesting < 0:
            open_blocks.pop()
        kept.append(token)
    else:
        return None
    return _close(kept, open_blocks)


def replace_content(token: Token, content: str) -> Token:
    """A copy of a token with other content."""
    copy = Token(token.type, token.tag, token.nesting)
    copy.attrs, copy.map, copy.meta = token.attrs, token.map, token.meta
    copy.content, copy.block = content, token.block
    return copy


def _cut_inline(children: list[Token]) -> list[Token]:
    kept: list[Token] = []
    open_spans: list[Token] = []
    for child in children:
        if child.type == "more":
            break
        if child.nesting > 0:
            open_spans.append(child)
        elif child.nesting < 0:
            open_spans.pop()
        kept.append(child)
    while kept and (
        kept[-1].type in ("softbreak", "hardbreak")
        or (kept[-1].type == "text" and not kept[-1].content.strip())
    ):
        kept.pop()
    if kept and kept[-1].type == "text":
        kept[-1] = replace_content(kept[-1], kept[-1].content.rstrip())
    return _close(kept, open_spans)


def _close(kept: list[Token], opened: list[Token]) -> list[Token]:
    """Append the closing tokens for `opened`, leaving out elements that would be empty."""
    while opened and kept and kept[-1] is opened[-1]:
        kept.pop()
        opened.pop()
    for token in reversed(opened):
        closing = Token(token.type.removesuffix("_open") + "_close", token.tag, -1)
        closing.hidden, closing.block = token.hidden, token.block
        kept.append(closing)
    return kept
