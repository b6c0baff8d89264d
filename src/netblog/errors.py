"""The exception tree, and the one shape every problem is described in.

A `Problem` is a value, not an exception: rules carry warnings and recoverable errors in what they
return, so that a build without changes can still repeat them. Readers raise a `NetblogError` when
they cannot go on; only `report/` turns either into words on a screen.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, and where."""

    message: str
    """A sentence without a final stop: what is wrong, with the offending value in it."""
    path: str | None = None
    """The file, relative to the site's folder, with forward slashes."""
    line: int | None = None
    """1-based line in that file."""
    column: int | None = None
    """1-based column in that line, counted in characters."""
    hint: str | None = None
    """What to do about it."""
    source: str | None = None
    """The text of the offending line, for the excerpt under the message."""
    severity: Literal["error", "warning"] = "error"
    code: str = ""
    """A stable word for this kind of problem (`date`, `link`, `front-matter-key`, ...)."""
    cause: str | None = None
    """The content file that brought a template to its error."""


def order(problem: Problem) -> tuple[str, int, int, str]:
    """The order problems are listed in: by file, line and column."""
    return (problem.path or "", problem.line or 0, problem.column or 0, problem.message)


class NetblogError(Exception):
    """Anything netblog says to its user instead of a traceback."""

    def __init__(self, problems: Problem | Iterable[Problem] | str) -> None:
        if isinstance(problems, str):
            problems = Problem(problems)
        self.problems: tuple[Problem, ...] = (
            (problems,) if isinstance(problems, Problem) else tuple(problems)
        )
        super().__init__("; ".join(p.message for p in self.problems))

    def __reduce__(self) -> tuple[type[NetblogError], tuple[tuple[Problem, ...]]]:
        # Exceptions cross from worker processes; the default would pass the joined message back in.
        return (type(self), (self.problems,))


class ConfigError(NetblogError):
    """netblog.toml, theme.toml or an option is wrong (exit status 2)."""


class ContentError(NetblogError):
    """A post, page or data file is wrong."""


class TemplateError(NetblogError):
    """A template does not compile, or fails on some page."""


class CommentError(NetblogError):
    """A comment export cannot be read."""


class OutputError(NetblogError):
    """The output folder is unsafe, or two outputs want one path."""


class RuleError(NetblogError):
    """A build rule failed for a reason of its own: a cycle, or a bug."""


class DeployError(NetblogError):
    """The site could not be brought to its host."""
