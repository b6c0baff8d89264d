"""What a reader finds on the pages: the article with its conversation, and the ways through the site."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from markup import Built, built_demo, classed, only, parsed, text_of
from rich_site import built_rich
from sites import Site, comment


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


def links(root: Any, class_: str) -> list[tuple[str, str]]:
    """(text, address) of the links inside the elements of a class."""
    return [(text_of(a), a.get("href")) for it in classed(root, class_) for a in it.iter("a")]


# --- The reference article


def test_the_article_of_the_hosted_blog_is_all_there(demo: Built) -> None:
    root = demo.page("it/posts/fare-rete/index.html")
    page = text_of(root)
    assert text_of(only(root, "h1")) == "Fare rete"
    body = classed(root, "e-content")[0]
    assert {"em", "strong", "a", "blockquote", "ol", "h2"} <= {str(it.tag) for it in body.iter()}
    assert "TAG Rete" in page
    assert links(root, "article-footer")[0] == ("Rete", "/it/tags/rete/")
    assert text_of(only(root, "h2", id="comments")) == "3 commenti"
    assert text_of(only(root, "h2", id="related-heading")) == "Articoli consigliati"
    assert links(root, "related")
    assert [text_of(it) for it in classed(root, "reply")] == ["Rispondi", "Rispondi"]
    assert len(classed(classed(root, "replies")[0], "comment")) == 1
    ping = text_of(classed(root, "pings")[0])
    assert ping.startswith("Pingback: Reti, maglie e altri lavori pazienti")
    assert text_of(only(root, "h3", id="respond-heading")) == "Lascia un commento"


def test_a_form_on_an_italian_page_can_be_cancelled_in_italian(rich: Built) -> None:
    root = rich.page("it/posts/full/index.html")
    assert text_of(classed(root, "cancel")[0]) == "Annulla risposta"
    form = only(root, "form", method="post")
    assert form.get("action") == "https://forms.example/answer"
    hidden = {it.get("name"): it.get("value") for it in form.iter("input") if it.get("type") == "hidden"}
    assert hidden == {"page": "https://blog.example/notes/it/posts/full/", "parent": ""}
    assert [it.get("href") for it in classed(root, "reply")] == ["#respond", "#respond"]


def test_the_comment_count_has_the_plural_of_its_language(tmp_path: Path) -> None:
    site = Site(tmp_path)
    site.write("netblog.toml", site.read("netblog.toml").replace('"en"', '"it"'))
    for name, number in (("zero", 0), ("uno", 1), ("due", 2)):
        site.post(name, date=f"2026-01-0{number + 1}")
        records = [comment(10 * number + it, f"/posts/{name}/") for it in range(number)]
        site.comments(*records, name=name)
    site.built()
    counts = [text_of(it) for it in classed(parsed(site.page("index.html")), "count")]
    assert counts == ["2 commenti", "1 commento", "Nessun commento"]


def test_comments_show_the_time_of_the_sites_zone(rich: Built) -> None:
    times = [it.get("datetime") for it in classed(rich.page("it/posts/full/index.html"), "dt-published")]
    assert "2026-02-03T00:30:00+01:00" in times
    assert "3 febbraio 2026 00:30" in text_of(rich.page("it/posts/full/index.html"))


# --- Listings and ways through the site


def test_the_home_listing_is_cut_into_pages_that_lead_to_each_other(rich: Built) -> None:
    shown: list[str] = []
    for number, path in enumerate(("index.html", "page/2/index.html", "page/3/index.html"), start=1):
        root = rich.page(path)
        shown += [text_of(it) for it in classed(root, "card") for it in it.iter("h2")]
        pager = classed(root, "pager")[0]
        assert f"Page {number} of 3" in text_of(pager)
        ends = {it.get("rel"): it.get("href") for it in pager.iter("a")}
        before = {2: "/notes/", 3: "/notes/page/2/"}.get(number)
        after = {1: "/notes/page/2/", 2: "/notes/page/3/"}.get(number)
        assert ends == {k: v for k, v in (("prev", before), ("next", after)) if v}
    assert shown == [
        "Fish & <chips>", "Ropes", "Nets", "La città", "Post-4", "Post-3", "Post-2", "Post-1",
    ]  # fmt: skip


def test_a_posts_neighbours_are_those_before_and_after_it_in_its_language(rich: Built) -> None:
    assert links(rich.page("posts/ropes/index.html"), "neighbours") == [
        ("Previous article Nets", "/notes/posts/nets/"),
        ("Next article Fish & <chips>", "/notes/posts/full/"),
    ]
    assert links(rich.page("it/posts/full/index.html"), "neighbours") == [
        ("Articolo precedente Rete", "/notes/it/posts/rete/")
    ]


def test_a_series_lists_its_parts_in_order_and_marks_this_one(rich: Built) -> None:
    box = classed(rich.page("posts/ropes/index.html"), "series")[0]
    assert text_of(next(box.iter("summary"))) == "Part 2 of 3 of “Nets”"
    assert [text_of(it) for it in box.iter("li")] == ["Nets", "Ropes", "Fish & <chips>"]
    assert text_of(only(box, "span", aria_current="true")) == "Ropes"
    assert not classed(rich.page("it/posts/full/index.html"), "series")


def test_related_posts_are_of_the_same_language_and_not_the_post_itself(site: Built) -> None:
    seen = 0
    for path, root in site.pages.items():
        for _, href in links(root, "related") if "posts/" in path else ():
            seen += 1
            target = site.file(
                site.address("").rstrip("/") + "/" + href.removeprefix(urlsplit(site.url).path)
            )
            assert target not in (None, path)
            assert site.page(str(target)).get("lang") == root.get("lang")
    assert seen > 5


def test_menus_are_those_of_the_pages_language_and_mark_where_one_is(rich: Built) -> None:
    home = (
        ("Home", "/notes/"),
        ("About", "/notes/about/"),
        ("Tags", "/notes/tags/"),
        ("Code", "https://code.example/"),
    )
    assert links(rich.page("index.html"), "menu") == list(home)
    assert links(rich.page("it/index.html"), "menu") == [
        ("Inizio", "/notes/it/"),
        ("Chi siamo", "/notes/it/about/"),
        ("Code", "https://code.example/"),
    ]
    marked = [
        it for it in classed(rich.page("it/about/index.html"), "menu")[0].iter("a") if it.get("aria-current")
    ]
    assert [text_of(it) for it in marked] == ["Chi siamo"]


def test_the_masthead_leads_home_in_the_pages_own_language(rich: Built) -> None:
    for path, home in (
        ("posts/nets", "/notes/"),
        ("it/posts/rete", "/notes/it/"),
        ("ar/posts/shabaka", "/notes/ar/"),
    ):
        assert only(rich.page(f"{path}/index.html"), "a", rel="home").get("href") == home


def test_versions_of_a_page_are_offered_by_the_name_of_their_language(rich: Built) -> None:
    assert links(rich.page("posts/full/index.html"), "languages") == [("italiano", "/notes/it/posts/full/")]
    assert links(rich.page("index.html"), "languages") == [
        ("italiano", "/notes/it/"),
        ("العربية", "/notes/ar/"),
    ]
    assert not classed(rich.page("posts/nets/index.html"), "languages")


def test_the_archives_group_posts_by_year_and_month_in_the_pages_language(rich: Built) -> None:
    root = rich.page("archives/index.html")
    assert [text_of(it) for it in root.iter("h2")] == ["2026 3", "2025 5"]
    months = [text_of(it) for part in classed(root, "months") for it in part.iter("li")]
    assert months[:3] == ["March 2026 1", "February 2026 2", "June 2025 1"]
    assert text_of(only(rich.page("it/archives/index.html"), "h1")) == "Archivi"
    assert text_of(only(rich.page("it/archives/2026/03/index.html"), "h1")) == "marzo 2026"
    assert [text_of(it) for it in rich.page("archives/2026/02/index.html").iter("h2")] == ["Ropes", "Nets"]


def test_months_are_written_as_the_language_writes_them(tmp_path: Path) -> None:
    site = Site(tmp_path)
    site.write("netblog.toml", site.read("netblog.toml").replace('"en"', '"ja"'))
    site.post("one", date="2024-03-09")
    site.built()
    assert text_of(only(parsed(site.page("archives/2024/03/index.html")), "h1")) == "2024年3月"


def test_a_custom_taxonomy_is_called_what_the_configuration_calls_it(rich: Built) -> None:
    assert text_of(only(rich.page("who/index.html"), "h1")) == "Persons & places"
    assert text_of(classed(rich.page("who/grace/index.html"), "kicker")[0]) == "PERSONS & PLACES"
    assert "PERSONS & PLACES Grace" in text_of(rich.page("posts/full/index.html"))


def test_lists_of_terms_are_headed_in_the_pages_language(rich: Built) -> None:
    for path, title in (
        ("tags", "Tags"),
        ("it/tags", "Tag"),
        ("categories", "Categories"),
        ("it/categories", "Categorie"),
    ):
        assert text_of(only(rich.page(f"{path}/index.html"), "h1")) == title
    assert links(rich.page("tags/index.html"), "terms") == [
        ("C++", "/notes/tags/c-plus-plus/"),
        ("Rete", "/notes/tags/rete/"),
    ]


def test_a_term_page_says_what_it_is_how_many_and_about_what(rich: Built) -> None:
    header = text_of(classed(rich.page("tags/rete/index.html"), "page-header")[0])
    assert header == "TAG Rete All about nets. 7 articles"


def test_a_post_without_comments_says_nothing_of_them(rich: Built) -> None:
    assert "comment" not in text_of(rich.page("posts/città/index.html").find("body")).lower()
