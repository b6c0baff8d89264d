"""Feeds as a reader's program meets them: valid, complete on their own, and never crying wolf."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import feedparser
import html5lib
import pytest
from lxml import etree

from markup import Built, built_demo, parsed
from rich_site import URL, built_rich, write_rich
from sites import Site

ATOM = "{http://www.w3.org/2005/Atom}"
XML = "{http://www.w3.org/XML/1998/namespace}"


@pytest.fixture(scope="module")
def rich(tmp_path_factory: pytest.TempPathFactory) -> Built:
    return built_rich(tmp_path_factory.mktemp("rich"))


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Built:
    return built_demo(tmp_path_factory.mktemp("demo") / "site")


def atoms(site: Built) -> dict[str, bytes]:
    found = sorted(site.folder.rglob("*.xml"))
    return {
        path.relative_to(site.folder).as_posix(): path.read_bytes()
        for path in found
        if path.name.endswith(("feed.xml", "comments.xml"))
    }


def entries(data: bytes | str) -> list[Any]:
    return list(etree.fromstring(data if isinstance(data, bytes) else data.encode()).iter(f"{ATOM}entry"))


def value(element: Any, name: str) -> str:
    found = element.findall(ATOM + name)
    assert len(found) == 1, f"{len(found)} of {name}"
    return found[0].text or ""


def ids(site: Site, path: str = "feed.xml") -> dict[str, str]:
    return {value(it, "title"): value(it, "id") for it in entries(site.page(path))}


def addresses(html: str) -> list[str]:
    tree = html5lib.parseFragment(html, namespaceHTMLElements=False)
    return [v for it in tree.iter() for k, v in it.attrib.items() if k in ("href", "src", "srcset", "poster")]


# --- Atom


def assert_is_atom(site: Built, path: str, data: bytes) -> None:
    """RFC 4287, section 4.1: what a feed and an entry must have, once each."""
    feed = etree.fromstring(data)
    assert feed.tag == ATOM + "feed"
    for name in ("id", "title", "updated"):
        assert value(feed, name), path
    own = [it.get("href") for it in feed.findall(f"{ATOM}link") if it.get("rel") == "self"]
    assert own == [site.address(path)]
    assert feed.get(f"{XML}lang")
    assert not feed.xpath("//@xml:base")
    found = [value(it, "id") for it in feed.iter(f"{ATOM}entry")]
    assert len(set(found)) == len(found)
    for entry in feed.iter(f"{ATOM}entry"):
        assert value(entry, "title") or value(entry, "content")
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)", value(entry, "updated"))
        alternate = [it.get("href") for it in entry.findall(f"{ATOM}link") if it.get("rel") == "alternate"]
        assert len(alternate) == 1, path
        assert site.file(alternate[0]), alternate
        content = entry.find(f"{ATOM}content")
        assert content.get("type") == "html"


@pytest.mark.parametrize("name", ["rich", "demo"])
def test_every_atom_feed_holds_what_the_rfc_demands(name: str, request: pytest.FixtureRequest) -> None:
    site = request.getfixturevalue(name)
    assert len(atoms(site)) > 5
    for path, data in atoms(site).items():
        assert_is_atom(site, path, data)


@pytest.mark.parametrize("name", ["rich", "demo"])
def test_feedparser_has_nothing_to_complain_of(name: str, request: pytest.FixtureRequest) -> None:
    for path, data in atoms(request.getfixturevalue(name)).items():
        read = feedparser.parse(data)
        assert not read.bozo, (path, read.get("bozo_exception"))
        assert read.version == "atom10"
        assert all(entry.updated_parsed and entry.author for entry in read.entries), path


@pytest.mark.parametrize("name", ["rich", "demo"])
def test_every_address_inside_an_entry_is_absolute_and_the_sites_own_lead_somewhere(
    name: str, request: pytest.FixtureRequest
) -> None:
    site = request.getfixturevalue(name)
    seen = 0
    for path, data in atoms(site).items():
        for entry in entries(data):
            for address in addresses(value(entry, "content")):
                seen += 1
                assert re.match(r"(https?|mailto):", address), (path, address)
                assert not address.startswith(site.url) or site.file(address), (path, address)
    assert seen > 20


def test_an_entry_carries_the_post_with_its_pictures_and_their_sizes(rich: Built) -> None:
    html = value(entries(rich.read("feed.xml"))[0], "content")
    assert f'<img src="{URL}posts/full/net.png" width="40" height="30" alt="A net"' in html
    assert f'<img src="{URL}pics/knot.png" width="8" height="6"' in html
    assert f'href="{URL}about/?a=1&amp;b=2#part"' in html


def test_an_entry_carries_no_script_no_form_and_no_heading_links(rich: Built) -> None:
    html = value(entries(rich.read("feed.xml"))[0], "content")
    assert not re.search(r"<(script|form|style|iframe)|heading-link|window.mine", html)
    assert "Mind the gap" in html
    assert "Term" in html


def test_notes_of_an_entry_are_found_on_the_posts_own_page(rich: Built) -> None:
    html = value(entries(rich.read("feed.xml"))[0], "content")
    for fragment in re.findall(rf'href="{URL}posts/full/#([^"]+)"', html):
        assert fragment in rich.ids["posts/full/index.html"]


def test_an_entry_says_who_wrote_it_when_what_of_and_under_which_licence(rich: Built) -> None:
    entry = entries(rich.read("feed.xml"))[0]
    assert value(entry, "title") == "Fish & <chips>"
    assert value(entry, "published") == "2026-03-05T10:00:00+01:00"
    assert value(entry, "updated") == "2026-03-07T08:30:00+01:00"
    assert entry.findtext(f"{ATOM}author/{ATOM}name") == "Ada Byron"
    assert [it.get("term") for it in entry.findall(f"{ATOM}category")] == ["Rete", "C++"]
    licence = [it.get("href") for it in entry.findall(f"{ATOM}link") if it.get("rel") == "license"]
    assert licence == ["https://creativecommons.org/licenses/by/4.0/"]
    assert value(entry, "summary") == 'How "it" began.'


def test_each_language_has_its_feed_in_its_words(rich: Built) -> None:
    feed = etree.fromstring(rich.read("it/feed.xml").encode())
    assert feed.get(f"{XML}lang") == "it"
    assert value(feed, "title") == "Note e domande"
    assert [value(it, "title") for it in entries(rich.read("it/feed.xml"))] == ["Pesce fritto", "Rete"]
    assert "Attenzione</p>" in value(entries(rich.read("it/feed.xml"))[0], "content")


def test_a_terms_feed_holds_the_posts_of_the_term_and_no_other(rich: Built) -> None:
    feed = etree.fromstring(rich.read("tags/rete/feed.xml").encode())
    assert value(feed, "title") == "Rete – Notes & queries"
    assert value(feed, "subtitle") == "All about nets."
    titles = {value(it, "title") for it in feed.iter(f"{ATOM}entry")}
    assert {"Nets", "Ropes", "Post-1"} < titles
    assert "La città" not in titles
    assert (rich.folder / "who/grace/feed.json").is_file()


def test_no_two_feeds_have_one_id(rich: Built, demo: Built) -> None:
    for site in (rich, demo):
        found = [value(etree.fromstring(data), "id") for data in atoms(site).values()]
        assert len(set(found)) == len(found)


def test_a_feed_is_as_old_as_its_newest_change(rich: Built) -> None:
    feed = etree.fromstring(rich.read("feed.xml").encode())
    assert value(feed, "updated") == max(value(it, "updated") for it in entries(rich.read("feed.xml")))


# --- Identity


def test_an_id_survives_another_title_slug_permalink_and_domain(tmp_path: Path) -> None:
    site = Site(tmp_path)
    site.write("netblog.toml", site.read("netblog.toml") + '\n[feeds]\nid_base = "blog.example,2026"\n')
    site.post("one", "Body.")
    site.built()
    first = ids(site)["One"]
    site.post("one", "Body.", title="Uno", slug="first", date="2025-12-01")
    site.replace("netblog.toml", "https://blog.example/", "https://elsewhere.example/sub/")
    site.write("netblog.toml", site.read("netblog.toml") + '\n[content]\npermalink = "/{year}/{slug}/"\n')
    site.built()
    assert (site.root / "public/2025/first/index.html").is_file()
    assert ids(site) == {"Uno": first}


def test_an_id_survives_another_domain_even_without_an_id_base(tmp_path: Path) -> None:
    site = Site(tmp_path)
    site.post("one", "Body.")
    site.built()
    first = ids(site)
    site.replace("netblog.toml", "https://blog.example/", "https://elsewhere.example/")
    site.built()
    assert ids(site) == first


def test_an_id_of_a_renamed_file_is_kept_by_its_front_matter(tmp_path: Path) -> None:
    site = Site(tmp_path)
    site.post("one", "Body.")
    site.built()
    first = ids(site)["One"]
    site.remove("content/posts/one.md")
    site.post("two", "Body.", id="posts/one")
    site.built()
    assert ids(site) == {"Two": first}


def test_an_old_blogs_guid_is_kept_to_the_letter(tmp_path: Path) -> None:
    site = Site(tmp_path)
    site.post("one", "Body.", id="https://old.example/?p=12&x=1")
    site.built()
    assert ids(site) == {"One": "https://old.example/?p=12&x=1"}


def test_two_posts_and_two_translations_have_two_ids(rich: Built) -> None:
    found = [value(it, "id") for path in ("feed.xml", "it/feed.xml") for it in entries(rich.read(path))]
    assert len(set(found)) == len(found) == 10


def test_another_id_base_makes_other_ids(tmp_path: Path) -> None:
    site = Site(tmp_path)
    site.post("one", "Body.")
    site.built()
    first = ids(site)["One"]
    site.write("netblog.toml", site.read("netblog.toml") + '\n[feeds]\nid_base = "other.example"\n')
    site.built()
    assert ids(site)["One"] != first


# --- What a feed must not choke on


def test_control_characters_and_markup_in_titles_leave_the_feed_well_formed(tmp_path: Path) -> None:
    site = Site(tmp_path)
    site.write(
        "content/posts/odd.md",
        '---\ntitle: "a\\u0007b \\uFFFE ]]> <b>&amp;"\ndate: 2026-01-01\ntags: ["x\\u0001y"]\n---\n'
        "Bell \x07 form feed \x0c and \ufffe.\n",
    )
    site.built()
    parsed(site.page("posts/odd/index.html"))
    entry = entries(site.page("feed.xml"))[0]
    assert value(entry, "title") == "ab ]]> <b>&amp;"
    assert "form feed" in value(entry, "content")
    assert json.loads(site.page("feed.json"))["items"][0]["content_html"]


def test_a_feed_of_nothing_is_still_a_feed(tmp_path: Path) -> None:
    site = Site(tmp_path)
    site.built()
    assert_is_atom(
        Built(tmp_path / "public", "https://blog.example/"), "feed.xml", site.page("feed.xml").encode()
    )
    assert json.loads(site.page("feed.json"))["items"] == []


# --- Excerpts and lengths


def test_an_excerpt_feed_stops_at_the_mark_or_gives_the_summary(tmp_path: Path) -> None:
    site = write_rich(tmp_path)
    site.write(
        "netblog.toml", site.read("netblog.toml").replace("[feeds]\n", '[feeds]\ncontent = "excerpt"\n')
    )
    site.built()
    found = {value(it, "title"): value(it, "content") for it in entries(site.page("feed.xml"))}
    assert found["Fish & <chips>"].startswith("<p>First words with <em>emphasis</em>")
    assert "Mind the gap" not in found["Fish & <chips>"]
    assert found["Nets"] == "<p>Rope.</p>"
    for html in found.values():
        assert all(address.startswith("http") for address in addresses(html))


def test_a_feed_is_as_long_as_the_configuration_says(tmp_path: Path) -> None:
    site = write_rich(tmp_path)
    site.write(
        "netblog.toml", site.read("netblog.toml").replace("[feeds]\n", "[feeds]\nlength = 2\njson = false\n")
    )
    site.built()
    assert len(entries(site.page("feed.xml"))) == len(entries(site.page("tags/rete/feed.xml"))) == 2
    assert not list((tmp_path / "public").rglob("feed.json"))
    assert "application/feed+json" not in site.page("index.html")


# --- JSON Feed


@pytest.mark.parametrize("name", ["rich", "demo"])
def test_every_json_feed_is_version_1_1_with_its_required_keys(
    name: str, request: pytest.FixtureRequest
) -> None:
    site = request.getfixturevalue(name)
    found = sorted(site.folder.rglob("feed.json"))
    assert len(found) > 5
    for path in found:
        feed = json.loads(path.read_text(encoding="utf-8"))
        assert feed["version"] == "https://jsonfeed.org/version/1.1"
        assert feed["title"]
        assert feed["feed_url"] == site.address(path.relative_to(site.folder).as_posix())
        assert site.file(feed["home_page_url"])
        for item in feed["items"]:
            assert isinstance(item["id"], str)
            assert item["content_html"]
            assert site.file(item["url"])
            assert item["authors"][0]["name"]


def test_both_kinds_of_feed_tell_the_same_posts_by_the_same_ids(demo: Built) -> None:
    for path, data in atoms(demo).items():
        if path.endswith("feed.xml") and (demo.folder / path.replace(".xml", ".json")).is_file():
            feed = json.loads(demo.read(path.replace(".xml", ".json")))
            assert [item["id"] for item in feed["items"]] == [value(it, "id") for it in entries(data)], path


def test_pages_lead_to_their_feeds_by_name(rich: Built) -> None:
    for page, feed, title in (
        ("index.html", "feed.xml", "Notes & queries"),
        ("posts/full/index.html", "feed.xml", "Notes & queries"),
        ("it/posts/full/index.html", "it/feed.xml", "Note e domande"),
        ("tags/rete/index.html", "tags/rete/feed.xml", "Rete"),
    ):
        links = [it for it in rich.page(page).iter("link") if it.get("type") == "application/atom+xml"]
        assert [(it.get("href"), it.get("title")) for it in links] == [(f"/notes/{feed}", title)]
