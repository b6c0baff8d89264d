"""A comment as the native JSON holds it. Every field is hostile until `readers/comments` has been over it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from netblog.errors import Problem

CommentType = Literal[
    "comment", "pingback", "trackback", "reply", "mention", "like", "repost", "bookmark", "rsvp"
]
Status = Literal["approved", "pending", "spam", "deleted"]
Format = Literal["html", "markdown", "text"]


class Author(msgspec.Struct, frozen=True, gc=False):
    """Who wrote it; never an e-mail address, IP or user agent."""

    name: str = ""
    """Plain text, control and bidirectional-override characters removed."""
    url: str | None = None
    """http or https only."""
    avatar: str | None = None
    """A path below the site's own root, or None: no third party is asked for pictures."""
    key: str | None = None
    owner: bool = False


class Comment(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One record of the native format, validated and typed."""

    id: str
    type: CommentType
    page: str
    """As the export says: a URL, a path, or a content file."""
    parent: str | None
    status: Status
    published: datetime | None
    """Aware, in the site's time zone."""
    updated: datetime | None
    author: Author
    html: str
    """The body, sanitised (see `readers/sanitise`): safe to print as it is."""
    source_system: str = ""
    source_url: str | None = None
    likes: int = 0
    origin: str = ""
    """Where the record stands, for messages: `content/comments/wp.json#/comments/12`."""


class CommentFile(msgspec.Struct, frozen=True, kw_only=True):
    """One export, read: what a reader of any system gives back."""

    comments: tuple[Comment, ...] = ()
    """In the order of the file, each id once."""
    site: str | None = None
    """The address of the site the export was made of."""
    dropped: tuple[tuple[str, int], ...] = ()
    """Records left out: reason and count, sorted by reason."""
    problems: tuple[Problem, ...] = ()
    """Warnings, at most a few dozen however bad the file is."""


class ThreadedComment(msgspec.Struct, frozen=True, kw_only=True):
    """One comment in its place in the thread of a page.

    `replies` nests at most `depth_cap` levels; deeper answers are flattened into the last level and say
    whom they answer, so nothing that walks a thread recurses per comment.
    """

    id: str
    anchor: str
    """The HTML id and URL fragment, unique on the page: `comment-812`."""
    author: Author
    published: datetime | None
    updated: datetime | None
    html: str
    removed: bool = False
    """A placeholder for a deleted or unapproved parent: neither name nor text."""
    depth: int = 1
    """Visual depth, 1-based."""
    reply_to: str | None = None
    """Name of the author answered, only where the nesting no longer shows it."""
    reply_to_anchor: str | None = None
    likes: int = 0
    source_url: str | None = None
    replies: tuple[ThreadedComment, ...] = ()


class Ping(msgspec.Struct, frozen=True, kw_only=True):
    """A pingback, trackback or mention: another page that links here."""

    id: str
    anchor: str
    type: CommentType
    title: str
    url: str | None
    host: str
    excerpt: str
    """Plain text."""
    published: datetime | None


class Reaction(msgspec.Struct, frozen=True, kw_only=True):
    """A like, repost, bookmark or RSVP: a name in a row."""

    type: CommentType
    author: Author
    url: str | None


class Conversation(msgspec.Struct, frozen=True, kw_only=True):
    """All that readers left on one page."""

    count: int = 0
    """Approved comments and replies plus pingbacks, trackbacks and mentions shown; placeholders and
    reactions do not count. The one definition of the number, everywhere."""
    threads: tuple[ThreadedComment, ...] = ()
    pings: tuple[Ping, ...] = ()
    reactions: tuple[Reaction, ...] = ()
