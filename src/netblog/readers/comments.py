"""Comment exports -> comments: the native JSON, as one object or as JSON Lines.

A file that cannot be read at all raises; a record that cannot be used costs only itself and is counted. Other
systems get a `Reader` of their own, and end in the same `CommentFile`: nothing after it knows where a comment is
from. `encode_comments` writes the native form, always the same bytes for the same comments, a comment a
line, so that it can be kept under version control.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, tzinfo
from difflib import get_close_matches
from typing import Any, Protocol

import msgspec

from netblog.errors import CommentError, Problem
from netblog.model.comment import Comment, CommentFile
from netblog.readers.fields import capped, plain, safe_url
from netblog.readers.records import Record, Unfit, comment, repaired

FORMAT = "netblog-comments"
VERSION = 1
MAX_WARNINGS = 20
_HEADER = f'{{"format": "{FORMAT}", "version": {VERSION}}}'


class Reader(Protocol):
    """What reads one comment system: the bytes of a file, its path for messages, the site's time zone."""

    def __call__(self, data: bytes, path: str, zone: tzinfo) -> CommentFile: ...


class _Document(msgspec.Struct, frozen=True):
    """The outermost object; its comments stay bytes until each is decoded on its own."""

    format: Any = None
    version: Any = None
    site: Any = None
    comments: list[msgspec.Raw] | msgspec.UnsetType = msgspec.UNSET


_document = msgspec.json.Decoder(_Document)
_record = msgspec.json.Decoder(Record)
_byte = re.compile(r"\(byte (\d+)\)")
# A half of a pair, as a string cut in the middle of an emoji leaves it; an even number of backslashes is text.
_half = re.compile(
    rb"((?<!\\)(?:\\\\)*)(?:(\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})|\\u[dD][89a-fA-F][0-9a-fA-F]{2})"
)


def read_comments(data: bytes, path: str, zone: tzinfo) -> CommentFile:
    """The comments of one native file (docs: "The native JSON"), each id once: of several the last counts.

    `zone` is the site's: dates without an offset are read in it, with a warning, and all are turned into it.
    Where an object names a key twice, the last counts (RFC 8259, section 4, leaves it open). Raises CommentError
    when the file as a whole is not readable; everything else becomes a warning, and the first 20 are listed.
    """
    data = _text(data, path)
    document, records = _open(data, path)
    _check(document, path)
    findings = _Findings(path, data)
    comments: dict[str, Comment] = {}
    for raw, origin, line in records:
        findings.at(raw, origin, line)
        try:
            found = comment(_decoded(raw, findings), zone, origin, findings.note)
        except Unfit as reason:
            findings.drop(str(reason))
            continue
        if found.id in comments:
            findings.dropped["duplicate"] += 1
        comments[found.id] = found
    site = safe_url(document.site) if isinstance(document.site, str) else None
    return CommentFile(
        comments=tuple(comments.values()),
        site=site,
        dropped=tuple(sorted(findings.dropped.items())),
        problems=findings.problems(str(zone)),
    )


def encode_comments(comments: Iterable[Comment], site: str | None = None) -> bytes:
    """The native JSON of these comments: sorted by (published, id), undated ones last, one line each.

    What `read_comments` makes of the result equals `comments` in all but `origin` and order.
    """
    ordered = sorted(comments, key=lambda c: (c.published is None, c.published or datetime.min.replace(tzinfo=UTC), c.id))
    head = msgspec.json.encode({"format": FORMAT, "version": VERSION, "site": site})
    lines = b",\n".join(msgspec.json.encode(_native(c)) for c in ordered)
    return head[:-1] + b',"comments":[' + (b"\n" + lines + b"\n" if lines else b"") + b"]}\n"


def _native(c: Comment) -> dict[str, Any]:
    author = {name: getattr(c.author, name) for name in ("name", "url", "avatar", "key", "owner")}
    return {
        "id": c.id,
        "type": c.type,
        "page": c.page,
        "parent": c.parent,
        "status": c.status,
        "published": c.published and c.published.isoformat(),
        "updated": c.updated and c.updated.isoformat(),
        "author": author,
        "content": {"format": "html", "body": c.html},
        "source": {"system": c.source_system, "url": c.source_url},
        "likes": c.likes,
    }


class _Findings:
    """What is wrong with a file: the first problems in full, the rest as numbers."""

    def __init__(self, path: str, data: bytes) -> None:
        self.path, self.data = path, data
        self.dropped: Counter[str] = Counter()
        self.listed: list[Problem] = []
        self.count = 0
        self.naive = 0
        self.first_naive = ""
        self.raw: bytes | msgspec.Raw = b""
        self.origin = ""
        self.line: int | None = None
        self.offset, self.lines = 0, 1
        self.noted = False

    def at(self, raw: bytes | msgspec.Raw, origin: str, line: int | None) -> None:
        self.raw, self.origin, self.line, self.noted = raw, origin, line, False

    def note(self, pointer: str, message: str) -> None:
        self.noted = True
        self.count += 1
        if len(self.listed) < MAX_WARNINGS:
            text = f"{self.origin}{pointer}: {message}"
            self.listed.append(
                Problem(text, path=self.path, line=self.where(), severity="warning", code="comment-record")
            )

    def drop(self, reason: str) -> None:
        """Count a record left out; an unknown type is known to be nothing for us, everything else is a problem."""
        if reason.startswith("unknown type"):
            reason = reason if reason in self.dropped or len(self.dropped) < 20 else "other unknown types"
        elif not self.noted:
            self.note("", f"the comment is left out: {reason}")
        self.dropped[reason] += 1

    def where(self) -> int | None:
        """The line of the record at hand. Records come in order, so the search never goes back."""
        if self.line is None:
            start = self.data.find(bytes(self.raw), self.offset)
            if start >= 0:
                self.lines += self.data.count(b"\n", self.offset, start)
                self.offset, self.line = start, self.lines
            else:
                return None
        return self.line

    def problems(self, zone: str) -> tuple[Problem, ...]:
        problems = capped(self.listed, self.count, self.path, MAX_WARNINGS)
        if not self.naive:
            return problems
        dates = "1 date has" if self.naive == 1 else f"{self.naive} dates have"
        message = f"{self.first_naive}: {dates} no offset from UTC and was read in {zone}".replace(
            "and was", "and was" if self.naive == 1 else "and were"
        )
        naive = Problem(
            message,
            path=self.path,
            severity="warning",
            code="comment-date",
            hint="write it as 2016-03-14T09:26:53+01:00, or set the timezone of [site] to that of the export",
        )
        return (*problems, naive)


