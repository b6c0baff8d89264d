"""Terms: what posts are tagged with, gathered by slug, in each taxonomy and language.

The slug is a term's identity: two spellings with one slug share one page instead of overwriting each
other's. They are merged, shown under the commonest spelling, and warned of once, so that the
author hears of it and nothing breaks.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from netblog.errors import Problem
from netblog.model.post import TermRef
from netblog.model.urls import slugify

_SHOWN = 4


class Tagged(msgspec.Struct, frozen=True):
    """The terms of one post, and where they are written."""

    id: str
    lang: str
    terms: tuple[TermRef, ...]
    path: str = ""
    """The content file, relative to the site's folder, for messages."""
    lines: dict[str, int] = {}
    """As in `Entry.lines`; the line of the taxonomy's own key is used."""


class Term(msgspec.Struct, frozen=True):
    """One term of one taxonomy in one language."""

    slug: str
    name: str
    """The commonest spelling; of equally common ones the first in code point order."""
    ids: tuple[str, ...]
    """Its posts, in the order they were given, each once."""
    spellings: tuple[tuple[str, int], ...]
    """(spelling, posts), commonest first."""


Terms = tuple[Term, ...]
"""By name without regard to case, then slug."""


class _Gathered:
    __slots__ = ("counts", "first", "ids")

    def __init__(self) -> None:
        self.ids: dict[str, None] = {}
        self.counts: dict[str, int] = {}
        self.first: dict[str, Tagged] = {}


def term_slug(name: str) -> str:
    """The slug of a term's name: `slugify`, so `C`, `C++` and `C#` are three terms."""
    return slugify(name)


def index_terms(rows: Iterable[Tagged]) -> tuple[dict[tuple[str, str], Terms], tuple[Problem, ...]]:
    """All terms by (taxonomy, language), and one warning per term that is spelled in several ways.

    A warning stands where the rarest spelling is first used, in the order of `rows`.
    """
    gathered: dict[tuple[str, str], dict[str, _Gathered]] = {}
    for row in rows:
        for ref in row.terms:
            group = gathered.setdefault((ref.taxonomy, row.lang), {})
            found = group.get(ref.slug)
            if found is None:
                found = group[ref.slug] = _Gathered()
            found.ids[row.id] = None
            found.counts[ref.name] = found.counts.get(ref.name, 0) + 1
            if ref.name not in found.first:
                found.first[ref.name] = row
    index: dict[tuple[str, str], Terms] = {}
    problems: list[Problem] = []
    for place in sorted(gathered):
        terms: list[Term] = []
        for slug, found in gathered[place].items():
            spellings = tuple(sorted(found.counts.items(), key=lambda pair: (-pair[1], pair[0])))
            made = Term(slug, spellings[0][0], tuple(found.ids), spellings)
            terms.append(made)
            if len(spellings) > 1:
                problems.append(_several(place[0], made, found.first[spellings[-1][0]]))
        index[place] = tuple(sorted(terms, key=lambda term: (term.name.casefold(), term.slug)))
    problems.sort(key=lambda problem: (problem.path or "", problem.message))
    return index, tuple(problems)


def _several(taxonomy: str, term: Term, row: Tagged) -> Problem:
    shown = [f"{name!r} ({n} post{'' if n == 1 else 's'})" for name, n in term.spellings]
    if len(shown) > _SHOWN:
        shown[_SHOWN - 1 :] = [f"{len(shown) - _SHOWN + 1} further spellings"]
    return Problem(
        f"{', '.join(shown[:-1])} and {shown[-1]} are one term of {taxonomy}, shown as {term.name!r}",
        path=row.path or None,
        line=row.lines.get(taxonomy),
        hint=f"write {term.name!r} everywhere",
        severity="warning",
        code="term-spelling",
    )
