"""Texts made to hang, crash or fill the memory do none of it."""

from __future__ import annotations

import time

import pytest

from netblog.model.config import Markdown
from netblog.readers.markdown import MarkdownReader

HANG = 30
"""Seconds of work after which something is taken to hang. Speed is measured in benchmarks/."""

MANY = 10_000
READER = MarkdownReader(Markdown(smart_quotes=True))

NASTY = {
    "brackets": "[" * MANY,
    "images": "![" * MANY,
    "link openings": "[a](" * MANY,
    "brackets that close": "[" * 3000 + "]" * 3000,
    "emphasis that never closes": "*a **a " * 5000,
    "underscores": "_a " * MANY,
    "quotes in quotes": ">" * MANY,
    "lists in lists": "- " * MANY,
    "deeper and deeper lists": "".join("  " * i + "- a\n" for i in range(400)),
    "inline notes": "^[" * MANY,
    "nested inline notes": "^[" * 300 + "a" + "]" * 300,
    "notes that lead to notes": "[^0]\n\n" + "".join(f"[^{i}]: x [^{i + 1}]\n\n" for i in range(1000)),
    "one note, many marks": "[^1]" * 2000 + "\n\n[^1]: x\n",
    "attributes that end wrong": "# x {" + "a=b.c.d.e.f " * 2000 + "!}",
    "inline attributes that end wrong": ("`x`{" + "a=b.c.d.e.f " * 1000 + "!}") * 3,
    "hosts": "www." * MANY,
    "schemes": "http://a" * MANY,
    "closing parentheses after a URL": "http://a.b/" + ")" * MANY,
    "entities after a URL": "http://a.b/" + "&a;" * MANY,
    "almost an e-mail address": "a." * MANY + "@" + "a." * MANY,
    "a wide table with short rows": "|".join("a" * 150) + "\n" + "|".join("-" * 150) + "\n" + "x\n" * 600,
    "definitions": "a\n" + ": " * MANY,
    "comments that never close": "<!--" * MANY,
    "tags that never close": "<a b='" * MANY,
    "unclosed elements": "<div>\n\n" * 3000,
    "the same heading": "# foo\n\n" * 3000,
    "marks": "a <!--more--> " * 3000,
    "quotation marks": "'" * MANY + '"' * MANY,
    "code fences": "```" * MANY,
    "backticks of all lengths": "".join("`" * i + " " for i in range(250)),
    "spaces": "a" + " " * 100_000 + "\nb",
}  # fmt: skip


@pytest.mark.parametrize("name", NASTY)
def test_a_nasty_text_is_read_in_no_time(name: str) -> None:
    start = time.process_time()
    rendered = READER.render(NASTY[name], path="x.md", first_line=1, prefix="p")
    assert time.process_time() - start < HANG
    assert not [problem for problem in rendered.problems if problem.code == "parser"]
    # Rows of a table are filled up to the width of its head, to 65,536 cells in all.
    assert len(rendered.body.html) < 100 * len(NASTY[name]) + 3_000_000


def test_blocks_nested_too_deeply_are_an_error_with_a_line() -> None:
    rendered = READER.render("text\n\n" + ">" * 100 + " x", path="x.md", first_line=5, prefix="p")
    (problem,) = rendered.problems
    assert (problem.severity, problem.path, problem.line) == ("error", "x.md", 7)
    assert "nested too deeply" in problem.message


def test_reasonable_nesting_is_no_problem() -> None:
    rendered = READER.render("> " * 30 + "- " * 14 + "x", path="x.md", first_line=1, prefix="p")
    assert rendered.problems == ()
    assert rendered.text == "x"


def test_a_parser_that_runs_out_of_stack_is_an_error_with_the_path(monkeypatch: pytest.MonkeyPatch) -> None:
    def overflow(*_: object) -> None:
        raise RecursionError

    reader = MarkdownReader(Markdown())
    monkeypatch.setattr(reader._dialect, "read", overflow)
    rendered = reader.render("text", path="x.md", first_line=1, prefix="p")
    assert [(problem.path, problem.severity) for problem in rendered.problems] == [("x.md", "error")]
    assert rendered.body.html == ""


def test_a_parser_that_trips_over_a_text_is_an_error_with_the_path(monkeypatch: pytest.MonkeyPatch) -> None:
    def trip(*_: object) -> None:
        raise IndexError("list index out of range")

    reader = MarkdownReader(Markdown())
    monkeypatch.setattr(reader._dialect, "read", trip)
    (problem,) = reader.render("text", path="x.md", first_line=1, prefix="p").problems
    assert (problem.path, problem.severity, problem.code) == ("x.md", "error", "parser")
    assert "list index out of range" in problem.message
