"""Template faults: whatever goes wrong in a template, with its file, its line and what was perhaps meant.

Jinja rewrites tracebacks so that they run through the templates; the innermost such frame is the place. An
undefined variable knows its own name but not what else was there, so it raises an exception that carries both
the name and the object asked, and the suggestion is made here, where the context is at hand.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from jinja2 import StrictUndefined, TemplateNotFound, TemplateSyntaxError, UndefinedError
from jinja2.utils import missing

from netblog.errors import NetblogError, Problem, TemplateError
from netblog.themes.bundle import TemplateSource

_NEWLINE = re.compile(r"\r\n|\r|\n")
_UNKNOWN = re.compile(r"No (filter|test) named '([^']*)'")


class MissingError(UndefinedError):
    """A variable, field or key that is not there was used."""

    def __init__(self, message: str, obj: object, name: object) -> None:
        super().__init__(message)
        self.obj = obj
        self.name = name


class Missing(StrictUndefined):
    """What stands for a name that is not there: any use of it is an error.

    Only an absent key of a mapping may be tested for truth, because mappings (`post.extra`, `site.data`) are
    where authors put what not every page has.
    """

    __slots__ = ()

    def __init__(
        self, hint: str | None = None, obj: Any = missing, name: str | None = None, exc: Any = None
    ) -> None:
        super().__init__(hint, obj, name, partial(MissingError, obj=obj, name=name))  # type: ignore[arg-type]

    def __bool__(self) -> bool:  # type: ignore[override]
        if isinstance(self._undefined_obj, Mapping):
            return False
        return self._fail_with_undefined_error()


def describe(
    error: Exception,
    sources: Mapping[str, TemplateSource],
    name: str,
    context: Iterable[str] = (),
    filters: Iterable[str] = (),
    tests: Iterable[str] = (),
) -> NetblogError:
    """The error to raise for `error`, which rendering or compiling the template `name` ended in.

    `context` are the variables there were, `filters` and `tests` the names the environment knows. A
    `NetblogError` from a function of the context keeps its kind, and its problems without a place are
    given this one.
    """
    path, line = _place(error, sources, name)
    text = _line(sources, path, line)
    if isinstance(error, NetblogError):
        return type(error)(
            problem if problem.path else _placed(problem, path, line, text) for problem in error.problems
        )
    if isinstance(error, RecursionError) and line is None:
        problem = Problem("the template is too deeply nested", path=path, code="template-syntax")
        return TemplateError(problem)
    message, hint, code = _words(error, sources, context, filters, tests)
    return TemplateError(Problem(message, path=path, line=line, hint=hint, source=text, code=code))


def _placed(problem: Problem, path: str, line: int | None, text: str | None) -> Problem:
    return Problem(
        problem.message,
        path=path,
        line=line,
        hint=problem.hint,
        source=text,
        severity=problem.severity,
        code=problem.code,
        cause=problem.cause,
    )


def _place(error: Exception, sources: Mapping[str, TemplateSource], name: str) -> tuple[str, int | None]:
    if isinstance(error, TemplateSyntaxError) and error.filename:
        return error.filename, error.lineno
    paths = {source.path for source in sources.values()}
    place: tuple[str, int | None] = (sources[name].path if name in sources else name, None)
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename in paths:
            place = (trace.tb_frame.f_code.co_filename, trace.tb_lineno)
        trace = trace.tb_next
    return place


def _line(sources: Mapping[str, TemplateSource], path: str, line: int | None) -> str | None:
    for source in sources.values():
        if source.path == path and line:
            lines = _NEWLINE.split(source.text)
            return lines[line - 1][:200] if line <= len(lines) else None
    return None


def _words(
    error: Exception,
    sources: Mapping[str, TemplateSource],
    context: Iterable[str],
    filters: Iterable[str],
    tests: Iterable[str],
) -> tuple[str, str | None, str]:
    """Message, hint and code."""
    if isinstance(error, MissingError) and error.name is not None:
        return _undefined(error, context)
    if isinstance(error, TemplateNotFound):
        wanted = [str(template) for template in error.templates]
        verb = "is" if len(wanted) == 1 else "are"
        message = f"the template {' or '.join(map(repr, wanted))} {verb} not in the site or its theme"
        return message, _suggest(wanted[0] if wanted else "", sources), "template-missing"
    if isinstance(error, RecursionError):
        hint = "a template that includes or extends itself, or a macro that calls itself, must come to an end"
        return "the templates call one another without end", hint, "template-recursion"
    text = " ".join(str(error).split()).rstrip(".") or type(error).__name__
    if unknown := _UNKNOWN.search(text):
        kind, wanted_name = unknown.groups()
        known = filters if kind == "filter" else tests
        return f"there is no {kind} {wanted_name!r}", _suggest(wanted_name, known), f"template-{kind}"
    if isinstance(error, TemplateSyntaxError):
        return " ".join((error.message or text).split()).rstrip("."), None, "template-syntax"
    if isinstance(error, UndefinedError):
        return text, None, "template-undefined"
    kind = type(error).__name__
    return text if text == kind else f"{text} ({kind})", None, "template-error"


def _undefined(error: MissingError, context: Iterable[str]) -> tuple[str, str | None, str]:
    name = error.name
    if error.obj is missing:
        spare = f"where it may be absent, ask first: {{% if {name} is defined %}}"
        hint = _suggest(str(name), context) or spare
        return f"there is no variable {name!r} here", hint, "template-undefined"
    if isinstance(error.obj, Mapping):
        keys = [key for key in error.obj if isinstance(key, str)]
        return f"there is no key {name!r} here", _suggest(str(name), keys), "template-undefined"
    if not isinstance(name, str):
        return f"there is no element {name!r} here", None, "template-undefined"
    fields = [field for field in dir(error.obj) if not field.startswith("_")]
    kind = type(error.obj).__name__
    return f"a {kind} has no {name!r}", _suggest(name, fields), "template-undefined"


def _suggest(name: str, known: Iterable[str]) -> str | None:
    near = difflib.get_close_matches(name, sorted(known), 1)
    return f"did you mean {near[0]!r}?" if near else None
