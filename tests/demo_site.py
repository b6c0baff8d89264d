"""Reads the demo blog and the documentation with other eyes than netblog's.

Only plain parsers are used, so that a mistake in the demo cannot hide behind the same mistake in the code.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).resolve().parent.parent
SITES = {"demo": ROOT, "docs": ROOT / "docs"}
BUILD_DAY = date(2026, 11, 30)


@dataclass(frozen=True)
class File:
    """One content file, read without netblog."""

    path: Path
    front: dict[str, Any]
    tokens: tuple[Token, ...]
    body: str

    @property
    def lang(self) -> str:
        return "it" if self.path.name.endswith(".it.md") else "en"

    @property
    def name(self) -> str:
        stem = self.path.name.removesuffix(".md").removesuffix(".it")
        return self.path.parent.name if stem == "index" else stem

    @property
    def is_post(self) -> bool:
        return "posts" in self.path.parts

    @property
    def url(self) -> str:
        return ("/it" if self.lang == "it" else "") + ("/posts" if self.is_post else "") + f"/{self.name}/"

    @property
    def withheld(self) -> str:
        """'' or why it is not published on the build day."""
        if self.front.get("draft"):
            return "draft"
        if "date" in self.front and day(self.front["date"]) > BUILD_DAY:
            return "future"
        if "expires" in self.front and day(self.front["expires"]) <= BUILD_DAY:
            return "expired"
        return ""


def day(value: date | str) -> date:
    # PyYAML leaves a time without seconds as text.
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    return value.date() if isinstance(value, datetime) else value


@cache
def content(site: str) -> tuple[File, ...]:
    return tuple(read(path) for path in sorted((SITES[site] / "content").rglob("*.md")))


def read(path: Path) -> File:
    text = path.read_text(encoding="utf-8")
    mark = re.match(r"(---|\+\+\+)\n(.*?)\n\1\n", text, re.DOTALL)
    assert mark, f"{path} has no front matter"
    front = yaml.safe_load(mark[2]) if mark[1] == "---" else tomllib.loads(mark[2])
    assert isinstance(front, dict), path
    body = text[mark.end() :]
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(body)
    return File(path, front, tuple(flat(tokens)), body)


def flat(tokens: Iterable[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from flat(token.children or ())


def posts(lang: str | None = None) -> list[File]:
    """The demo's published posts, of one language or all."""
    return [f for f in content("demo") if f.is_post and not f.withheld and lang in (None, f.lang)]


def links(file: File) -> Iterator[str]:
    for token in file.tokens:
        href = token.attrGet("href") or token.attrGet("src")
        if href:
            yield str(href)
