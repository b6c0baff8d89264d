"""Reads TOML with the standard library, and finds the line and column of every key and value.

`tomllib` validates and converts but remembers no places, and it recurses per bracket and takes quadratic
time over a key of many dots. So a scan goes before it: it notes where each key and value stands, and refuses
nesting deeper than DEPTH_LIMIT before tomllib can meet it. The scan does not judge: where a text is not
TOML it stops, and tomllib says why.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from datetime import date, datetime, time
from typing import Any

import msgspec

from netblog.readers.nodes import DEPTH_LIMIT, Mapping, Node, Pair, Scalar, Sequence

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
_AT = re.compile(
    r"(?P<what>.*) \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)", re.DOTALL
)


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


def read_toml(text: str) -> tuple[dict[str, Any], Places]:
    """The tables of a TOML 1.0 document with LF line ends, and where everything in it stands.

    Raises TomlError for syntax errors and for nesting deeper than DEPTH_LIMIT.
    """
    scan = _Scan(text)
    scan.run()
    places = Places(text, scan.places)
    try:
        return tomllib.loads(text), places
    except tomllib.TOMLDecodeError as error:
        raise _explained(str(error), text) from None
    except (ValueError, RecursionError):
        # Python refuses to read thousands of digits; the scan has kept nesting from going this far.
        raise _number_too_long(text) from None


def toml_nodes(text: str, first_line: int) -> Mapping:
    """A TOML document as nodes; `first_line` is the line of the file its text begins on.

    Raises TomlError, whose line counts from the text's own beginning.
    """
    data, places = read_toml(text)
    return Mapping(tuple(_pairs(data, (), places, first_line)), first_line, 1)


def _pairs(data: dict[str, Any], path: Path, places: Places, first: int) -> list[Pair]:
    pairs = []
    for key, value in data.items():
        at = (*path, key)
        place = places.by_path.get(at)
        line, column = places.position(place.key) if place else (1, 1)
        pairs.append(Pair(key, line + first - 1, column, _node(value, at, places, first)))
    return pairs


def _node(value: Any, path: Path, places: Places, first: int) -> Node:
    place = places.by_path.get(path)
    line, column = places.position(place.start) if place else (1, 1)
    line += first - 1
    if isinstance(value, dict):
        return Mapping(tuple(_pairs(value, path, places, first)), line, column)
    if isinstance(value, list):
        items = tuple(_node(item, (*path, index), places, first) for index, item in enumerate(value))
        return Sequence(items, line, column)
    if isinstance(value, str):
        return Scalar(value, value, line, column)
    text = places.text[place.start : place.end] if place else str(value)
    if isinstance(value, (datetime, date, time)):
        return Scalar(text, value.isoformat(), line, column)
    if isinstance(value, float) and not abs(value) < float("inf"):
        return Scalar(text, text, line, column)
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        return Scalar(text, text, line, column)
    return Scalar(text, value, line, column)


def _explained(error: str, text: str) -> TomlError:
    match = _AT.fullmatch(error)
    if match is None:
        return TomlError(error, 1, 1)
    message = match["what"][:1].lower() + match["what"][1:]
    hint = None
    if match["line"] is None:
        stripped = text.rstrip("\n")
        line, column = stripped.count("\n") + 1, len(stripped) - (stripped.rfind("\n") + 1) + 1
        message += " at the end"
    else:
        line, column = int(match["line"]), int(match["column"])
    if message.startswith("invalid value"):
        hint = "text needs quotes, and true and false are written small"
    elif message.startswith(("cannot overwrite", "cannot declare", "cannot mutate")):
        hint = "a key or table is given twice: delete one of them"
    elif message == r"illegal character '\n'":
        message, hint = "a quote opened on this line is not closed", "add the closing quote"
    elif message.startswith("expected '=' after a key"):
        hint = "write it as key = value"
    return TomlError(message, line, column, hint)


def _number_too_long(text: str) -> TomlError:
    match = re.search(r"[0-9_]{1000}", text)
    line, column = Places(text, {}).position(match.start() if match else 0)
    return TomlError("a number is too long", line, column, "put it in quotes")


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
                    self._assignment(table, 0)
        except _Lost:
            return

    def _assignment(self, table: Path, depth: int) -> None:
        start = self.pos
        path = (*table, *self._key())
        self._expect("=")
        self._skip()
        # A dotted key makes tables on its way, and they stand where the key does.
        for length in range(len(table) + 1, len(path)):
            self.places.setdefault(path[:length], Place(start, start, start))
        self._value(path, start, depth)

    def _table(self, parts: list[str], many: bool, start: int) -> Path:
        path: Path = ()
        for number, part in enumerate(parts):
            path = (*path, part)
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

    def _value(self, path: Path, key: int, depth: int) -> None:
        text, start = self.text, self.pos
        if depth > DEPTH_LIMIT:
            self._refuse(start)
        char = text[start : start + 1]
        if char == "[":
            self.pos += 1
            index = 0
            while not self._closed("]"):
                self._value((*path, index), self.pos, depth + 1)
                index += 1
                self._blank()
                if not text.startswith((",", "]"), self.pos):
                    raise _Lost
                self.pos += text.startswith(",", self.pos)
        elif char == "{":
            self.pos += 1
            while not self._closed("}"):
                self._assignment(path, depth + 1)
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
