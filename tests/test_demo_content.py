"""The demo blog and the documentation are sound as files, whatever netblog makes of them.

A red build of the demo then points at the code.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from datetime import date
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree

import msgspec
import pytest
from PIL import Image
from pygments.lexers import get_lexer_by_name

from demo_site import BUILD_DAY, ROOT, SITES, content, day, links, posts
from netblog.model.config import Config
from netblog.model.post import FrontMatter

KEYS = set(FrontMatter.__struct_fields__) - {"taxonomies", "unknown", "lines"}

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


def test_the_readme_links_to_files_that_exist() -> None:
    targets = re.findall(r"\]\(([^)#]+)\)", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert len(targets) > 10
    for target in targets:
        assert (ROOT / target).exists(), target
