"""What a build writes after one edit: exactly the files that show what was edited, and no other.

The site has a post a month for two years (and two before), four to a listing page, six tags that take turns, two
recommendations a post and five entries a feed, so that posts lie far apart and "nothing else" says something.
One site serves the module: after each test its sources are put back, and the build that follows must bring
back the first output byte for byte.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from equivalence import picture
from sites import CONFIG, Site, comment, tree

_ROW = """
amber birch cedar delta ember fjord grove heron inlet jetty knoll larch
maple north ocean pearl quill river slate thorn umber vivid willow xenon
"""
NAMES = tuple(_ROW.split())
"""The posts, oldest first: amber is of January 2024, xenon of December 2025."""

SETTINGS = """
[content]
per_page = 4

[feeds]
length = 5

[related]
count = 2
"""

PAGE = """\
{% extends "base.html" %}{% block main %}<h1>{{ post.title }}</h1>{{ post.content }}{% endblock %}
"""

TEAM = """\
{% extends "page.html" %}{% block main %}{% for it in site.data.team %}<p>{{ it.name }}</p>{% endfor %}{% endblock %}
"""


def put_post(site: Site, name: str, **front: Any) -> None:
    """One of the 24 posts, with some of its front matter different."""
    month = NAMES.index(name)
    body = front.pop("body", f"The lead of {name}.\n\nThe rest of {name}.")
    usual = {
        "date": f"{2024 + month // 12}-{month % 12 + 1:02d}-05 10:00",
        "tags": [f"tag{month % 6}"],
    }
    site.post(name, body, **{**usual, **front})


def of_page(name: str) -> str:
    return f"posts/{name}/index.html"


def of_tag(number: int, feeds: bool = True) -> set[str]:
    folder = f"tags/tag{number}"
    return {f"{folder}/index.html"} | ({f"{folder}/feed.xml", f"{folder}/feed.json"} if feeds else set())


def tag_feeds(number: int) -> set[str]:
    return of_tag(number) - {f"tags/tag{number}/index.html"}


def of_month(year: int, month: int) -> set[str]:
    return {f"archives/{year}/index.html", f"archives/{year}/{month:02d}/index.html"}


RELATIVES = ("north", "thorn")
"""Who recommends heron while both bear tag1 and nothing else."""

HOME_FEEDS = {"feed.xml", "feed.json"}


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Site:
    site = Site(tmp_path_factory.mktemp("wrote") / "site")
    site.write("netblog.toml", CONFIG + SETTINGS)
    for name in NAMES:
        put_post(site, name)
    site.post("quarry/index", "The quarry.\n\n![the pit](pit.png)", date="2023-05-05 10:00", title="Quarry")
    site.write("content/posts/quarry/pit.png", picture(40, 30))
    site.post("ruin", date="2023-06-05 10:00")
    site.write("content/pages/about.md", "---\ntitle: About\n---\nAbout us.\n")
    site.write("content/pages/people.md", "---\ntitle: People\ntemplate: team.html\n---\nThe people.\n")
    site.write("templates/page.html", PAGE)
    site.write("templates/team.html", TEAM)
    site.write("data/team.yaml", "- name: Ada\n")
    site.write("data/unused.json", "[]")
    site.write("static/note.txt", "a note")
    site.comments(comment(1, "/posts/birch/"))
    site.built()
    return site


@pytest.fixture
def site(first: Site, tmp_path: Path) -> Iterator[Site]:
    sources, output = Site.copy(first.root, tmp_path / "sources"), first.tree()
    yield first
    kept = tree(sources.root)
    for path in set(tree(first.root)) - set(kept):
        if not path.startswith(("public/", ".netblog/")):
            (first.root / path).unlink()
    for path, data in kept.items():
        if (target := first.root / path).exists() and target.read_bytes() == data:
            continue
        first.write(path, data)
    first.built()
    assert first.tree() == output


def html(site: Site) -> set[str]:
    """Every page of the site."""
    return {path for path in site.tree() if path.endswith(".html")}


# -- one post ------------------------------------------------------------------------------------------


def test_the_body_of_an_old_post_is_on_its_page_and_in_the_feed_of_its_tag(site: Site) -> None:
    site.replace("content/posts/cedar.md", "The rest", "The remainder")
    assert site.wrote() == {of_page("cedar")} | tag_feeds(2)


def test_the_body_of_an_old_post_that_no_feed_holds_is_on_its_page_only(site: Site) -> None:
    put_post(site, "cedar", tags=[])
    site.built()
    put_post(site, "cedar", tags=[], body="The lead of cedar.\n\nThe remainder of cedar.")
    assert site.wrote() == {of_page("cedar")}


def test_the_body_of_a_new_post_is_on_its_page_and_in_the_feeds_that_hold_it(site: Site) -> None:
    site.replace("content/posts/xenon.md", "The rest", "The remainder")
    assert site.wrote() == {of_page("xenon")} | HOME_FEEDS | tag_feeds(5)


def test_the_sixth_newest_post_is_not_in_the_feed_of_five(site: Site) -> None:
    site.replace("content/posts/slate.md", "The rest", "The remainder")
    assert site.wrote() == {of_page("slate")} | tag_feeds(0)


def test_the_lead_of_a_post_is_in_every_listing_too(site: Site) -> None:
    site.replace("content/posts/cedar.md", "The lead", "The beginning")
    assert site.wrote() == {of_page("cedar"), "page/6/index.html"} | of_tag(2) | of_month(2024, 3)


def test_the_title_of_an_old_post_is_with_its_neighbours_listings_and_feeds(site: Site) -> None:
    site.replace("content/posts/cedar.md", "Cedar", "Cypress")
    around = {of_page("birch"), of_page("cedar"), of_page("delta"), "page/6/index.html"}
    assert site.wrote() == around | of_tag(2) | of_month(2024, 3)


def test_the_title_of_the_newest_post_is_also_where_it_is_recommended(site: Site) -> None:
    recommending = {
        path
        for path in html(site)
        if 'id="related-heading"' in site.page(path) and "Xenon" in site.page(path)
    }
    assert {of_page("fjord"), of_page("larch"), of_page("river")} <= recommending
    site.replace("content/posts/xenon.md", "Xenon", "Xerxes")
    around = {of_page("willow"), of_page("xenon"), "index.html", "404.html"}
    assert site.wrote() == recommending | around | of_tag(5) | of_month(2025, 12) | HOME_FEEDS


def test_a_title_is_nowhere_else_than_where_it_was_written(site: Site) -> None:
    shown = {path for path, data in site.tree().items() if b"Slate" in data}
    site.replace("content/posts/slate.md", "Slate", "Schist")
    assert site.wrote() == shown
    assert not {path for path, data in site.tree().items() if b"Slate" in data}


def test_a_new_tag_changes_its_post_the_lists_of_tags_and_the_feeds_that_name_it(site: Site) -> None:
    put_post(site, "heron", tags=["tag1", "fresh"])
    new = {"tags/fresh/index.html", "tags/fresh/feed.xml", "tags/fresh/feed.json"}
    # A post that bears two tags is less like those that bear one of them: they recommend others now.
    relatives = {of_page(name) for name in RELATIVES}
    assert site.wrote() == {of_page("heron"), "tags/index.html", "sitemap.xml"} | relatives | new | tag_feeds(
        1
    )


def test_a_tag_taken_away_takes_its_pages_along(site: Site) -> None:
    put_post(site, "heron", tags=["tag1", "fresh"])
    site.built()
    put_post(site, "heron")
    report = site.built()
    assert set(report.removed) == {
        "tags/fresh/index.html",
        "tags/fresh/feed.xml",
        "tags/fresh/feed.json",
    }
    relatives = {of_page(name) for name in RELATIVES}
    assert set(report.written) == {
        of_page("heron"),
        "tags/index.html",
        "sitemap.xml",
    } | relatives | tag_feeds(1)


def test_a_new_post_moves_the_listings_and_is_its_neighbours_neighbour(site: Site) -> None:
    site.post("yarrow", date="2024-06-20 10:00")
    assert site.wrote() == {
        of_page("yarrow"),
        of_page("fjord"),
        of_page("grove"),
        "page/5/index.html",
        "page/6/index.html",
        "page/7/index.html",
        "archives/index.html",
        "sitemap.xml",
    } | of_month(2024, 6)


def test_a_new_page_is_itself_and_a_line_of_the_sitemap(site: Site) -> None:
    site.write("content/pages/imprint.md", "---\ntitle: Imprint\n---\nWho we are.\n")
    assert site.wrote() == {"imprint/index.html", "sitemap.xml"}


def test_a_deleted_post_is_removed_and_its_neighbours_meet(site: Site) -> None:
    put_post(site, "cedar", tags=[])
    site.built()
    site.remove("content/posts/cedar.md")
    report = site.built()
    assert set(report.removed) == {of_page("cedar"), "archives/2024/03/index.html"}
    assert set(report.written) == {
        of_page("birch"),
        of_page("delta"),
        "page/6/index.html",
        "page/7/index.html",
        "archives/index.html",
        "archives/2024/index.html",
        "sitemap.xml",
    }


def test_a_draft_is_nowhere_and_its_publication_is_a_new_post(site: Site) -> None:
    site.post("zinnia", date="2024-06-20 10:00", draft=True)
    assert site.wrote() == set()
    site.replace("content/posts/zinnia.md", "draft: true", "draft: false")
    assert site.wrote() == {
        of_page("zinnia"),
        of_page("fjord"),
        of_page("grove"),
        "page/5/index.html",
        "page/6/index.html",
        "page/7/index.html",
        "archives/index.html",
        "sitemap.xml",
    } | of_month(2024, 6)


def test_an_edited_draft_writes_nothing(site: Site) -> None:
    site.post("zinnia", date="2024-06-20 10:00", draft=True)
    site.built()
    site.post("zinnia", "Other words.", date="2024-06-21 10:00", draft=True, title="Dahlia", tags=["tag1"])
    assert site.wrote() == set()


def test_a_later_hour_of_the_same_day_is_on_the_page_and_wherever_its_date_is(site: Site) -> None:
    site.replace("content/posts/cedar.md", "10:00", "11:00")
    relatives = {path for path in html(site) if "2024-03-05T10:00:00+01:00" in site.page(path)}
    assert site.wrote() == relatives | tag_feeds(2) | {"sitemap.xml"}


def test_an_alias_is_a_page_and_a_line_for_the_host(site: Site) -> None:
    put_post(site, "cedar", aliases=["/old/cedar/"])
    assert site.wrote() == {"old/cedar/index.html", "_redirects"}


def test_a_link_to_a_post_follows_when_that_moves(site: Site) -> None:
    site.write("content/pages/about.md", "---\ntitle: About\n---\nSee [it](../posts/cedar.md).\n")
    site.built()
    put_post(site, "cedar", tags=[], slug="cypress")
    report = site.built()
    assert of_page("cedar") in report.removed
    assert {"about/index.html", of_page("cypress")} <= set(report.written)
    assert '<a href="/posts/cypress/">it</a>' in site.page("about/index.html")


# -- comments ------------------------------------------------------------------------------------------


def test_a_new_comment_is_on_its_page_and_counted_wherever_counts_are_shown(site: Site) -> None:
    site.comments(comment(1, "/posts/birch/"), comment(2, "/posts/cedar/"))
    assert site.wrote() == {of_page("cedar"), "page/6/index.html"} | of_month(2024, 3) | of_tag(
        2, feeds=False
    )


def test_an_edited_comment_changes_no_count(site: Site) -> None:
    site.comments(comment(1, "/posts/birch/", "Well put."))
    assert site.wrote() == {of_page("birch")}


def test_a_pending_comment_is_nowhere(site: Site) -> None:
    site.comments(comment(1, "/posts/birch/"), comment(2, "/posts/cedar/", status="pending"))
    assert site.wrote() == set()


def test_the_same_comments_in_two_files_change_nothing(site: Site) -> None:
    site.comments(comment(1, "/posts/birch/"), name="again")
    assert site.wrote() == set()


# -- the theme -----------------------------------------------------------------------------------------


def test_an_edited_template_is_in_the_pages_that_use_it(site: Site) -> None:
    site.write("templates/team.html", TEAM.replace("<p>", "<li>"))
    assert site.wrote() == {"people/index.html"}


def test_an_edited_template_is_in_the_pages_whose_templates_extend_it(site: Site) -> None:
    site.write("templates/page.html", PAGE.replace("<h1>", '<h1 class="title">'))
    assert site.wrote() == {"about/index.html"}, "people/index.html overrides the block that changed"
    site.write("templates/page.html", PAGE.replace("{{ post.title }}", "{{ post.title|upper }}") + " ")
    assert site.wrote() == {"about/index.html"}


def test_an_override_changes_the_pages_of_its_kind_and_leaves_with_them(site: Site) -> None:
    theme = Path(__file__).parents[1] / "themes" / "default" / "templates" / "term.html"
    terms = {path for path in html(site) if re.fullmatch(r"tags/.+/index\.html", path)}
    before = site.tree()
    site.write("templates/term.html", theme.read_text(encoding="utf-8").replace("kicker", "label"))
    assert site.wrote() == terms
    site.remove("templates/term.html")
    assert site.wrote() == terms
    assert site.tree() == before


def test_an_override_of_a_partial_changes_the_pages_that_include_it(site: Site) -> None:
    theme = Path(__file__).parents[1] / "themes" / "default" / "templates" / "partials" / "comments.html"
    site.write("templates/partials/comments.html", theme.read_text(encoding="utf-8") + "<p>Be kind.</p>")
    posts = {path for path in html(site) if path.startswith("posts/")}
    assert site.wrote() == posts


def test_an_override_with_the_same_text_writes_nothing(site: Site) -> None:
    theme = Path(__file__).parents[1] / "themes" / "default" / "templates" / "post.html"
    site.write("templates/post.html", theme.read_bytes())
    assert site.wrote() == set()


def test_a_data_file_is_in_the_pages_that_ask_for_it(site: Site) -> None:
    site.write("data/team.yaml", "- name: Bea\n")
    assert site.wrote() == {"people/index.html"}


def test_a_data_file_nobody_asks_for_writes_nothing(site: Site) -> None:
    site.write("data/unused.json", "[1]")
    site.write("data/more.toml", "a = 1\n")
    assert site.wrote() == set()


def test_a_word_of_the_catalogue_is_in_the_pages_that_say_it(site: Site) -> None:
    site.write(
        "locales/en.po",
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'
        'msgid "Recommended articles"\nmsgstr "Read on"\n',
    )
    recommending = {path for path in html(site) if 'id="related-heading"' in site.page(path)}
    assert site.wrote() == recommending


# -- static files and images ---------------------------------------------------------------------------


def test_a_static_file_no_page_names_is_copied_and_that_is_all(site: Site) -> None:
    site.write("static/note.txt", "another note")
    assert site.wrote() == {"note.txt"}


def test_the_fingerprint_of_a_style_sheet_is_in_every_page(site: Site) -> None:
    site.write("static/style.css", "body { color: black }")
    assert site.wrote() == html(site) | {"style.css"}


def test_an_image_of_another_size_is_on_its_page_and_in_the_feeds_that_hold_it(site: Site) -> None:
    site.write("content/posts/quarry/pit.png", picture(80, 60))
    assert site.wrote() == {of_page("quarry"), "posts/quarry/pit.png"}
    assert 'width="80" height="60"' in site.page(of_page("quarry"))


def test_an_image_with_other_pixels_of_the_same_size_is_only_copied(site: Site) -> None:
    site.write("content/posts/quarry/pit.png", picture(40, 30, shade=99))
    assert site.wrote() == {"posts/quarry/pit.png"}


# -- the configuration ---------------------------------------------------------------------------------


def test_a_comment_in_netblog_toml_writes_nothing(site: Site) -> None:
    site.write("netblog.toml", "# my blog\n" + site.read("netblog.toml"))
    assert site.wrote() == set()


def test_a_description_of_a_tag_is_on_the_pages_and_in_the_feeds_of_the_tag(site: Site) -> None:
    site.write(
        "netblog.toml",
        site.read("netblog.toml") + '\n[taxonomies.tags.terms.tag3]\ndescription = "Of three."\n',
    )
    assert site.wrote() == of_tag(3)


def test_the_length_of_feeds_matters_to_feeds(site: Site) -> None:
    site.replace("netblog.toml", "length = 5", "length = 3")
    assert site.wrote() == HOME_FEEDS | set().union(*(tag_feeds(number) for number in range(6)))


def test_a_setting_nobody_shows_writes_nothing(site: Site) -> None:
    site.write(
        "netblog.toml",
        site.read("netblog.toml") + '\n[deploy.web]\nkind = "rsync"\n\n[images]\nlazy = true\n',
    )
    assert site.wrote() == set()


def test_the_number_of_posts_on_a_page_matters_to_paginated_lists(site: Site) -> None:
    site.replace("netblog.toml", "per_page = 4", "per_page = 5")
    report = site.built()
    homes = {"index.html", *(f"page/{number}/index.html" for number in range(2, 7))}
    assert set(report.removed) == {"page/7/index.html"}
    assert set(report.written) == homes | {"sitemap.xml"}


# -- nothing -------------------------------------------------------------------------------------------


def test_touching_every_source_writes_nothing(site: Site) -> None:
    for path in site.root.rglob("*"):
        if path.is_file() and not path.is_relative_to(site.root / "public"):
            os.utime(path)
    assert site.wrote() == set()


def test_sources_copied_over_themselves_write_nothing(site: Site) -> None:
    for path in (site.root / "content").rglob("*.md"):
        shutil.copy(path, path.with_suffix(".new"))
        path.with_suffix(".new").replace(path)
    assert site.wrote() == set()


def test_spaces_that_mean_nothing_write_nothing(site: Site) -> None:
    site.write(
        "content/posts/cedar.md",
        site.read("content/posts/cedar.md").replace("\n---\n", "\n\n---\n\n\n") + "\n\n",
    )
    assert site.wrote() == set()


def test_an_output_that_somebody_changed_is_written_again_alone(site: Site) -> None:
    site.write("public/posts/cedar/index.html", "mine")
    (site.root / "public/feed.json").unlink()
    assert site.wrote() == {of_page("cedar"), "feed.json"}


# -- the reasons ---------------------------------------------------------------------------------------


def test_the_reason_for_all_that_a_title_rewrites_is_the_title(site: Site) -> None:
    site.replace("content/posts/cedar.md", "Cedar", "Cypress")
    report = site.built(explain=True)
    assert {why for _, why in report.explained} == {"the title of content/posts/cedar.md changed"}
    assert {path for path, _ in report.explained} == set(report.written)


def test_the_reasons_for_a_new_post_are_in_an_authors_words(site: Site) -> None:
    site.post("yarrow", date="2024-06-20 10:00", tags=["tag1"])
    why = dict(site.built(explain=True).explained)
    assert why[of_page("yarrow")] == "it had not been made before"
    assert why[of_page("fjord")] == "the next post of content/posts/fjord.md changed"
    assert why["page/6/index.html"] == "the posts on page 6 of the home page changed"
    assert why["archives/2024/index.html"] == "the list of posts of 2024 changed"
    assert why["archives/index.html"] == "the number of posts in a year or month changed"
    assert why["tags/index.html"] == "which posts bear which terms changed"
    assert why["sitemap.xml"] == "the list of pages changed"


def test_the_reason_for_a_feed_is_the_entry_in_it(site: Site) -> None:
    site.replace("content/posts/cedar.md", "The rest", "The remainder")
    why = dict(site.built(explain=True).explained)
    assert why["tags/tag2/feed.xml"] == "the feed entry of content/posts/cedar.md changed"
