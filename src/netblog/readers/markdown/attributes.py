"""Reads `{#id .class key=value}` after headings, images, links and code, and before or at the end of blocks.

The syntax is matched as a whole or not at all, so that `{{ }}`, `{% %}` and `{# #}` of templates stay text.
Only names that cannot run a script or break a theme are let through: a post's attributes reach every
feed reader and every listing page.
"""

from __future__ import annotations

import re
from collections.abc import MutableMapping
from difflib import get_close_matches
from typing import Any, NamedTuple

from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

_ITEM = r"""
    [#.] [^\s{}#.=<>"'`%]+
    | [A-Za-z_:][\w:.-]* = (?: "[^"{}\n]*" | '[^'{}\n]*' | [^\s{}"'=<>`]++ )
"""
_LIST = rf"\{{[ \t]* (?:{_ITEM}) (?:[ \t]+ (?:{_ITEM}) | (?=\.)(?:{_ITEM}) )* [ \t]*\}}"
_ATTRIBUTES = re.compile(_LIST, re.VERBOSE)
_ITEMS = re.compile(_ITEM, re.VERBOSE)
_ADMITTED = frozenset(("id", "class", "lang", "title", "width", "height", "loading"))
_AFTER = frozenset(("image", "link_close", "code_inline"))


class Attributes(NamedTuple):
    """Attributes as written: not yet filtered."""

    values: dict[str, str]
    end: int
    """Where the text after the closing brace begins."""


def read(text: str, start: int = 0) -> Attributes | None:
    """The attributes that begin with the brace at `start`, or None when this is not an attribute list."""
    found = _ATTRIBUTES.match(text, start)
    if found is None:
        return None
    values: dict[str, str] = {}
    for item in _ITEMS.findall(text, start, found.end()):
        name, equals, value = item.partition("=")
        if not equals:
            name, value = ("id", item[1:]) if item[0] == "#" else ("class", item[1:])
        elif value[0] in "\"'":
            value = value[1:-1]
        if name == "class" and "class" in values:
            value = f"{values['class']} {value}"
        values[name] = value
    return Attributes(values, found.end())


def split_trailing(text: str, *, own_line: bool) -> tuple[str, dict[str, str]]:
    """Cut an attribute list off the end of a block's text: (the text before it, its values).

    With `own_line`, only a list that is the whole last line counts (the rule for paragraphs: in the
    middle of prose braces are prose); otherwise one after a space (the rule for headings).
    """
    brace = text.rfind("{")
    if brace < 0:
        return text, {}
    before = text[:brace].rstrip(" \t")
    if own_line:
        if not before.endswith("\n"):
            return text, {}
    elif before == text[:brace] and before:
        return text, {}
    found = read(text, brace)
    if found is None or text[found.end :].strip(" \t"):
        return text, {}
    return before.rstrip(), found.values


def apply(token: Token, values: dict[str, str], env: MutableMapping[str, Any], line: int | None) -> None:
    """Put the admitted ones of `values` on a token and report the others at the 0-based `line`.

    A token that got an id is noted in `env["ids"]`, in the order of the text.
    """
    attrs = token.attrs
    for key, value in values.items():
        name = key.lower()
        if name not in _ADMITTED and not name.startswith("data-"):
            env["problems"].warn(
                line, f"the attribute {name!r} is not let through", hint=_advice(name), code="attribute"
            )
        elif not value:
            continue
        elif name == "class" and "class" in attrs:
            attrs["class"] = f"{attrs['class']} {value}"
        elif name == "id":
            if name not in attrs:
                env.setdefault("ids", []).append((line, token))
            attrs[name] = "-".join(value.split())
        else:
            attrs[name] = value


def lead_class(token: Token, name: str) -> None:
    """Put a class of ours before those the author gave."""
    token.attrs["class"] = f"{name} {token.attrs['class']}" if "class" in token.attrs else name


def merge(first: dict[str, str], second: dict[str, str]) -> dict[str, str]:
    """Two lists of attributes as one: classes add up, of others the second counts."""
    both = {**first, **second}
    if "class" in first and "class" in second:
        both["class"] = f"{first['class']} {second['class']}"
    return both


def _advice(name: str) -> str:
    if name == "style":
        return "give it a class, and style the class in the theme"
    if name.startswith("on"):
        return "scripts belong in the theme"
    near = get_close_matches(name, _ADMITTED, 1)
    return f"did you mean {near[0]!r}?" if near else f"write 'data-{name}'"


def inline_rule(state: StateInline, silent: bool) -> bool:
    """Inline rule: attributes right after an image, a link or a code span."""
    if silent or state.pending or not state.tokens or state.tokens[-1].type not in _AFTER:
        return False
    found = read(state.src, state.pos)
    if found is None or found.end > state.posMax:
        return False
    target = state.tokens[-1]
    if target.type == "link_close":
        # Links do not nest: the nearest opening one is its partner.
        target = next(token for token in reversed(state.tokens) if token.type == "link_open")
    apply(target, found.values, state.env, state.env.get("line"))
    state.pos = found.end
    return True


def block_rule(state: StateBlock, startLine: int, endLine: int, silent: bool) -> bool:
    """Block rule: a line of nothing but attributes belongs to the block that begins on the next line."""
    start = state.bMarks[startLine] + state.tShift[startLine]
    found = read(state.src, start)
    if found is None or state.src[found.end : state.eMarks[startLine]].strip(" \t"):
        return False
    if found.end > state.eMarks[startLine]:
        return False
    if silent:
        return True
    token = state.push("attributes", "", 0)
    token.meta = {"values": found.values}
    token.map = [startLine, startLine + 1]
    token.hidden = True
    state.line = startLine + 1
    return True
