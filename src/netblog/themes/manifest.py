"""theme.toml: what a theme says of itself, which theme it builds on, and the options it understands.

A theme's options are declared with a default and a sentence of help, so that `[theme.options]` in the site's
configuration can be checked like every other table: an option nobody knows is an error with a suggestion,
not a silence.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import msgspec

from netblog.errors import ConfigError, Problem

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
_KEYS = ("name", "version", "description", "license", "parent", "options")


class Option(msgspec.Struct, frozen=True):
    """One option of a theme."""

    default: Any
    help: str = ""


class ThemeInfo(msgspec.Struct, frozen=True, kw_only=True):
    """One theme.toml."""

    name: str
    version: str = ""
    description: str = ""
    license: str = ""
    parent: str | None = None
    """The name of the theme whose templates, static files and catalogues stand behind this one's."""
    options: dict[str, Option] = {}


def read_theme_toml(data: bytes, path: str) -> ThemeInfo:
    """Read theme.toml: top-level `name`, `version`, `description`, `license`, `parent`, and one table
    `[options.NAME]` with `default` and `help` per option.

    Raises `ConfigError` with every problem found.
    """
    table = _toml(data, path)
    problems = list(_unknown(table, _KEYS, "theme.toml", path))
    texts: dict[str, str] = {}
    for key in _KEYS[:-1]:
        value = table.get(key, "")
        if isinstance(value, str):
            texts[key] = value
        else:
            problems.append(_wrong(f"{key} = {value!r} is not a text", path))
    if not texts.get("name") and "name" not in table:
        problems.append(_wrong("a theme must have a name", path, 'add a line name = "my-theme"'))
    problems.extend(
        _wrong(f"{key} = {value!r} is not the name of a folder", path)
        for key in ("name", "parent")
        if (value := texts.get(key)) and not _NAME.fullmatch(value)
    )
    options = _options(table.get("options", {}), path, problems)
    if problems:
        raise ConfigError(problems)
    return ThemeInfo(
        name=texts["name"],
        version=texts["version"],
        description=texts["description"],
        license=texts["license"],
        parent=texts["parent"] or None,
        options=options,
    )


def lineage(name: str, read: Callable[[str], ThemeInfo]) -> tuple[ThemeInfo, ...]:
    """The theme `name` and its parents, nearest first; `read` finds one theme by its name.

    Raises `ConfigError` where a theme is its own ancestor; what `read` raises is let through.
    """
    chain: list[ThemeInfo] = []
    seen: list[str] = []
    step: str | None = name
    while step is not None:
        if step in seen:
            ring = " -> ".join((*seen[seen.index(step) :], step))
            raise ConfigError(
                Problem(
                    f"the theme {step!r} is its own ancestor: {ring}",
                    path=f"themes/{seen[-1]}/theme.toml",
                    hint="take the parent out of one of them",
                    code="theme-parent",
                )
            )
        seen.append(step)
        info = read(step)
        chain.append(info)
        step = info.parent
    return tuple(chain)


def effective_options(
    chain: Sequence[ThemeInfo], given: Mapping[str, Any], path: str
) -> tuple[dict[str, Any], tuple[Problem, ...]]:
    """The options templates see, sorted by name: the site's own over the theme's defaults over its parents'.

    The problems are options no theme of the chain knows, and values of another type than the default; such
    values are left out. `path` is the configuration file they stand in.
    """
    known: dict[str, Option] = {}
    for info in reversed(chain):
        known.update(info.options)
    values = {key: option.default for key, option in known.items()}
    problems = list(_unknown(given, tuple(known), "[theme.options]", path))
    for key in sorted(given.keys() & known.keys()):
        value, default = given[key], known[key].default
        number = type(default) is float and type(value) is int
        if type(value) is type(default) or number:
            values[key] = value
        else:
            hint = f"the default is {default!r}: {known[key].help}".removesuffix(": ")
            problems.append(_wrong(f"the theme option {key} = {value!r} has the wrong type", path, hint))
    return dict(sorted(values.items())), tuple(problems)


def _toml(data: bytes, path: str) -> dict[str, Any]:
    try:
        return tomllib.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        bad = data.count(b"\n", 0, error.start) + 1
        raise ConfigError(Problem("this file is not UTF-8", path=path, line=bad, code="encoding")) from None
    except tomllib.TOMLDecodeError as error:
        text = str(error)
        place = _PLACE.search(text)
        line, column = place.groups() if place else (None, None)
        end = data.count(b"\n") + 1 if place else None
        raise ConfigError(
            Problem(
                f"this is not TOML: {_PLACE.sub('', text)}",
                path=path,
                line=int(line) if line else end,
                column=int(column) if column else None,
                code="toml",
            )
        ) from None
    except RecursionError:
        raise ConfigError(Problem("this is not TOML: too deeply nested", path=path, code="toml")) from None


def _options(table: object, path: str, problems: list[Problem]) -> dict[str, Option]:
    options: dict[str, Option] = {}
    if not isinstance(table, dict):
        problems.append(_wrong("options is not a table", path, "write one table [options.NAME] per option"))
        return options
    for key, entry in table.items():
        declared = isinstance(entry, dict) and "default" in entry and isinstance(entry.get("help", ""), str)
        if not declared:
            hint = f'write [options.{key}], then default = ... and help = "..."'
            problems.append(_wrong(f"the option {key} has no default", path, hint))
            continue
        problems.extend(_unknown(entry, ("default", "help"), f"[options.{key}]", path))
        options[key] = Option(entry["default"], entry.get("help", ""))
    return options


def _unknown(given: Iterable[str], known: Sequence[str], where: str, path: str) -> Iterable[Problem]:
    for key in sorted(set(given) - set(known)):
        near = difflib.get_close_matches(key, known, 1)
        hint = f"did you mean {near[0]!r}?" if near else f"known are: {', '.join(known) or 'none'}"
        yield _wrong(f"{where} has no key {key!r}", path, hint)


def _wrong(message: str, path: str, hint: str | None = None) -> Problem:
    return Problem(message, path=path, hint=hint, code="theme")
