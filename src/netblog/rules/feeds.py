"""What machines fetch: feeds, sitemap, robots.txt and the redirects of static hosts."""

from __future__ import annotations

from datetime import datetime

import msgspec

from netblog.engine import Fetch, rule
from netblog.model import sitemap as maps
from netblog.model.feed import Channel, FeedEntry, Item, atom_feed, json_feed, make_entry, stable_id
from netblog.model.listing import page_path, paginate
from netblog.rules import settings
from netblog.rules.bodies import travelling_html
from netblog.rules.catalog import Spot, order, placement, registry
from netblog.rules.pages import home_total, period, period_url, periods, term_total
from netblog.rules.relations import label, labels, term
from netblog.rules.views import full_url, href, listed


def _id_base(fetch: Fetch) -> str:
    """What sets the ids of this site's entries apart from other sites': [feeds] id_base, else the author.

    Not the host: a blog that moves to another domain keeps its ids even if it never heard of id_base.
    """
    return fetch(settings.feeds()).id_base or fetch(settings.site()).author


@rule
def entry(fetch: Fetch, path: str) -> FeedEntry:
    """A post as feeds hold it."""
    post = fetch(listed(path))
    placed = fetch(placement(path)).entry
    assert placed is not None and placed.date is not None, "only posts are in feeds"
    site = fetch(settings.site())
    return make_entry(
        Item(
            id=stable_id(placed.id, _id_base(fetch)),
            url=post.absolute_url,
            title=post.title,
            html=travelling_html(fetch, path, post.summary),
            summary=post.summary,
            published=placed.date,
            updated=placed.updated or placed.date,
            authors=tuple((author.name, author.url) for author in post.authors),
            tags=tuple(tag.name for tag in post.tags),
            lang=post.lang,
            image=post.image.absolute_url if post.image else None,
            license=placed.license or site.license,
            comments=post.comment_count,
        )
    )


def _feed(
    fetch: Fetch, kind: str, folder: str, lang: str, title: str, description: str, ids: tuple[str, ...]
) -> bytes:
    site = fetch(settings.site())
    options = fetch(settings.feeds())
    entries = tuple(fetch.all([entry(path) for path in ids[: options.length]]))
    name = "feed.xml" if kind == "atom" else "feed.json"
    channel = Channel(
        id=stable_id(f"feed:{folder}", _id_base(fetch)),
        title=title,
        description=description,
        home=full_url(fetch, folder),
        url=full_url(fetch, f"{folder}{name}"),
        lang=lang,
        author=(site.author, site.author_url),
    )
    text = atom_feed(channel, entries) if kind == "atom" else json_feed(channel, entries)
    return text.encode("utf-8", "replace")


@rule
def newest(fetch: Fetch, edition: str) -> tuple[str, ...]:
    return fetch(order(edition))[: fetch(settings.feeds()).length]


@rule(keep=False)
def home_feed(fetch: Fetch, kind: str, edition: str) -> bytes:
    """The feed of all posts in a language; kind is `atom` or `json`."""
    own = fetch(settings.editions())[edition]
    return _feed(fetch, kind, own.prefix, edition, own.title, own.description, fetch(newest(edition)))


@rule
def term_newest(fetch: Fetch, taxonomy: str, edition: str, slug: str) -> tuple[str, ...]:
    return fetch(term(taxonomy, edition, slug)).ids[: fetch(settings.feeds()).length]


@rule(keep=False)
def term_feed(fetch: Fetch, kind: str, taxonomy: str, edition: str, slug: str) -> bytes:
    """The feed of one term."""
    own = fetch(settings.editions())[edition]
    shown = fetch(label(taxonomy, edition, slug))
    title = f"{shown.name} – {own.title}"
    ids = fetch(term_newest(taxonomy, edition, slug))
    return _feed(fetch, kind, shown.url, edition, title, shown.description, ids)


