"""Comment exports -> comments: the native JSON, as one object or as JSON Lines.

A file that cannot be read at all raises; a record that cannot be used costs only itself and is counted. Other
systems get a `Reader` of their own and end in the same `CommentFile`: nothing after it knows where a
comment is from. `encode_comments` writes the native form, always the same bytes for the same comments, a
comment a line, so that it can be kept under version control.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, tzinfo
from typing import Any, Protocol

import msgspec

from netblog.errors import Problem
from netblog.model.comment import Comment, CommentFile
from netblog.readers.envelope import FORMAT, VERSION, Slice, decoded, mended, reason, unfold
from netblog.readers.record_fields import safe_url
from netblog.readers.records import Record, Unfit, comment, repaired

MAX_WARNINGS = 20
"""Bad records listed one by one; the rest are a number."""

_record = msgspec.json.Decoder(Record)


class Reader(Protocol):
    """What reads one comment system: the bytes of a file, its path for messages, the site's time zone."""

    def __call__(self, data: bytes, path: str, zone: tzinfo) -> CommentFile: ...


def read_comments(data: bytes, path: str, zone: tzinfo) -> CommentFile:
    """The comments of one native file (docs: "The native JSON"), each id once: of several the last counts.

    `zone` is the site's: dates without an offset are read in it, with a warning, and all are turned into it.
    Where an object names a key twice, the last counts (RFC 8259, section 4, leaves it open). Raises
    CommentError when the file as a whole is not readable; everything else becomes a warning, and the first
    20 are listed.
    """
    data = decoded(data, path)
    document, records = unfold(data, path)
    findings = _Findings(path, data)
    comments: dict[str, Comment] = {}
    for record in records:
        findings.turn(record)
        try:
            found = comment(_typed(record, findings), zone, record.origin, findings.note)
        except Unfit as unfit:
            findings.drop(str(unfit))
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
    undated = datetime.max.replace(tzinfo=UTC)
    ordered = sorted(comments, key=lambda c: (c.published or undated, c.id))
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
        "published": _written(c.published),
        "updated": _written(c.updated),
        "author": author,
        "content": {"format": "html", "body": c.html},
        "source": {"system": c.source_system, "url": c.source_url},
        "likes": c.likes,
    }


def _written(when: datetime | None) -> str | None:
    """RFC 3339, whose offsets have no seconds: before there were time zones, local times had."""
    if when is None:
        return None
    offset = when.utcoffset()
    return (when.astimezone(UTC) if offset and offset.seconds % 60 else when).isoformat()


class _Findings:
    """What is wrong with a file: the first problems in full, the rest as numbers."""

    def __init__(self, path: str, data: bytes) -> None:
        self.path, self.data = path, data
        self.dropped: Counter[str] = Counter()
        self.record = Slice(b"", "", None)
        self.noted = False
        self.naive = 0
        self.first_naive = ""
        self._listed: list[Problem] = []
        self._count = 0
        self._offset, self._line = 0, 1

    def turn(self, record: Slice) -> None:
        """From here on the talk is of this record."""
        self.record, self.noted = record, False

    def note(self, pointer: str, message: str) -> None:
        self.noted = True
        self._count += 1
        if len(self._listed) < MAX_WARNINGS:
            self._listed.append(
                self._warning(f"{self.record.origin}{pointer}: {message}", "comment-record", self._where())
            )

    def drop(self, why: str) -> None:
        """Count a record left out. That a type is unknown is no fault of the export: counted, not noted."""
        if why.startswith("unknown type"):
            why = why if why in self.dropped or len(self.dropped) < 20 else "other unknown types"
        elif not self.noted:
            self.note("", f"the comment is left out: {why}")
        self.dropped[why] += 1

    def problems(self, zone: str) -> tuple[Problem, ...]:
        """All of them, as warnings; `zone` is the name of the site's."""
        problems = list(self._listed)
        if self._count > MAX_WARNINGS:
            more = self._count - MAX_WARNINGS
            problems.append(
                self._warning(f"{more} more problems of this kind in {self.path}", "comment-more")
            )
        if self.naive:
            dates = "1 date has" if self.naive == 1 else f"{self.naive} dates have"
            hint = "write 2016-03-14T09:26:53+01:00, or make sure that the timezone of [site] is the export's"
            message = f"{self.first_naive}: {dates} no offset from UTC, read as {zone} time"
            problems.append(self._warning(message, "comment-date", hint=hint))
        return tuple(problems)

    def _where(self) -> int | None:
        """The line of the record at hand. Records come in order, so the search never goes back."""
        if self.record.line is not None:
            return self.record.line
        start = self.data.find(bytes(self.record.data), self._offset)
        if start < 0:
            return None
        self._line += self.data.count(b"\n", self._offset, start)
        self._offset = start
        return self._line

    def _warning(self, message: str, code: str, line: int | None = None, hint: str | None = None) -> Problem:
        return Problem(message, path=self.path, line=line, hint=hint, severity="warning", code=code)


def _typed(place: Slice, findings: _Findings) -> Record:
    """The record in these bytes, taken apart if it must be. Raises Unfit."""
    try:
        record = _record.decode(place.data)
    except (msgspec.MsgspecError, RecursionError):
        try:
            value = msgspec.json.decode(mended(bytes(place.data)))
        except (msgspec.MsgspecError, RecursionError) as error:
            why = "it is nested too deeply" if isinstance(error, RecursionError) else reason(str(error))
            findings.note("", f"this is no comment: {why}")
            raise Unfit("not JSON") from None
        record = repaired(value, findings.note)
    for when, key in ((record.published, "published"), (record.updated, "updated")):
        if when is not None and when.tzinfo is None:
            findings.naive += 1
            findings.first_naive = findings.first_naive or f"{place.origin}/{key}"
    return record
