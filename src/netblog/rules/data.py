"""`site.data`: the YAML, TOML and JSON files of data/ as plain values."""

from __future__ import annotations

import json
import tomllib
from typing import Any

from netblog.engine import Fetch, rule
from netblog.errors import ContentError, Problem
from netblog.readers.fields import plain
from netblog.readers.nodes import Header
from netblog.readers.source import read_source
from netblog.readers.yamlish import parse_yaml
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
        node, problems = parse_yaml(Header(text, path, 1))
        if problems:
            raise ContentError(problems)
        return plain(node) if node is not None else None
    try:
        return json.loads(text) if path.endswith(".json") else _plain(tomllib.loads(text))
    except json.JSONDecodeError as error:
        raise ContentError(
            Problem(f"not JSON: {error.msg}", path=path, line=error.lineno, column=error.colno)
        ) from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ContentError(Problem(f"cannot be read: {error}", path=path)) from None


def _plain(value: Any) -> Any:
    """TOML's dates as ISO strings, so that a data file is the same value in every format."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value.isoformat() if hasattr(value, "isoformat") else value
