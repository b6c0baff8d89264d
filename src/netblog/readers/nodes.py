"""The tree that front matter is read from: every value with its line, its column and its own spelling.

YAML and TOML both become this tree, so one set of readers serves both, each message can point at the very
value it is about, and a title such as `3.10` or `1:30` keeps the spelling that a parsed number has lost.
"""

from __future__ import annotations

import msgspec

from netblog.errors import ContentError, Problem
from netblog.readers.source import excerpt

HEADER_LIMIT = 256 * 1024
"""Characters; a longer header is a mistake or an attack."""
DEPTH_LIMIT = 64
"""Levels of lists and mappings; whatever walks a tree may recurse."""
MOST_PROBLEMS = 50
"""Problems told of one header; whoever made more of them will mend these first."""

Value = None | bool | int | float | str


class Scalar(msgspec.Struct, frozen=True, gc=False):
    """A single value."""

    text: str
    """As written, without quotes; for TOML's own dates and numbers the source text."""
    value: Value
    """YAML 1.2's core schema or TOML's type; dates, `.inf`, `.nan` and integers beyond 64 bits stay text."""
    line: int
    """1-based, in the file."""
    column: int
    """1-based, in characters."""


class Sequence(msgspec.Struct, frozen=True):
    """A list."""

    items: tuple[Node, ...]
    line: int
    column: int


class Pair(msgspec.Struct, frozen=True):
    """A key and its value."""

    key: str
    line: int
    """Where the key is."""
    column: int
    value: Node


class Mapping(msgspec.Struct, frozen=True):
    """Pairs in file order, no key twice."""

    pairs: tuple[Pair, ...]
    line: int
    column: int


Node = Scalar | Sequence | Mapping


class Header(msgspec.Struct, frozen=True):
    """The text between the marks, and where it stands."""

    text: str
    path: str
    line: int
    """1-based line of its first line in the file."""

    def problem(
        self, message: str, line: int, column: int, hint: str | None = None, code: str = "front-matter"
    ) -> Problem:
        """An error at a line and column of the file, with the text of that line."""
        lines = self.text.split("\n")
        at = line - self.line
        source = excerpt(lines[at]) if 0 <= at < len(lines) else None
        return Problem(message, self.path, line, column, hint, source=source, code=code)

    def refuse_size(self) -> None:
        """Raise ContentError for a header over HEADER_LIMIT."""
        if len(self.text) > HEADER_LIMIT:
            raise ContentError(
                self.problem(
                    f"the front matter is longer than {HEADER_LIMIT // 1024} KiB",
                    self.line,
                    1,
                    "close it with its mark on a line of its own, and move data into data/",
                )
            )


def what(node: Node) -> str:
    """What a value is, for a message: `a list`, `a number`."""
    if isinstance(node, Sequence):
        return "a list"
    if isinstance(node, Mapping):
        return "a mapping"
    return "nothing" if node.value is None else kind(node.value)


def kind(value: object) -> str:
    """The everyday word for a value's type."""
    for types, word in _KINDS:
        if isinstance(value, types):
            return word
    return "a date or time"


_KINDS: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (bool, "true or false"),
    ((int, float), "a number"),
    (str, "text"),
    ((list, tuple), "a list"),
    (dict, "a table"),
)
