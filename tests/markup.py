"""A built site with other eyes than netblog's: every page parsed strictly, and every address it uses looked up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

import html5lib


def parsed(text: str) -> Any:
    """The tree of an HTML page; raises on any parse error."""
    return html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(text)


def text_of(element: Any) -> str:
    return " ".join("".join(element.itertext()).split())


def classed(root: Any, name: str) -> list[Any]:
    return [it for it in root.iter() if name in (it.get("class") or "").split()]


def only(root: Any, tag: str, **attributes: str) -> Any:
    """The one element of this tag with these attributes (`class_` for class)."""
    wanted = {key.rstrip("_").replace("_", "-"): value for key, value in attributes.items()}
    found = [it for it in root.iter(tag) if all(it.get(key) == value for key, value in wanted.items())]
    assert len(found) == 1, f"{len(found)} of <{tag} {wanted}>"
    return found[0]


@dataclass(frozen=True)
class Use:
    """One address that a page uses."""

    tag: str
    attribute: str
    url: str
    rel: str


_HOLD_URLS = {"href", "src", "action", "poster", "data", "formaction"}


@dataclass(frozen=True)
class Built:
    """A built site: its output folder and the URL it is published under."""

    folder: Path
    url: str

    @cached_property
    def texts(self) -> dict[str, str]:
        """Every HTML page by output path, redirect pages aside."""
        found = {}
        for path in sorted(self.folder.rglob("*.html")):
            text = path.read_text(encoding="utf-8")
            if 'http-equiv="refresh"' not in text:
                found[path.relative_to(self.folder).as_posix()] = text
        return found

    @cached_property
    def pages(self) -> dict[str, Any]:
        return {path: parsed(text) for path, text in self.texts.items()}

    @cached_property
    def ids(self) -> dict[str, list[str]]:
        return {
            path: [str(it.get("id")) for it in root.iter() if it.get("id") is not None]
            for path, root in self.pages.items()
        }

    def page(self, path: str) -> Any:
        return self.pages[path]

    def read(self, path: str) -> str:
        return (self.folder / path).read_text(encoding="utf-8")

    def address(self, path: str) -> str:
        """The absolute URL of an output path."""
        return urljoin(self.url, path.removesuffix("index.html"))

    def file(self, url: str) -> str | None:
        """The output path behind an absolute URL of the site; None when nothing is there."""
        inside = unquote(urlsplit(url).path).removeprefix(urlsplit(self.url).path)
        if not inside or inside.endswith("/"):
            inside += "index.html"
        return inside if (self.folder / inside).is_file() else None

    def uses(self, path: str) -> Iterator[Use]:
        """Every address on a page, absolute."""
        here = self.address(path)
        for it in self.pages[path].iter():
            for name, value in it.attrib.items():
                if name in _HOLD_URLS and it.tag != "meta":
                    yield Use(str(it.tag), name, urljoin(here, value), it.get("rel") or "")

    def broken(self, path: str) -> list[str]:
        """Addresses within the site that lead to no file, or to no anchor in it."""
        found = []
        for use in self.uses(path):
            if not use.url.startswith(self.url):
                if urlsplit(use.url).netloc == urlsplit(self.url).netloc:
                    found.append(f"{use.url} is outside the base path")
                continue
            target = self.file(use.url)
            fragment = unquote(urlsplit(use.url).fragment)
            if target is None:
                found.append(f"{use.url}: no such file")
            elif fragment and fragment != "top" and target in self.ids and fragment not in self.ids[target]:
                found.append(f"{use.url}: no such anchor")
        return found


def built_demo(root: Path) -> Built:
    """The repository's own site, built into a folder of its own."""
    import shutil

    from sites import Site

    repository = Path(__file__).resolve().parent.parent
    root.mkdir(parents=True, exist_ok=True)
    for name in ("content", "data", "static"):
        shutil.copytree(repository / name, root / name)
    shutil.copy(repository / "netblog.toml", root)
    Site.at(root).built()
    return Built(root / "public", "https://netblog.example/")
