"""What a page may ask of other posts: neighbours, relatives, translations, its series and its terms.

A page fetches projections (`relations(path)`, `label(...)`), never the whole catalogue, so a change elsewhere
reaches it only if what it shows has changed.
"""

from __future__ import annotations

import msgspec

from netblog.engine import Fetch, rule
from netblog.errors import Problem
from netblog.model.listing import neighbours
from netblog.model.related import Features, Match, tokenise
from netblog.model.related import related as find_related
from netblog.model.taxonomy import Tagged, Term, index_terms
from netblog.rules import settings
from netblog.rules.catalog import document, order, placement, registry
from netblog.rules.tables import shard_of, shards


@rule
def features(fetch: Fetch, path: str) -> Features:
    """What a post has in common with others: its terms, and the words of its title and headings."""
    entry = fetch(placement(path)).entry
    if entry is None:
        return Features(id=path, key="", lang="")
    body = fetch(document(path)).body
    words = [entry.title, *(heading.text for heading in body.headings)]
    return Features(
        id=path,
        key=entry.key,
        lang=entry.lang,
        date=entry.date,
        terms=tuple(f"{term.taxonomy}:{term.slug}" for term in entry.terms),
        words=tokenise(" ".join(words)),
    )


@rule
def related_table(fetch: Fetch) -> tuple[dict[str, tuple[Match, ...]], ...]:
    """The recommended posts of every post, computed for all at once."""
    options = fetch(settings.related())
    if options.count <= 0:
        return shards({})
    rows: dict[str, tuple[Match, ...]] = {}
    for edition in fetch(settings.editions()):
        posts = fetch.all([features(path) for path in fetch(order(edition))])
        rows.update(find_related(posts, options))
    return shards(rows)


class Relations(msgspec.Struct, frozen=True, kw_only=True):
    """The posts a post's page links to, by content path."""

    older: str | None = None
    newer: str | None = None
    related: tuple[str, ...] = ()
    translations: tuple[str, ...] = ()
    """All language versions including the post itself, the site's own language first; () when alone."""
    series: tuple[str, ...] = ()
    """All parts in order, including the post itself; () outside any series."""


@rule
def relations_table(fetch: Fetch) -> tuple[dict[str, Relations], ...]:
    found = fetch(registry())
    languages = tuple(fetch(settings.editions()))
    around: dict[str, tuple[str | None, str | None]] = {}
    for edition in languages:
        around.update(neighbours(fetch(order(edition))))
    families: dict[str, list[tuple[int, str]]] = {}
    parts: dict[tuple[str, str], list[str]] = {}
    for spot in found.spots:
        rank = languages.index(spot.lang) if spot.lang in languages else len(languages)
        families.setdefault(f"{spot.kind}:{spot.key}", []).append((rank, spot.path))
    for spot in reversed(found.spots):
        if spot.series and spot.kind == "post":
            parts.setdefault((spot.edition, spot.series), []).append(spot.path)
    matches: dict[str, tuple[Match, ...]] = {}
    for shard in fetch(related_table()):
        matches.update(shard)
    rows = {}
    for spot in found.spots:
        family = families[f"{spot.kind}:{spot.key}"]
        older, newer = around.get(spot.path, (None, None))
        series = parts.get((spot.edition, spot.series), []) if spot.series else []
        row = Relations(
            older=older,
            newer=newer,
            related=tuple(match.id for match in matches.get(spot.path, ())),
            translations=tuple(path for _, path in sorted(family)) if len(family) > 1 else (),
            series=tuple(series) if len(series) > 1 else (),
        )
        rows[spot.path] = row
    return shards(rows)


@rule
def relations_shard(fetch: Fetch, shard: str) -> dict[str, Relations]:
    return fetch(relations_table())[int(shard)]


@rule
def relations(fetch: Fetch, path: str) -> Relations:
    return fetch(relations_shard(shard_of(path))).get(path) or Relations()


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """Every term of the site: by taxonomy, then by edition, sorted by name."""

    terms: dict[str, dict[str, tuple[Term, ...]]]
    problems: tuple[Problem, ...]


@rule
def term_index(fetch: Fetch) -> Terms:
    uses = [
        Tagged(
            id=spot.path,
            lang=spot.edition,
            terms=spot.terms,
            path=f"content/{spot.path}",
            lines=spot.lines,
        )
        for spot in fetch(registry()).spots
        if spot.kind == "post"
    ]
    found, problems = index_terms(uses)
    return Terms(
        terms={
            taxonomy: {edition: found.get((taxonomy, edition), ()) for edition in fetch(settings.editions())}
            for taxonomy in fetch(settings.taxonomies())
        },
        problems=problems,
    )


class Label(msgspec.Struct, frozen=True):
    """What is written on a link to a term, and where it leads."""

    name: str
    slug: str
    url: str
    """Decoded path from the site's root."""
    count: int
    description: str
    taxonomy: str
    taxonomy_title: str


@rule
def labels(fetch: Fetch, taxonomy: str, edition: str) -> tuple[Label, ...]:
    """The terms of a taxonomy in one language, by name."""
    table = fetch(settings.taxonomies())[taxonomy]
    prefix = fetch(settings.editions())[edition].prefix
    found = []
    for term in fetch(term_index()).terms[taxonomy][edition]:
        options = table.terms.get(term.slug)
        found.append(
            Label(
                name=(options.name if options else "") or term.name,
                slug=term.slug,
                url=f"{prefix}{table.path}/{term.slug}/",
                count=len(term.ids),
                description=options.description if options else "",
                taxonomy=taxonomy,
                taxonomy_title=table.title or taxonomy.capitalize(),
            )
        )
    return tuple(found)


@rule
def label(fetch: Fetch, taxonomy: str, edition: str, slug: str) -> Label:
    """One term without its count: what a post that bears it shows."""
    for found in fetch(labels(taxonomy, edition)):
        if found.slug == slug:
            return msgspec.structs.replace(found, count=0)
    raise LookupError(f"{taxonomy}/{slug} is not a term of the {edition} edition")


@rule
def term(fetch: Fetch, taxonomy: str, edition: str, slug: str) -> Term:
    """One term with its posts, newest first."""
    for found in fetch(term_index()).terms[taxonomy][edition]:
        if found.slug == slug:
            return found
    raise LookupError(f"{taxonomy}/{slug} is not a term of the {edition} edition")
