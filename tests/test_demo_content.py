"""The demo blog and the documentation are sound as files, whatever netblog makes of them.

These checks read the sources with other eyes than netblog's own readers, so that a mistake in the demo
cannot hide behind the same mistake in the code, and so that a red build of the demo points at the code.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any, get_args
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree

import msgspec
import pytest
import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token
from PIL import Image
from pygments.lexers import get_lexer_by_name

from netblog.model.comment import CommentType, Format, Status
from netblog.model.config import Config

ROOT = Path(__file__).resolve().parent.parent
SITES = {"demo": ROOT, "docs": ROOT / "docs"}
BUILD_DAY = date(2026, 11, 30)
KEYS = {
    *("title", "date", "updated", "slug", "permalink", "tags", "categories", "series", "author", "authors"),
    *("description", "draft", "expires", "aliases", "image", "comments", "lang", "id", "template", "weight"),
    *("license", "extra"),
}
FIELDS = {
    *(
        "id",
        "type",
        "page",
        "parent",
        "status",
        "published",
        "updated",
        "author",
        "content",
        "source",
        "likes",
    )
}


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


@cache
def records() -> tuple[dict[str, Any], ...]:
    """Every record of the demo's comment files."""
    found: list[dict[str, Any]] = []
    for path in sorted((ROOT / "content/comments").iterdir()):
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".jsonl":
            header, *rows = [json.loads(line) for line in text.splitlines()]
        else:
            header = json.loads(text)
            rows = header["comments"]
        assert (header["format"], header["version"]) == ("netblog-comments", 1), path
        assert header["site"].startswith("https://"), path
        found += rows
    return tuple(found)


def page_of(record: dict[str, Any]) -> str:
    """The address of the published post a record belongs to, by plain means."""
    known = {file.url: file.url for file in posts()}
    known |= {alias: file.url for file in posts() for alias in file.front.get("aliases", ())}
    known |= {file.path.relative_to(ROOT).as_posix() + "/": file.url for file in posts()}
    path = re.sub("/+", "/", urlsplit(record["page"]).path).removesuffix("index.html").rstrip("/") + "/"
    assert path in known, f"{record['id']}: nobody knows {record['page']}"
    return known[path]


every_site = pytest.mark.parametrize("site", SITES)


@every_site
def test_the_configuration_has_only_tables_and_keys_the_model_knows(site: str) -> None:
    table = tomllib.loads((SITES[site] / "netblog.toml").read_text(encoding="utf-8"))
    config = msgspec.convert(table, Config)
    assert config.site.url.endswith("/")
    for item in config.menus["main"]:
        if item.url.endswith(".md"):
            assert (SITES[site] / "content" / item.url).is_file(), item


@every_site
def test_every_file_has_a_title_a_description_and_known_keys_only(site: str) -> None:
    for file in content(site):
        assert file.front["title"].strip() and file.front["description"].strip(), file.path
        assert set(file.front) <= KEYS, file.path
        assert ("date" in file.front) == file.is_post, file.path


@every_site
def test_relative_links_and_pictures_lead_to_files_that_are_published(site: str) -> None:
    by_path = {file.path: file for file in content(site)}
    seen = 0
    for file in content(site):
        for href in links(file):
            parts = urlsplit(href)
            if parts.scheme or href.startswith("/"):
                continue
            seen += 1
            target = (file.path.parent / unquote(parts.path)).resolve() if parts.path else file.path
            assert target.is_file(), f"{file.path}: {href}"
            if target.suffix == ".md":
                assert not by_path[target].withheld, f"{file.path}: {href} is withheld"
                if parts.fragment:
                    assert f"{{#{parts.fragment}}}" in by_path[target].body, f"{file.path}: {href}"
    assert seen > 20


@every_site
def test_links_from_the_root_lead_to_static_files(site: str) -> None:
    for file in content(site):
        for href in links(file):
            if href.startswith("/"):
                assert (SITES[site] / "static" / href[1:]).is_file(), f"{file.path}: {href}"


