"""Orders and pages of posts: newest first, pages of a listing, years and months, neighbours.

There is one order for the whole site, so that a listing, its feed and the links to the next post can
never disagree. Everything here works on ids and dates and knows nothing else of a post.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import TypeVar

import msgspec

T = TypeVar("T")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def newest_key(date: datetime | None, id: str) -> tuple[int, str]:
    """The sort key of the site's one order: date descending, then id; undated last.

    Whole microseconds, because a float of seconds would make distinct far dates equal.
    """
    if date is None:
        return (1 << 80, id)
    since = date - _EPOCH
    return (-((since.days * 86400 + since.seconds) * 1_000_000 + since.microseconds), id)


def newest_first(rows: Iterable[tuple[str, datetime | None]]) -> tuple[str, ...]:
    """The ids of (id, date) rows in the site's one order."""
    return tuple(id for _, id in sorted(newest_key(date, id) for id, date in rows))


def paginate(items: Sequence[T], per_page: int) -> tuple[tuple[T, ...], ...]:
    """The items in pages of `per_page`; one empty page for no items, one page for `per_page` below 1."""
    if per_page < 1 or not items:
        return (tuple(items),)
    return tuple(tuple(items[start : start + per_page]) for start in range(0, len(items), per_page))


def page_path(base: str, number: int) -> str:
    """The path of a listing's page: `base` itself for 1, else `/tags/rete/page/2/`. ValueError below 1."""
    if number < 1:
        raise ValueError(f"pages are counted from 1, not {number}")
    return base if number == 1 else f"{base.rstrip('/')}/page/{number}/"


class Month(msgspec.Struct, frozen=True):
    """The posts of one month."""

    month: int
    """1 to 12."""
    ids: tuple[str, ...]
    """Newest first."""


class Year(msgspec.Struct, frozen=True):
    """The posts of one year."""

    year: int
    months: tuple[Month, ...]
    """December first; only months with posts."""

    @property
    def ids(self) -> tuple[str, ...]:
        """Every post of the year, newest first."""
        return tuple(id for month in self.months for id in month.ids)


def archive_groups(rows: Iterable[tuple[str, datetime]]) -> tuple[Year, ...]:
    """The (id, date) rows by year and month of their own time zone, newest first throughout."""
    groups: dict[int, dict[int, list[str]]] = {}
    for id, date in sorted(rows, key=lambda row: newest_key(row[1], row[0])):
        groups.setdefault(date.year, {}).setdefault(date.month, []).append(id)
    return tuple(
        Year(year, tuple(Month(month, tuple(months[month])) for month in sorted(months, reverse=True)))
        for year, months in sorted(groups.items(), reverse=True)
    )


def neighbours(order: Sequence[str]) -> dict[str, tuple[str | None, str | None]]:
    """For each id of a newest-first order: (the next older, the next newer), None at the ends."""
    last = len(order) - 1
    return {
        id: (order[at + 1] if at < last else None, order[at - 1] if at else None)
        for at, id in enumerate(order)
    }
