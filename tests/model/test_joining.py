"""Pages as exports name them, matched with the pages of the site."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netblog.model.joining import Pages, Unmatched, host, join, normalise

HANG = 30
"""Seconds of work after which something is taken to hang. Speed is measured in benchmarks/."""

SITE = Pages(
    {
        normalise(url): ident
        for url, ident in {
            "/posts/fare-rete/": "posts/fare-rete",
            "/2016/03/fare-rete/": "posts/fare-rete",
            "/posts/città/": "posts/citta",
            "/about/": "pages/about",
            "/posts/hello-world/": "posts/hello-world",
            "/posts/wide-web/": "id-7",
        }.items()
    },
    by_path={
        "posts/fare-rete.md": "posts/fare-rete",
        "posts/trip/index.md": "posts/trip",
        "pages/about.md": "pages/about",
    },
    by_slug={"fare-rete": "posts/fare-rete", "citta": "posts/citta", "hello-world": "posts/hello-world"},
    url_map={
        "http://old.example/?p=123": "/posts/hello-world/",
        "/archive/42.php?id=9": "posts/trip",
        "/weg": "content/pages/about.md",
        "/kreis": "/kreis",
        "/posts/fare-rete/": "/about/",
    },
    base="/blog/",
)


@pytest.mark.parametrize(
    ("page", "normal"),
    [
        ("/2016/03/fare-rete/", "/2016/03/fare-rete"),
        ("https://www.Example.com/2016/03/fare-rete/#comment-7", "/2016/03/fare-rete"),
        ("//example.com/x/", "/x"),
        ("//2016//03///x", "/2016/03/x"),
        ("https://user:pw@example.com:8080/x", "/x"),
        ("https://example.com", "/"),
        ("https://example.com?utm_source=x", "/"),
        ("", "/"),
        ("x/y", "/x/y"),
        ("/x/index.html", "/x"),
        ("/x/index.htm?utm_medium=y", "/x"),
        ("/index.php", "/"),
        ("/my-index.html", "/my-index.html"),
        ("/x/comment-page-2/#comments", "/x"),
        ("/citt%C3%A0/", "/città"),
        ("/citt%E0/", "/città"),
        ("/citta\u0300/", "/città"),
        ("/100%/", "/100%"),
        ("/a%00b%0ac/", "/abc"),
        ("/?p=123", "/?p=123"),
        ("/?utm_source=a&p=123&fbclid=b", "/?p=123"),
        ("/index.php?p=123", "/?p=123"),
        ("/x/?from=rss&replytocom=5", "/x"),
    ],
)
def test_all_spellings_of_a_page_have_one_form(page: str, normal: str) -> None:
    assert normalise(page) == normal


def test_which_parameters_name_a_page_is_for_the_caller_to_say() -> None:
    assert normalise("/x?id=7&p=1&lang=it", keep_query=("id",)) == "/x?id=7"
    assert normalise("/x?p=1", keep_query=()) == "/x"
    assert normalise("/x?b=2&utm_campaign=z&a=1&b=2", keep_query=None) == "/x?a=1&b=2"


def test_a_query_of_nothing_to_see_is_none() -> None:
    assert normalise("?\x08") == normalise("/") == "/"
    assert normalise("/a?\x08p=1&p=1") == "/a?p=1"


@given(st.text(st.characters(exclude_characters="%", exclude_categories=["Cs"]), max_size=40))
def test_the_form_is_a_fixed_point(page: str) -> None:
    for keep in (None, ("p",), ()):
        once = normalise(page, keep_query=keep)
        assert once.startswith("/")
        assert normalise(once, keep_query=keep) == once
        assert unicodedata.is_normalized("NFC", once)


@given(st.text("/?#%:@.&=aF0\\[]\n\u0300é", max_size=60))
def test_any_page_whatever_has_some_form(page: str) -> None:
    assert normalise(page).startswith("/")
    assert SITE.find(page) in {None, *SITE.ids}


def test_the_host_is_told_without_its_www() -> None:
    assert host("https://WWW.Example.com:8080/x") == "example.com"
    assert host("//example.com/x") == "example.com"
    assert host("//x/y") == ""
    assert host("/x") == ""


@pytest.mark.parametrize(
    ("page", "found"),
    [
        ("/posts/fare-rete/", "posts/fare-rete"),
        ("/2016/03/fare-rete/", "posts/fare-rete"),
        ("https://example.com/blog/posts/fare-rete/", "posts/fare-rete"),
        ("/blog/2016/03/fare-rete/?utm_source=x#comments", "posts/fare-rete"),
        ("http://translate.example/2016/03/fare-rete/index.html", "posts/fare-rete"),
        ("/posts/citt%C3%A0", "posts/citta"),
        ("/posts/hello-world/?lang=it", "posts/hello-world"),
        ("/posts/hello-world/?p=2", "posts/hello-world"),
        ("content/posts/fare-rete.md", "posts/fare-rete"),
        ("posts/fare-rete.md", "posts/fare-rete"),
        ("/posts/trip/index.md", "posts/trip"),
        ("posts/trip", "posts/trip"),
        ("id-7", "id-7"),
        ("https://old.example/?p=123", "posts/hello-world"),
        ("/?utm_source=x&p=123", "posts/hello-world"),
        ("/archive/42.php?id=9", "posts/trip"),
        ("/weg/", "pages/about"),
        ("/blog/weg", "pages/about"),
        ("https://other.example/2011/fare-rete.html", "posts/fare-rete"),
        ("/somewhere/else/fare-rete/", "posts/fare-rete"),
        ("/Archiv/Fare-Rete.aspx", "posts/fare-rete"),
    ],
)
def test_a_page_is_found_by_any_name_it_ever_had(page: str, found: str) -> None:
    assert SITE.find(page) == found


@pytest.mark.parametrize(
    "page",
    [
        "",
        "/",
        "/?p=999",
        "/nowhere/",
        "/kreis",
        "/blog/?p=999",
        "/archive/42.php?id=8",
        "#",
        "?",
        "/blog/",
        "https://example.com/",
    ],
)
def test_what_no_page_answers_to_is_not_guessed(page: str) -> None:
    assert SITE.find(page) is None


def test_a_permalink_goes_before_the_map_and_the_map_before_the_slug() -> None:
    assert SITE.find("/posts/fare-rete/") == "posts/fare-rete"
    mapped = Pages({"/a": "a"}, by_slug={"x": "x"}, url_map={"/old/x/": "/a/"})
    assert mapped.find("/old/x") == "a"
    assert mapped.find("/other/x") == "x"


def test_every_spelling_is_matched_and_the_rest_is_counted_the_most_commented_first() -> None:
    joined = join(
        ["/posts/fare-rete/"] * 3
        + ["https://example.com/2016/03/fare-rete/"]
        + ["/gone/"] * 2
        + ["https://example.com/gone/?utm_source=x"]
        + ["/posts/helo-wrld/"],
        SITE,
    )
    assert joined.matched == {
        "/posts/fare-rete/": "posts/fare-rete",
        "https://example.com/2016/03/fare-rete/": "posts/fare-rete",
    }
    assert joined.unmatched == (
        Unmatched("/gone/", 3, None),
        Unmatched("/posts/helo-wrld/", 1, "/posts/hello-world"),
    )


def test_hosts_that_nobody_named_are_counted_and_legacy_domains_are_not() -> None:
    pages = [
        "https://www.example.com/about/",
        "/about/",
        "http://old.example/about/",
        "http://strange.example/about/",
        "http://strange.example/about/#c",
        "http://strange.example/nowhere/",
    ]
    joined = join(pages, SITE, hosts=["example.com"], legacy_domains=["https://old.example/"])
    assert joined.foreign == (("strange.example", 2),)
    assert set(joined.matched.values()) == {"pages/about"}
    assert [lost.page for lost in joined.unmatched] == ["http://strange.example/nowhere/"]


def test_no_comments_join_to_nothing() -> None:
    assert join([], SITE) == ({}, (), ())


def test_ten_thousand_pages_and_as_many_lost_ones_are_matched() -> None:
    site = Pages({f"/posts/a-post-about-number-{n}": f"posts/{n}" for n in range(10_000)})
    start = time.process_time()
    joined = join([f"/2011/a-post-about-numbr-{n}/" for n in range(10_000)], site)
    assert time.process_time() - start < HANG
    assert joined.unmatched[0].nearest is not None
    assert sum(lost.nearest is not None for lost in joined.unmatched) == 50


def test_a_hostile_page_takes_no_time() -> None:
    start = time.process_time()
    for page in (
        "/" * 60_000,
        "//" + "a." * 30_000,
        "https://" + "@" * 60_000,
        "/?" + "&" * 60_000,
        "%" * 60_000,
        "/a" * 30_000,
    ):
        assert join([page], SITE).matched == {}
    assert time.process_time() - start < HANG
