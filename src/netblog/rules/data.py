"""`site.data`: the YAML, TOML and JSON files of data/ as plain values."""

from __future__ import annotations

import json
from typing import Any

from netblog.engine import Fetch, rule
from netblog.errors import ContentError, NetblogError, Problem
from netblog.readers.fields import plain
from netblog.readers.nodes import Header
from netblog.readers.source import read_source
from netblog.readers.toml_places import TomlError
from netblog.readers.tomlish import read_toml
from netblog.rules.sources import file, tree


@rule
def data_files(fetch: Fetch) -> dict[str, str]:
    """Name -> file. `data/team/people.yaml` is `team/people`. Two files of one name are an error."""
    found: dict[str, str] = {}
    for path in fetch(tree("data")):
        name, dot, ending = path.rpartition(".")
        if not dot or ending not in ("yaml", "yml", "toml", "json"):
            continue
        if name in found:
            raise ContentError(
                Problem(
                    f"two data files are called {name!r}: {found[name]} is the other", path=f"data/{path}"
                )
            )
        found[name] = f"data/{path}"
    return found


@rule
def data_names(fetch: Fetch) -> tuple[str, ...]:
    return tuple(fetch(data_files()))


@rule
def data(fetch: Fetch, name: str) -> Any:
    """One data file as None, bool, int, float, str, list and dict."""
    path = fetch(data_files())[name]
    text = read_source(fetch(file(path)) or b"", path).text
    if path.endswith((".yaml", ".yml")):
        from netblog.readers.yamlish import parse_yaml

        node, problems = parse_yaml(Header(text, path, 1))
        if problems:
            raise ContentError(problems)
        return plain(node) if node is not None else None
    try:
        return json.loads(text) if path.endswith(".json") else _plain(read_toml(text)[0])
    except json.JSONDecodeError as error:
        raise _wrong(path, text, f"this is not JSON: {error.msg}", error.lineno, error.colno) from None
    except TomlError as error:
        raise _wrong(path, text, str(error), error.line, error.column, error.hint) from None
    except (ValueError, RecursionError):
        # Python refuses thousands of digits, and a thousand brackets.
        raise ContentError(
            Problem("a number is too long, or lists are nested too deeply", path=path)
        ) from None


@rule
def data_problems(fetch: Fetch) -> tuple[Problem, ...]:
    """What is wrong with the data files, also with those that no template has read yet."""
    try:
        names = fetch(data_names())
        fetch.all([data_read(name) for name in names])
    except NetblogError as error:
        return error.problems
    return ()


@rule
def data_read(fetch: Fetch, name: str) -> bool:
    """Whether a data file can be read: true, or an error. What it says is not asked."""
    fetch(data(name))
    return True


def _wrong(
    path: str, text: str, message: str, line: int, column: int, hint: str | None = None
) -> ContentError:
    shown = text.split("\n")[line - 1 : line]
    source = shown[0] if shown else None
    return ContentError(
        Problem(message[:1].lower() + message[1:], path, line, column, hint, source, code="data")
    )


def _plain(value: Any) -> Any:
    """TOML's dates as ISO strings, so that a data file is the same value in every format."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value.isoformat() if hasattr(value, "isoformat") else value
