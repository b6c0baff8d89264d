"""One record of the native comment format -> a Comment, or the reason why not.

A record that is as the format says is decoded straight into a struct, because an old blog has 200,000 of
them. Only a record that does not fit is taken apart field by field, so that a wrong `likes` costs the likes
and not the comment: what cannot be missed is an id, a page, a status and, for a comment, its text.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, tzinfo
from functools import cache
from html import escape
from typing import Any, get_args

import msgspec
from markdown_it import MarkdownIt

from netblog.model.comment import Author, Comment, CommentType, Format, Status
from netblog.readers.dates import fixed
from netblog.readers.record_fields import avatar_path, plain, safe_url, seen
from netblog.readers.sanitise import MAX_BODY, bounded, sanitise

Note = Callable[[str, str], None]
"""Told of a problem: JSON pointer within the record (`/author/name`), and what is wrong."""

TYPES = frozenset(get_args(CommentType))
STATUSES = frozenset(get_args(Status))
FORMATS = frozenset(get_args(Format))
MAX_ID = 300
MAX_PAGE = 2_048

_kinds = {str: "a string", int: "a number", bool: "true or false", dict: "an object"}
_paragraphs = re.compile(r"\n[ \t]*\n\s*")
_date = re.compile(
    r"(\d{4}-\d\d-\d\d)(?:[Tt ](\d\d:\d\d(?::\d\d)?)(?:[.,](\d{1,6})\d*)?)? ?([Zz]|[+-]\d\d:?\d\d)?", re.ASCII
)


class AuthorRecord(msgspec.Struct, frozen=True, gc=False):
    name: str | None = None
    url: str | None = None
    avatar: str | None = None
    key: str | None = None
    owner: bool = False


class ContentRecord(msgspec.Struct, frozen=True, gc=False):
    format: Format
    body: str


class SourceRecord(msgspec.Struct, frozen=True, gc=False):
    system: str | None = None
    url: str | None = None


class Record(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A record with every field of the type the format asks for; its values are still hostile."""

    id: str
    type: str
    page: str
    status: Status
    parent: str | None = None
    published: datetime | None = None
    updated: datetime | None = None
    author: AuthorRecord | None = None
    content: ContentRecord | None = None
    source: SourceRecord | None = None
    likes: int = 0


class Unfit(Exception):
    """The record cannot be a comment; the text is the reason, as it is counted."""


def comment(record: Record, zone: tzinfo, origin: str, note: Note) -> Comment:
    """The validated Comment. Raises Unfit; naive dates are read in `zone`, the caller counts them."""
    if record.type not in TYPES:
        raise Unfit(f"unknown type {plain(record.type, limit=40)!r}")
    ident, page = identifier(record.id), seen(record.page).strip()
    if not ident:
        raise Unfit("no id")
    if not page:
        raise Unfit("no page")
    if len(ident) > MAX_ID or len(page) > MAX_PAGE:
        raise Unfit("id too long" if len(ident) > MAX_ID else "page too long")
    content = record.content
    if content is None and record.status == "approved" and record.type in ("comment", "reply"):
        raise Unfit("no text")
    html = ""
    # What was deleted stays deleted: its text is not carried any further.
    if content is not None and record.status != "deleted":
        text, cut = bounded(content.body)
        if cut:
            note("/content/body", f"the text is longer than {MAX_BODY} characters, the rest is cut off")
        html = render(text, content.format)
    author, source = record.author, record.source
    return Comment(
        id=ident,
        type=record.type,  # type: ignore[arg-type]
        page=page,
        parent=identifier(record.parent)[:MAX_ID] or None if record.parent else None,
        status=record.status,
        published=moment(record.published, zone, "/published", note),
        updated=moment(record.updated, zone, "/updated", note),
        author=person(author) if author else Author(),
        html=html,
        source_system=plain(source.system, limit=40) if source and source.system else "",
        source_url=safe_url(source.url) if source and source.url else None,
        likes=min(max(record.likes, 0), 10**9),
        origin=origin,
    )


