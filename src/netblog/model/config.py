"""The site's configuration, typed: one struct per table of netblog.toml, with its defaults.

Each field's docstring is its documentation; `netblog config --schema` prints them as JSON Schema.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec


class Site(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """[site]: who and where the blog is."""

    url: str = "http://localhost:8000/"
    """The absolute URL the site is published under, with its path: `https://example.com/blog/`."""
    title: str = "A netblog site"
    description: str = ""
    language: str = "en"
    author: str = ""
    author_url: str = ""
    timezone: str = "UTC"
    """IANA name. It governs parsing, permalinks, display and feeds."""
    license: str = ""
    """A URL or a name, shown in the metadata of every post."""


class Content(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """[content]: where posts live and what they are called."""

    permalink: str = "/posts/{slug}/"
    """Fields: {year} {month} {day} {slug} {name} {section}."""
    page_permalink: str = "/{slug}/"
    known_keys: tuple[str, ...] = ()
    """Front-matter keys that are neither used nor warned of."""
    per_page: int = 20


class Build(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """[build]: how the site is built."""

    output: str = "public"
    drafts: bool = False
    future: bool = False
    broken_links: Literal["error", "warn", "ignore"] = "error"
    jobs: int = 0
    """Worker processes for a cold build; 0 means one per processor."""


class Taxonomy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """[taxonomies.NAME]: one way to group posts."""

    path: str = ""
    """First part of its URLs; its own name when empty: `/tags/{slug}/`."""
    title: str = ""
    per_page: int = 0
    """0 means the site's per_page."""
    feed: bool = True
    terms: dict[str, TermOptions] = {}
    """By term slug: a display name and a description."""


class TermOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """[taxonomies.NAME.terms.SLUG]."""

    name: str = ""
    description: str = ""


class Theme(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """[theme]."""

    name: str = "default"
    options: dict[str, Any] = {}
    """Free-form, handed to the templates over the theme's own defaults."""


class Markdown(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """[markdown]."""

    html: bool = True
    """Raw HTML in posts is let through."""
    smart_quotes: bool = False
    linkify: bool = True
    highlight: bool = True
    footnotes: bool = True
    definition_lists: bool = True
    attributes: bool = True
    alerts: bool = True
    task_lists: bool = True
    heading_links: bool = True
    toc_depth: int = 3
    """Deepest heading level in the table of contents."""
    bare: bool = False
    """Plain CommonMark 0.31.2 and nothing else."""


class Feeds(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """[feeds]."""

    content: Literal["full", "excerpt"] = "full"
    length: int = 20
    atom: bool = True
    json: bool = True
    id_base: str = ""
    """What sets the ids of this blog's entries apart from other blogs', written by `netblog init`. The site's author
    stands in for it. Keep it for ever, whatever becomes of the domain."""


class CommentForm(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """[comments.form]: where a reader's answer goes."""

    kind: Literal["none", "mailto", "post"] = "none"
    action: str = ""
    """The URL a `post` form is sent to, or the address of a `mailto` form."""
    fields: dict[str, str] = {}
    """Renames of the form's fields (name, url, email, text, page, parent)."""


class Comments(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """[comments]: the conversation."""

    enabled: bool = True
    sources: tuple[str, ...] = ("content/comments/*.json",)
    """Files and globs, relative to the site's folder."""
    depth: int = 5
    """Visual nesting; deeper answers say whom they answer."""
    order: Literal["oldest", "newest"] = "oldest"
    close_after_days: int = 0
    url_map: str = ""
    """A CSV file of old,new URLs."""
    legacy_domains: tuple[str, ...] = ()
    form: CommentForm = CommentForm()


class Related(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """[related]: recommended posts."""

    count: int = 4
    """0 turns them off."""
    terms_weight: float = 1.0
    words_weight: float = 0.5
    max_share: float = 0.2
    """Terms and words in more than this share of the posts say nothing about likeness."""


class Images(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """[images]."""

    dimensions: bool = True
    """Write width and height on local images, so that pages do not jump while loading."""
    lazy: bool = True


class Language(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """[languages.CODE]: a further language of the site."""

    title: str = ""
    description: str = ""
    name: str = ""
    """How the language calls itself; from CLDR when empty."""


class MenuItem(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One item of [menus]: `main = [{ name = "About", url = "/about/" }]`."""

    name: str
    url: str
    """A path from the site's root, an absolute URL, or a content file (`pages/about.md`)."""
    lang: str = ""
    """Shown only on pages of this language; everywhere when empty."""


class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All of netblog.toml."""

    site: Site = Site()
    content: Content = Content()
    build: Build = Build()
    taxonomies: dict[str, Taxonomy] = {}
    """`tags` and `categories` are always there; series are not a taxonomy."""
    theme: Theme = Theme()
    markdown: Markdown = Markdown()
    feeds: Feeds = Feeds()
    comments: Comments = Comments()
    related: Related = Related()
    images: Images = Images()
    languages: dict[str, Language] = {}
    menus: dict[str, tuple[MenuItem, ...]] = {}
    deploy: dict[str, dict[str, Any]] = {}
