"""The offending line under every problem that has one, read from the file where the rule did not keep it.

Rules know a line by its number and pass it on without its text, which would make them depend on all of the
file. The text is fetched here, for those few that went wrong; a file that changed or went meanwhile costs
the excerpt and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from netblog.errors import Problem, order

MOST = 4_000_000
"""Bytes of a file that is still opened for an excerpt."""
_NEWLINE = re.compile(r"\r\n|\r|\n")
_QUOTED = re.compile(r"'([^']+)'")
_TEXTS = (".md", ".markdown", ".toml")
"""A line of JSON or of a template is quoted by whoever finds it wrong, or says nothing to a reader."""


def quoted(root: Path, problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """The problems with the text of their lines, and a column where the message names what stands there."""
    lines: dict[str, list[str]] = {}
    return tuple(sorted((_quoted(root, problem, lines) for problem in problems), key=order))


def _quoted(root: Path, problem: Problem, lines: dict[str, list[str]]) -> Problem:
    path, line = problem.path, problem.line
    if not path or not line or not path.endswith(_TEXTS):
        return problem
    text = problem.source
    if text is None:
        if path not in lines:
            lines[path] = _lines(root / path)
        if line > len(lines[path]):
            return problem
        text = lines[path][line - 1]
    column = problem.column
    named = _QUOTED.search(problem.message) if column is None else None
    if named:
        # As a whole: the link `x` is not the `x` of `x.md`.
        spots = [it.start() for it in re.finditer(rf"(?<![\w./#?-]){re.escape(named[1])}(?![\w./#?-])", text)]
        # The first word of a link's text may be spelled like its target.
        spots = [at for at in spots if text[:at].endswith(("](", "](<", '="', "='", "]: "))] or spots
        column = spots[0] + 1 if spots else None
    return replace(problem, source=text, column=column)


def _lines(file: Path) -> list[str]:
    try:
        if not file.is_file() or file.stat().st_size > MOST:
            return []
        return _NEWLINE.split(file.read_bytes().decode("utf-8-sig"))
    except (OSError, UnicodeDecodeError):
        return []
