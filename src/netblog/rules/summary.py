"""What to tell the author: counts, what was withheld, and every problem of the site as one value.

It is a rule like any other, so a build that finds nothing changed repeats it word for word.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from netblog.engine import Fetch, Key, rule
from netblog.errors import NetblogError, Problem
from netblog.model.report import Withheld
from netblog.readers.keys import suggestion
from netblog.rules.catalog import document, placement, published, registry
from netblog.rules.conversation import joined, talk
from netblog.rules.data import data_problems
from netblog.rules.links import no_such_image, resolved
from netblog.rules.manifest import collisions
from netblog.rules.relations import term_index
from netblog.rules.sources import content_files, strays
from netblog.rules.templates import theme_options


class Troubles(msgspec.Struct, frozen=True):
    """What there is to say of one content file."""

    problems: tuple[Problem, ...]
    unknown: tuple[tuple[str, int], ...]
    """Front-matter keys nobody knows, each with its line."""
    comments: int = 0


@rule
def troubles(fetch: Fetch, path: str) -> Troubles:
    read = fetch(document(path))
    placed = fetch(placement(path))
    problems = (*read.problems, *placed.problems)
    if fetch(published(path)) is None:
        return Troubles(problems, read.front.unknown)
    said = fetch(talk(path))
    links = fetch(resolved(path)).problems if read.body.links else ()
    image = placed.entry.image if placed.entry else None
    picture = no_such_image(fetch, path, image, read.front.lines.get("image")) if image else ()
    return Troubles(
        (*problems, *links, *picture, *said.problems),
        read.front.unknown,
        said.conversation.count,
    )


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    posts: int
    pages: int
    comments: int
    withheld: tuple[Withheld, ...]
    problems: tuple[Problem, ...]


@rule
def summary(fetch: Fetch) -> Summary:
    found = fetch(registry())
    problems: list[Problem] = [*found.problems]
    unknown: dict[str, list[tuple[str, int]]] = {}
    paths = fetch(content_files())
    told = fetch.all([troubles(path) for path in paths])
    for path, trouble in zip(paths, told, strict=True):
        problems.extend(trouble.problems)
        for key, line in trouble.unknown:
            unknown.setdefault(key, []).append((path, line))
    problems.extend(_unknown_keys(unknown))
    problems.extend(fetch(joined()).problems)
    problems.extend(fetch(term_index()).problems)
    problems.extend(fetch(collisions()))
    problems.extend(fetch(theme_options()).problems)
    problems.extend(fetch(data_problems()))
    problems.extend(_stray(path) for path in fetch(strays()))
    withheld = []
    for it in found.withheld:
        entry = fetch(placement(it.path)).entry
        withheld.append(Withheld(f"content/{it.path}", entry.title if entry else "", it.reason, it.when))
    return Summary(
        posts=sum(spot.kind == "post" for spot in found.spots),
        pages=sum(spot.kind == "page" for spot in found.spots),
        comments=sum(trouble.comments for trouble in told),
        withheld=tuple(withheld),
        problems=tuple(problems),
    )


@rule
def piecemeal(fetch: Fetch) -> tuple[Problem, ...]:
    """What is wrong with each content and comment file, for a site so broken that it cannot be summed up.

    A theme that is not there must not hide what is wrong with a post.
    """
    try:
        paths = fetch(content_files())
    except NetblogError as error:
        return error.problems
    keys: list[Key[Any]] = [*(troubles(path) for path in paths), joined()]
    found = [problem for key in keys for problem in _problems(fetch, key)]
    return tuple(dict.fromkeys((*found, *fetch(data_problems()))))


def _problems(fetch: Fetch, key: Key[Any]) -> tuple[Problem, ...]:
    try:
        return tuple(fetch(key).problems)
    except NetblogError as error:
        return error.problems


def _stray(path: str) -> Problem:
    inside = path.startswith(("posts/", "pages/"))
    return Problem(
        "this file is not published: " + ("its ending is in capitals" if inside else "it is no post and no page"),
        path=f"content/{path}",
        hint="rename it to end in .md" if inside else "move it into content/posts/ or content/pages/",
        severity="warning",
        code="stray",
    )


def _unknown_keys(unknown: dict[str, list[tuple[str, int]]]) -> Iterable[Problem]:
    for key, places in sorted(unknown.items()):
        path, line = places[0]
        near = suggestion(key)
        files = "1 file" if len(places) == 1 else f"{len(places)} files"
        hint = f"did you mean {near}?" if near else "put it under extra, or name it in [content] known_keys"
        yield Problem(
            f"the front-matter key {key!r} is not known (in {files})",
            path=f"content/{path}",
            line=line,
            hint=hint,
            severity="warning",
            code="front-matter-key",
        )
