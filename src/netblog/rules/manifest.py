"""What goes where: every file of the site with the rule that makes it."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from netblog.engine import Fetch, Key, rule
from netblog.errors import Problem
from netblog.model.listing import page_path, paginate
from netblog.model.paths import check_paths
from netblog.model.urls import output_path
from netblog.rules import feeds, pages, settings
from netblog.rules.assets import HIGHLIGHT, attachment_urls, code_styles, copy, static_files
from netblog.rules.catalog import order, registry
from netblog.rules.relations import labels, term_index


class Artifact(msgspec.Struct, frozen=True):
    """One file of the site."""

    path: str
    """Below the output folder, with forward slashes."""
    key: str
    """The key of the rule that makes it, as text."""
    source: str
    """What it comes from, for messages: a content file, `tags/linux`, `static/x.png`."""


@rule
def manifest(fetch: Fetch) -> tuple[Artifact, ...]:
    """Every file of the site, in a fixed order. Paths may still collide: the pipeline checks them."""
    found: list[Artifact] = []

    def add(url: str, key: Key[bytes], source: str) -> None:
        found.append(Artifact(output_path(url), key.text(), source))

    for spot in fetch(registry()).spots:
        add(spot.url, pages.post_page(spot.path), f"content/{spot.path}")
    for redirect in fetch(feeds.redirects()):
        add(redirect.alias, pages.redirect_page(redirect.path), f"an alias of content/{redirect.path}")
    for lang, edition in fetch(settings.editions()).items():
        _listings(fetch, add, lang, edition.prefix)
    add("/sitemap.xml", feeds.sitemap(), "the sitemap")
    for number in range(1, fetch(feeds.sitemap_parts()) + 1):
        add(f"/sitemap-{number}.xml", feeds.sitemap_part(str(number)), "the sitemap")
    static = fetch(static_files())
    for path, source in static.items():
        found.append(Artifact(path, copy(source).text(), source))
    for path, urls in fetch(attachment_urls()).items():
        for url in urls:
            add(url, copy(f"content/{path}"), f"content/{path}")
    # What a site brings itself stands before what netblog would make.
    if "404.html" not in static:
        add("/404.html", pages.not_found_page(), "the page for what is not found")
    if "robots.txt" not in static:
        add("/robots.txt", feeds.robots(), "robots.txt")
    if HIGHLIGHT not in static:
        add(f"/{HIGHLIGHT}", code_styles(), "the style sheet of highlighted code")
    if fetch(feeds.redirects()) and "_redirects" not in static:
        add("/_redirects", feeds.redirects_file(), "the aliases")
    return tuple(found)


_Add = Callable[[str, Key[bytes], str], None]


def _listings(fetch: Fetch, add: _Add, lang: str, prefix: str) -> None:
    options = fetch(settings.feeds())
    kinds = [
        (kind, name)
        for kind, name, on in (("atom", "feed.xml", options.atom), ("json", "feed.json", options.json))
        if on
    ]
    home = f"the home page ({lang})"
    for number in range(1, fetch(pages.home_total(lang)) + 1):
        add(page_path(prefix, number), pages.home_page(lang, str(number)), home)
    for kind, name in kinds:
        add(f"{prefix}{name}", feeds.home_feed(kind, lang), f"the feed ({lang})")
    if not fetch(order(lang)):
        return
    add(f"{prefix}archives/", pages.archives_page(lang), f"the archives ({lang})")
    for when in fetch(pages.periods(lang)):
        add(pages.period_url(prefix, when), pages.archive_page(lang, when), f"the archive of {when}")
    index = fetch(term_index()).terms
    for taxonomy, table in fetch(settings.taxonomies()).items():
        terms = {term.slug: term for term in index[taxonomy][lang]}
        if terms:
            add(f"{prefix}{table.path}/", pages.terms_page(taxonomy, lang), f"the list of {taxonomy}")
        for shown in fetch(labels(taxonomy, lang)):
            source = f"the term {shown.name!r} of {taxonomy}"
            total = len(paginate(terms[shown.slug].ids, fetch(pages.per_page(taxonomy))))
            for number in range(1, total + 1):
                url = page_path(shown.url, number)
                add(url, pages.term_page(taxonomy, lang, shown.slug, str(number)), source)
            if table.feed:
                for kind, name in kinds:
                    add(f"{shown.url}{name}", feeds.term_feed(kind, taxonomy, lang, shown.slug), source)


@rule
def collisions(fetch: Fetch) -> tuple[Problem, ...]:
    """Two files of the site that want one path."""
    return check_paths((artifact.path, artifact.source) for artifact in fetch(manifest()))
