"""What a content file says: its front matter, its rendered body, and what others may know of it.

Three sizes of the same post, so that a change stops as early as it can: a `Document` is everything the
file says, an `Entry` is what the site must know to place it, and what other pages may show of it is a `CardView`
(`model/view.py`). A body edit makes a new Document, but an equal Entry and an equal card: nobody else is rebuilt.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

import msgspec

from netblog.errors import Problem

Kind = Literal["post", "page"]
CommentSwitch = Literal["on", "off", "closed"]


class FrontMatter(msgspec.Struct, frozen=True, kw_only=True):
    """The front matter of one content file, typed, foreign spellings already translated."""

    title: str | None = None
    date: datetime | None = None
    """Aware, in the site's time zone. A bare date is that day's midnight there."""
    updated: datetime | None = None
    slug: str | None = None
    permalink: str | None = None
    tags: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    series: str | None = None
    authors: tuple[str, ...] = ()
    description: str | None = None
    draft: bool = False
    expires: datetime | None = None
    aliases: tuple[str, ...] = ()
    image: str | None = None
    comments: CommentSwitch | None = None
    """None when the file does not say: the site's setting holds."""
    lang: str | None = None
    id: str | None = None
    template: str | None = None
    weight: int | None = None
    license: str | None = None
    taxonomies: dict[str, tuple[str, ...]] = {}
    """Terms of further taxonomies named in netblog.toml, by taxonomy."""
    extra: dict[str, Any] = {}
    """Free-form; made only of None, bool, int, float, str, list and dict (dates become ISO strings)."""
    unknown: tuple[tuple[str, int], ...] = ()
    """Keys nobody knows, each with its line: one warning per key is made of them for the whole site."""
    lines: dict[str, int] = {}
    """The 1-based line of each known key, for errors found later (a collision, a bad alias)."""


class Heading(msgspec.Struct, frozen=True):
    """One heading of a body, in document order."""

    level: int
    """1 to 6."""
    id: str
    text: str
    """Plain text, not escaped."""
    html: str
    """Inline HTML without links and footnote marks, safe inside a table of contents."""


class Link(msgspec.Struct, frozen=True):
    """A relative link or image of a body; the body holds a placeholder for it."""

    href: str
    """As written, percent-decoding not yet done: `../posts/other.md#part`, `pic.jpg`."""
    line: int
    """1-based line in the content file (the line of its block at least)."""
    image: bool = False


class Body(msgspec.Struct, frozen=True, kw_only=True):
    """A rendered Markdown body. Links that need the rest of the site are placeholders in `html`.

    Placeholder n stands for `links[n]`; `netblog.model.placeholder.resolve` puts final URLs in their place.
    """

    html: str = ""
    excerpt: str | None = None
    """HTML before `<!--more-->`, balanced, without footnote marks; None when there is no mark."""
    lead: str = ""
    """The first paragraph as plain text, for summaries."""
    links: tuple[Link, ...] = ()
    headings: tuple[Heading, ...] = ()
    anchors: tuple[str, ...] = ()
    """Every id in the body, sorted: headings, footnotes, attributes, raw HTML."""
    first_image: int | None = None
    """Index into `links` of the first image, if that is a local one."""
    words: int = 0
    """Words of running text; CJK characters count one each."""
    languages: tuple[str, ...] = ()
    """Languages of highlighted code, sorted: a page without code needs no code style sheet."""


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """One content file, read."""

    path: str
    """Relative to the content folder: `posts/hello.md`, `posts/trip/index.md`, `pages/about.it.md`."""
    front: FrontMatter = FrontMatter()
    body: Body = Body()
    heading: str | None = None
    """The text of the heading the body begins with, which is the title when the front matter has none."""
    problems: tuple[Problem, ...] = ()
    """Errors and warnings. A document with an error is not rendered, but its path still exists."""
    broken: bool = False
    """True when the file could not be read far enough to be used at all."""


class TermRef(msgspec.Struct, frozen=True):
    """A term of a taxonomy as one content file spells it."""

    taxonomy: str
    slug: str
    name: str


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """What the site must know of a content file to place it among the others."""

    path: str
    kind: Kind
    id: str
    """Stable identity: front matter `id`, else the content path without extension."""
    key: str
    """What its translations share: the content path without language and extension."""
    lang: str
    title: str
    url: str
    """Decoded path from the site's root, NFC: `/posts/città/`."""
    date: datetime | None
    """None only for pages."""
    updated: datetime | None = None
    terms: tuple[TermRef, ...] = ()
    series: str | None = None
    authors: tuple[str, ...] = ()
    description: str | None = None
    draft: bool = False
    expires: datetime | None = None
    aliases: tuple[str, ...] = ()
    """Decoded paths from the site's root."""
    image: str | None = None
    """As written in the front matter."""
    comments: CommentSwitch = "on"
    template: str | None = None
    weight: int | None = None
    license: str | None = None
    extra: dict[str, Any] = {}
    slug: str = ""
    bundle: str | None = None
    """The folder (relative to content/) whose other files are published beside the page, for NAME/index.md."""
    lines: dict[str, int] = {}
