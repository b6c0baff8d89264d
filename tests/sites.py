"""A whole site in a test's hands: written, edited, built, and compared with a clean build of the same sources."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from netblog.model.report import BuildReport
from netblog.pipeline import build
from netblog.workshop import BuildOptions

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)

CONFIG = """\
[site]
url = "https://blog.example/"
title = "A test blog"
language = "en"
author = "Ada"
timezone = "Europe/Rome"
"""


class Site:
    """A site in a temporary folder."""

    def __init__(self, root: Path, files: Mapping[str, str | bytes] | None = None) -> None:
        self.root = root
        root.mkdir(parents=True, exist_ok=True)
        for path, text in {"netblog.toml": CONFIG, **(files or {})}.items():
            self.write(path, text)

    def write(self, path: str, text: str | bytes) -> None:
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text if isinstance(text, bytes) else text.encode())

    def read(self, path: str) -> str:
        return (self.root / path).read_text(encoding="utf-8")

    def page(self, path: str) -> str:
        return (self.root / "public" / path).read_text(encoding="utf-8")

    def replace(self, path: str, old: str, new: str) -> None:
        text = self.read(path)
        assert old in text, f"{old!r} is not in {path}"
        self.write(path, text.replace(old, new))

    def remove(self, path: str) -> None:
        target = self.root / path
        if target.is_dir():
            shutil.rmtree(target)
        else:
            target.unlink()

    def post(self, name: str, body: str = "Words.", **front: Any) -> None:
        """Write content/posts/NAME.md; front matter values are written as JSON, which is YAML."""
        front = {"title": name.capitalize(), "date": "2026-01-02 10:00", **front}
        lines = [f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in front.items()]
        self.write(f"content/posts/{name}.md", "---\n" + "\n".join(lines) + f"\n---\n{body}\n")

    def comments(self, *records: Mapping[str, Any], name: str = "all") -> None:
        self.write(f"content/comments/{name}.json", export(*records))

    def build(self, **options: Any) -> BuildReport:
        options.setdefault("now", NOW)
        options.setdefault("jobs", 1)
        return build(self.root, BuildOptions(**options))

    def built(self, **options: Any) -> BuildReport:
        """Build and insist that it went well."""
        report = self.build(**options)
        assert report.ok, [problem for problem in report.problems if problem.severity == "error"]
        return report

    def wrote(self, **options: Any) -> set[str]:
        """Build; the set of files written."""
        return set(self.built(**options).written)

    def tree(self) -> dict[str, bytes]:
        return tree(self.root / "public")

    @classmethod
    def copy(cls, root: Path, elsewhere: Path) -> Site:
        """The same sources in another folder, never built."""
        shutil.rmtree(elsewhere, ignore_errors=True)
        shutil.copytree(root, elsewhere, symlinks=True, ignore=shutil.ignore_patterns("public", "public2", ".netblog"))
        return cls.at(elsewhere)

    @classmethod
    def at(cls, root: Path) -> Site:
        site = cls.__new__(cls)
        site.root = root
        return site


def tree(folder: Path) -> dict[str, bytes]:
    """Every file below a folder with its bytes."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def comment(number: int, page: str, body: str = "Well said.", **more: Any) -> dict[str, Any]:
    """One record of the native format."""
    return {
        "id": f"wp:{number}",
        "type": "comment",
        "page": page,
        "parent": None,
        "status": "approved",
        "published": f"2026-02-01T10:{number % 60:02d}:00+01:00",
        "updated": None,
        "author": {"name": "Bea", "url": None, "avatar": None, "key": None, "owner": False},
        "content": {"format": "text", "body": body},
        "source": {"system": "wordpress", "url": None},
        "likes": 0,
        **more,
    }


def export(*records: Mapping[str, Any]) -> str:
    head = {"format": "netblog-comments", "version": 1, "site": "https://blog.example/"}
    return json.dumps({**head, "comments": list(records)}, ensure_ascii=False, indent=1)
