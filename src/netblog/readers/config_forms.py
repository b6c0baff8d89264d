"""The configuration in its other forms: plain data, a netblog.toml with every default, JSON Schema.

All three come from the structs themselves, so they cannot disagree with what is read. The schema takes its
descriptions from the field docstrings, which Python does not keep: they are read from the source.
"""

from __future__ import annotations

import ast
import inspect
import re
from datetime import date, datetime, time
from types import ModuleType
from typing import Any

import msgspec

from netblog.model import config as model
from netblog.model.config import Config

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_DATES = (datetime, date, time)
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r", "\b": "\\b", "\f": "\\f"}


def effective_config(config: Config) -> dict[str, Any]:
    """Every value in force, defaults included, as JSON-like data."""
    # By way of JSON, because `to_builtins` leaves tuples as they are.
    found: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(config))
    return found


def config_toml(config: Config) -> str:
    """A netblog.toml that says all that `effective_config` does, and the default of each value changed.

    Reading it gives an equal Config.
    """
    values = msgspec.to_builtins(config, builtin_types=_DATES)
    defaults = msgspec.to_builtins(Config(), builtin_types=_DATES)
    lines: list[str] = []
    for name, table in values.items():
        _write_table((name,), table, defaults[name], lines)
    return "\n".join(lines).lstrip("\n") + "\n"


def config_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of netblog.toml, described by the docstrings of `model/config`."""
    schema = msgspec.json.schema(Config)
    for name, fields in _docstrings(model).items():
        properties = schema["$defs"].get(name, {}).get("properties", {})
        for field, text in fields.items():
            if field in properties:
                properties[field]["description"] = text
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "netblog.toml",
        **schema,
    }


def _docstrings(module: ModuleType) -> dict[str, dict[str, str]]:
    """By class and field; nothing where the source is not to be had."""
    try:
        tree = ast.parse(inspect.getsource(module))
    except (OSError, TypeError):
        return {}
    found: dict[str, dict[str, str]] = {}
    for node in tree.body:
        if not isinstance(node, ast.ClassDef):
            continue
        fields = found.setdefault(node.name, {})
        for field, after in zip(node.body, node.body[1:], strict=False):
            if (
                isinstance(field, ast.AnnAssign)
                and isinstance(field.target, ast.Name)
                and isinstance(after, ast.Expr)
                and isinstance(after.value, ast.Constant)
                and isinstance(after.value.value, str)
            ):
                fields[field.target.id] = " ".join(after.value.value.split())
    return found


def _write_table(path: tuple[str, ...], table: dict[str, Any], defaults: Any, lines: list[str]) -> None:
    """Scalars and lists first: after a sub-table's header they would belong to it."""
    lines += ["", f"[{'.'.join(map(_key, path))}]"]
    given = defaults if isinstance(defaults, dict) else {}
    for key, value in table.items():
        if not isinstance(value, dict) and value is not None:
            line = f"{_key(key)} = {_value(value)}"
            if key in given and given[key] != value:
                line += f"  # default: {_value(given[key])}"
            lines.append(line)
    for key, value in table.items():
        if isinstance(value, dict):
            _write_table((*path, key), value, given.get(key), lines)


def _key(key: str) -> str:
    return key if _BARE_KEY.fullmatch(key) else _value(key)


def _value(value: Any) -> str:
    """A value on one line (TOML 1.0)."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return '"' + "".join(_character(char) for char in value) + '"'
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_value(item) for item in value if item is not None) + "]"
    if isinstance(value, dict):
        pairs = (f"{_key(key)} = {_value(item)}" for key, item in value.items() if item is not None)
        return "{ " + ", ".join(pairs) + " }" if value else "{}"
    if isinstance(value, _DATES):
        return value.isoformat()
    return repr(value)


def _character(char: str) -> str:
    if char in _ESCAPES:
        return _ESCAPES[char]
    return f"\\u{ord(char):04X}" if ord(char) < 0x20 or ord(char) == 0x7F else char
