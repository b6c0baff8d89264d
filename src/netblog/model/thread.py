"""The comments of one page -> its conversation: a tree, the pings, the reactions.

Exports disagree about trees: parents are missing, stand on other pages, follow their children, answer
themselves. Each such case has one rule here, and whatever the order of the records, the same conversation
comes out. Nothing recurses per comment: a chain of thousands of answers is walked with a list.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Literal

from netblog.errors import Problem
from netblog.model.comment import Author, Comment, Conversation, Ping, Reaction, ThreadedComment
from netblog.model.joining import host

CONVERSATION = frozenset({"comment", "reply"})
PINGS = frozenset({"pingback", "trackback", "mention"})
REACTIONS = frozenset({"like", "repost", "bookmark", "rsvp"})
MAX_DEPTH = 50
"""Above any screen's patience, and below the depth at which a template's recursion gives up."""
MAX_WARNINGS = 20

_never = datetime.max.replace(tzinfo=UTC)
_digits = re.compile(r"[0-9]+")
_numbered = re.compile(r"(?:wp:)?([0-9]+)")
_unsafe = re.compile(r"[^A-Za-z0-9_]+")
_tags = re.compile(r"<[^>]*>")
_entities = {"&lt;": "<", "&gt;": ">", "&quot;": '"', "&nbsp;": " ", "&amp;": "&"}
_entity = re.compile("|".join(_entities))


def converse(
    comments: Sequence[Comment], *, depth: int = 5, order: Literal["oldest", "newest"] = "oldest"
) -> tuple[Conversation, tuple[Problem, ...]]:
    """The conversation of one page, and warnings of what had to be mended.

    `comments` are all records of that page, of any status; only approved ones are shown, and placeholders
    where an answer would hang in the air without them. `depth` is the visual nesting. Sorted by (published,
    id), numbers in ids by value, undated ones last; `order="newest"` turns the top level around and leaves
    the answers as they were given, to be read downwards.
    """
    kept, same = _distinct(comments)
    ranked = sorted(kept, key=_rank)
    nodes = {c.id: c for c in ranked if c.type in CONVERSATION}
    pings = {c.id: c for c in ranked if c.type in PINGS and c.status == "approved"}
    likes = [c for c in ranked if c.type in REACTIONS and c.status == "approved"]
    parents, problems = _parents(nodes, {c.id for c in ranked}, same)
    shown = _shown(nodes, parents)
    anchors = _anchors([c.id for c in ranked if c.id in shown or c.id in pings])
    # Pings are listed apart, so an answer to one stands at the top level and says whom it answers.
    pinged = {
        c.id: pings[parent]
        for c in nodes.values()
        if (parent := _original(c.parent, same)) in pings and parent
    }
    walk = _walk(nodes, parents, shown, newest=order == "newest")
    conversation = Conversation(
        count=sum(nodes[ident].status == "approved" for ident in shown) + len(pings),
        threads=_threads(walk, nodes, parents, anchors, pinged, max(1, min(depth, MAX_DEPTH))),
        pings=tuple(_ping(c, anchors[c.id]) for c in pings.values()),
        reactions=tuple(
            Reaction(type=c.type, author=c.author, url=c.source_url or c.author.url) for c in likes
        ),
    )
    return conversation, _capped(problems)


def _distinct(comments: Sequence[Comment]) -> tuple[list[Comment], dict[str, str]]:
    """Each comment once, and which id stands for that of a copy.

    Of one id the last record counts: later files and later lines are newer. Of two ids with the same author,
    time and text, as two imports of one blog make them, the approved one counts, then the first by rank.
    """
    latest = {comment.id: comment for comment in comments}
    first: dict[tuple[object, ...], Comment] = {}
    same: dict[str, str] = {}
    kept: list[Comment] = []
    for comment in sorted(latest.values(), key=lambda c: (c.status != "approved", _rank(c))):
        # Without a date or a text two comments may well be two; a reaction never has a text.
        if comment.type in CONVERSATION and (comment.published is None or not comment.html):
            kept.append(comment)
            continue
        who = (comment.author.name, comment.author.url if comment.type not in CONVERSATION else None)
        where = comment.source_url if comment.type not in CONVERSATION else None
        key = (comment.type, who, where, comment.published, comment.html)
        original = first.setdefault(key, comment)
        if original is comment:
            kept.append(comment)
        else:
            same[comment.id] = original.id
    return kept, same


def _rank(comment: Comment) -> tuple[bool, datetime, str, str]:
    natural = _digits.sub(lambda number: number[0].zfill(20), comment.id)
    return (comment.published is None, comment.published or _never, natural, comment.id)


def _original(ident: str | None, same: dict[str, str]) -> str | None:
    return same.get(ident, ident) if ident else None


def _parents(
    nodes: dict[str, Comment], known: set[str], same: dict[str, str]
) -> tuple[dict[str, str | None], list[Problem]]:
    """The parent of each node, None at the top level: missing and foreign ones are let go, circles cut."""
    parents: dict[str, str | None] = {}
    problems: list[Problem] = []
    for ident, comment in nodes.items():
        parent = _original(comment.parent, same)
        parents[ident] = parent if parent in nodes else None
        if parent and parent not in known and comment.status == "approved":
            message = f"the comment it answers, {comment.parent}, is missing or on another page"
            problems.append(_warning(comment, f"{message}; it moves to the top level"))
    rank = {ident: place for place, ident in enumerate(nodes)}
    settled: set[str] = set()
    for start in nodes:
        path: dict[str, None] = {}
        at: str | None = start
        while at is not None and at not in settled and at not in path:
            path[at] = None
            at = parents[at]
        if at is not None and at in path:
            chain = list(path)
            circle = chain[chain.index(at) :]
            oldest = min(circle, key=rank.__getitem__)
            parents[oldest] = None
            message = (
                f"{len(circle)} comments answer each other in a circle" if circle[1:] else "it answers itself"
            )
            problems.append(_warning(nodes[oldest], f"{message}; it moves to the top level"))
        settled.update(path)
    return parents, problems


def _shown(nodes: dict[str, Comment], parents: dict[str, str | None]) -> set[str]:
    """Approved comments and all they descend from."""
    shown: set[str] = set()
    for ident, comment in nodes.items():
        at: str | None = ident if comment.status == "approved" else None
        while at is not None and at not in shown:
            shown.add(at)
            at = parents[at]
    return shown


def _walk(
    nodes: dict[str, Comment], parents: dict[str, str | None], shown: set[str], *, newest: bool
) -> list[tuple[str, int]]:
    """What is shown, each before its answers, with its true depth (1 at the top)."""
    children: dict[str | None, list[str]] = {}
    for ident in nodes:
        if ident in shown:
            children.setdefault(parents[ident], []).append(ident)
    top = children.get(None, [])
    stack = [(ident, 1) for ident in (top if newest else reversed(top))]
    walk: list[tuple[str, int]] = []
    while stack:
        ident, level = stack.pop()
        walk.append((ident, level))
        stack.extend((child, level + 1) for child in reversed(children.get(ident, ())))
    return walk


def _threads(
    walk: list[tuple[str, int]],
    nodes: dict[str, Comment],
    parents: dict[str, str | None],
    anchors: dict[str, str],
    pinged: dict[str, Comment],
    cap: int,
) -> tuple[ThreadedComment, ...]:
    """The walk as nested values, built from its end: what stands below is complete before what holds it."""
    waiting: list[list[ThreadedComment]] = [[] for _ in range(cap + 2)]
    for ident, level in reversed(walk):
        comment, parent = nodes[ident], parents[ident]
        depth = min(level, cap)
        replies = tuple(reversed(waiting[depth + 1]))
        waiting[depth + 1].clear()
        name = anchor = None
        if level > cap and parent is not None:
            anchor = anchors[parent]
            name = nodes[parent].author.name if nodes[parent].status == "approved" else None
        elif ping := pinged.get(ident):
            name, anchor = ping.author.name, anchors[ping.id]
        removed = comment.status != "approved"
        waiting[depth].append(
            ThreadedComment(
                id=ident,
                anchor=anchors[ident],
                author=Author() if removed else comment.author,
                published=None if removed else comment.published,
                updated=None if removed else comment.updated,
                html="" if removed else comment.html,
                removed=removed,
                depth=depth,
                reply_to=name,
                reply_to_anchor=anchor,
                likes=0 if removed else comment.likes,
                source_url=None if removed else comment.source_url,
                replies=replies,
            )
        )
    return tuple(reversed(waiting[1]))


def _anchors(idents: list[str]) -> dict[str, str]:
    """An HTML id for each, unique on the page; the older comment keeps the plain one.

    A WordPress number gives the anchor WordPress gave it, so links to single comments live on.
    """
    anchors: dict[str, str] = {}
    taken: dict[str, int] = {}
    for ident in idents:
        number = _numbered.fullmatch(ident)
        slug = number[1] if number else _unsafe.sub("-", ident).strip("-")[:80]
        if not slug:
            slug = hashlib.sha256(ident.encode("utf-8", "replace")).hexdigest()[:10]
        anchor = f"comment-{slug}"
        again = taken.get(anchor, 1)
        while anchor in taken:
            again += 1
            anchor = f"comment-{slug}-{again}"
        taken[f"comment-{slug}"] = again
        taken.setdefault(anchor, 1)
        anchors[ident] = anchor
    return anchors


def _ping(comment: Comment, anchor: str) -> Ping:
    """A mention is told by where it stands, a pingback by the address it gave."""
    mention = comment.type == "mention"
    first, second = comment.author.url, comment.source_url
    url = (second or first) if mention else (first or second)
    place = host(url) if url else ""
    words = " ".join(_entity.sub(lambda e: _entities[e[0]], _tags.sub(" ", comment.html)).split())
    return Ping(
        id=comment.id,
        anchor=anchor,
        type=comment.type,
        title=comment.author.name or place,
        url=url,
        host=place,
        excerpt=words if len(words) <= 300 else words[:299].rstrip() + "…",
        published=comment.published,
    )


def _warning(comment: Comment, message: str) -> Problem:
    origin = comment.origin or comment.id
    return Problem(
        f"{origin}: {message}",
        path=comment.origin.partition("#")[0] or None,
        severity="warning",
        code="comment-parent",
    )


def _capped(problems: list[Problem]) -> tuple[Problem, ...]:
    if len(problems) <= MAX_WARNINGS:
        return tuple(problems)
    rest = f"{len(problems) - MAX_WARNINGS} more comments of this page had to be moved"
    more = Problem(rest, path=problems[0].path, severity="warning", code="comment-parent")
    return (*problems[:MAX_WARNINGS], more)
