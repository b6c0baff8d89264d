"""What templates are handed: the documented variables of a theme, and nothing else.

Every URL in a view is final: percent-encoded, with the site's base path. Every `str` is plain text and is
escaped by the template's autoescape; what is HTML already is `Markup` and says so. Views are made in
`rules/views.py` at render time and are never stored.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from markupsafe import Markup

from netblog.model.comment import Conversation


@dataclass(frozen=True, slots=True)
class TermView:
    """A tag, category or other term."""

    name: str
    slug: str
    url: str
    count: int = 0
    description: str = ""
    taxonomy: str = "tags"
    taxonomy_title: str = "Tags"
    """As [taxonomies.NAME] calls it, else its name with a capital."""


@dataclass(frozen=True, slots=True)
class AuthorView:
    name: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class ImageView:
    url: str
    absolute_url: str
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, slots=True)
class TranslationView:
    """The same post in another language."""

    lang: str
    name: str
    """How the language calls itself: `italiano`."""
    title: str
    url: str
    absolute_url: str


@dataclass(frozen=True, slots=True)
class CardView:
    """What other pages may know of a post: enough to list it, and nothing that a body edit changes."""

    id: str
    title: str
    url: str
    absolute_url: str
    date: datetime | None
    updated: datetime | None
    summary: str
    lang: str
    tags: tuple[TermView, ...] = ()
    authors: tuple[AuthorView, ...] = ()
    image: ImageView | None = None
    minutes: int = 1
    comment_count: int = 0
    comments_shown: bool = True
    """False where the post takes and has no comments: then a list says nothing of them."""


@dataclass(frozen=True, slots=True)
class TocItem:
    id: str
    html: Markup
    level: int
    children: tuple[TocItem, ...] = ()


@dataclass(frozen=True, slots=True)
class SeriesView:
    """The series a post is part of."""

    name: str
    position: int
    """1-based."""
    posts: tuple[CardView, ...]


@dataclass(frozen=True, slots=True)
class FormView:
    """The reply form. `fields` maps name, url, email, text, page, parent, honeypot to field names."""

    kind: str
    """none, mailto or post."""
    action: str
    fields: dict[str, str]
    page: str
    """The page's URL, sent along."""


@dataclass(frozen=True, slots=True)
class CommentsView:
    """The conversation of one page. Bodies (`comment.html`) are sanitised: print them with `|safe`."""

    shown: bool
    """False when the page neither takes nor has comments."""
    open: bool
    closed_reason: str
    """'' | 'switched-off' | 'too-old'."""
    count: int
    conversation: Conversation
    form: FormView
    feed_url: str = ""


@dataclass(frozen=True, slots=True)
class PostView:
    """The post or page being rendered."""

    id: str
    kind: str
    title: str
    url: str
    absolute_url: str
    lang: str
    date: datetime | None
    updated: datetime | None
    summary: str
    content: Markup
    toc: tuple[TocItem, ...]
    minutes: int
    words: int
    has_code: bool
    tags: tuple[TermView, ...]
    categories: tuple[TermView, ...]
    terms: dict[str, tuple[TermView, ...]]
    """By taxonomy, every one of the site's."""
    authors: tuple[AuthorView, ...]
    image: ImageView | None
    license: str
    series: SeriesView | None
    previous: CardView | None
    """The next older post."""
    next: CardView | None
    """The next newer post."""
    related: tuple[CardView, ...]
    translations: tuple[TranslationView, ...]
    comments: CommentsView
    extra: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Pager:
    """Where a listing page stands among its siblings."""

    number: int
    total: int
    previous_url: str | None
    next_url: str | None
    urls: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FeedLink:
    url: str
    type: str
    title: str


@dataclass(frozen=True, slots=True)
class MenuLink:
    name: str
    url: str
    current: bool


@dataclass(frozen=True, slots=True)
class PageView:
    """The HTML page itself, whatever is on it."""

    kind: str
    """home, post, page, term, terms, archive, archives, comments, not-found."""
    title: str
    """'' on the home page."""
    description: str
    url: str
    absolute_url: str
    """The canonical URL."""
    lang: str
    dir: str
    """ltr or rtl."""
    alternates: tuple[TranslationView, ...] = ()
    """Every language version including this one; empty when there is only one."""
    feeds: tuple[FeedLink, ...] = ()
    image: ImageView | None = None
    json_ld: Markup = field(default_factory=Markup)
    """The content of a `<script type="application/ld+json">`, already safe inside it; may be empty."""
    index: bool = True
    """False asks search engines not to index (page 2 and so on are indexed; 404 is not)."""
    home_url: str = ""
    """The home page in this page's language; '' stands for the site's base path."""


@dataclass(frozen=True, slots=True)
class ArchiveGroup:
    """One year or month of the archives."""

    title: str
    url: str
    count: int
    months: tuple[ArchiveGroup, ...] = ()
    posts: tuple[CardView, ...] = field(default=())
