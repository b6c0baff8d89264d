"""Which of the files that have a place are published, and whether their ids tell them apart."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Protocol

from netblog.errors import Problem
from netblog.model.report import Reason


class Dated(Protocol):
    """What decides whether a file is published at a moment."""

    @property
    def draft(self) -> bool: ...
    @property
    def date(self) -> datetime | None: ...
    @property
    def expires(self) -> datetime | None: ...


class Identified(Protocol):
    """What must be told apart from all others."""

    @property
    def path(self) -> str: ...
    @property
    def id(self) -> str: ...
    @property
    def key(self) -> str: ...
    @property
    def lines(self) -> dict[str, int]: ...


def duplicate_ids(entries: Iterable[Identified]) -> tuple[Problem, ...]:
    """One error for each file whose id another file, earlier by path, has already."""
    first: dict[str, Identified] = {}
    problems = []
    for entry in sorted(entries, key=lambda entry: entry.path):
        other = first.setdefault(entry.id, entry)
        if other is entry:
            continue
        same = "id" not in entry.lines and other.key == entry.key
        problems.append(
            Problem(
                f"the id {entry.id!r} is that of content/{other.path} too",
                path=f"content/{entry.path}",
                line=entry.lines.get("id"),
                hint="both are the same post in one language: delete or rename one of them"
                if same
                else "an id belongs to one file alone, translations included: change one, or take it out",
                code="id",
            )
        )
    return tuple(problems)


def visibility(
    entry: Dated, *, drafts: bool, future: bool, reached: Callable[[datetime], bool]
) -> Reason | None:
    """Why an entry is withheld, or None if it is published.

    `drafts` and `future` let those through. `reached(moment)` says whether a moment has come; it is asked
    only where the answer matters, so that a build wakes at no other times.
    """
    if entry.draft and not drafts:
        return "draft"
    if entry.expires is not None and reached(entry.expires):
        return "expired"
    if entry.date is not None and not future and not reached(entry.date):
        return "future"
    return None
