"""What readers left: the comment files read, joined to pages, and threaded page by page."""

from __future__ import annotations

import csv
import io
from collections import Counter
from fnmatch import fnmatchcase
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import msgspec

from netblog.engine import Fetch, rule
from netblog.errors import CommentError, ContentError, Problem
from netblog.model.comment import Comment, CommentFile, Conversation
from netblog.model.joining import Pages, join, normalise
from netblog.model.thread import converse
from netblog.readers.source import read_source
from netblog.rules import settings
from netblog.rules.catalog import registry
from netblog.rules.sources import file, tree
from netblog.rules.tables import shard_of, shards


@rule
def comment_files(fetch: Fetch) -> tuple[str, ...]:
    """The files that [comments] sources names, in the order of the patterns, each once."""
    found: dict[str, None] = {}
    for pattern in fetch(settings.comments()).sources:
        folder = pattern
        while folder and any(mark in folder for mark in "*?["):
            folder = folder.rpartition("/")[0]
        if folder == pattern:
            found[pattern] = None
            continue
        for path in fetch(tree(folder)):
            if fnmatchcase(f"{folder}/{path}", pattern):
                found[f"{folder}/{path}"] = None
    return tuple(found)


@rule
def comment_file(fetch: Fetch, path: str) -> CommentFile:
    """One comment file. What is wrong with it is part of the value: the others are still read."""
    from netblog.readers.comments import read_comments

    try:
        data = fetch(file(path))
        if data is None:
            hint = "[comments] sources in netblog.toml names it"
            raise CommentError(Problem("there is no such comment file", path=path, hint=hint))
        return read_comments(data, path, ZoneInfo(fetch(settings.reading()).timezone))
    except (CommentError, ContentError) as error:
        return CommentFile(problems=error.problems)


class Moved(msgspec.Struct, frozen=True, kw_only=True):
    """[comments] url_map, read."""

    urls: dict[str, str]
    """Old URL -> new URL."""
    problems: tuple[Problem, ...] = ()


@rule
def url_map(fetch: Fetch) -> Moved:
    """[comments] url_map. What is wrong with it is part of the value: the site's other problems are still told."""
    path = fetch(settings.comments()).url_map
    if not path:
        return Moved(urls={})
    try:
        data = fetch(file(path))
        if data is None:
            hint = "[comments] url_map in netblog.toml names it"
            raise ContentError(Problem("there is no such file", path=path, hint=hint))
        text = read_source(data, path).text
    except ContentError as error:
        return Moved(urls={}, problems=error.problems)
    rows = csv.reader(io.StringIO(text))
    return Moved(urls={row[0].strip(): row[1].strip() for row in rows if len(row) >= 2 and row[0].strip()})


class Joined(msgspec.Struct, frozen=True, kw_only=True):
    """Every comment under the content path of its page."""

    pages: tuple[dict[str, tuple[Comment, ...]], ...]
    problems: tuple[Problem, ...]


@rule
def joined(fetch: Fetch) -> Joined:
    options = fetch(settings.comments())
    if not options.enabled:
        return Joined(pages=shards({}), problems=())
    files = fetch.all([comment_file(path) for path in fetch(comment_files())])
    comments = [comment for found in files for comment in found.comments]
    moved = fetch(url_map())
    problems = [*moved.problems, *(problem for found in files for problem in found.problems)]
    site_url = fetch(settings.site()).url
    found = join(
        [comment.page for comment in comments],
        _pages(fetch, moved.urls),
        hosts=(urlsplit(site_url).hostname or "",),
        legacy_domains=options.legacy_domains,
    )
    pages: dict[str, list[Comment]] = {}
    for comment in comments:
        if comment.page in found.matched:
            pages.setdefault(found.matched[comment.page], []).append(comment)
    problems += [
        Problem(
            f"{_count(lost.comments)} for {lost.page!r} found no page",
            hint=f"the nearest page is {lost.nearest}" if lost.nearest else None,
            severity="warning",
            code="comments-unmatched",
        )
        for lost in found.unmatched
    ]
    return Joined(pages=shards({path: tuple(kept) for path, kept in pages.items()}), problems=tuple(problems))


def _pages(fetch: Fetch, moved: dict[str, str]) -> Pages:
    """Every name that comments may call a page by."""
    spots = fetch(registry()).spots
    slugs = Counter(spot.slug for spot in spots)
    known: dict[str, str] = {}
    # A page's own URL stands before another's alias.
    for spot in spots:
        known[normalise(spot.url)] = spot.path
    for spot in spots:
        for alias in spot.aliases:
            known.setdefault(normalise(alias), spot.path)
    by_path = {spot.path: spot.path for spot in spots}
    by_path.update((spot.id, spot.path) for spot in spots)
    return Pages(
        known,
        by_path=by_path,
        by_slug={spot.slug: spot.path for spot in spots if slugs[spot.slug] == 1},
        url_map=moved,
        base=fetch(settings.base()),
    )


def _count(number: int) -> str:
    return "1 comment" if number == 1 else f"{number} comments"


@rule
def joined_shard(fetch: Fetch, shard: str) -> dict[str, tuple[Comment, ...]]:
    return fetch(joined()).pages[int(shard)]


class Talk(msgspec.Struct, frozen=True, kw_only=True):
    conversation: Conversation
    problems: tuple[Problem, ...] = ()


@rule
def talk(fetch: Fetch, path: str) -> Talk:
    """The conversation of one page, threaded, with what was wrong in it."""
    comments = fetch(joined_shard(shard_of(path))).get(path)
    if not comments:
        return Talk(conversation=Conversation())
    options = fetch(settings.comments())
    conversation, problems = converse(comments, depth=options.depth, order=options.order)
    return Talk(conversation=conversation, problems=problems)
