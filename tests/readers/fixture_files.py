"""Fixture files of title / input / expected, each part ended by a line with a single full stop."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from netblog.errors import ContentError, Problem
from netblog.model.post import FrontMatter
from netblog.readers.frontmatter import read_front_matter, split
from netblog.readers.source import read_source

FOLDER = Path(__file__).parent / "fixtures"
ZONE = ZoneInfo("Europe/Rome")


def cases(name: str) -> list[tuple[str, str, str]]:
    """(title, input, expected) of each case in a fixture file."""
    parts = (FOLDER / f"{name}.txt").read_text(encoding="utf-8").split("\n.\n")
    assert len(parts) % 3 == 1 and not parts[-1].strip(), f"{name}.txt is not in threes"
    found = []
    for title, given, expected in zip(parts[0::3], parts[1::3], parts[2::3], strict=False):
        found.append((title.strip(), given + "\n", expected + "\n"))
    return found


def shown(problem: Problem) -> str:
    hint = f" ({problem.hint})" if problem.hint else ""
    place = f"{problem.line}:{problem.column}: " if problem.line else ""
    return f"{place}{problem.message}{hint}"


def outcome(text: str) -> str:
    """What reading `text` gives, as the fixture files write it: changed fields as JSON, then problems."""
    try:
        parts = split(read_source(text.encode(), "post.md"))
        front, problems = read_front_matter(parts, "post.md", ZONE, ("mykey",), ("people",))
    except ContentError as error:
        return "".join(f"refused {shown(problem)}\n" for problem in error.problems)
    defaults = msgspec.to_builtins(FrontMatter())
    fields: dict[str, Any] = msgspec.to_builtins(front)
    changed = {key: value for key, value in fields.items() if value != defaults[key] and key != "lines"}
    lines = [f"{key}: {json.dumps(value, ensure_ascii=False)}\n" for key, value in changed.items()]
    return "".join(lines or ["nothing\n"]) + "".join(f"{shown(problem)}\n" for problem in problems)
