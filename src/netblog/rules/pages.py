"""The HTML pages: each rule makes one file of the site out of a template and a view."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from difflib import get_close_matches
from html import escape

from netblog.engine import Fetch, rule
from netblog.errors import Problem, TemplateError
from netblog.model.listing import archive_groups, page_path, paginate
from netblog.model.view import ArchiveGroup, PageView, TranslationView
from netblog.rules import settings
from netblog.rules.assets import HIGHLIGHT, fingerprint, static_files
from netblog.rules.catalog import order, published, registry
from netblog.rules.metadata import blog_posting, page_view
from netblog.rules.relations import label, labels, term
from netblog.rules.scope import SiteScope
from netblog.rules.templates import bundle, translator
from netblog.rules.views import (
    feed_links,
    full_url,
    href,
    language_name,
    listed,
    locale_of,
    pager,
    post_view,
    term_view,
    translations,
)

TITLES = ("Tags", "Categories", "Archives", "Page not found")
"""What pages are called by netblog itself: words that a catalogue needs beside those of the templates."""


def render_page(
    fetch: Fetch, template: str, page: PageView, variables: Mapping[str, object], cause: str | None = None
) -> bytes:
    """One HTML file. Raises TemplateError naming the template, and the content file that brought it there."""

    def asset(path: str) -> str:
        mark = fetch(fingerprint(path))
        if not mark:
            names = [*fetch(static_files()), HIGHLIGHT]
            near = get_close_matches(path, names, n=1)
            raise TemplateError(
                Problem(
                    f"there is no static file {path!r}", hint=f"did you mean {near[0]!r}?" if near else None
                )
            )
        return f"{href(fetch, '/' + path)}?v={mark}"

    context = {
        "site": SiteScope(fetch, page.lang, page.url),
        "page": page,
        "asset": asset,
        "url": lambda path: href(fetch, path),
        **variables,
    }
    from netblog.themes.environment import render

    try:
        html = render(fetch(bundle(template)), context, translator(fetch, page.lang))
    except TemplateError as error:
        problems = [replace(problem, cause=problem.cause or cause) for problem in error.problems]
        raise TemplateError(problems) from error
    return html.encode("utf-8", "replace")


@rule(keep=False)
def post_page(fetch: Fetch, path: str) -> bytes:
    """The page of a post or of a page."""
    post = post_view(fetch, path)
    spot = fetch(published(path))
    assert spot is not None
    own = fetch(settings.editions())[spot.edition]
    page = page_view(
        fetch,
        post.kind,
        spot.url,
        post.lang,
        title=post.title,
        description=post.summary,
        alternates=translations(fetch, path),
        feeds=feed_links(fetch, own.prefix, own.title),
        image=post.image,
        json_ld=blog_posting(fetch, post),
    )
    template = spot.template or ("post.html" if post.kind == "post" else "page.html")
    return render_page(fetch, template, page, {"post": post}, cause=f"content/{path}")


def _home_versions(fetch: Fetch) -> tuple[TranslationView, ...]:
    editions = fetch(settings.editions())
    if len(editions) < 2:
        return ()
    return tuple(
        TranslationView(
            lang,
            language_name(fetch, lang),
            edition.title,
            href(fetch, edition.prefix),
            full_url(fetch, edition.prefix),
        )
        for lang, edition in editions.items()
    )


@rule
def home_slice(fetch: Fetch, edition: str, number: str) -> tuple[str, ...]:
    """The posts on one page of a language's home listing."""
    pages = paginate(fetch(order(edition)), fetch(settings.content()).per_page)
    return pages[int(number) - 1]


@rule
def home_total(fetch: Fetch, edition: str) -> int:
    return len(paginate(fetch(order(edition)), fetch(settings.content()).per_page))


@rule(keep=False)
def home_page(fetch: Fetch, edition: str, number: str) -> bytes:
    """One page of the home listing of a language."""
    own = fetch(settings.editions())[edition]
    n = int(number)
    page = page_view(
        fetch,
        "home",
        page_path(own.prefix, n),
        edition,
        description=own.description,
        alternates=_home_versions(fetch) if n == 1 else (),
        feeds=feed_links(fetch, own.prefix, own.title),
    )
    posts = tuple(fetch.all([listed(path) for path in fetch(home_slice(edition, number))]))
    view = {"posts": posts, "pager": pager(fetch, own.prefix, n, fetch(home_total(edition)))}
    return render_page(fetch, "home.html", page, view)


@rule
def term_total(fetch: Fetch, taxonomy: str, edition: str, slug: str) -> int:
    return len(paginate(fetch(term(taxonomy, edition, slug)).ids, fetch(per_page(taxonomy))))


@rule
def per_page(fetch: Fetch, taxonomy: str) -> int:
    return fetch(settings.taxonomies())[taxonomy].per_page or fetch(settings.content()).per_page


@rule(keep=False)
def term_page(fetch: Fetch, taxonomy: str, edition: str, slug: str, number: str) -> bytes:
    """One page of the posts of a term."""
    shown = term_view(fetch, fetch(label(taxonomy, edition, slug)))
    found = fetch(term(taxonomy, edition, slug))
    first = fetch(label(taxonomy, edition, slug)).url
    n = int(number)
    page = page_view(
        fetch,
        "term",
        page_path(first, n),
        edition,
        title=shown.name,
        description=shown.description,
        feeds=feed_links(fetch, first, shown.name) if fetch(settings.taxonomies())[taxonomy].feed else (),
    )
    ids = paginate(found.ids, fetch(per_page(taxonomy)))[n - 1]
    view = {
        "term": replace(shown, count=len(found.ids)),
        "posts": tuple(fetch.all([listed(path) for path in ids])),
        "pager": pager(fetch, first, n, fetch(term_total(taxonomy, edition, slug))),
    }
    return render_page(fetch, "term.html", page, view)


