"""Finds the offset of every key and value of a TOML text, in one pass that judges nothing.

`tomllib` remembers no places, recurses per bracket and takes quadratic time over a key of many dots. This
scan goes before it: it notes where everything stands, and refuses nesting deeper than DEPTH_LIMIT before
tomllib can meet it. Where a text is not TOML it stops, and leaves it to tomllib to say why.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right

import msgspec

from netblog.readers.nodes import DEPTH_LIMIT

Path = tuple[str | int, ...]
"""Keys from the root; an item of a list has its 0-based number."""

_BLANK = re.compile(r"(?:[ \t\n]++|#[^\n]*+)*+")
_INLINE_BLANK = re.compile(r"[ \t]*+")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_BASIC = re.compile(r'"[^"\\\n]*+(?:\\.[^"\\\n]*+)*+"')
_LITERAL = re.compile(r"'[^'\n]*+'")
_LONG_BASIC = re.compile(r'"""(?:[^"\\]++|\\.|"{1,2}(?!"))*+"{3,5}', re.DOTALL)
_LONG_LITERAL = re.compile(r"'''(?:[^']++|'{1,2}(?!'))*+'{3,5}")
_ATOM = re.compile(r"[^,\]}#\n]+")


class TomlError(ValueError):
    """A text is not TOML, or more than we take; line and column are 1-based in that text."""

    def __init__(self, message: str, line: int, column: int, hint: str | None = None) -> None:
        super().__init__(message)
        self.message, self.line, self.column, self.hint = message, line, column, hint


class Place(msgspec.Struct, frozen=True, gc=False):
    """Where a value stands in a TOML text: offsets in characters, 0-based."""

    key: int
    """Its key; for an item of a list, the item itself."""
    start: int
    end: int


class Places:
    """The place of every key and value, by path."""

    __slots__ = ("_starts", "by_path", "text")

    def __init__(self, text: str, by_path: dict[Path, Place]) -> None:
        self.text = text
        self.by_path = by_path
        self._starts: list[int] | None = None

    def position(self, offset: int) -> tuple[int, int]:
        """1-based line and column of an offset."""
        if self._starts is None:
            self._starts = [0, *(match.end() for match in re.finditer("\n", self.text))]
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1


def find_places(text: str) -> Places:
    """The place of everything in `text`, as far as it is TOML; LF line ends.

    Raises TomlError for nesting deeper than DEPTH_LIMIT.
    """
    scan = _Scan(text)
    scan.run()
    return Places(text, scan.places)


class _Lost(Exception):
    """The text is not TOML from here on: tomllib will say so."""


class _Scan:
    """One pass over a TOML text, noting places."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.pos = 0
        self.places: dict[Path, Place] = {}
        self.counts: dict[Path, int] = {}
        """Arrays of tables, with the number of tables so far."""

    def run(self) -> None:
        table: Path = ()
        text = self.text
        try:
            while True:
                self.pos = _BLANK.match(text, self.pos).end()  # type: ignore[union-attr]
                if self.pos >= len(text):
                    return
                start = self.pos
                if text[start] == "[":
                    many = text.startswith("[[", start)
                    self.pos += 2 if many else 1
                    table = self._table(self._key(), many, start)
                    self._expect("]]" if many else "]")
                else:
                    self._assignment(table)
        except _Lost:
            return

    def _assignment(self, table: Path) -> None:
        start = self.pos
        path = (*table, *self._key())
        self._expect("=")
        self._skip()
        # A dotted key makes tables on its way, and they stand where the key does.
        for length in range(len(table) + 1, len(path)):
            self.places.setdefault(path[:length], Place(start, start, start))
        self._value(path, start)

    def _table(self, parts: list[str], many: bool, start: int) -> Path:
        path: Path = ()
        for number, part in enumerate(parts):
            path = (*path, part)
            if len(path) > DEPTH_LIMIT:
                self._refuse(start)
            self.places.setdefault(path, Place(start, start, start))
            if many and number == len(parts) - 1:
                self.counts[path] = self.counts.get(path, 0) + 1
            if path in self.counts:
                path = (*path, self.counts[path] - 1)
                self.places.setdefault(path, Place(start, start, start))
        return path

    def _key(self) -> list[str]:
        parts: list[str] = []
        while True:
            self._skip()
            for pattern in (_BARE, _BASIC, _LITERAL):
                match = pattern.match(self.text, self.pos)
                if match:
                    break
            else:
                raise _Lost
            raw = match[0]
            if raw[0] == '"':
                parts.append(_unescaped(raw))
            else:
                parts.append(raw[1:-1] if raw[0] == "'" else raw)
            if len(parts) > DEPTH_LIMIT:
                self._refuse(match.start())
            self.pos = match.end()
            self._skip()
            if not self.text.startswith(".", self.pos):
                return parts
            self.pos += 1

    def _value(self, path: Path, key: int) -> None:
        text, start = self.text, self.pos
        if len(path) > DEPTH_LIMIT:
            self._refuse(start)
        char = text[start : start + 1]
        if char == "[":
            self.pos += 1
            index = 0
            while not self._closed("]"):
                self._value((*path, index), self.pos)
                index += 1
                self._blank()
                if not text.startswith((",", "]"), self.pos):
                    raise _Lost
                self.pos += text.startswith(",", self.pos)
        elif char == "{":
            self.pos += 1
            while not self._closed("}"):
                self._assignment(path)
                self._blank()
                if not text.startswith((",", "}"), self.pos):
                    raise _Lost
                self.pos += text.startswith(",", self.pos)
        else:
            if char == '"':
                pattern = _LONG_BASIC if text.startswith('"""', start) else _BASIC
            elif char == "'":
                pattern = _LONG_LITERAL if text.startswith("'''", start) else _LITERAL
            else:
                pattern = _ATOM
            match = pattern.match(text, start)
            if match is None:
                raise _Lost
            self.pos = match.end()
        self.places[path] = Place(key, start, start + len(text[start : self.pos].rstrip()))

    def _closed(self, mark: str) -> bool:
        self._blank()
        if self.text.startswith(mark, self.pos):
            self.pos += 1
            return True
        return False

    def _blank(self) -> None:
        self.pos = _BLANK.match(self.text, self.pos).end()  # type: ignore[union-attr]

    def _skip(self) -> None:
        self.pos = _INLINE_BLANK.match(self.text, self.pos).end()  # type: ignore[union-attr]

    def _expect(self, mark: str) -> None:
        if not self.text.startswith(mark, self.pos):
            raise _Lost
        self.pos += len(mark)

    def _refuse(self, offset: int) -> None:
        line, column = Places(self.text, {}).position(offset)
        raise TomlError(f"tables and lists are nested deeper than {DEPTH_LIMIT} levels", line, column)


def _unescaped(raw: str) -> str:
    if "\\" not in raw:
        return raw[1:-1]
    try:
        value: str = tomllib.loads(f"k = {raw}")["k"]
    except tomllib.TOMLDecodeError:
        raise _Lost from None
    return value
