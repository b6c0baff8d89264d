"""What there is: each content file read and placed, and the registry of all that is published.

A change climbs these rules only as far as it matters: a body edit makes a new `document` but an equal
`placement`; a new title makes a new `placement` but an equal `spot`, and only spots make up the `registry`.
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING
from zlib import crc32
from zoneinfo import ZoneInfo

import msgspec

from netblog.engine import Fetch, rule
from netblog.errors import ContentError, Problem
from netblog.model.config import Markdown
from netblog.model.listing import newest_key
from netblog.model.placement import Layout, layout, place
from netblog.model.post import Document, Entry, Kind, TermRef
from netblog.model.report import Reason
from netblog.model.visibility import duplicate_ids, visibility
from netblog.readers.frontmatter import read_front_matter, split
from netblog.readers.source import read_source
from netblog.rules import settings
from netblog.rules.sources import content_files, file, option, reached
from netblog.rules.tables import shard_of, shards

if TYPE_CHECKING:
    from netblog.readers.markdown import MarkdownReader


LARGEST = 16 << 20
"""Bytes of a content file. The longest novels have a quarter of it."""


@lru_cache(maxsize=4)
def _reader(options: Markdown, lazy_images: bool) -> MarkdownReader:
    from netblog.readers.markdown import MarkdownReader

    return MarkdownReader(options, lazy_images=lazy_images)


@rule
def document(fetch: Fetch, path: str) -> Document:
    """One content file, read. Its problems are part of it: a broken post hides no other."""
    where = f"content/{path}"
    reading = fetch(settings.reading())
    markdown = fetch(settings.markdown())
    try:
        data = fetch(file(where))
        if data is None:
            raise ContentError(Problem("this content file has gone", path=where, code="missing"))
        if len(data) > LARGEST:
            size = f"{len(data) >> 20} MiB, and {LARGEST >> 20} MiB is the most"
            hint = "what is not text belongs beside the post or into static/"
            raise ContentError(Problem(f"this content file is too large ({size})", path=where, hint=hint, code="size"))
        source = read_source(data, where)
        parts = split(source)
        front, problems = read_front_matter(
            parts, where, ZoneInfo(reading.timezone), reading.known_keys, reading.taxonomies
        )
        rendered = _reader(markdown, reading.lazy_images).render(
            parts.body, path=where, first_line=parts.body_line, prefix=_prefix(path)
        )
    except ContentError as error:
        return Document(path=path, problems=error.problems, broken=True)
    return Document(
        path=path,
        front=front,
        body=rendered.body,
        heading=rendered.title,
        problems=(*source.problems, *problems, *rendered.problems),
    )


def _prefix(path: str) -> str:
    """A short token for ids that must differ between posts sharing a listing."""
    return f"{crc32(path.encode('utf-8', 'surrogatepass')):08x}"


class Placement(msgspec.Struct, frozen=True, kw_only=True):
    entry: Entry | None
    """None for a file that cannot be placed: its problems say why."""
    problems: tuple[Problem, ...] = ()


@rule
def placement(fetch: Fetch, path: str) -> Placement:
    """Where a content file belongs and what it is called."""
    read = fetch(document(path))
    if read.broken or any(problem.severity == "error" for problem in read.problems):
        return Placement(entry=None)
    reading = fetch(settings.reading())
    entry, problems = place(read, fetch(plan()), ZoneInfo(reading.timezone), read.heading or "")
    return Placement(entry=entry, problems=problems)


_SPOKEN_OF = ("aliases", "permalink", "slug", "tags", "categories", "id")


@rule
def plan(fetch: Fetch) -> Layout:
    """What of the configuration decides where files belong."""
    return layout(fetch(settings.config()))


class Spot(msgspec.Struct, frozen=True, kw_only=True):
    """A published file's place among the others: what orders, groups and addresses it, and no words."""

    path: str
    kind: Kind
    id: str
    key: str
    lang: str
    edition: str
    """The language whose lists it is in: its own where the site has that language, else the site's."""
    url: str
    slug: str
    date: datetime | None
    updated: datetime | None
    expires: datetime | None
    draft: bool
    weight: int | None
    terms: tuple[TermRef, ...]
    series: str | None
    aliases: tuple[str, ...]
    template: str | None
    bundle: str | None
    lines: dict[str, int]
    """Where its aliases and terms are written, for messages."""


