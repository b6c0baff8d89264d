"""Reads netblog.toml into the typed configuration, and says everything that is wrong with it at once.

msgspec stops at the first wrong value and knows no lines, so the file is checked against the structs of
`model/config` here, field by field, before msgspec converts it; then come the rules that a type cannot
express (`config_checks`). The configuration is read once per build: it need be thorough, not fast.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain, islice
from typing import Any, get_args, get_type_hints

import msgspec
from msgspec import inspect

from netblog.errors import ConfigError, ContentError, Problem, order
from netblog.model.config import Config, Taxonomy
from netblog.readers.config_checks import Flaw, checks, heading, label
from netblog.readers.config_forms import config_schema, config_toml, effective_config
from netblog.readers.keys import nearest
from netblog.readers.nodes import kind
from netblog.readers.source import brief, excerpt, read_source
from netblog.readers.tomlish import Path, Places, TomlError, read_toml

__all__ = ["config_schema", "config_toml", "effective_config", "read_config"]

SIZE_LIMIT = 1024 * 1024
"""Bytes."""
_MOST_FLAWS = 200

_ANY = (object, "anything")
_WORDS: tuple[tuple[type[inspect.Type], type | tuple[type, ...], str], ...] = (
    (inspect.StrType, str, "text"),
    (inspect.BoolType, bool, "true or false"),
    (inspect.IntType, int, "a whole number"),
    (inspect.FloatType, (int, float), "a number"),
    (inspect.LiteralType, str, "text"),
    (inspect.VarTupleType, list, "a list"),
    (inspect.DictType, dict, "a table"),
    (inspect.StructType, dict, "a table"),
)


def read_config(
    data: bytes, path: str, overrides: Mapping[str, Any] | None = None
) -> tuple[Config, tuple[Problem, ...]]:
    """The configuration that `data`, the content of the TOML file `path`, gives, and warnings.

    `overrides` (options of the command line) go over the file's values: dotted keys such as
    `{"build.drafts": True}`, where None means the option was not given. The site's URL gets its trailing
    slash; the taxonomies `tags` and `categories` are there whether or not the file names them.
    Raises ConfigError with every problem, each with line and column unless it comes from an override.
    """
    if len(data) > SIZE_LIMIT:
        message = f"the file is longer than {SIZE_LIMIT // 1024} KiB"
        raise ConfigError(Problem(message, path, 1, 1, code="config"))
    try:
        source = read_source(data, path)
    except ContentError as error:
        raise ConfigError(error.problems) from None
    try:
        values, places = read_toml(source.text)
    except TomlError as error:
        line = excerpt(source.text.split("\n")[error.line - 1])
        raise ConfigError(
            Problem(error.message, path, error.line, error.column, error.hint, source=line, code="toml")
        ) from None
    overridden = _override(values, overrides or {})
    root = inspect.type_info(Config)
    flaws = islice(chain(_mismatches(values, root, ()), checks(values)), _MOST_FLAWS)
    lines = source.text.split("\n")
    found = [_problem(flaw, places, lines, path, overridden) for flaw in flaws]
    problems = sorted((*source.problems, *found), key=order)
    if any(problem.severity == "error" for problem in problems):
        raise ConfigError(problems)
    config = msgspec.convert(values, Config)
    site = config.site
    if not site.url.endswith("/"):
        site = msgspec.structs.replace(site, url=site.url + "/")
    taxonomies = {"tags": Taxonomy(), "categories": Taxonomy(), **config.taxonomies}
    return msgspec.structs.replace(config, site=site, taxonomies=taxonomies), tuple(problems)


def _override(values: dict[str, Any], overrides: Mapping[str, Any]) -> set[Path]:
    done: set[Path] = set()
    for dotted, value in overrides.items():
        if value is None:
            continue
        *tables, key = parts = dotted.split(".")
        table = values
        for name in tables:
            inner = table.setdefault(name, {})
            if not isinstance(inner, dict):
                break
            table = inner
        else:
            table[key] = value
            done.add(tuple(parts))
    return done


def _problem(flaw: Flaw, places: Places, lines: list[str], path: str, overridden: set[Path]) -> Problem:
    if any(flaw.path[: len(given)] == given for given in overridden):
        return Problem(flaw.message, hint=flaw.hint, severity=flaw.severity, code="config")
    place, at = None, flaw.path
    # What is missing has no place of its own: its table has.
    while place is None and at:
        place = places.by_path.get(at)
        at = at[:-1]
    if place is None:
        return Problem(flaw.message, path, hint=flaw.hint, severity=flaw.severity, code="config")
    line, column = places.position(place.key if flaw.on_key else place.start)
    source = excerpt(lines[line - 1])
    return Problem(
        flaw.message, path, line, column, flaw.hint, source=source, severity=flaw.severity, code="config"
    )


def _mismatches(value: Any, wanted: inspect.Type, path: Path) -> Iterator[Flaw]:
    """Where `value` has another shape than the type `wanted`; anything has the shape of Any."""
    types, word = next(((types, word) for type_, types, word in _WORDS if isinstance(wanted, type_)), _ANY)
    # Python's bool is an int, but netblog.toml's is not.
    fits = isinstance(value, bool) if types is bool else isinstance(value, types)
    if not fits or (isinstance(value, bool) and types not in (bool, object)):
        found = f"{value}" if word == "a whole number" and isinstance(value, float) else kind(value)
        yield Flaw(path, f"{label(path)} must be {word}, not {found}", _remedy(word, value))
    elif isinstance(wanted, inspect.VarTupleType):
        for index, item in enumerate(value):
            yield from _mismatches(item, wanted.item_type, (*path, index))
    elif isinstance(wanted, inspect.DictType):
        for key, item in value.items():
            yield from _mismatches(item, wanted.value_type, (*path, key))
    elif isinstance(wanted, inspect.StructType):
        yield from _table(value, wanted, path)


def _remedy(word: str, value: object) -> str | None:
    if word == "text" and not isinstance(value, (list, tuple, dict)):
        return "put it in quotes"
    if word in ("true or false", "a whole number", "a number") and isinstance(value, str):
        return "write it without quotes"
    if word == "a list" and isinstance(value, str):
        return "put it in brackets: [ ]"
    return None


def _choice(value: Any, choices: tuple[str, ...], path: Path) -> Iterator[Flaw]:
    if isinstance(value, str) and value not in choices:
        listed = ", ".join(f'"{choice}"' for choice in choices[:-1]) + f' or "{choices[-1]}"'
        guess = nearest(value, choices)
        hint = f'did you mean "{guess}"?' if guess else None
        yield Flaw(path, f'{label(path)} must be {listed}, not "{brief(value)}"', hint)


def _table(value: dict[str, Any], wanted: inspect.StructType, path: Path) -> Iterator[Flaw]:
    fields = {field.encode_name: field for field in wanted.fields}
    hints = get_type_hints(wanted.cls)
    for key, item in value.items():
        if key in fields:
            yield from _mismatches(item, fields[key].type, (*path, key))
            if isinstance(fields[key].type, inspect.LiteralType):
                # From the annotation, because inspect sorts the choices.
                yield from _choice(item, get_args(hints[key]), (*path, key))
        else:
            yield _unknown(key, item, fields, path)
    for name, field in fields.items():
        if field.required and name not in value:
            yield Flaw(path, f"{label((*path, name))} is missing", f'add {name} = "..."', on_key=True)


def _unknown(key: str, item: object, fields: dict[str, inspect.Field], path: Path) -> Flaw:
    is_table = isinstance(item, dict)
    guess = nearest(key, fields)
    hint = None
    if guess:
        hint = f"did you mean {heading((*path, guess)) if is_table else guess}?"
    elif not is_table:
        homes = [f"[{table}]" for table, names in _homes().items() if key in names]
        if homes:
            hint = f"it belongs in {' or '.join(homes)}"
    if hint is None and not path:
        hint = "the tables are " + ", ".join(f"[{name}]" for name in fields)
    elif hint is None:
        hint = "known are " + ", ".join(fields)
    if is_table:
        return Flaw((*path, key), f"unknown table {heading((*path, key))}", hint, on_key=True)
    where = f"in {heading(path)}" if path else "outside all tables"
    return Flaw((*path, key), f"unknown key {brief(key)} {where}", hint, on_key=True)


def _homes() -> dict[str, set[str]]:
    """The keys of each table."""
    root = inspect.type_info(Config)
    assert isinstance(root, inspect.StructType)
    return {
        field.encode_name: {inner.encode_name for inner in field.type.fields}
        for field in root.fields
        if isinstance(field.type, inspect.StructType)
    }