def _decoded(raw: bytes | msgspec.Raw, findings: _Findings) -> Record:
    """The record in these bytes, taken apart if it must be. Raises Unfit."""
    try:
        record = _record.decode(raw)
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        try:
            value = msgspec.json.decode(raw)
        except (msgspec.MsgspecError, RecursionError, UnicodeError) as error:
            reason = "nested too deeply" if isinstance(error, RecursionError) else _reason(str(error))
            findings.note("", f"this is not JSON: {reason}")
            raise Unfit("not JSON") from None
        record = repaired(value, findings.note)
    for when, key in ((record.published, "published"), (record.updated, "updated")):
        if when is not None and when.tzinfo is None:
            findings.naive += 1
            findings.first_naive = findings.first_naive or f"{findings.origin}/{key}"
    return record


_Records = Iterator[tuple[bytes | msgspec.Raw, str, int | None]]


def _open(data: bytes, path: str) -> tuple[_Document, _Records]:
    """The outermost object, and each record with its origin and, where that is known, its line."""
    head, _, rest = data.partition(b"\n")
    if rest.strip():
        try:
            document = _document.decode(head)
        except (msgspec.MsgspecError, RecursionError):
            pass
        else:
            if document.comments is msgspec.UNSET:
                return document, _lines(rest, path)
    try:
        document = _document.decode(data)
    except RecursionError:
        raise _broken(path, "the JSON is nested too deeply to be comments") from None
    except msgspec.ValidationError as error:
        raise _broken(path, _misshapen(str(error)), hint=f"the file should begin like this: {_HEADER}") from None
    except msgspec.MsgspecError as error:
        at = _byte.search(str(error))
        raise _broken(path, f"the JSON is broken: {_reason(str(error))}", data, int(at[1]) if at else len(data)) from None
    if document.comments is msgspec.UNSET:
        keys = msgspec.json.decode(data, type=dict[str, msgspec.Raw])
        near = get_close_matches("comments", [key for key in keys if key != "comments"], 1)
        if document.format == FORMAT and set(keys) - {"format", "version", "site"}:
            raise _broken(path, 'there is no "comments" in it', hint=f'is "{plain(near[0])}" meant?' if near else None)
        return document, iter(())
    raws = document.comments
    return document, ((raw, f"{path}#/comments/{index}", None) for index, raw in enumerate(raws))


def _lines(rest: bytes, path: str) -> _Records:
    for number, line in enumerate(rest.split(b"\n"), start=2):
        if line.strip():
            yield line, f"{path}#{number}", number


def _text(data: bytes, path: str) -> bytes:
    """The file as UTF-8 without a byte order mark."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") or (len(data) > 1 and 0 in data[:2]):
        raise _broken(path, "the file is not UTF-8 but UTF-16 or UTF-32", hint="save it as UTF-8")
    data = data.removeprefix(b"\xef\xbb\xbf")
    if data[:2] == b"\x1f\x8b":
        raise _broken(path, "the file is compressed", hint="unpack it with gunzip")
    try:
        data.decode()
    except UnicodeDecodeError as error:
        raise _broken(path, "the file is not UTF-8", data, error.start, hint="save it as UTF-8") from None
    data = data.strip()
    if not data:
        raise _broken(path, "the file is empty", hint=f'the least it can be is {_HEADER[:-1]}, "comments": []}}')
    return _half.sub(lambda m: m[1] + (m[2] or b"\\ufffd"), data) if b"\\ud" in data or b"\\uD" in data else data


def _check(document: _Document, path: str) -> None:
    if document.format != FORMAT:
        given = f'the format is "{plain(str(document.format), limit=40)}"' if document.format else "it says no format"
        raise _broken(
            path,
            f"this is not netblog's own comment format: {given}",
            hint=f"`netblog comments import FILE` reads other systems' exports; ours begin with {_HEADER}",
        )
    version = document.version
    if isinstance(version, int) and not isinstance(version, bool) and version > VERSION:
        raise _broken(path, f"version {version} is newer than this netblog reads", hint="update netblog")
    if version != VERSION or isinstance(version, bool):
        raise _broken(path, f'the version should be {VERSION}, not "{plain(str(version), limit=40)}"')


def _misshapen(message: str) -> str:
    if "at `$.comments`" in message:
        return '"comments" should be a list'
    return "an object with comments should be here" if "Expected `object`" in message else _reason(message)


def _reason(message: str) -> str:
    if "truncated" in message:
        return "it ends before it is complete"
    return _byte.sub("", message.removeprefix("JSON is malformed: ")).strip()


def _broken(path: str, message: str, data: bytes = b"", offset: int | None = None, *, hint: str | None = None) -> CommentError:
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