@rule(keep=False)
def terms_page(fetch: Fetch, taxonomy: str, edition: str) -> bytes:
    """All terms of a taxonomy."""
    table = fetch(settings.taxonomies())[taxonomy]
    own = fetch(settings.editions())[edition]
    page = page_view(
        fetch,
        "terms",
        f"{own.prefix}{table.path}/",
        edition,
        title=table.title or translator(fetch, edition).gettext(taxonomy.capitalize()),
        feeds=feed_links(fetch, own.prefix, own.title),
    )
    terms = tuple(term_view(fetch, found) for found in fetch(labels(taxonomy, edition)))
    return render_page(fetch, "terms.html", page, {"terms": terms, "taxonomy": taxonomy})


@rule
def calendar(fetch: Fetch, edition: str) -> dict[str, tuple[str, ...]]:
    """Posts by `YYYY` and by `YYYY-MM`, newest first."""
    rows = [
        (spot.path, spot.date)
        for spot in fetch(registry()).spots
        if spot.kind == "post" and spot.edition == edition and spot.date is not None
    ]
    found: dict[str, tuple[str, ...]] = {}
    for year in archive_groups(rows):
        found[f"{year.year:04}"] = year.ids
        for month in year.months:
            found[f"{year.year:04}-{month.month:02}"] = month.ids
    return found


@rule
def period(fetch: Fetch, edition: str, when: str) -> tuple[str, ...]:
    """The posts of a year (`2024`) or month (`2024-03`)."""
    return fetch(calendar(edition))[when]


@rule
def periods(fetch: Fetch, edition: str) -> dict[str, int]:
    """How many posts each year and month has."""
    return {when: len(found) for when, found in fetch(calendar(edition)).items()}


def period_url(prefix: str, when: str) -> str:
    return f"{prefix}archives/{when.replace('-', '/')}/"


def period_title(when: str, lang: str) -> str:
    """`2024`, or the month as the language writes it on its own: `marzo 2024`, `2024年3月`."""
    from babel.dates import format_skeleton

    if len(when) == 4:
        return when
    year, month = map(int, when.split("-"))
    return str(format_skeleton("yMMMM", datetime(year, month, 1), locale=locale_of(lang)))


def _group(fetch: Fetch, edition: str, when: str) -> ArchiveGroup:
    prefix = fetch(settings.editions())[edition].prefix
    counts = fetch(periods(edition))
    months = tuple(
        _group(fetch, edition, other) for other in counts if len(when) == 4 and other.startswith(f"{when}-")
    )
    return ArchiveGroup(
        title=period_title(when, edition),
        url=href(fetch, period_url(prefix, when)),
        count=counts[when],
        months=months,
    )


@rule(keep=False)
def archives_page(fetch: Fetch, edition: str) -> bytes:
    """All years with their months."""
    own = fetch(settings.editions())[edition]
    page = page_view(
        fetch,
        "archives",
        f"{own.prefix}archives/",
        edition,
        title=translator(fetch, edition).gettext("Archives"),
        feeds=feed_links(fetch, own.prefix, own.title),
    )
    years = [when for when in fetch(periods(edition)) if len(when) == 4]
    groups = tuple(_group(fetch, edition, year) for year in years)
    return render_page(fetch, "archives.html", page, {"groups": groups})


@rule(keep=False)
def archive_page(fetch: Fetch, edition: str, when: str) -> bytes:
    """The posts of one year or month."""
    own = fetch(settings.editions())[edition]
    page = page_view(
        fetch,
        "archive",
        period_url(own.prefix, when),
        edition,
        title=period_title(when, edition),
        feeds=feed_links(fetch, own.prefix, own.title),
    )
    posts = tuple(fetch.all([listed(path) for path in fetch(period(edition, when))]))
    return render_page(fetch, "archive.html", page, {"posts": posts, "group": _group(fetch, edition, when)})


@rule(keep=False)
def not_found_page(fetch: Fetch) -> bytes:
    """404.html, as static hosts serve it from any path."""
    own = next(iter(fetch(settings.editions()).values()))
    title = translator(fetch, own.lang).gettext("Page not found")
    page = page_view(fetch, "not-found", "/404.html", own.lang, title=title, index=False)
    return render_page(fetch, "404.html", page, {})


@rule(keep=False)
def redirect_page(fetch: Fetch, path: str) -> bytes:
    """The page at an alias: it sends browsers and crawlers on, keeping the fragment where a script may run."""
    spot = fetch(published(path))
    assert spot is not None
    to, full = escape(href(fetch, spot.url)), escape(full_url(fetch, spot.url))
    return (
        f'<!doctype html>\n<html lang="{escape(spot.lang)}">\n<meta charset="utf-8">\n<title>{full}</title>\n'
        f'<link rel="canonical" href="{full}">\n<meta name="robots" content="noindex">\n'
        f'<meta http-equiv="refresh" content="0; url={to}">\n<p><a href="{to}">{full}</a></p>\n'
    ).encode()
