"""`site` as templates see it: every attribute is fetched when it is asked for, so that a page depends on what it shows.

It goes into the render context, never into the environment's globals: an imported template is cached by
Jinja with the globals it saw, and later pages would miss the read.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from netblog.engine import Fetch
from netblog.errors import Problem, TemplateError
from netblog.model.config import Site
from netblog.model.urls import absolute
from netblog.model.view import CardView, FeedLink, MenuLink, TermView, TranslationView
from netblog.rules import settings
from netblog.rules.catalog import published, recent
from netblog.rules.data import data, data_names
from netblog.rules.relations import labels
from netblog.rules.settings import Edition
from netblog.rules.templates import theme_options
from netblog.rules.views import feed_links, href, language_name, listed, term_view


class DataScope(Mapping[str, Any]):
    """`site.data`: the files of data/ by name."""

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch

    def __getitem__(self, name: str) -> Any:
        if name not in self._fetch(data_names()):
            raise KeyError(name)
        return self._fetch(data(name))

    def __iter__(self) -> Any:
        return iter(self._fetch(data_names()))

    def __len__(self) -> int:
        return len(self._fetch(data_names()))

    def __repr__(self) -> str:
        return "site.data"


class SiteScope:
    """The site, in the language of the page that asks."""

    def __init__(self, fetch: Fetch, lang: str, url: str) -> None:
        self._fetch = fetch
        self._url = url
        editions = fetch(settings.editions())
        self._edition: Edition = editions[lang] if lang in editions else next(iter(editions.values()))

    def __repr__(self) -> str:
        return "site"

    @property
    def _site(self) -> Site:
        return self._fetch(settings.site())

    @property
    def title(self) -> str:
        return self._edition.title

    @property
    def description(self) -> str:
        return self._edition.description

    @property
    def url(self) -> str:
        """The absolute URL of the site."""
        return self._site.url

    @property
    def home(self) -> str:
        """The home page of this language."""
        return href(self._fetch, self._edition.prefix)

    @property
    def prefix(self) -> str:
        """The decoded path that this language's pages begin with: `/` or `/it/`."""
        return self._edition.prefix

    @property
    def language(self) -> str:
        return self._edition.lang

    @property
    def author(self) -> str:
        return self._site.author

    @property
    def author_url(self) -> str:
        return self._site.author_url

    @property
    def license(self) -> str:
        return self._site.license

    @property
    def base(self) -> str:
        return self._fetch(settings.base())

    @property
    def options(self) -> dict[str, Any]:
        """The theme's options."""
        return self._fetch(theme_options()).values

    @property
    def data(self) -> DataScope:
        return DataScope(self._fetch)

    @property
    def feeds(self) -> tuple[FeedLink, ...]:
        return feed_links(self._fetch, self._edition.prefix, self._edition.title)

    @property
    def languages(self) -> tuple[TranslationView, ...]:
        """Every language of the site with its home page."""
        found = []
        for lang, edition in self._fetch(settings.editions()).items():
            name = language_name(self._fetch, lang)
            full = absolute(self._site.url, edition.prefix)
            found.append(TranslationView(lang, name, edition.title, href(self._fetch, edition.prefix), full))
        return tuple(found)

    def recent(self, count: int = 5) -> tuple[CardView, ...]:
        """The newest posts of this language."""
        if type(count) is not int or count < 0:
            raise TemplateError(Problem(f"site.recent({count!r}): how many posts must be a whole number"))
        paths = self._fetch(recent(self._edition.lang, str(count)))
        return tuple(self._fetch.all([listed(path) for path in paths]))

    def terms(self, taxonomy: str = "tags") -> tuple[TermView, ...]:
        """The terms of a taxonomy with their counts, by name."""
        if taxonomy not in self._fetch(settings.taxonomies()):
            raise TemplateError(
                Problem(
                    f"there is no taxonomy {taxonomy!r}",
                    hint=f"this site has {', '.join(self._fetch(settings.taxonomies()))}",
                )
            )
        return tuple(term_view(self._fetch, it) for it in self._fetch(labels(taxonomy, self._edition.lang)))

    def menus(self, name: str = "main") -> tuple[MenuLink, ...]:
        """The items of a menu for this language; () when there is no such menu."""
        found = []
        for number, item in enumerate(self._fetch(settings.menus()).get(name, ())):
            if item.lang and item.lang != self._edition.lang:
                continue
            url = item.url
            if url.startswith(("pages/", "posts/")):
                spot = self._fetch(published(url))
                if spot is None:
                    problem = Problem(
                        f"the menu item {item.name!r} leads nowhere: {url} is not published",
                        path=settings.PATH,
                        hint="[menus] takes a URL, a path from the root, or a published content file",
                    )
                    raise TemplateError(settings.placed(self._fetch, problem, "menus", name, number, "url"))
                url = href(self._fetch, spot.url)
            elif url.startswith("/"):
                url = href(self._fetch, url)
            found.append(MenuLink(item.name, url, url == self._url))
        return tuple(found)
