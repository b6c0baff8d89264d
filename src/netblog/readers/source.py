"""Turns the bytes of a content file into text whose line numbers are the editor's.

Everything later (front matter, Markdown, messages) counts lines and columns in this text, so it is
made once, here: UTF-8 without a byte order mark, lines ended by LF. Control characters never survive,
because the Markdown reader uses U+0002 and U+0003 as placeholders of its own. What cannot be text
(another encoding, NUL bytes, a half-merged file) is refused with its place: published as it is, it would
be nonsense, and the cause is always a slip that its author wants to hear of.
"""

from __future__ import annotations

import re
from dataclasses import replace

import msgspec

from netblog.errors import ContentError, Problem

UTF8_HINT = "save the file as UTF-8"

_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
# One C-speed pass over the bytes tells whether a file needs any of the slow care below.
_UNUSUAL = bytes([*range(0x09), *range(0x0B, 0x20)])
_FENCE = re.compile(r" {0,3}(`{3,}(?=[^`]*$)|~{3,})")
_BOMS = (
    # UTF-32 first: its little-endian mark begins with UTF-16's.
    (b"\xff\xfe\x00\x00", "UTF-32"),
    (b"\x00\x00\xfe\xff", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
)
_SAMPLE = 512
_LONGEST_EXCERPT = 1000
_LONGEST_BRIEF = 60
_MOST_CONFLICTS = 20


class Source(msgspec.Struct, frozen=True):
    """A text file, decoded."""

    text: str
    """No byte order mark, lines ended by LF, no control characters but tab and LF."""
    path: str
    problems: tuple[Problem, ...] = ()
    """Warnings only; whatever is an error raises."""


def read_source(data: bytes, path: str) -> Source:
    """Decode `data`, the content of the file `path`.

    Raises ContentError, with line and column, for text that is not UTF-8 (with a guess at what it is),
    for NUL bytes and for merge-conflict markers outside fenced code.
    """
    if data.startswith(b"\xef\xbb\xbf"):
        data = data[3:]
    unusual = len(data.translate(None, _UNUSUAL)) != len(data)
    if unusual or data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        _refuse_other_encodings(data, path)
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise ContentError(_undecodable(data, error, path)) from None
    problems: tuple[Problem, ...] = ()
    if unusual:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        if "\0" in text:
            hint = f"remove it, or {UTF8_HINT}"
            raise ContentError(_problem(text, text.index("\0"), path, "the file holds a NUL byte", hint))
        text, problems = _without_controls(text, path)
    if "<<<<<<<" in text:
        conflicts = _conflicts(text, path)
        if conflicts:
            raise ContentError(conflicts)
    return Source(text, path, problems)


def excerpt(line: str) -> str | None:
    """A line of a file as `Problem.source` has it: None if it is too long to be of use, no controls."""
    return _CONTROLS.sub("\ufffd", line) if len(line) <= _LONGEST_EXCERPT else None


def brief(text: str) -> str:
    """What a message shows of a value: one line, cut short."""
    text = " ".join(text[: 4 * _LONGEST_BRIEF].split())
    return text if len(text) <= _LONGEST_BRIEF else text[:_LONGEST_BRIEF] + "..."


def _problem(
    text: str, index: int, path: str, message: str, hint: str | None, code: str = "encoding"
) -> Problem:
    """An error at a character of `text`, which has LF line ends."""
    start = text.rfind("\n", 0, index) + 1
    end = text.find("\n", index)
    line = excerpt(text[start : end if end >= 0 else None])
    return Problem(
        message, path, text.count("\n", 0, index) + 1, index - start + 1, hint, source=line, code=code
    )


def _refuse_other_encodings(data: bytes, path: str) -> None:
    name = next((name for mark, name in _BOMS if data.startswith(mark)), None)
    if name is None:
        sample = data[:_SAMPLE]
        # Latin text in UTF-16 has a NUL in every other byte; no UTF-8 text has.
        even, odd = sample[0::2], sample[1::2]
        if len(sample) >= 4 and max(even.count(0) / len(even), odd.count(0) / len(odd)) > 0.6:
            name = "UTF-32" if sample.count(0) > len(sample) * 0.6 else "UTF-16"
    if name is not None:
        message = f"the file is encoded as {name}, not UTF-8"
        raise ContentError(Problem(message, path, 1, 1, UTF8_HINT, code="encoding"))


def _undecodable(data: bytes, error: UnicodeDecodeError, path: str) -> Problem:
    before = data[: error.start].decode().replace("\r\n", "\n").replace("\r", "\n")
    rest = data[error.start : error.start + 200].decode("utf-8", "replace").replace("\r", "\n")
    if error.reason == "unexpected end of data":
        message = "the file ends in the middle of a UTF-8 character"
        return _problem(before + rest, len(before), path, message, "it may have been cut short: restore it")
    message = f"the byte 0x{data[error.start]:02X} is not UTF-8"
    tolerant = data.decode("utf-8", "replace")
    bad = tolerant.count("\ufffd")
    good = sum(not char.isascii() for char in tolerant) - bad
    if good > bad:
        message += " (this one character is damaged: the rest of the file is UTF-8)"
        return _problem(before + rest, len(before), path, message, "write the character again")
    try:
        data.decode("cp1252")
        message += " (the file looks like Windows-1252)"
    except UnicodeDecodeError:
        message += " (the file is in some other encoding)"
    return _problem(before + rest, len(before), path, message, UTF8_HINT)


def _without_controls(text: str, path: str) -> tuple[str, tuple[Problem, ...]]:
    first = _CONTROLS.search(text)
    if first is None:
        return text, ()
    clean, count = _CONTROLS.subn("\ufffd", text)
    message = f"the control character U+{ord(first[0]):04X} is replaced by U+FFFD"
    if count > 1:
        message += f", and so are {count - 1} more"
    hint = "remove it: no browser can show it"
    problem = _problem(text, first.start(), path, message, hint, "control-character")
    return clean, (replace(problem, severity="warning"),)


def _conflicts(text: str, path: str) -> tuple[Problem, ...]:
    """One error for each of the first merge conflicts (all three markers in order) outside fenced code.

    `=======` alone underlines a heading and the others alone are odd but harmless text, so only the three
    together are a conflict.
    """
    found: list[Problem] = []
    fence = ""
    opened: int | None = None
    divided = False
    index = 0
    for number, line in enumerate(text.split("\n"), 1):
        mark = _FENCE.match(line)
        if fence:
            if mark and mark[1].startswith(fence) and not line.strip(" \t" + fence[0]):
                fence = ""
        elif mark and opened is None:
            # A conflict may cut a code block in two: inside one, fences do not count.
            fence = mark[1]
        elif line.startswith("<<<<<<<") and line[7:8] in ("", " "):
            opened, divided = index, False
        elif opened is not None and line.rstrip() == "=======":
            divided = True
        elif opened is not None and divided and line.startswith(">>>>>>>") and line[7:8] in ("", " "):
            message = f"a merge conflict is left in the file (it ends on line {number})"
            hint = "keep one side and delete the lines of <, = and >"
            found.append(_problem(text, opened, path, message, hint, "merge-conflict"))
            opened = None
            if len(found) == _MOST_CONFLICTS:
                break
        index += len(line) + 1
    return tuple(found)
