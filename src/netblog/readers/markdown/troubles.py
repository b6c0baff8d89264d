"""Gathers the problems of one body while it is read.

The rules know lines of the text they parse, counted from 0; the user wants lines of the file, with the
line itself under the message. This is where one becomes the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from netblog.errors import Problem


class Troubles:
    """The problems found so far; `problems` are in file order at the end."""

    def __init__(self, text: str, path: str, first_line: int) -> None:
        self._text = text
        self._path = path
        self._first_line = first_line
        self._lines: Sequence[str] | None = None
        self._found: dict[Problem, None] = {}

    def file_line(self, line: int) -> int:
        """The file's line for a 0-based line of the text."""
        return self._first_line + line

    def warn(self, line: int | None, message: str, *, hint: str | None = None, code: str = "") -> None:
        """Note something doubtful at a 0-based line of the text."""
        self._add(line, message, hint, code, "warning")

    def fail(self, line: int | None, message: str, *, hint: str | None = None, code: str = "") -> None:
        """Note an error at a 0-based line of the text."""
        self._add(line, message, hint, code, "error")

    def _add(
        self,
        line: int | None,
        message: str,
        hint: str | None,
        code: str,
        severity: Literal["error", "warning"],
    ) -> None:
        if self._lines is None:
            self._lines = self._text.split("\n")
        source = self._lines[line] if line is not None and line < len(self._lines) else None
        problem = Problem(
            message,
            self._path,
            None if line is None else self.file_line(line),
            hint=hint,
            source=source,
            severity=severity,
            code=code,
        )
        self._found[problem] = None

    @property
    def problems(self) -> tuple[Problem, ...]:
        return tuple(sorted(self._found, key=lambda problem: problem.line or 0)) if self._found else ()
