"""The front-matter keys netblog knows, and what other generators call the same things.

A blog that moves here keeps its files, so the words of Hugo, Jekyll, Zola, Pelican, Eleventy, Astro, Hexo
and WordPress exporters are translated rather than refused. Keys that only steer another generator's
machinery are known too, and mean nothing. All others are unknown, and each site is told once per key.
"""

from __future__ import annotations

from collections.abc import Collection
from difflib import get_close_matches

KNOWN = (
    "title",
    "date",
    "updated",
    "slug",
    "permalink",
    "tags",
    "categories",
    "series",
    "authors",
    "description",
    "draft",
    "expires",
    "aliases",
    "image",
    "comments",
    "lang",
    "id",
    "template",
    "weight",
    "license",
    "taxonomies",
    "extra",
)
"""netblog's own names."""

_FOREIGN = {
    "date": "created created_at creation_date date_published published_at published_date",
    "publish": "publish_date pub_date",
    "updated": "lastmod last_mod modified modified_at modified_date date_modified last_modified"
    " last_modified_at last_updated last_update updated_at updated_date date_updated",
    "permalink": "url",
    "tags": "tag",
    "categories": "category",
    "authors": "author",
    "description": "summary excerpt",
    "expires": "expiry_date expires_at expire_date expiration_date",
    "aliases": "alias redirect_from",
    "image": "featured_image feature_image feature_img cover cover_image cover_img thumbnail thumb hero_image"
    " heading_image header_image post_image images",
    "lang": "language locale",
    "weight": "menu_order nav_order",
    "license": "licence",
    "extra": "params",
    "unpublished": "published",
    "status": "status",
    "layout": "layout",
    "no_comments": "nocomments disable_comments",
    "draft": "is_draft",
}
"""By meaning: a key of ours, or one that changes a key of ours in its own way (`translation` says how)."""

_IGNORED = (
    "keywords keyword type kind sitemap markup mathjax math katex mermaid toc show_toc toc_sticky"
    " table_of_contents read_time reading_time search in_search_index outputs output cascade translation_key"
    " related share sharing pin pinned sticky featured guid wordpress_id post_id wpid link_title"
    " insert_anchor_links generate_feed paginate_by sort_by page_template is_cjk_language liquid"
    " render_with_liquid eleventy_navigation"
)
# Not here, on purpose: keys whose loss a reader would see (`robots`, `headless`, `redirect_to`, `hidden`).


def _folded(key: str) -> str:
    return key.lower().replace("-", "").replace("_", "").replace(" ", "")


MEANINGS: dict[str, str] = {
    _folded(word): meaning for meaning, words in _FOREIGN.items() for word in words.split()
} | {_folded(key): key for key in KNOWN}
"""Folded spelling -> one of KNOWN or of the meanings above."""

IGNORED = frozenset(_folded(word) for word in _IGNORED.split())

_STOCK_LAYOUTS = "post posts page pages default single base home index article blog none entry note"
STOCK_LAYOUTS = frozenset(_STOCK_LAYOUTS.split())
"""Layouts that every other generator has and that netblog's kinds of page stand for."""

_LONGEST_GUESS = 64


def meaning(key: str) -> str | None:
    """What a key stands for: one of KNOWN, a meaning of _FOREIGN, "" if it is ignored, None if unknown.

    Case, `-` and `_` do not count: `publishDate`, `publish_date` and `Publish-Date` are one key.
    """
    found = MEANINGS.get(key)
    if found is not None:
        return found
    folded = _folded(key)
    return MEANINGS.get(folded, "" if folded in IGNORED else None)


def nearest(word: str, candidates: Collection[str]) -> str | None:
    """The candidate that `word` is most likely a slip for, or None."""
    if len(word) > _LONGEST_GUESS:
        return None
    by_case = {candidate.lower(): candidate for candidate in candidates}
    found = get_close_matches(word.lower(), by_case, 1, 0.7)
    return by_case[found[0]] if found else None


def suggestion(key: str, taxonomies: Collection[str] = ()) -> str | None:
    """The known front-matter key that an unknown one is most likely a slip for, or None."""
    return nearest(key, (*KNOWN, "author", "summary", *taxonomies))
