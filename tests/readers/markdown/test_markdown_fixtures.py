"""Cases of one feature each, read from the `.md` files beside this one (their format is in README.md)."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from _pytest.mark import ParameterSet

from netblog.model.config import Markdown
from netblog.model.placeholder import resolve
from netblog.readers.markdown import MarkdownReader

HERE = Path(__file__).parent


def shown(title: str, text: str) -> str:
    """What the reader makes of a text, as the fixtures write it."""
    given = re.search(r"\[(\w+=.*)\]$", title)
    options = {}
    for pair in given[1].split() if given else []:
        name, _, value = pair.partition("=")
        options[name] = json.loads(value)
    rendered = MarkdownReader(Markdown(**options)).render(text, path="x.md", first_line=1, prefix="p")
    targets = [link.href for link in rendered.body.links]
    parts = [resolve(rendered.body.html, targets)]
    if rendered.body.excerpt is not None:
        parts += ("= excerpt\n", resolve(rendered.body.excerpt, targets), "\n")
    parts += (f"! {problem.line} {problem.message}\n" for problem in rendered.problems)
    return "".join(parts)


def cases() -> list[ParameterSet]:
    found = []
    for file in sorted(HERE.glob("*.md")):
        if file.name == "README.md":
            continue
        sections = re.split(r"^\.\n", file.read_text(encoding="utf-8"), flags=re.MULTILINE)
        assert len(sections) % 3 == 1, f"{file.name}: a case has a title, an input and an expectation"
        for title, text, expected in zip(sections[0::3], sections[1::3], sections[2::3], strict=False):
            found.append(pytest.param(title.strip(), text, expected, id=f"{file.stem}: {title.strip()}"))
    return found


@pytest.mark.parametrize(("title", "text", "expected"), cases())
def test_a_text_becomes_what_its_fixture_says(title: str, text: str, expected: str) -> None:
    assert shown(title, text) == expected


def test_there_are_fixtures_for_every_feature() -> None:
    assert len(cases()) > 80
