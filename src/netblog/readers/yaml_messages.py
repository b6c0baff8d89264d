"""Says in a sentence what libyaml means, and where the slip is rather than where the parser noticed it.

libyaml speaks of tokens and simple keys to people who wrote a title with a colon in it. The slips that
writers of front matter make are few, so each has its own words here; anything else is passed on as libyaml
says it, with its place.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import yaml

from netblog.errors import Problem
from netblog.readers.nodes import Header

_QUOTES = "put the whole value in quotes"
_TYPE = "a value that begins with ! is read as a type"
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_TOP_KEY = re.compile(r"[^\s#:'\"\[{-][^:]*:\s")


class _Saying(NamedTuple):
    """What libyaml says, in its words and in ours."""

    context: str
    problem: str
    message: str
    hint: str | None
    at_context: bool = True
    """Whether the slip is where libyaml's context began, not where it gave up."""


_SAYINGS = (
    _Saying(
        "quoted scalar",
        "found unexpected end of stream",
        "the quote opened here is not closed",
        "add the closing quote; inside single quotes, write '' for an apostrophe",
    ),
    _Saying(
        "quoted scalar",
        "unknown escape character",
        "a backslash in double quotes begins an escape, and there is none of this name",
        "use single quotes, or write \\\\ for a backslash",
        False,
    ),
    _Saying(
        "flow sequence",
        "did not find expected",
        "the list opened here is not closed",
        "add the missing ] or comma, or put the value in quotes if it is text",
    ),
    _Saying(
        "flow mapping",
        "did not find expected",
        "the mapping opened here is not closed",
        "add the missing } or comma, or put the value in quotes if it is text",
    ),
    _Saying(
        "simple key",
        "could not find expected ':'",
        "this line is neither a key with a colon nor indented under one",
        "write it as key: value, or indent it",
    ),
    _Saying("an alias", "did not find", "a value that begins with * is read as a reference", _QUOTES),
    _Saying("an anchor", "did not find", "a value that begins with & is read as a mark", _QUOTES),
    _Saying("parsing a tag", "", _TYPE, _QUOTES),
    _Saying("scanning a tag", "", _TYPE, _QUOTES),
    _Saying(
        "",
        "block sequence entries are not allowed",
        "a list cannot begin on the line of its key",
        "begin it on the next line, or put the value in quotes if it is text",
        False,
    ),
    _Saying("block scalar", "", "text cannot follow | or > on its line", _QUOTES),
    _Saying("directive", "", "a line cannot begin with %", "put the value in quotes"),
    _Saying(
        "block collection",
        "did not find expected '-'",
        "a list is followed by something that is no item of it",
        "begin the line with a dash, or put a key above the list",
        False,
    ),
)


def translate(error: yaml.YAMLError, header: Header) -> Problem:
    """A libyaml (or PyYAML) error as a problem at a line and column of the file."""
    if not isinstance(error, yaml.MarkedYAMLError):
        return _unreadable(error, header)
    context, problem = error.context or "", str(error.problem or "it cannot be read")
    here = error.problem_mark or error.context_mark
    if problem.startswith("mapping values are not allowed"):
        return _second_colon(here, header)
    if problem.startswith("found character") and "cannot start any token" in problem:
        return _bad_start(here, header)
    if "block mapping" in context and problem.startswith("did not find expected key"):
        return _stray(here, header)
    if problem.startswith("did not find expected node content"):
        return _bad_start(here, header)
    for saying in _SAYINGS:
        if saying.context in context and saying.problem in problem:
            mark = (error.context_mark or here) if saying.at_context else here
            return _at(mark, header, saying.message, saying.hint)
    return _at(here, header, f"the YAML cannot be read here: {problem}", None)


def _at(mark: Any, header: Header, message: str, hint: str | None, column: int | None = None) -> Problem:
    lines = header.text.rstrip("\n").split("\n")
    if mark is None:
        return header.problem(message, header.line, 1, hint)
    column = mark.column if column is None else column
    if mark.line >= len(lines):
        # libyaml gives up below the last line; what is missing is missing at its end.
        return header.problem(message, header.line + len(lines) - 1, len(lines[-1]) + 1, hint)
    return header.problem(message, header.line + mark.line, column + 1, hint)


def _line(mark: Any, header: Header) -> str:
    lines = header.text.split("\n")
    return lines[mark.line] if mark is not None and mark.line < len(lines) else ""


def _second_colon(mark: Any, header: Header) -> Problem:
    line = _line(mark, header)
    if _TOP_KEY.match(line[: mark.column]):
        return _at(mark, header, "a second colon makes this value look like a key", _QUOTES)
    message = "this line is indented like part of the value above, but has a key of its own"
    hint = "align it with the other keys, or put the whole value above in quotes"
    return _at(mark, header, message, hint, len(line) - len(line.lstrip()))


def _bad_start(mark: Any, header: Header) -> Problem:
    line = _line(mark, header)
    if "\t" in line[: len(line) - len(line.lstrip())] or line[mark.column : mark.column + 1] == "\t":
        return _at(mark, header, "a tab is used for indentation", "use spaces")
    char = line[mark.column : mark.column + 1]
    if not char:
        return _at(mark, header, "a list or mapping is not closed", "add the missing ] or }")
    return _at(mark, header, f"a value cannot begin with {char}", _QUOTES)


def _stray(mark: Any, header: Header) -> Problem:
    if _line(mark, header)[: mark.column].strip():
        hint = "put the whole value in one pair of quotes; inside single quotes, write '' for an apostrophe"
        return _at(mark, header, "text follows where the value has ended", hint)
    hint = "align it with the other keys, or indent it under one"
    return _at(mark, header, "this line is neither a key nor part of the value above it", hint)


def _unreadable(error: yaml.YAMLError, header: Header) -> Problem:
    found = _UNPRINTABLE.search(header.text)
    if found is None:
        return header.problem(f"the YAML cannot be read: {error}", header.line, 1)
    line = header.text.count("\n", 0, found.start())
    column = found.start() - (header.text.rfind("\n", 0, found.start()) + 1)
    message = f"the character U+{ord(found[0]):04X} is not allowed in YAML"
    return header.problem(message, line + header.line, column + 1, "remove it")
