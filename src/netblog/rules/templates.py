"""Themes and their words: the chain of themes, template bundles, catalogues and data files.

A template is a value like any other: its bundle holds the sources of all it can include, so Jinja never
opens a file and a changed partial changes exactly the bundles that include it. Candidates that are not there
are read too: a new override is noticed because a missing file has appeared.
"""

from __future__ import annotations

import re
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import msgspec

from netblog.engine import Fetch, rule
from netblog.errors import ConfigError, Problem, TemplateError
from netblog.readers.source import read_source
from netblog.rules import settings
from netblog.rules.sources import file, tree
from netblog.themes.bundle import Bundle, TemplateSource, references
from netblog.themes.chain import candidates, catalogues
from netblog.themes.manifest import ThemeInfo, effective_options, read_theme_toml
from netblog.themes.translate import Messages, Translator, read_catalogue


def bundled_themes() -> Path:
    """Where the themes that come with netblog are: inside the wheel, or at the top of a checkout."""
    package = Path(__file__).resolve().parents[1]
    inside = package / "_bundle" / "themes"
    return inside if inside.is_dir() else package.parents[1] / "themes"


_THEME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
"""A theme's name is joined to folders: see `themes.manifest`, which asks the same of parents."""


class Layer(msgspec.Struct, frozen=True, kw_only=True):
    """One theme of the chain."""

    name: str
    folder: str
    """Relative to the site's folder, or absolute for a bundled theme."""
    info: ThemeInfo


@rule
def chain(fetch: Fetch) -> tuple[Layer, ...]:
    """The site's theme, then its parents. Raises ConfigError for one that is missing or a parent of itself."""
    layers: list[Layer] = []
    name: str | None = fetch(settings.theme()).name
    while name:
        if not _THEME.fullmatch(name):
            problem = Problem(
                f"a theme cannot be called {name!r}",
                path=settings.PATH,
                hint="it is the name of a folder in themes/",
                code="theme",
            )
            raise ConfigError(settings.placed(fetch, problem, "theme", "name"))
        if any(layer.name == name for layer in layers):
            raise ConfigError(
                Problem(f"the theme {name} is a parent of itself", path=f"themes/{name}/theme.toml")
            )
        for folder in (f"themes/{name}", (bundled_themes() / name).as_posix()):
            data = fetch(file(f"{folder}/theme.toml"))
            if data is not None:
                break
        else:
            problem = Problem(
                f"there is no theme {name!r}: no themes/{name}/theme.toml",
                path=settings.PATH if not layers else f"{layers[-1].folder}/theme.toml",
                hint="did you mean 'default'?"
                if get_close_matches(name, ("default",))
                else "netblog brings the theme default",
                code="theme",
            )
            raise ConfigError(problem if layers else settings.placed(fetch, problem, "theme", "name"))
        info = read_theme_toml(data, f"{folder}/theme.toml")
        layers.append(Layer(name=name, folder=folder, info=info))
        name = info.parent
    return tuple(layers)


class Options(msgspec.Struct, frozen=True, kw_only=True):
    values: dict[str, Any]
    problems: tuple[Problem, ...]


@rule
def theme_options(fetch: Fetch) -> Options:
    """The options of the theme: its parents' defaults, its own, then the site's [theme.options]."""
    infos = [layer.info for layer in fetch(chain())]
    given = fetch(settings.theme()).options
    values, problems = effective_options(infos, given, settings.PATH)
    if problems:
        known = {name for info in infos for name in info.options}
        problems = tuple(
            settings.placed(fetch, problem, "theme", "options", key, at_key=key not in known)
            for key in sorted(given)
            for problem in effective_options(infos, {key: given[key]}, settings.PATH)[1]
        )
    return Options(values=values, problems=problems)


@rule
def template_names(fetch: Fetch) -> tuple[str, ...]:
    """Every template there is, for those that name others at run time."""
    found = set(fetch(tree("templates")))
    for layer in fetch(chain()):
        found.update(fetch(tree(f"{layer.folder}/templates")))
    return tuple(sorted(name for name in found if name.endswith((".html", ".xml", ".txt", ".jinja"))))


@rule
def template_source(fetch: Fetch, name: str) -> TemplateSource | None:
    """The text of a template: the first candidate of the chain that is there."""
    folders = tuple(layer.folder for layer in fetch(chain()))
    for path in candidates(name, folders):
        data = fetch(file(path))
        if data is not None:
            return TemplateSource(path=path, text=read_source(data, path).text)
    return None


@rule
def bundle(fetch: Fetch, name: str) -> Bundle:
    """A template with all it can include. Raises TemplateError when there is no such template."""
    sources: dict[str, TemplateSource] = {}
    waiting = [name]
    named_by: dict[str, TemplateSource] = {}
    while waiting:
        wanted = waiting.pop()
        if wanted in sources:
            continue
        try:
            source = fetch(template_source(wanted))
        except TemplateError as error:
            raise TemplateError(
                [_placed(it, wanted, named_by.get(wanted)) for it in error.problems]
            ) from error
        if source is None:
            if wanted == name:
                raise TemplateError(Problem(f"there is no template {name!r}", path=f"templates/{name}"))
            continue
        sources[wanted] = source
        names, dynamic = references(source.text, wanted, source.path)
        found = fetch(template_names()) if dynamic else names
        for other in found:
            named_by.setdefault(other, source)
        waiting.extend(found)
    return Bundle(name=name, sources=dict(sorted(sources.items())))


def _placed(problem: Problem, name: str, source: TemplateSource | None) -> Problem:
    """A fault of a template's name, on the line of the template that names it."""
    if problem.path or source is None:
        return problem
    lines = source.text.split("\n")
    line = next((number for number, text in enumerate(lines, 1) if name in text), None)
    return replace(problem, path=source.path, line=line, source=lines[line - 1] if line else None)


@rule
def catalogue(fetch: Fetch, lang: str) -> tuple[Messages, ...]:
    """The words of the theme in a language, nearest first; what none of them has stays English."""
    folders = tuple(layer.folder for layer in fetch(chain()))
    found = []
    for group in catalogues(lang, folders):
        for path in group:
            data = fetch(file(path))
            if data is not None:
                found.append(read_catalogue(data, path))
    return tuple(found)


def translator(fetch: Fetch, lang: str) -> Translator:
    """What turns the theme's English into a language."""
    return _chained(fetch(catalogue(lang)))


def _chained(words: tuple[Messages, ...]) -> Translator:
    # Kept per value: a translator memoises what it hands to templates. Values are few, one per language.
    for known, made in _KEPT:
        if known is words or known == words:
            return made
    made = Translator()
    for messages in reversed(words):
        made = Translator(messages, made)
    _KEPT.append((words, made))
    del _KEPT[:-32]
    return made


_KEPT: list[tuple[tuple[Messages, ...], Translator]] = []
