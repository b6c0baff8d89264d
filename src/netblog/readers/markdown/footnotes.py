"""Collects footnotes: definitions from the blocks, numbers from the order they are referred to in.

Numbers are given while the text is rendered, so only marks a reader can see count, and a note that
another note refers to comes after it. Ids carry the post's prefix: two posts may share a page.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from mdit_py_plugins.footnote.index import footnote_inline

from netblog.readers.markdown.troubles import Troubles

UNDEFINED = re.compile(r"\[\^([^\]\s]{1,64})\]")
"""What a mark looks like in text; those that are still text were never defined."""


@dataclass(slots=True)
class Note:
    """One footnote that is referred to."""

    number: int
    tokens: list[Token]
    marks: int = 0
    """How many marks in the text lead to it."""


@dataclass(slots=True)
class Notes:
    """The footnotes of one body; `listed` grows while the body, and then the notes, are rendered."""

    prefix: str
    defined: dict[str, list[Token]] = field(default_factory=dict)
    listed: list[Note] = field(default_factory=list)
    _by_key: dict[str | int, Note] = field(default_factory=dict)

    def refer(self, mark: Token, env: dict[str, Any]) -> tuple[Note, int]:
        """The note a mark leads to, and the how-manieth mark for it this is (1-based)."""
        label = mark.meta.get("label")
        key = mark.meta["id"] if label is None else label
        note = self._by_key.get(key)
        if note is None:
            tokens = self.defined.get(label, []) if label is not None else _paragraph(env, key)
            note = self._by_key[key] = Note(len(self.listed) + 1, tokens)
            self.listed.append(note)
        note.marks += 1
        return note, note.marks

    def mark_id(self, number: int, mark: int) -> str:
        """The id of a note's `mark`th mark, both 1-based: `fnref-PREFIX-1`, `fnref-PREFIX-1-2`."""
        return f"fnref-{self.prefix}-{number}" + (f"-{mark}" if mark > 1 else "")

    def note_id(self, number: int) -> str:
        return f"fn-{self.prefix}-{number}"


def inline_rule(state: StateInline, silent: bool) -> bool:
    """Inline rule for `^[text]`, which is not looked for inside another such note."""
    if state.env.get("in_note"):
        return False
    state.env["in_note"] = True
    try:
        return bool(footnote_inline(state, silent))
    finally:
        state.env["in_note"] = False


def take_definitions(
    tokens: list[Token], used: set[str], troubles: Troubles
) -> tuple[list[Token], dict[str, list[Token]]]:
    """Take the definitions out of a stream of blocks: (the blocks left, the blocks of each note).

    Warns of labels defined twice (the first counts) and of definitions nobody refers to, whose text would
    otherwise vanish without a word.
    """
    kept: list[Token] = []
    defined: dict[str, list[Token]] = {}
    streams = [kept]
    for token in tokens:
        if token.type == "footnote_reference_open":
            label = token.meta["label"]
            line = token.map[0] if token.map else None
            if label in defined:
                troubles.warn(line, f"the footnote [^{label}] is defined twice", code="footnote")
            elif label not in used:
                troubles.warn(
                    line,
                    f"nothing refers to the footnote [^{label}]",
                    hint=f"write [^{label}] where its mark should stand, or remove it",
                    code="footnote",
                )
            blocks: list[Token] = []
            defined.setdefault(label, blocks)
            streams.append(blocks)
        elif token.type == "footnote_reference_close":
            streams.pop()
        else:
            streams[-1].append(token)
    return kept, defined


def _paragraph(env: dict[str, Any], number: int) -> list[Token]:
    """The blocks of a note written in the text, `^[like this]`."""
    written = env["footnotes"]["list"][number]
    inline = Token("inline", "", 0)
    inline.content = written["content"]
    inline.children = written["tokens"]
    return [Token("paragraph_open", "p", 1), inline, Token("paragraph_close", "p", -1)]
