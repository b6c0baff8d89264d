"""Reads TOML with the standard library, and keeps the line and column of every key and value.

`tomllib` validates and converts; a scan of our own (`toml_places`) knows where things stand. For front matter
the two are put together into the same tree that YAML becomes.
"""

from __future__ import annotations

import re
import tomllib
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from netblog.readers.dates import DateError, parse_date
from netblog.readers.nodes import Mapping, Node, Pair, Scalar, Sequence
from netblog.readers.toml_places import Path, Places, TomlError, find_places

__all__ = ["Path", "Places", "TomlError", "read_toml", "toml_nodes"]

_AT = re.compile(
    r"(?P<what>.*) \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)", re.DOTALL
)


_TWICE = "delete one of them"
_CLOSE = "add the closing quote"
_SAYINGS = (
    # What tomllib says, what we say, and the remedy.
    ("invalid value", "this is not a value", "put text in quotes; write true and false in small letters"),
    ("cannot overwrite", "this key is given twice", _TWICE),
    ("cannot mutate", "this key is given twice", _TWICE),
    ("cannot declare", "this table is given twice", _TWICE),
    ("cannot redefine", "this table is given twice", _TWICE),
    ("duplicate inline", "this key is given twice", _TWICE),
    ("expected \"'", "a quote is not closed", _CLOSE),
    ("expected '\"", "a quote is not closed", _CLOSE),
    ("unterminated string", "a quote is not closed", _CLOSE),
    (r"illegal character '\n'", "a quote is not closed", _CLOSE),
    (
        "unescaped '\\'",
        "a backslash in double quotes begins an escape, and there is none of this name",
        "use single quotes, or write \\\\ for a backslash",
    ),
    ("unclosed array", "a list is not closed", "add the missing ] or comma"),
    ("unclosed inline", "an inline table is not closed", "add the missing } or comma"),
    ("expected ']", "the name of a table is not closed", "add the missing ]"),
    ("expected '='", "a key has no = after it", "write it as key = value"),
    ("expected newline", "text follows where the value has ended", "put each key on a line of its own"),
    ("invalid statement", "a key cannot begin with this character", "write it as key = value"),
    (
        "invalid initial character",
        "a key cannot begin with this character",
        "write it as key = value; a table in braces is written on one line",
    ),
)


def read_toml(text: str) -> tuple[dict[str, Any], Places]:
    """The tables of a TOML 1.0 document with LF line ends, and where everything in it stands.

    Raises TomlError for syntax errors and for nesting deeper than DEPTH_LIMIT.
    """
    places = find_places(text)
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
    """What tomllib says, with its place taken out of the words."""
    match = _AT.fullmatch(error)
    if match is None:
        return TomlError(error, 1, 1)
    message, hint = match["what"][:1].lower() + match["what"][1:], None
    if match["line"] is None:
        stripped = text.rstrip("\n")
        line, column = stripped.count("\n") + 1, len(stripped) - (stripped.rfind("\n") + 1) + 1
    else:
        line, column = int(match["line"]), int(match["column"])
    if message.startswith("invalid date"):
        message = _date_fault(text.split("\n")[line - 1][column - 1 :]) or message
    for start, ours, remedy in _SAYINGS:
        if message.startswith(start):
            message, hint = ours, remedy
            break
    return TomlError(message, line, column, hint)


def _date_fault(written: str) -> str | None:
    """What is wrong with a date that tomllib only calls invalid."""
    match = re.match(r"[0-9-]+(?:[Tt ][0-9:.]+)?", written)
    try:
        if match:
            parse_date(match[0], ZoneInfo("UTC"))
    except DateError as error:
        return str(error)
    return None


def _number_too_long(text: str) -> TomlError:
    match = re.search(r"[0-9_]{1000}", text)
    line, column = Places(text, {}).position(match.start() if match else 0)
    return TomlError("a number is too long", line, column, "put it in quotes")
