"""The configuration, cut into its tables, so that a change of one table reaches only those who read it."""

from __future__ import annotations

import json
from dataclasses import replace

import msgspec

from netblog.engine import Fetch, rule
from netblog.errors import Problem
from netblog.model import config as model
from netblog.model.urls import site_base
from netblog.readers.config import read_config
from netblog.readers.source import read_source
from netblog.readers.toml_places import find_places
from netblog.rules.sources import file, option

PATH = "netblog.toml"


@rule
def config(fetch: Fetch) -> model.Config:
    """netblog.toml with the command line's overrides. Raises ConfigError with every problem of the file."""
    data = fetch(file(PATH))
    overrides = json.loads(fetch(option("overrides")))
    return read_config(data or b"", PATH, overrides)[0]


def placed(fetch: Fetch, problem: Problem, *path: str | int, at_key: bool = False) -> Problem:
    """A problem that only shows when the site is built, with the line and column of a value in netblog.toml,
    or of its key.

    Called when something is wrong anyway, since whoever calls it depends on all of the file from then on.
    """
    source = read_source(fetch(file(PATH)) or b"", PATH)
    places = find_places(source.text)
    place = places.by_path.get(path)
    if place is None:
        return problem
    line, column = places.position(place.key if at_key else place.start)
    return replace(problem, path=PATH, line=line, column=column, source=source.text.split("\n")[line - 1])


@rule
def site(fetch: Fetch) -> model.Site:
    return fetch(config()).site


@rule
def content(fetch: Fetch) -> model.Content:
    return fetch(config()).content


@rule
def build(fetch: Fetch) -> model.Build:
    return fetch(config()).build


@rule
def theme(fetch: Fetch) -> model.Theme:
    return fetch(config()).theme


@rule
def markdown(fetch: Fetch) -> model.Markdown:
    return fetch(config()).markdown


@rule
def feeds(fetch: Fetch) -> model.Feeds:
    return fetch(config()).feeds


@rule
def comments(fetch: Fetch) -> model.Comments:
    return fetch(config()).comments


@rule
def related(fetch: Fetch) -> model.Related:
    return fetch(config()).related


@rule
def images(fetch: Fetch) -> model.Images:
    return fetch(config()).images


@rule
def menus(fetch: Fetch) -> dict[str, tuple[model.MenuItem, ...]]:
    return fetch(config()).menus


@rule
def taxonomies(fetch: Fetch) -> dict[str, model.Taxonomy]:
    """Every taxonomy of the site by name, tags and categories first, with its path filled in."""
    named = {"tags": model.Taxonomy(), "categories": model.Taxonomy()} | fetch(config()).taxonomies
    return {name: msgspec.structs.replace(table, path=table.path or name) for name, table in named.items()}


class Edition(msgspec.Struct, frozen=True, kw_only=True):
    """The site in one of its languages."""

    lang: str
    name: str
    """As the configuration calls the language; '' means ask CLDR."""
    title: str
    description: str
    prefix: str
    """Where its pages live: `/` for the site's own language, `/it/` for a further one."""


@rule
def editions(fetch: Fetch) -> dict[str, Edition]:
    """The site's languages by code, its own first."""
    settings = fetch(config())
    home = settings.site
    own = settings.languages.get(home.language, model.Language())
    found = {
        home.language: Edition(
            lang=home.language,
            name=own.name,
            title=own.title or home.title,
            description=own.description or home.description,
            prefix="/",
        )
    }
    for code, table in settings.languages.items():
        found.setdefault(
            code,
            Edition(
                lang=code,
                name=table.name,
                title=table.title or home.title,
                description=table.description or home.description,
                prefix=f"/{code}/",
            ),
        )
    return found


@rule
def base(fetch: Fetch) -> str:
    """The path the site is published under: `/` or `/blog/`."""
    return site_base(fetch(site()).url)


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """All that reading a content file depends on, beside [markdown]."""

    timezone: str
    zone: str
    """The digest of this machine's rules for the time zone; see `workshop.zone_rules`."""
    known_keys: tuple[str, ...]
    languages: tuple[str, ...]
    taxonomies: tuple[str, ...]
    lazy_images: bool


@rule
def reading(fetch: Fetch) -> Reading:
    settings = fetch(config())
    return Reading(
        timezone=settings.site.timezone,
        zone=fetch(option("zone")),
        known_keys=settings.content.known_keys,
        languages=tuple(fetch(editions())),
        taxonomies=tuple(fetch(taxonomies())),
        lazy_images=settings.images.lazy,
    )
