"""Every page of the built sites as readers and their browsers get it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest

from markup import Built, built_demo, classed, only, text_of
from rich_site import built_rich
from sites import Site, comment

ENGLISH = (
    "Skip to content|Main menu|Languages|Subscribe to the feed|Made with|No comments|comments?\\b|Newer articles|"
    "Older articles|Page \\d|Nothing has been|CATEGORY|LICENCE|ARCHIVE|Archives|Tags\\b|Categories|Page not found|"
    "Recent articles|Updated|Also in|Part \\d|Contents|Other articles|Previous article|Next article|Recommended|"
    "Mentions elsewhere|Mention:|Liked by|Reposted|Bookmarked|Taking part|Anonymous|Author\\b|no longer available|"
    "In reply to|Reply|Source|are closed|Follow this|Leave a|Cancel|come in by|Write an|will not be|optional|"
    "Leave this|Post comment|articles?\\b|minutes? to read|likes?\\b|Note\\b(?! a)|Tip\\b|Important\\b|Warning|Caution|"
    "Footnotes|Permalink|Back to reference|January|March|Mar \\d"
)
"""The theme's own words: none of them may be left on a page in Italian."""


@pytest.fixture(scope="module")
def rich(tmp_path_factory: pytest.TempPathFactory) -> Built:
    return built_rich(tmp_path_factory.mktemp("rich"))


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Built:
    return built_demo(tmp_path_factory.mktemp("demo") / "site")


@pytest.fixture(params=["rich", "demo"])
def site(request: pytest.FixtureRequest) -> Built:
    found = request.getfixturevalue(request.param)
    assert isinstance(found, Built)
    return found


# --- What holds for every page


def test_every_page_parses_without_an_error(site: Built) -> None:
    assert len(site.texts) > 30
    assert set(site.pages) == set(site.texts)


def test_every_page_has_one_h1_and_headings_in_order(site: Built) -> None:
    for path, root in site.pages.items():
        levels = [int(it.tag[1]) for it in root.iter() if re.fullmatch("h[1-6]", str(it.tag))]
        assert levels.count(1) == 1, path
        assert levels[0] == 1, path
        assert all(after <= before + 1 for before, after in pairwise(levels)), (path, levels)


def test_every_id_is_on_its_page_once(site: Built) -> None:
    for path, ids in site.ids.items():
        assert len(set(ids)) == len(ids), (path, [it for it in ids if ids.count(it) > 1])
        assert all(ids), path


def test_every_reference_to_an_id_has_its_target(site: Built) -> None:
    for path, root in site.pages.items():
        for it in root.iter():
            for name in ("aria-labelledby", "aria-describedby", "for"):
                for wanted in (it.get(name) or "").split():
                    assert wanted in site.ids[path], (path, name, wanted)


def test_every_link_within_the_site_leads_to_a_file_and_its_anchor(site: Built) -> None:
    used = [use for path in site.pages for use in site.uses(path)]
    assert len(used) > 500
    assert [fault for path in site.pages for fault in site.broken(path)] == []


def test_a_lost_page_and_a_lost_anchor_would_be_noticed(tmp_path: Path) -> None:
    site = Site(tmp_path)
    site.post("one", '<a href="/nowhere/">x</a> <a href="/posts/one/#lost">y</a>')
    site.built()
    faults = Built(tmp_path / "public", "https://blog.example/").broken("posts/one/index.html")
    assert [fault.rpartition(": ")[2] for fault in faults] == ["no such file", "no such anchor"]


def test_every_picture_says_what_it_shows_and_how_large_it_is(site: Built) -> None:
    seen = 0
    for path, root in site.pages.items():
        for it in root.iter("img"):
            assert it.get("alt") is not None, path
            target = site.file(urljoin(site.address(path), it.get("src")))
            if target and target.endswith((".png", ".jpg")):
                seen += 1
                assert int(it.get("width")) > 0, (path, target)
                assert int(it.get("height")) > 0, (path, target)
    assert seen