@every_site
def test_every_picture_has_words_for_those_who_do_not_see_it(site: str) -> None:
    for file in content(site):
        for token in file.tokens:
            if token.type == "image":
                assert len(token.content) > 30, f"{file.path}: {token.attrGet('src')}"


@every_site
def test_every_fenced_block_is_in_a_language_pygments_knows(site: str) -> None:
    named = [
        token.info.split()[0]
        for f in content(site)
        for token in f.tokens
        if token.type == "fence" and token.info
    ]
    assert named
    for name in named:
        get_lexer_by_name(name)


@every_site
def test_footnotes_are_called_and_defined_once_each(site: str) -> None:
    for file in content(site):
        prose = re.sub(r"(`{3,}).*?\1|`[^`\n]*`", "", file.body, flags=re.DOTALL)
        defined = re.findall(r"^\[\^(\w+)\]:", prose, re.MULTILINE)
        called = re.findall(r"\[\^(\w+)\](?!:)", prose)
        assert sorted(defined) == sorted(called), file.path


def test_there_are_posts_enough_in_both_languages_to_be_worth_reading() -> None:
    assert len(posts("en")) >= 8
    assert len(posts("it")) >= 4
    for file in posts():
        assert len(file.body.split()) > 300, file.path


def test_some_posts_are_translations_of_each_other_and_some_are_not() -> None:
    originals = {file.name for file in posts("en")}
    translated = [file for file in posts("it") if file.name in originals]
    assert 3 <= len(translated) < len(posts("it"))


def test_no_two_files_have_one_address() -> None:
    addresses = Counter(file.url for file in content("demo"))
    addresses.update(alias for file in content("demo") for alias in file.front.get("aliases", ()))
    assert addresses.most_common(1)[0][1] == 1, addresses.most_common(3)


def test_one_post_is_a_draft_one_waits_and_one_is_over() -> None:
    reasons = [file.withheld for file in content("demo") if file.withheld]
    assert sorted(reasons) == ["draft", "expired", "future"]


def test_dates_lie_in_the_life_of_the_blog() -> None:
    for file in posts():
        assert date(2024, 1, 1) <= day(file.front["date"]) <= BUILD_DAY, file.path
        if "updated" in file.front:
            assert day(file.front["date"]) <= day(file.front["updated"]) <= BUILD_DAY, file.path


def test_the_series_has_three_parts() -> None:
    assert Counter(f.front["series"] for f in posts() if "series" in f.front) == {"Moving house": 3}


@pytest.mark.parametrize("lang", ["en", "it"])
def test_a_tag_has_one_spelling_in_a_language_and_tags_are_shared(lang: str) -> None:
    tags = Counter(tag for file in posts(lang) for tag in file.front["tags"])
    assert len({tag.casefold() for tag in tags}) == len(tags)
    assert sum(count > 1 for count in tags.values()) >= 2


def test_the_reference_article_has_its_tag_two_comments_and_one_pingback() -> None:
    article = next(file for file in posts("it") if file.name == "fare-rete")
    assert article.front["tags"] == ["Rete"]
    types = [record["type"] for record in records() if page_of(record) == article.url]
    assert sorted(types) == ["comment", "comment", "pingback"]


def test_previews_are_pictures_that_exist() -> None:
    named = [file for file in content("demo") if "image" in file.front]
    assert len(named) >= 4
    for file in named:
        image = file.front["image"]
        path = ROOT / "static" / image[1:] if image.startswith("/") else file.path.parent / image
        assert path.is_file(), file.path


def test_pictures_are_small_and_whole() -> None:
    folders = (ROOT / "content", ROOT / "static")
    paths = [p for folder in folders for p in folder.rglob("*") if p.suffix in (".png", ".jpg", ".svg")]
    assert {path.suffix for path in paths} == {".png", ".jpg", ".svg"}
    for path in paths:
        assert path.stat().st_size < 60_000, path
        if path.suffix == ".svg":
            names = {str(node.tag).rpartition("}")[2] for node in ElementTree.parse(path).iter()}
            assert "title" in names and not names & {"script", "image", "foreignObject"}, path
        else:
            with Image.open(path) as image:
                image.load()
                assert image.width >= 64, path


