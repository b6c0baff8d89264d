"""The head of every page: what search engines, social sites and feed finders read of it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from markup import Built, built_demo, only
from rich_site import URL, built_rich


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


def meta(root: Any) -> dict[str, list[str]]:
    """Every <meta> by its name or property."""
    found: dict[str, list[str]] = {}
    for it in root.iter("meta"):
        key = it.get("property") or it.get("name")
        if key:
            found.setdefault(key, []).append(it.get("content"))
    return found


def hreflangs(root: Any) -> dict[str, str]:
    return {it.get("hreflang"): it.get("href") for it in root.iter("link") if it.get("hreflang")}


def linked_data(root: Any) -> dict[str, Any]:
    found = [it for it in root.iter("script") if it.get("type") == "application/ld+json"]
    assert len(found) == 1
    value = json.loads(found[0].text)
    assert isinstance(value, dict)
    return value


# --- Every page


def test_every_page_but_the_404_names_its_canonical_address(site: Built) -> None:
    for path, root in site.pages.items():
        if path != "404.html":
            url = only(root, "link", rel="canonical").get("href")
            assert url.startswith(site.url)
            assert site.file(url) == path


def test_every_page_has_a_title_of_its_own(site: Built) -> None:
    titles: dict[tuple[str, str, bool], str] = {}
    for path, root in site.pages.items():
        title = only(root, "title").text
        assert title.strip()
        # A post and a term may have one name.
        again = titles.setdefault((root.get("lang"), title, "posts/" in path), path)
        assert again == path


def test_every_page_has_an_open_graph_title_type_and_address(site: Built) -> None:
    for path, root in site.pages.items():
        found = meta(root)
        for key in ("og:title", "og:type", "og:url", "og:site_name", "twitter:card"):
            assert len(found[key]) == 1, (path, key)
        assert site.file(found["og:url"][0]) == path
        kind = "article" if linked(root) else "website"
        assert found["og:type"] == [kind], path


def linked(root: Any) -> bool:
    return any(it.get("type") == "application/ld+json" for it in root.iter("script"))


def test_every_picture_and_feed_named_in_a_head_is_there(site: Built) -> None:
    seen = 0
    for root in site.pages.values():
        for address in meta(root).get("og:image", []):
            assert site.file(address), address
            seen += 1
        for it in root.iter("link"):
            if it.get("type") in ("application/atom+xml", "application/feed+json"):
                assert it.get("title")
    assert seen


# --- A post


def test_a_post_shows_social_sites_its_title_summary_picture_and_dates(rich: Built) -> None:
    found = meta(rich.page("posts/full/index.html"))
    assert found["og:title"] == ["Fish & <chips>"]
    assert found["og:description"] == found["description"] == ['How "it" began.']
    assert found["og:image"] == [f"{URL}posts/full/net.png"]
    assert (found["og:image:width"], found["og:image:height"]) == (["40"], ["30"])
    assert found["twitter:card"] == ["summary_large_image"]
    assert found["article:published_time"] == ["2026-03-05T10:00:00+01:00"]
    assert found["article:modified_time"] == ["2026-03-07T08:30:00+01:00"]
    assert found["article:tag"] == ["Rete", "C++"]
    assert found["author"] == ["Ada Byron"]
    assert meta(rich.page("posts/nets/index.html"))["twitter:card"] == ["summary"]


def test_a_posts_linked_data_says_what_it_is(rich: Built) -> None:
    found = linked_data(rich.page("posts/full/index.html"))
    assert found["@context"] == "https://schema.org"
    assert found["@type"] == "BlogPosting"
    assert found["headline"] == "Fish & <chips>"
    assert found["url"] == found["mainEntityOfPage"] == f"{URL}posts/full/"
    assert found["datePublished"] == "2026-03-05T10:00:00+01:00"
    assert found["dateModified"] == "2026-03-07T08:30:00+01:00"
    assert found["author"] == [{"@type": "Person", "name": "Ada Byron", "url": "https://ada.example/"}]
    assert found["image"] == f"{URL}posts/full/net.png"
    assert found["license"] == "https://creativecommons.org/licenses/by/4.0/"
    assert found["keywords"] == ["Rete", "C++"]
    assert found["inLanguage"] == "en"
    assert found["publisher"]["name"] == "Notes & queries"


def test_linked_data_counts_the_comments(rich: Built) -> None:
    assert linked_data(rich.page("posts/nets/index.html"))["commentCount"] == 1
    assert linked_data(rich.page("it/posts/full/index.html"))["commentCount"] == 3
    assert linked_data(rich.page("posts/ropes/index.html"))["commentCount"] == 0


def test_a_page_that_is_no_post_is_a_web_page_without_dates(rich: Built) -> None:
    found = linked_data(rich.page("about/index.html"))
    assert found["@type"] == "WebPage"
    assert "datePublished" not in found


def test_a_title_cannot_leave_the_script_it_stands_in(rich: Built) -> None:
    text = rich.texts["posts/full/index.html"]
    inside = text.partition('<script type="application/ld+json">')[2].partition("</script>")[0]
    assert not set(inside) & set("<>&")


def test_every_post_of_the_demo_has_linked_data_that_agrees_with_its_page(demo: Built) -> None:
    seen = 0
    for path, root in demo.pages.items():
        if "posts/" in path:
            found = linked_data(root)
            seen += 1
            assert demo.file(found["url"]) == path
            assert found["inLanguage"] == root.get("lang")
            assert found["headline"] == "".join(only(root, "h1").itertext())
            assert found["author"][0]["name"]
    assert seen >= 20


# --- Languages


def test_versions_in_other_languages_name_each_other_themselves_and_a_default(site: Built) -> None:
    many = {path: hreflangs(root) for path, root in site.pages.items() if hreflangs(root)}
    assert len(many) >= 6
    for path, versions in many.items():
        lang = site.page(path).get("lang")
        assert site.file(versions[lang]) == path
        assert versions["x-default"] == versions["en"]
        for other, url in versions.items():
            target = site.file(url)
            assert target is not None
            assert hreflangs(site.page(target)) == versions
            if other != "x-default":
                assert site.page(target).get("lang") == other


def test_a_post_in_one_language_has_no_versions(rich: Built) -> None:
    assert hreflangs(rich.page("posts/nets/index.html")) == {}


def test_further_pages_of_the_home_listing_have_no_versions(rich: Built) -> None:
    assert hreflangs(rich.page("page/2/index.html")) == {}
    assert set(hreflangs(rich.page("index.html"))) == {"en", "it", "ar", "x-default"}


def test_every_page_is_in_its_language_and_direction(site: Built) -> None:
    for path, root in site.pages.items():
        first = path.split("/")[0]
        lang = first if first in ("it", "ar") else "en"
        assert root.get("lang") == lang, path
        assert root.get("dir") == ("rtl" if lang == "ar" else "ltr"), path