def test_no_page_asks_another_host_for_anything(site: Built) -> None:
    own = urlsplit(site.url).netloc
    loading = {"script", "img", "iframe", "video", "audio", "source", "embed", "object"}
    for path in site.pages:
        for use in site.uses(path):
            loads = use.tag in loading or (
                use.tag == "link" and set(use.rel.split()) & {"stylesheet", "icon", "preload"}
            )
            assert not loads or urlsplit(use.url).netloc == own, (path, use)
    for sheet in site.folder.rglob("*.css"):
        assert not re.search(r"@import|url\(\s*['\"]?(?:https?:)?//", sheet.read_text(encoding="utf-8")), (
            sheet
        )


def test_no_page_shows_the_machinery(site: Built) -> None:
    for path, root in site.pages.items():
        assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f]", site.texts[path]), path
        shown = re.sub(r"<(pre|code)\b.*?</\1>", "", site.texts[path], flags=re.DOTALL)
        assert not re.search(r"\{\{|\{%|Undefined|\bNone\b(?! of)|&amp;(amp|lt|quot);", shown), path
        assert text_of(only(root, "main", id="main-content"))


def test_pages_in_italian_speak_italian(site: Built) -> None:
    seen = 0
    for path, root in site.pages.items():
        if root.get("lang") != "it":
            continue
        seen += 1
        for word in spoken(root):
            assert not re.search(rf"\b(?:{ENGLISH})", word), (path, word)
    assert seen >= 10


def test_english_words_on_a_page_would_be_noticed(rich: Built) -> None:
    for path in ("index.html", "posts/full/index.html", "tags/rete/index.html", "404.html"):
        heard = [word for word in spoken(rich.page(path)) if re.search(rf"\b(?:{ENGLISH})", word)]
        assert len(heard) > 3, path


def spoken(root: Any) -> list[str]:
    """What the theme says on a page: its text and labels, without the words of authors and readers."""
    others = {"prose", "p-name", "p-summary", "tagline", "lead", "languages", "site-title", "terms"}

    def walk(it: Any) -> Iterator[str]:
        # A heading's own words are in its link's label.
        labels = ("aria-label", "title", "placeholder") if it.get("class") != "heading-link" else ()
        yield from (it.get(name) for name in labels if it.get(name))
        if it.get("lang"):
            return
        yield from (
            text.strip() for text in (it.text, *(child.tail for child in it)) if text and text.strip()
        )
        for child in it:
            if not set((child.get("class") or "").split()) & others and child.tag not in ("script", "h1"):
                yield from walk(child)

    return list(walk(root.find("body")))


def test_the_readers_words_inside_a_body_are_in_the_pages_language(rich: Built) -> None:
    for path, words in (
        ("posts/full/index.html", ("Warning", "Footnotes", "Back to reference 1", "Permalink: Deeper")),
        (
            "it/posts/full/index.html",
            ("Attenzione", "Note a piè di pagina", "Torna al richiamo 1", "Link permanente: Deeper"),
        ),
    ):
        root = rich.page(path)
        alert, notes, back, permalink = words
        assert [text_of(it) for it in classed(root, "alert-title")] == [alert]
        assert only(root, "section", role="doc-endnotes").get("aria-label") == notes
        assert only(root, "a", role="doc-backlink").get("aria-label") == back
        assert permalink in [it.get("aria-label") for it in classed(root, "heading-link")]
    assert text_of(classed(rich.page("ar/posts/shabaka/index.html"), "alert-title")[0]) == "ملاحظة"


def test_a_heading_called_like_a_part_of_the_page_keeps_out_of_its_way(tmp_path: Path) -> None:
    site = Site(tmp_path)
    body = "".join(
        f"## {it}\n\nx\n\n" for it in ("Comments", "Respond", "Related heading", "Main content", "Comment 7")
    )
    site.post("one", body + "## Comment feeds\n\n[theirs](#comments) [mine](#section-comments)")
    site.comments(comment(7, "/posts/one/"))
    site.built()
    built = Built(tmp_path / "public", "https://blog.example/")
    path = "posts/one/index.html"
    assert len(set(built.ids[path])) == len(built.ids[path])
    assert built.broken(path) == []
    ids = [it.get("id") for it in built.page(path).iter("h2") if it.get("id")]
    assert ids[:6] == [
        "section-comments", "section-respond", "section-related-heading", "section-main-content",
        "section-comment-7", "comment-feeds",
    ]  # fmt: skip
