"""sitemap.xml (sitemaps.org 0.9) with true lastmod and language alternates, split where the protocol demands."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from netblog.model.feed import timestamp, xml_text

LIMIT = 50_000
"""URLs a single sitemap may hold (sitemaps.org, "Using Sitemap index files")."""

_HEAD = '<?xml version="1.0" encoding="utf-8"?>\n'


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """One URL of the site, absolute."""

    url: str
    changed: datetime | None = None
    alternates: tuple[tuple[str, str], ...] = ()
    """(language, absolute URL) of every version including this one, the site's own language first."""


def parts(total: int) -> int:
    """How many sitemaps so many URLs need; at least one."""
    return max(1, -(-total // LIMIT))


def urlset(places: Sequence[Place]) -> str:
    lines = [
        f'{_HEAD}<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
        'xmlns:xhtml="http://www.w3.org/1999/xhtml">'
    ]
    for place in places:
        changed = f"<lastmod>{timestamp(place.changed)}</lastmod>" if place.changed else ""
        others = "".join(
            f'<xhtml:link rel="alternate" hreflang="{xml_text(lang)}" href="{xml_text(url)}"/>'
            for lang, url in (*place.alternates, *_default(place))
        )
        lines.append(f"<url><loc>{xml_text(place.url)}</loc>{changed}{others}</url>")
    return "\n".join([*lines, "</urlset>\n"])


def _default(place: Place) -> tuple[tuple[str, str], ...]:
    """The version for readers of any other language: the first."""
    return tuple(("x-default", url) for _, url in place.alternates[:1])


def sitemap_index(urls: Sequence[str]) -> str:
    lines = [f'{_HEAD}<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">']
    lines += [f"<sitemap><loc>{xml_text(url)}</loc></sitemap>" for url in urls]
    return "\n".join([*lines, "</sitemapindex>\n"])
