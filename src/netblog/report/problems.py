"""Problems as people read them: the place, the message, the line with a mark, and what to do.

    content/posts/x.md:3:7: the date 2024-02-30 does not exist (February 2024 has 29 days)
        3 | date: 2024-02-30
                  ^
            hint: ...

The first line is what editors and CI systems take for a place to jump to, so it never changes its shape.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from netblog.errors import Problem, order
from netblog.report.excerpt import excerpt, plain

_INDENT = " " * 8


def render_problems(problems: Iterable[Problem], limit: int | None = None) -> str:
    """All problems, by file and line, equal ones once; '' when there are none, else ending in a line break.

    With a `limit`, errors go before warnings into what is shown, and a last line counts the others. A
    problem in a template that many pages ran into is one problem, which names the first page and counts the
    rest.
    """
    merged = _merge(problems)
    shown = merged if limit is None else sorted(merged, key=_is_warning)[: max(limit, 0)]
    parts = [_render(problem, causes) for problem, causes in sorted(shown, key=lambda item: order(item[0]))]
    if hidden := len(merged) - len(shown):
        warnings = sum(map(_is_warning, merged)) - sum(map(_is_warning, shown))
        parts.append(f"... and {counts(hidden - warnings, warnings)} more\n")
    return "".join(parts)


def counts(errors: int, warnings: int) -> str:
    """`2 errors and 1 warning`."""
    told = [plural(errors, "error")] if errors else []
    told += [plural(warnings, "warning")] if warnings else []
    return " and ".join(told) or "no problems"


def plural(number: int, one: str, many: str = "") -> str:
    """`1 post`, `12,500 posts`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def tally(problems: Iterable[Problem]) -> tuple[int, int]:
    """How many different errors and warnings there are, counted as `render_problems` shows them."""
    merged = _merge(problems)
    warnings = sum(map(_is_warning, merged))
    return len(merged) - warnings, warnings


def _merge(problems: Iterable[Problem]) -> list[tuple[Problem, list[str]]]:
    """Each different problem with the pages it was met on, by place."""
    causes: dict[Problem, dict[str, None]] = {}
    for problem in problems:
        pages = causes.setdefault(replace(problem, cause=None) if problem.cause else problem, {})
        if problem.cause:
            pages[problem.cause] = None
    return [(problem, sorted(causes[problem])) for problem in sorted(causes, key=order)]


def _is_warning(item: tuple[Problem, list[str]]) -> bool:
    return item[0].severity == "warning"


def _render(problem: Problem, causes: list[str]) -> str:
    kind = "warning: " if problem.severity == "warning" else "" if problem.path else "error: "
    lines = [f"{_place(problem)}{kind}{plain(problem.message)}"]
    if problem.source is not None and problem.line is not None and problem.source.strip():
        margin = f"{problem.line:>5} | "
        text, before = excerpt(problem.source, problem.column)
        lines.append(margin + text)
        if before is not None:
            lines.append(" " * (len(margin) + before) + "^")
    if causes:
        others = f" and {plural(len(causes) - 1, 'other page')}" if len(causes) > 1 else ""
        lines.append(f"{_INDENT}while rendering {plain(causes[0])}{others}")
    if problem.hint:
        lines.append(f"{_INDENT}hint: {plain(problem.hint)}")
    return "".join(f"{line}\n" for line in lines)


def _place(problem: Problem) -> str:
    if not problem.path:
        return ""
    place = plain(problem.path)
    if problem.line is not None:
        place += f":{problem.line}"
        if problem.column is not None:
            place += f":{problem.column}"
    return f"{place}: "
