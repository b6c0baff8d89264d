"""What crawlers and static hosts read: sitemap, robots.txt, redirects and the page for what is not there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from markup import Built, built_demo, only, parsed, text_of
from netblog.model import sitemap
from rich_site import URL, built_rich, write_rich
from sites import Site

MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
XHTML = "{http://www.w3.org/1999/xhtml}"


@pytest.fixture(scope="module")
def rich(tmp_path_factory: pytest.TempPathFactory) -> Built:
    return built_rich(tmp_path_factory.mktemp("rich"))


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Built:
    return built_demo(tmp_path_factory.mktemp("demo") / "site")


def urls(text: str) -> dict[str, Any]:
    """Every <url> of a sitemap by its address."""
    root = etree.fromstring(text.encode())
    assert root.tag == MAP + "urlset"
    found = {it.findtext(MAP + "loc"): it for it in root}
    assert len(found) == len(root)
    return found


def alternates(element: Any) -> dict[str, str]:
    return {it.get("hreflang"): it.get("href") for it in element.findall(XHTML + "link")}


# --- The sitemap


@pytest.mark.parametrize("name", ["rich", "demo"])
def test_the_sitemap_holds_every_page_that_may_be_indexed_and_nothing_else(
    name: str, request: pytest.FixtureRequest
) -> None:
    site = request.getfixturevalue(name)
    pages = {path for path in site.pages if path != "404.html"}
    assert {site.file(url) for url in urls(site.read("sitemap.xml"))} == pages


@pytest.mark.parametrize("name", ["rich", "demo"])
def test_addresses_in_the_sitemap_are_the_canonical_ones(name: str, request: pytest.FixtureRequest) -> None:
    site = request.getfixturevalue(name)
    for url in urls(site.read("sitemap.xml")):
        assert url.isascii()
        assert only(site.page(site.file(url)), "link", rel="canonical").get("href") == url


def test_a_posts_lastmod_is_its_updated_or_its_date(rich: Built) -> None:
    found = urls(rich.read("sitemap.xml"))
    assert found[f"{URL}posts/full/"].findtext(MAP + "lastmod") == "2026-03-07T08:30:00+01:00"
    assert found[f"{URL}posts/nets/"].findtext(MAP + "lastmod") == "2026-02-10T00:00:00+01:00"
    assert found[f"{URL}about/"].findtext(MAP + "lastmod") is None


def test_a_listings_lastmod_is_that_of_its_newest_post(rich: Built) -> None:
    found = urls(rich.read("sitemap.xml"))
    assert found[URL].findtext(MAP + "lastmod") == "2026-03-07T08:30:00+01:00"
    assert found[f"{URL}archives/2025/"].findtext(MAP + "lastmod") == "2025-06-01T00:00:00+02:00"
    assert found[f"{URL}tags/c-plus-plus/"].findtext(MAP + "lastmod") == "2026-03-07T08:30:00+01:00"


@pytest.mark.parametrize("name", ["rich", "demo"])
def test_language_versions_name_each_other_and_themselves(name: str, request: pytest.FixtureRequest) -> None:
    found = urls(request.getfixturevalue(name).read("sitemap.xml"))
    many = {url: alternates(it) for url, it in found.items() if alternates(it)}
    assert len(many) >= 6
    for url, versions in many.items():
        assert url in versions.values()
        assert versions["x-default"] == versions["en"]
        for other in versions.values():
            assert alternates(found[other]) == versions


def test_the_home_pages_of_all_languages_are_versions_of_each_other(rich: Built) -> None:
    assert alternates(urls(rich.read("sitemap.xml"))[f"{URL}it/"]) == {
        "en": URL,
        "it": f"{URL}it/",
        "ar": f"{URL}ar/",
        "x-default": URL,
    }


def test_past_the_limit_the_sitemap_becomes_an_index_and_back_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = Site(tmp_path)
    for number in range(3):
        site.post(f"p{number}", date=f"2026-01-0{number + 1}")
    monkeypatch.setattr(sitemap, "LIMIT", 8)
    site.built()
    assert (tmp_path / "public/sitemap.xml").read_text().count("<loc>") == 7
    site.post("p3", date="2026-02-04")
    site.post("p4", date="2026-02-05")
    site.built()
    index = etree.fromstring(site.page("sitemap.xml").encode())
    assert index.tag == MAP + "sitemapindex"
    assert [it.text for it in index.iter(MAP + "loc")] == [
        "https://blog.example/sitemap-1.xml",
        "https://blog.example/sitemap-2.xml",
    ]
    parts = [urls(site.page(f"sitemap-{number}.xml")) for number in (1, 2)]
    assert [len(part) for part in parts] == [8, 2]
    assert not parts[0].keys() & parts[1].keys()
    assert site.tree() == clean(site, tmp_path)
    site.remove("content/posts/p3.md")
    site.remove("content/posts/p4.md")
    report = site.built()
    assert {"sitemap-1.xml", "sitemap-2.xml"} <= set(report.removed)
    assert len(urls(site.page("sitemap.xml"))) == 7


def clean(site: Site, root: Path) -> dict[str, bytes]:
    other = Site.copy(site.root, root.parent / (root.name + "-clean"))
    other.built()
    return other.tree()


# --- robots.txt and redirects


def test_robots_may_read_everything_and_are_told_of_the_sitemap(rich: Built) -> None:
    lines = rich.read("robots.txt").splitlines()
    assert lines[:2] == ["User-agent: *", "Allow: /"]
    assert f"Sitemap: {URL}sitemap.xml" in lines


def test_a_robots_file_of_the_sites_own_stands(tmp_path: Path) -> None:
    site = Site(tmp_path, {"static/robots.txt": "User-agent: *\nDisallow: /x\n"})
    site.built()
    assert site.page("robots.txt") == "User-agent: *\nDisallow: /x\n"


def test_redirects_carry_the_base_path_and_are_permanent(rich: Built) -> None:
    assert rich.read("_redirects").splitlines() == [
        "/notes/2020/fish.html /notes/posts/full/ 301",
        "/notes/old/fish/ /notes/posts/full/ 301",
    ]


@pytest.mark.parametrize("path", ["old/fish/index.html", "2020/fish.html"])
def test_the_page_at_an_alias_sends_browsers_and_crawlers_on(rich: Built, path: str) -> None:
    root = parsed(rich.read(path))
    assert root.get("lang") == "en"
    assert only(root, "link", rel="canonical").get("href") == f"{URL}posts/full/"
    assert only(root, "meta", http_equiv="refresh").get("content") == "0; url=/notes/posts/full/"
    assert only(root, "meta", name="robots").get("content") == "noindex"
    assert only(root, "a").get("href") == "/notes/posts/full/"


def test_redirect_pages_are_not_in_the_sitemap(rich: Built) -> None:
    assert "old/fish" not in rich.read("sitemap.xml")
    assert "fish.html" not in rich.read("sitemap.xml")


# --- 404.html


@pytest.mark.parametrize("name", ["rich", "demo"])
def test_the_page_for_what_is_not_there_works_from_any_depth(
    name: str, request: pytest.FixtureRequest
) -> None:
    site = request.getfixturevalue(name)
    base = "/notes/" if name == "rich" else "/"
    seen = 0
    for it in site.page("404.html").iter():
        for key in ("href", "src"):
            address = it.get(key, "#")
            if not address.startswith(("#", "http")):
                seen += 1
                assert address.startswith(base), address
    assert seen > 5
    assert not site.broken("404.html")


def test_the_page_for_what_is_not_there_is_no_ones_canonical_page(rich: Built) -> None:
    root = rich.page("404.html")
    assert not [it for it in root.iter("link") if it.get("rel") == "canonical"]
    assert only(root, "meta", name="robots").get("content") == "noindex"
    assert text_of(only(root, "h1")) == "Page not found"


def test_a_site_for_another_place_carries_its_base_everywhere(tmp_path: Path) -> None:
    site = write_rich(tmp_path)
    site.built(base_url="https://preview.example/p/1/")
    built = Built(tmp_path / "public", "https://preview.example/p/1/")
    assert "blog.example" not in built.read("sitemap.xml") + built.read("robots.txt") + built.read("feed.xml")
    assert [fault for path in built.pages for fault in built.broken(path)] == []