def repaired(value: object, note: Note) -> Record:
    """A Record of any JSON value, each field that does not fit noted and left out. Raises Unfit."""
    if not isinstance(value, dict):
        note("", "a comment should be an object")
        raise Unfit("not an object")
    author = _field(value, "author", dict, "", note) or {}
    source = _field(value, "source", dict, "", note) or {}
    status = _choice(value, "status", STATUSES, "", note)
    if status is None:
        raise Unfit("no status")
    return Record(
        id=_field(value, "id", str, "", note) or "",
        type=_field(value, "type", str, "", note) or "",
        page=_field(value, "page", str, "", note) or "",
        status=status,
        parent=_field(value, "parent", str, "", note),
        published=_moment(value, "published", note),
        updated=_moment(value, "updated", note),
        author=AuthorRecord(
            name=_field(author, "name", str, "/author", note),
            url=_field(author, "url", str, "/author", note),
            avatar=_field(author, "avatar", str, "/author", note),
            key=_field(author, "key", str, "/author", note),
            owner=_field(author, "owner", bool, "/author", note) or False,
        ),
        content=_content(value, note),
        source=SourceRecord(
            system=_field(source, "system", str, "/source", note),
            url=_field(source, "url", str, "/source", note),
        ),
        likes=_field(value, "likes", int, "", note) or 0,
    )


def render(body: str, form: Format) -> str:
    """A body in its stated format -> safe HTML."""
    if form == "html":
        return sanitise(body)
    if form == "markdown":
        return sanitise(_markdown().render(seen(body)))
    paragraphs = _paragraphs.split(seen(body).strip())
    lines = (escape(paragraph, quote=False).replace("\n", "<br>") for paragraph in paragraphs if paragraph)
    return sanitise("\n".join(f"<p>{line}</p>" for line in lines))


def person(record: AuthorRecord) -> Author:
    key = plain(record.key) if record.key else None
    return Author(
        name=plain(record.name) if record.name else "",
        url=safe_url(record.url) if record.url else None,
        avatar=avatar_path(record.avatar) if record.avatar else None,
        # An export by another hand may put the address itself there.
        key=key if key and "@" not in key else None,
        owner=record.owner,
    )


def identifier(text: str) -> str:
    """An id without what nobody sees, so that an id and a reference to it cannot differ by that."""
    return plain(text, limit=MAX_ID * 10)


def moment(when: datetime | None, zone: tzinfo, pointer: str, note: Note) -> datetime | None:
    """The same moment in the site's zone; a naive one is taken to be in that zone."""
    if when is None:
        return None
    if not 1 < when.year < 9999:
        # Nothing may overflow later, in whatever zone it is shown.
        note(pointer, f"the year {when.year} cannot be meant, the comment is shown without a date")
        return None
    return fixed(when.replace(tzinfo=zone) if when.tzinfo is None else when.astimezone(zone))


@cache
def _markdown() -> MarkdownIt:
    # No raw HTML, no pictures; a table would not pass the sanitiser, so its text stays as typed.
    return MarkdownIt("js-default", {"html": False, "maxNesting": 20}).disable(["image", "table"])


def _field(holder: dict[str, Any], key: str, kind: type, pointer: str, note: Note) -> Any:
    value = holder.get(key)
    if value is None or (isinstance(value, kind) and not (kind is int and isinstance(value, bool))):
        return value
    note(f"{pointer}/{key}", f"{_shown(value)} should be {_kinds[kind]}")
    # Numbers where a name or an id is meant are the commonest slip of hand-made exports.
    return str(value) if kind is str and isinstance(value, int) and not isinstance(value, bool) else None


def _choice(holder: dict[str, Any], key: str, choices: frozenset[str], pointer: str, note: Note) -> Any:
    value = holder.get(key)
    if isinstance(value, str) and value in choices:
        return value
    note(f"{pointer}/{key}", f"{_shown(value)} should be one of {', '.join(sorted(choices))}")
    return None


def _content(value: dict[str, Any], note: Note) -> ContentRecord | None:
    content = _field(value, "content", dict, "", note)
    if content is None:
        return None
    body = _field(content, "body", str, "/content", note)
    form = _choice(content, "format", FORMATS, "/content", note)
    return None if body is None or form is None else ContentRecord(form, body)


def _moment(value: dict[str, Any], key: str, note: Note) -> datetime | None:
    text = _field(value, key, str, "", note)
    if text is None:
        return None
    match = _date.fullmatch(text.strip())
    if match:
        day, time, fraction, offset = match.groups()
        seconds = "" if time and len(time) == 8 else ":00"
        spelled = f"{day}T{time or '00:00'}{seconds}.{fraction or '':0<6}{offset or ''}"
        try:
            return datetime.fromisoformat(spelled.upper())
        except ValueError:
            pass
    note(f"/{key}", f"{_shown(text)} is no date, the comment is shown without one")
    return None


def _shown(value: object) -> str:
    """A value as JSON, short enough for a message."""
    if isinstance(value, (dict, list)):
        return "an object" if isinstance(value, dict) else "a list"
    if isinstance(value, str):
        return f'"{plain(value[:100], limit=40)}"'
    if value is None:
        return "nothing"
    return str(value).lower()[:40]