@rule
def spot(fetch: Fetch, path: str) -> Spot | None:
    entry = fetch(placement(path)).entry
    if entry is None:
        return None
    editions = fetch(settings.reading()).languages
    return Spot(
        path=path,
        kind=entry.kind,
        id=entry.id,
        key=entry.key,
        lang=entry.lang,
        edition=entry.lang if entry.lang in editions else editions[0],
        url=entry.url,
        slug=entry.slug,
        date=entry.date,
        updated=entry.updated,
        expires=entry.expires,
        draft=entry.draft,
        weight=entry.weight,
        terms=entry.terms,
        series=entry.series,
        aliases=entry.aliases,
        template=entry.template,
        bundle=entry.bundle,
        lines={key: line for key, line in entry.lines.items() if key in _SPOKEN_OF},
    )


class Withheld(msgspec.Struct, frozen=True):
    path: str
    reason: Reason
    when: datetime | None


class Registry(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that is published, and what is not."""

    spots: tuple[Spot, ...]
    """Newest first; pages, which need no date, after all posts."""
    withheld: tuple[Withheld, ...]
    unplaced: tuple[str, ...]
    """Files with errors: their links are not broken links."""
    problems: tuple[Problem, ...]


@rule
def registry(fetch: Fetch) -> Registry:
    """What is published at this moment, for this build's options.

    The clock is asked about the one moment that matters, found by bisection over all dates: a dozen yes-or-no
    inputs, so that a build of tomorrow with no post due finds nothing changed.
    """
    paths = fetch(content_files())
    found = fetch.all([spot(path) for path in paths])
    drafts = fetch(option("drafts")) == "true" or fetch(settings.build()).drafts
    future = fetch(option("future")) == "true" or fetch(settings.build()).future
    moments = sorted({moment for it in found if it for moment in (it.date, it.expires) if moment})
    low, high = 0, len(moments)
    while low < high:
        middle = (low + high) // 2
        if fetch(reached(moments[middle].isoformat())):
            low = middle + 1
        else:
            high = middle
    past = moments[low - 1] if low else None

    def is_past(moment: datetime) -> bool:
        return past is not None and moment <= past

    published: list[Spot] = []
    withheld: list[Withheld] = []
    for it in found:
        if it is None:
            continue
        reason = visibility(it, drafts=drafts, future=future, reached=is_past)
        if reason is None:
            published.append(it)
        else:
            when = {"future": it.date, "expired": it.expires}.get(reason)
            withheld.append(Withheld(it.path, reason, when))
    published.sort(key=lambda it: newest_key(it.date, it.id))
    return Registry(
        spots=tuple(published),
        withheld=tuple(withheld),
        unplaced=tuple(path for path, it in zip(paths, found, strict=True) if it is None),
        problems=duplicate_ids(published),
    )


@rule
def places(fetch: Fetch) -> tuple[dict[str, Spot], ...]:
    return shards({it.path: it for it in fetch(registry()).spots})


@rule
def places_shard(fetch: Fetch, shard: str) -> dict[str, Spot]:
    return fetch(places())[int(shard)]


@rule
def published(fetch: Fetch, path: str) -> Spot | None:
    """The spot of a content file, or None when it is not published."""
    return fetch(places_shard(shard_of(path))).get(path)


@rule
def exists(fetch: Fetch, path: str) -> bool:
    """Whether there is such a content file at all, published or not."""
    return path in _as_set(fetch(content_files()))


@lru_cache(maxsize=2)
def _as_set(paths: tuple[str, ...]) -> frozenset[str]:
    return frozenset(paths)


@rule
def order(fetch: Fetch, edition: str) -> tuple[str, ...]:
    """The posts of one language, newest first."""
    return tuple(it.path for it in fetch(registry()).spots if it.kind == "post" and it.edition == edition)


@rule
def recent(fetch: Fetch, edition: str, count: str) -> tuple[str, ...]:
    """The newest posts of one language."""
    return fetch(order(edition))[: int(count)]