@rule
def sitemap_places(fetch: Fetch) -> tuple[maps.Place, ...]:
    """Every page of the site that search engines should know, in a fixed order."""
    found: list[maps.Place] = []
    editions = fetch(settings.editions())
    spots = {spot.path: spot for spot in fetch(registry()).spots}

    def last(paths: tuple[str, ...]) -> datetime | None:
        moments = [spots[path].updated or spots[path].date for path in paths if path in spots]
        return max((moment for moment in moments if moment), default=None)

    def listing(
        first: str, total: int, changed: datetime | None, alternates: tuple[tuple[str, str], ...] = ()
    ) -> None:
        found.append(maps.Place(url=full_url(fetch, first), changed=changed, alternates=alternates))
        urls = [full_url(fetch, page_path(first, number)) for number in range(2, total + 1)]
        found.extend(maps.Place(url=url, changed=changed) for url in urls)

    homes = tuple((lang, full_url(fetch, own.prefix)) for lang, own in editions.items())
    for lang, own in editions.items():
        ids = fetch(order(lang))
        listing(own.prefix, fetch(home_total(lang)), last(ids), homes if len(homes) > 1 else ())
    ranks = {lang: rank for rank, lang in enumerate(editions)}
    families: dict[str, list[Spot]] = {}
    for spot in sorted(spots.values(), key=lambda it: ranks.get(it.lang, len(ranks))):
        families.setdefault(f"{spot.kind}:{spot.key}", []).append(spot)
    for spot in spots.values():
        family = families[f"{spot.kind}:{spot.key}"]
        alternates = tuple((it.lang, full_url(fetch, it.url)) for it in family) if len(family) > 1 else ()
        url = full_url(fetch, spot.url)
        found.append(maps.Place(url=url, changed=spot.updated or spot.date, alternates=alternates))
    for lang, own in editions.items():
        if not fetch(order(lang)):
            continue
        found.append(
            maps.Place(url=full_url(fetch, f"{own.prefix}archives/"), changed=last(fetch(order(lang))))
        )
        for when in fetch(periods(lang)):
            ids = fetch(period(lang, when))
            found.append(maps.Place(url=full_url(fetch, period_url(own.prefix, when)), changed=last(ids)))
        for taxonomy, table in fetch(settings.taxonomies()).items():
            terms = fetch(labels(taxonomy, lang))
            if terms:
                found.append(maps.Place(url=full_url(fetch, f"{own.prefix}{table.path}/")))
            for it in terms:
                ids = fetch(term(taxonomy, lang, it.slug)).ids
                listing(it.url, fetch(term_total(taxonomy, lang, it.slug)), last(ids))
    return tuple(found)


@rule(keep=False)
def sitemap(fetch: Fetch) -> bytes:
    """sitemap.xml: the URLs themselves, or past 50,000 of them an index of sitemap-1.xml and so on."""
    places = fetch(sitemap_places())
    count = maps.parts(len(places))
    if count == 1:
        return maps.urlset(places).encode()
    urls = [full_url(fetch, f"/sitemap-{number}.xml") for number in range(1, count + 1)]
    return maps.sitemap_index(urls).encode()


@rule
def sitemap_parts(fetch: Fetch) -> int:
    """How many further sitemap files there are: 0 while sitemap.xml holds everything."""
    count = maps.parts(len(fetch(sitemap_places())))
    return 0 if count == 1 else count


@rule(keep=False)
def sitemap_part(fetch: Fetch, number: str) -> bytes:
    return maps.urlset(paginate(fetch(sitemap_places()), maps.LIMIT)[int(number) - 1]).encode()


@rule(keep=False)
def robots(fetch: Fetch) -> bytes:
    """robots.txt (RFC 9309): everything may be read, and here is the sitemap."""
    return f"User-agent: *\nAllow: /\n\nSitemap: {full_url(fetch, '/sitemap.xml')}\n".encode()


class Redirect(msgspec.Struct, frozen=True):
    alias: str
    """Decoded path from the site's root."""
    path: str
    """The content file it leads to."""
    url: str


@rule
def redirects(fetch: Fetch) -> tuple[Redirect, ...]:
    """Every alias of a published page, sorted."""
    found = [
        Redirect(alias, spot.path, spot.url) for spot in fetch(registry()).spots for alias in spot.aliases
    ]
    return tuple(sorted(found, key=lambda it: (it.alias, it.path)))


@rule(keep=False)
def redirects_file(fetch: Fetch) -> bytes:
    """`_redirects`, as Netlify and Cloudflare Pages read it."""
    lines = [f"{href(fetch, it.alias)} {href(fetch, it.url)} 301" for it in fetch(redirects())]
    return ("\n".join(lines) + "\n").encode()
