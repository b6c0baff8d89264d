"""From a content file to its place on the site."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netblog.errors import Problem
from netblog.model.config import Comments, Config, Content, Language, Site, Taxonomy
from netblog.model.placement import Layout, layout, place
from netblog.model.post import Document, Entry, FrontMatter, TermRef
from netblog.model.urls import output_path
from netblog.model.visibility import duplicate_ids, visibility

ROME = ZoneInfo("Europe/Rome")
DAY = datetime(2016, 3, 14, 9, 26, tzinfo=ROME)
SITE = Layout(language="en", languages=("it", "pt-BR"), site_url="https://example.com/")


def placed(
    path: str, site: Layout = SITE, heading: str = "", **front: Any
) -> tuple[Entry | None, tuple[Problem, ...]]:
    front.setdefault("date", DAY)
    front.setdefault("lines", {"date": 2, "aliases": 7, "slug": 3, "permalink": 4, "lang": 5, "id": 6})
    return place(Document(path=path, front=FrontMatter(**front)), site, ROME, heading)


def entry(path: str, site: Layout = SITE, heading: str = "", **front: Any) -> Entry:
    found, problems = placed(path, site, heading, **front)
    assert problems == ()
    assert found is not None
    return found


def problem(path: str, site: Layout = SITE, **front: Any) -> Problem:
    _, problems = placed(path, site, **front)
    assert len(problems) == 1
    assert problems[0].path == f"content/{path}"
    return problems[0]


def test_a_post_is_placed_by_its_file_name() -> None:
    post = entry("posts/Hello World.md", title="Hello")
    assert (post.kind, post.url, post.slug) == ("post", "/posts/hello-world/", "hello-world")
    assert (post.id, post.key, post.lang, post.bundle) == (
        "posts/Hello World",
        "posts/Hello World",
        "en",
        None,
    )
    assert (post.title, post.date, post.comments) == ("Hello", DAY, "on")


def test_a_page_needs_no_date_and_keeps_its_folders() -> None:
    page = entry("pages/about.md", date=None)
    assert (page.kind, page.url, page.date) == ("page", "/about/", None)
    assert entry("pages/Docs/intro.md", date=None).url == "/docs/intro/"
    assert entry("pages/2016-01-01-x.md", date=None).url == "/2016-01-01-x/"


def test_a_bundle_is_named_by_its_folder() -> None:
    trip = entry("posts/travel/trip/index.md", msgspec.structs.replace(SITE, permalink="/{section}/{slug}/"))
    assert (trip.bundle, trip.url, trip.id) == ("posts/travel/trip", "/travel/trip/", "posts/travel/trip")
    assert entry("posts/trip.md").id == entry("posts/trip/index.md").id
    assert entry("posts/index.md").bundle is None


def test_a_date_in_the_file_name_is_that_day_in_the_sites_zone() -> None:
    post = entry("posts/2014-08-19-hello.md", date=None)
    assert post.date == datetime(2014, 8, 19, tzinfo=ROME)
    assert (post.slug, post.id, post.title) == ("hello", "posts/2014-08-19-hello", "Hello")
    assert entry("posts/2014-8-9_trip/index.md", date=None).url == "/posts/trip/"
    assert entry("posts/2014-08-19.md", date=None).url == "/posts/2014-08-19/"
    assert entry("posts/2014-08-19-hello.md").date == DAY
    assert entry("posts/2014-02-30-hello.md").slug == "2014-02-30-hello"


def test_a_post_without_a_date_is_an_error_with_a_hint() -> None:
    found, problems = placed("posts/hello.md", date=None)
    assert found is None
    assert [(p.severity, p.message, p.code) for p in problems] == [("error", "this post has no date", "date")]
    assert "2024-03-14-hello.md" in (problems[0].hint or "")


def test_a_draft_without_a_date_is_only_left_out() -> None:
    found, problems = placed("posts/hello.md", date=None, draft=True)
    assert found is None
    assert [(p.severity, p.message) for p in problems] == [("warning", "this draft has no date")]


@pytest.mark.parametrize(
    ("path", "lang", "key", "id", "url"),
    [
        ("posts/hello.it.md", "it", "posts/hello", "posts/hello.it", "/it/posts/hello/"),
        ("posts/hello.en.md", "en", "posts/hello", "posts/hello.en", "/posts/hello/"),
        ("posts/hello.PT-br.md", "pt-BR", "posts/hello", "posts/hello.pt-BR", "/pt-BR/posts/hello/"),
        ("posts/trip/index.it.md", "it", "posts/trip", "posts/trip.it", "/it/posts/trip/"),
        ("posts/node.js.md", "en", "posts/node.js", "posts/node.js", "/posts/node.js/"),
        ("posts/hello.fr.md", "en", "posts/hello.fr", "posts/hello.fr", "/posts/hello.fr/"),
        ("posts/it.md", "en", "posts/it", "posts/it", "/posts/it/"),
    ],
)
def test_a_language_suffix_counts_only_for_languages_of_the_site(
    path: str, lang: str, key: str, id: str, url: str
) -> None:
    post = entry(path)
    assert (post.lang, post.key, post.id, post.url) == (lang, key, id, url)


def test_front_matter_may_name_the_language() -> None:
    assert entry("posts/ciao.md", lang="it").url == "/it/posts/ciao/"
    assert entry("posts/hello.md", lang="en-US").lang == "en"
    assert entry("posts/hello.it.md", lang="it").lang == "it"


def test_a_guest_in_another_language_is_placed_in_the_sites_own() -> None:
    guest = entry("posts/salut.md", lang="fr")
    assert (guest.lang, guest.url, guest.id) == ("fr", "/posts/salut/", "posts/salut")


def test_a_language_that_is_none_or_not_the_files_is_an_error() -> None:
    wrong = problem("posts/x.md", lang="italian")
    assert (wrong.message, wrong.line) == ("'italian' is not a language", 5)
    assert wrong.hint == "write a code such as en or pt-BR (BCP 47)"
    assert problem("posts/x.md", lang="it!").hint == "did you mean 'it'?"
    twice = problem("posts/x.it.md", lang="en")
    assert twice.message == "the front matter says 'en', but the file's name says 'it'"


def test_an_id_depends_on_the_path_alone() -> None:
    plain = Layout(language="it")
    for path in ("posts/ciao.md", "posts/ciao.it.md", "posts/2014-01-01-x.md"):
        assert entry(path).id == entry(path, plain).id
    assert entry("posts/ciao.md", lang="it").id == "posts/ciao"


def test_the_title_is_the_front_matters_else_the_headings_else_the_names() -> None:
    assert entry("posts/x.md", heading="Heading", title=" My\n title\u00a0! ").title == "My title\u00a0!"
    assert entry("posts/x.md", heading="Heading").title == "Heading"
    assert entry("posts/my-first_post.md").title == "My first post"
    assert entry("posts/---.md").title == "---"


def test_a_slug_is_slugified_but_must_be_one_part() -> None:
    assert entry("posts/x.md", slug="My Slug").url == "/posts/my-slug/"
    assert entry("posts/x.md", slug=" ").url == "/posts/x/"
    for slug in ("a/b", "..", "a\\b"):
        wrong = problem("posts/x.md", slug=slug)
        assert (wrong.line, wrong.code, wrong.severity) == (3, "slug", "error")
        assert wrong.message == f"the slug {slug!r} is not one part of a URL"


def test_a_post_with_a_wrong_slug_still_has_a_place_so_that_links_to_it_hold() -> None:
    found, _ = placed("posts/x.md", slug="a/b")
    assert found is not None and found.url == "/posts/x/"


def test_a_permalink_of_its_own_beats_the_pattern_and_the_language() -> None:
    assert entry("posts/x.md", permalink="/2016/03/old.html").url == "/2016/03/old.html"
    assert entry("posts/x.it.md", permalink="vecchio").url == "/vecchio/"
    assert entry("posts/x.md", permalink="/{year}/{slug}/").url == "/2016/x/"
    assert entry("posts/x.md", permalink="https://www.example.com/y/").url == "/y/"


def test_a_pattern_is_filled_from_the_file() -> None:
    site = msgspec.structs.replace(SITE, permalink="/{section}/{year}/{month}/{day}/{name}.html")
    assert entry("posts/My Trips/deep/2014-08-19-Foo.md", site).url == "/my-trips/2016/03/14/Foo.html"


@pytest.mark.parametrize("permalink", ["/../x/", "https://other.example/x/", "/{slugs}/", "/?p=1", "//x/"])
def test_a_permalink_that_cannot_be_leaves_no_place(permalink: str) -> None:
    found, problems = placed("posts/x.md", permalink=permalink)
    assert found is None
    assert [(p.line, p.code, p.severity) for p in problems] == [(4, "permalink", "error")]


def test_aliases_are_normal_paths_each_once_and_never_the_post_itself() -> None:
    post = entry("posts/x.md", aliases=("old", "/old/", "/a.html", "/posts/x/", "https://example.com/b/"))
    assert post.aliases == ("/old/", "/a.html", "/b/")


def test_an_alias_that_leaves_the_site_is_an_error_with_its_line() -> None:
    found, problems = placed("posts/x.md", aliases=("/ok/", "/../../etc/", "https://other.example/"))
    assert found is not None and found.aliases == ("/ok/",)
    assert [(p.line, p.severity) for p in problems] == [(7, "error"), (7, "error")]
    assert problems[0].message == "this alias cannot be: the path '/../../etc/' leaves the output folder"


def test_an_alias_with_a_query_is_left_out_with_a_warning() -> None:
    left = problem("posts/x.md", aliases=("/?p=12",))
    assert (left.severity, left.line) == ("warning", 7)


def test_terms_come_from_every_taxonomy_of_the_site_each_slug_once() -> None:
    site = msgspec.structs.replace(SITE, taxonomies=("tags", "categories", "places"))
    post = entry(
        "posts/x.md",
        site,
        tags=("Rete", "rete ", "C++", " "),
        categories=("Web",),
        taxonomies={"places": ("Roma",), "tags": ("Extra",), "moods": ("glad",)},
    )
    assert post.terms == (
        TermRef("tags", "rete", "Rete"),
        TermRef("tags", "c-plus-plus", "C++"),
        TermRef("tags", "extra", "Extra"),
        TermRef("categories", "web", "Web"),
        TermRef("places", "roma", "Roma"),
    )


def test_an_id_in_front_matter_is_kept() -> None:
    assert entry("posts/x.md", id=" wp:812 ").id == "wp:812"
    assert "control character" in problem("posts/x.md", id="a\x07b").message


def test_comments_are_the_files_else_the_sites() -> None:
    quiet = msgspec.structs.replace(SITE, comments=False)
    assert entry("posts/x.md", quiet).comments == "off"
    assert entry("posts/x.md", quiet, comments="closed").comments == "closed"


def test_a_file_elsewhere_is_left_out_with_a_warning() -> None:
    for path in ("about.md", "posts.md", "notes/x.md"):
        found, (left,) = placed(path)
        assert found is None
        assert (left.severity, left.path) == ("warning", f"content/{path}")
    found, (left,) = placed("posts/travel/_index.md")
    assert found is None
    assert "section page" in left.message


def test_a_broken_document_has_no_place_and_no_second_problem() -> None:
    assert place(Document(path="posts/x.md", broken=True), SITE, ROME) == (None, ())


def test_the_layout_is_what_placement_reads_of_the_configuration() -> None:
    config = Config(
        site=Site(url="https://example.com/blog/", language="it"),
        content=Content(permalink="/{year}/{slug}/"),
        comments=Comments(enabled=False),
        languages={"it": Language(), "en": Language()},
        taxonomies={"tags": Taxonomy(), "places": Taxonomy()},
    )
    assert layout(config) == Layout(
        language="it",
        languages=("en",),
        permalink="/{year}/{slug}/",
        site_url="https://example.com/blog/",
        comments=False,
        taxonomies=("tags", "categories", "places"),
    )
    assert layout(Config()).taxonomies == ("tags", "categories")


def test_two_files_of_one_id_are_an_error_that_names_both() -> None:
    one, two, other = entry("posts/b.md", id="x"), entry("posts/a.md", id="x"), entry("posts/c.md")
    (found,) = duplicate_ids([one, two, other])
    assert (found.path, found.line, found.code) == ("content/posts/b.md", 6, "id")
    assert found.message == "the id 'x' is that of content/posts/a.md too"


def test_one_post_twice_in_a_language_is_told_as_such() -> None:
    pair = [entry("posts/trip.md", lines={}), entry("posts/trip/index.md", lines={})]
    (found,) = duplicate_ids(pair)
    assert found.path == "content/posts/trip/index.md"
    assert "the same post in one language" in (found.hint or "")


def test_drafts_future_and_expired_posts_are_withheld() -> None:
    now = datetime(2020, 1, 1, tzinfo=UTC)

    def why(*, drafts: bool = False, future: bool = False, **front: Any) -> str | None:
        post = entry("posts/x.md", **front)
        return visibility(post, drafts=drafts, future=future, reached=lambda moment: moment <= now)

    later = datetime(2021, 1, 1, tzinfo=UTC)
    assert why() is None
    assert why(draft=True) == "draft"
    assert why(draft=True, drafts=True) is None
    assert why(date=later) == "future"
    assert why(date=later, future=True) is None
    assert why(date=now, expires=later) is None
    assert why(expires=now) == "expired"
    assert why(draft=True, drafts=True, date=later) == "future"


def test_the_clock_is_asked_only_where_it_matters() -> None:
    asked: list[datetime] = []

    def reached(moment: datetime) -> bool:
        asked.append(moment)
        return True

    visibility(entry("posts/x.md", draft=True), drafts=False, future=False, reached=reached)
    visibility(entry("pages/x.md", date=None), drafts=False, future=False, reached=reached)
    visibility(entry("posts/x.md"), drafts=False, future=True, reached=reached)
    assert asked == []


@given(
    st.text("ab./-_ \\é\x00\ud80020-14", max_size=20),
    st.none() | st.text("a/.\\{slug}? %2e", max_size=12),
    st.none() | st.text("a/.\\ é", max_size=6),
)
def test_any_file_has_a_safe_place_or_a_problem(name: str, permalink: str | None, slug: str | None) -> None:
    found, problems = placed(f"posts/{name}.md", permalink=permalink, slug=slug)
    if found is None:
        assert problems
    else:
        assert found.id and found.title and found.key
        assert not output_path(found.url).startswith("/")