def test_every_comment_has_all_fields_of_the_format_and_no_others() -> None:
    for record in records():
        assert set(record) == FIELDS, record["id"]
        assert set(record["author"]) == {"name", "url", "avatar", "key", "owner"}, record["id"]
        assert set(record["content"]) == {"format", "body"}, record["id"]
        assert set(record["source"]) == {"system", "url"}, record["id"]


def test_comments_show_everything_the_format_can_say() -> None:
    rows = records()
    assert len(rows) >= 40
    assert {row["type"] for row in rows} == set(get_args(CommentType))
    assert {row["status"] for row in rows} == set(get_args(Status))
    assert {row["content"]["format"] for row in rows} == set(get_args(Format))
    assert any(row["author"]["owner"] for row in rows)
    text = "\n".join(row["content"]["body"] for row in rows)
    assert "List<int>" in text and "a < b" in text


def test_comment_ids_are_unique_and_no_comment_is_there_twice() -> None:
    ids = Counter(row["id"] for row in records())
    same = Counter((page_of(r), r["author"]["name"], r["published"], r["content"]["body"]) for r in records())
    assert max(ids.values()) == 1
    assert max(same.values()) == 1


def test_comment_dates_have_an_offset_and_replies_come_after_what_they_answer() -> None:
    times = {row["id"]: datetime.fromisoformat(row["published"]) for row in records() if row["published"]}
    assert all(time.utcoffset() is not None for time in times.values())
    for row in records():
        if row["parent"]:
            assert times[row["id"]] > times[row["parent"]], row["id"]


def test_nobody_comments_on_a_post_before_it_is_there() -> None:
    written = {file.url: day(file.front["date"]) for file in posts()}
    for row in records():
        if row["published"]:
            assert datetime.fromisoformat(row["published"]).date() >= written[page_of(row)], row["id"]


def test_pictures_of_commenters_are_on_this_site() -> None:
    avatars = {row["author"]["avatar"] for row in records()} - {None}
    assert avatars
    for avatar in avatars:
        assert (ROOT / "static" / avatar[1:]).is_file(), avatar


def test_nobody_can_be_written_to_or_traced_from_the_comment_files() -> None:
    for path in sorted((ROOT / "content/comments").iterdir()):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"[\w.]+@[\w.]+|\b\d{1,3}(\.\d{1,3}){3}\b", text), path
        hosts = {urlsplit(url).hostname or "" for url in re.findall(r"https?://[^\"\s<\\]+", text)}
        assert hosts and all(host.endswith(".example") for host in hosts), hosts


def test_every_comment_finds_its_page_and_its_parent_there() -> None:
    pages = {row["id"]: page_of(row) for row in records()}
    assert len(set(pages.values())) >= 8
    for row in records():
        if row["parent"]:
            assert pages[row["parent"]] == pages[row["id"]], row["id"]


def test_one_thread_is_deep_and_one_deleted_comment_has_living_replies() -> None:
    rows = {row["id"]: row for row in records()}
    depths = []
    for identity in rows:
        chain = [identity]
        while (parent := rows[chain[-1]]["parent"]) is not None:
            assert parent not in chain, f"{identity} answers itself"
            chain.append(parent)
        depths.append(len(chain))
    assert max(depths) >= 6
    gone = {row["id"] for row in rows.values() if row["status"] == "deleted"}
    assert any(row["parent"] in gone and row["status"] == "approved" for row in rows.values())


def test_the_readme_links_to_files_that_exist_and_its_comment_is_json() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    targets = re.findall(r"\]\(([^)#]+)\)", text)
    assert len(targets) > 10
    for target in targets:
        assert (ROOT / target).exists(), target
    example = re.search(r"```json\n(.*?)```", text, re.DOTALL)
    assert example and set(json.loads(example[1])["comments"][0]) == FIELDS
