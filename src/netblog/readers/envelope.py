"""The outside of a native comment file: is it one, which version, and where does each record stand.

Records stay bytes here, so that one that is broken cannot take the others with it, and so that its place in
the file can be told. What is wrong with the file as a whole is one clear error, with line and column.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any, NamedTuple

import msgspec

from netblog.errors import CommentError, Problem
from netblog.readers.record_fields import plain

FORMAT = "netblog-comments"
VERSION = 1
HEADER = f'{{"format": "{FORMAT}", "version": {VERSION}}}'


class Document(msgspec.Struct, frozen=True):
    """The outermost object, or the header line of JSON Lines."""

    format: Any = None
    version: Any = None
    site: Any = None
    comments: list[msgspec.Raw] | msgspec.UnsetType = msgspec.UNSET


class Slice(NamedTuple):
    """One record, not yet decoded."""

    data: bytes | msgspec.Raw
    origin: str
    """`content/comments/wp.json#/comments/12`; in JSON Lines `content/comments/wp.jsonl#12`, the line."""
    line: int | None
    """1-based, where it is known without searching."""


_document = msgspec.json.Decoder(Document)
_byte = re.compile(r"\(byte (\d+)\)")
_escape = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[dD][89a-fA-F][0-9a-fA-F]{2}|.)",
    re.DOTALL,
)


def unfold(data: bytes, path: str) -> tuple[Document, Iterator[Slice]]:
    """The header of a native file and its records, in order. `data` comes from `decoded`.

    One object, or JSON Lines: a header line without "comments", then a record a line. Raises CommentError.
    """
    document, records = _open(data, path)
    _check(document, path)
    return document, records


def _open(data: bytes, path: str) -> tuple[Document, Iterator[Slice]]:
    blank = len(data) - len(data.lstrip())
    head, _, rest = data[blank:].partition(b"\n")
    if rest:
        try:
            document = _document.decode(head)
        except (msgspec.MsgspecError, RecursionError):
            pass
        else:
            if document.comments is msgspec.UNSET:
                return document, _lines(rest, path, data.count(b"\n", 0, blank) + 2)
    try:
        document = _whole(data)
    except RecursionError:
        raise _broken(path, "the JSON is nested too deeply to be comments") from None
    except msgspec.ValidationError as error:
        begin = f"the file should begin like this: {HEADER}"
        raise _broken(path, _misshapen(str(error)), hint=begin) from None
    except msgspec.MsgspecError as error:
        at = _byte.search(str(error))
        offset = int(at[1]) if at else len(data)
        raise _broken(path, f"the JSON is broken: {reason(str(error))}", data, offset) from None
    if document.comments is msgspec.UNSET:
        keys = msgspec.json.decode(data, type=dict[str, msgspec.Raw])
        close = get_close_matches("comments", [key for key in keys if key != "comments"], 1)
        if document.format == FORMAT and set(keys) - {"format", "version", "site"}:
            hint = f'is "{plain(close[0])}" meant?' if close else None
            raise _broken(path, 'there is no "comments" in it', hint=hint)
        return document, iter(())
    raws = document.comments
    return document, (Slice(raw, f"{path}#/comments/{index}", None) for index, raw in enumerate(raws))


def _whole(data: bytes) -> Document:
    try:
        return _document.decode(data)
    except msgspec.DecodeError:
        # Mending copies the file, so only when something is wrong with it.
        better = mended(data)
        if better == data:
            raise
    return _document.decode(better)


def mended(data: bytes) -> bytes:
    """JSON without the halves of surrogate pairs that a string cut within an emoji leaves (RFC 8259, 8.2)."""
    return _escape.sub(lambda found: b"\\ufffd" if len(found[0]) == 6 else found[0], data)


def _lines(rest: bytes, path: str, first: int) -> Iterator[Slice]:
    for number, line in enumerate(rest.split(b"\n"), start=first):
        if line.strip():
            yield Slice(line, f"{path}#{number}", number)


def decoded(data: bytes, path: str) -> bytes:
    """The file as UTF-8 without byte order mark and trailing blanks. Raises CommentError."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") or (len(data) > 1 and 0 in data[:2]):
        raise _broken(path, "the file is not UTF-8 but UTF-16 or UTF-32", hint="save it as UTF-8")
    data = data.removeprefix(b"\xef\xbb\xbf")
    if data[:2] == b"\x1f\x8b":
        raise _broken(path, "the file is compressed", hint="unpack it with gunzip")
    try:
        data.decode()
    except UnicodeDecodeError as error:
        raise _broken(path, "the file is not UTF-8", data, error.start, hint="save it as UTF-8") from None
    data = data.rstrip()
    if not data:
        raise _broken(path, "the file is empty", hint=f'write at least {HEADER[:-1]}, "comments": []}}')
    return data


def _check(document: Document, path: str) -> None:
    if document.format != FORMAT:
        given = (
            f'the format is "{plain(str(document.format), limit=40)}"'
            if document.format
            else "it says no format"
        )
        raise _broken(
            path,
            f"this is not netblog's own comment format: {given}",
            hint=f"other systems' exports must be converted first; ours begin with {HEADER}",
        )
    version = document.version
    if isinstance(version, int) and not isinstance(version, bool) and version > VERSION:
        raise _broken(path, f"version {version} is newer than this netblog reads", hint="update netblog")
    if version is None:
        raise _broken(path, "it says no version", hint=f'the version of today is "version": {VERSION}')
    if version != VERSION or isinstance(version, bool):
        raise _broken(path, f'the version should be {VERSION}, not "{plain(str(version), limit=40)}"')


def _misshapen(message: str) -> str:
    if "at `$.comments`" in message:
        return '"comments" should be a list'
    return "an object with comments should be here" if "Expected `object`" in message else reason(message)


def reason(message: str) -> str:
    """What msgspec says of broken JSON, in a reader's words."""
    if "truncated" in message:
        return "it ends before it is complete"
    return _byte.sub("", message.removeprefix("JSON is malformed: ")).strip()


def _broken(
    path: str, message: str, data: bytes = b"", offset: int | None = None, *, hint: str | None = None
) -> CommentError:
    if offset is None:
        return CommentError(Problem(message, path=path, hint=hint, code="comment-file"))
    start = data.rfind(b"\n", 0, offset) + 1
    end = data.find(b"\n", offset)
    line = data[start : end if end >= 0 else None]
    return CommentError(
        Problem(
            message,
            path=path,
            line=data.count(b"\n", 0, offset) + 1,
            column=len(data[start:offset].decode(errors="replace")) + 1,
            hint=hint,
            source=line.decode(errors="replace") if len(line) <= 200 else None,
            code="comment-file",
        )
    )
