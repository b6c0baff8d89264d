"""Slugs, permalinks, files and relative links."""

from __future__ import annotations

import unicodedata
from datetime import date
from pathlib import PurePosixPath
from urllib.parse import urlsplit

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from netblog.model.urls import (
    SLUG_BYTES,
    Target,
    absolute,
    decode_url,
    encode_url,
    join_base,
    normal_permalink,
    output_path,
    permalink,
    resolve_source,
    site_base,
    slugify,
)

ANY = st.text(st.characters(codec=None, exclude_categories=()), max_size=60)
TRICKY = st.text("aAbİſßΣς日本ö\u0301\u200d\ufe0f .+#-_/\\%?\x00~'&0²½️e", max_size=30)


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("Fare rete", "fare-rete"),
        ("  Hello,   World!  ", "hello-world"),
        ("C", "c"),
        ("C++", "c-plus-plus"),
        ("C#", "c-sharp"),
        ("F# and C#/.NET", "f-sharp-and-c-sharp-dot-net"),
        ("C++11", "c-plus-plus-11"),
        ("Notepad++", "notepad-plus-plus"),
        ("Disney+", "disney-plus"),
        ("1 + 1", "1-1"),
        ("#hashtag", "hashtag"),
        ("Issue #5", "issue-5"),
        (".NET", "dot-net"),
        ("ASP.NET", "asp.net"),
        ("node.js", "node.js"),
        ("and so on... then", "and-so-on-then"),
        ("R&D", "r-d"),
        ("L'arte della città", "l-arte-della-città"),
        ("日本語 テスト", "日本語-テスト"),
        ("Größe", "größe"),
        ("Gro\u0308ße", "größe"),
        ("עברית", "עברית"),
        ("हिन्दी में", "हिन्दी-में"),
        ("İstanbul", "istanbul"),
        ("snake_case", "snake_case"),
        ("__init__", "init"),
        ("../../etc/passwd", "etc-passwd"),
        ("..", "u2e-u2e"),
        ("a/b\\c%d?e#f", "a-b-c-d-e-f"),
        ("a\x00b\nc", "a-b-c"),
        ("🎉", "u1f389"),
        ("❤️ love", "love"),
        ("soft\u00adhyphen", "softhyphen"),
        ("\u3164", "u3164"),
        ("con", "x-con"),
        ("Aux.js", "x-aux.js"),
        ("LPT¹", "x-lpt¹"),
        ("console", "console"),
        ("", "n-a"),
        ("   ", "n-a"),
        ("\ud800", "ud800"),
    ],
)
def test_a_slug_keeps_letters_and_tells_names_apart(text: str, slug: str) -> None:
    assert slugify(text) == slug


def test_c_and_its_descendants_have_three_slugs() -> None:
    assert len({slugify("C"), slugify("C++"), slugify("C#")}) == 3


def test_a_long_slug_is_cut_between_characters() -> None:
    slug = slugify("日本" * 100)
    assert slug == ("日本" * 20)
    assert len(slug.encode()) == SLUG_BYTES


def test_a_long_slug_is_not_cut_between_a_letter_and_its_marks() -> None:
    text = "a" * (SLUG_BYTES - 2) + "q\u0323\u0307"
    assert slugify(text) == "a" * (SLUG_BYTES - 2)


def test_a_letter_under_a_hundred_marks_still_has_a_slug() -> None:
    slug = slugify("z" + "\u0335" * 500)
    assert slug.startswith("z")
    assert len(slug.encode()) <= SLUG_BYTES


@given(ANY | TRICKY)
def test_a_slug_is_a_safe_part_of_a_path(text: str) -> None:
    slug = slugify(text)
    assert slug
    assert not set(slug) & set("/\\\0%?#+ ")
    assert slug[0] not in ".-_" and slug[-1] not in ".-_"
    assert ".." not in slug and "--" not in slug
    assert len(slug.encode()) <= SLUG_BYTES
    assert unicodedata.is_normalized("NFC", slug)
    assert output_path(f"/{slug}/") == f"{slug}/index.html"


@given(ANY | TRICKY)
def test_a_slug_is_its_own_slug(text: str) -> None:
    assert slugify(slugify(text)) == slugify(text)


@given(TRICKY)
def test_composed_and_decomposed_text_have_one_slug(text: str) -> None:
    assert slugify(unicodedata.normalize("NFD", text)) == slugify(unicodedata.normalize("NFC", text))


@given(st.text())
def test_decoding_undoes_encoding(text: str) -> None:
    path = unicodedata.normalize("NFC", text)
    assert decode_url(encode_url(path)) == path


@given(st.text())
def test_an_encoded_path_is_one_for_rfc_3986(text: str) -> None:
    url = encode_url("/" + text.lstrip("/"))
    assert url.isascii()
    assert urlsplit(url)[:2] == ("", "") and urlsplit(url).path == url


def test_encoding_leaves_what_a_path_may_hold_but_not_plus() -> None:
    assert encode_url("/città/a+b (1)&c;d=e/~x:@y%") == "/citt%C3%A0/a%2Bb%20(1)&c;d=e/~x:@y%25"
    assert encode_url("/\ud800") == "/%3F"
    assert decode_url("/a%CC%80/%FF") == "/à/\ufffd"


@pytest.mark.parametrize(
    ("path", "file"),
    [
        ("/", "index.html"),
        ("/posts/x/", "posts/x/index.html"),
        ("/feed.xml", "feed.xml"),
        ("/CNAME", "CNAME"),
        ("posts/x/", "posts/x/index.html"),
        ("/node.js/", "node.js/index.html"),
        ("/a:b/c", "a:b/c"),
        ("/...", "..."),
    ],
)
def test_a_path_names_one_file(path: str, file: str) -> None:
    assert output_path(path) == file


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("", "is empty"),
        ("/../x", "leaves the output folder"),
        ("/a/..", "leaves the output folder"),
        ("..", "leaves the output folder"),
        ("/a/./b", "only a dot"),
        ("//evil.example/x", "empty part"),
        ("/a//b", "empty part"),
        ("/a\\b", "a backslash"),
        ("/a\x00", "U\\+0000"),
        ("/a\x85b", "U\\+0085"),
        ("/a\ud800", "U\\+D800"),
        ("https:x", "not a path on this site"),
        ("C:x", "not a path on this site"),
    ],
)
def test_a_path_that_could_leave_the_folder_is_refused(path: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        output_path(path)


@given(st.text("ab./\\:%é\x00\n ", max_size=20))
def test_no_output_ever_leaves_the_folder(path: str) -> None:
    try:
        file = output_path(path)
    except ValueError:
        return
    parts = PurePosixPath("public", file).parts
    assert parts[0] == "public" and len(parts) > 1
    assert not {"..", ".", "/"} & set(parts)
    assert not file.startswith("/") and not file.endswith("/")


def test_a_pattern_makes_a_permalink() -> None:
    def made(pattern: str, *, section: str = "travel") -> str:
        return permalink(pattern, date=date(2016, 3, 4), slug="node.js", name="Fare", section=section)

    assert made("/posts/{slug}/") == "/posts/node.js/"
    assert made("{year}/{month}/{day}/{slug}") == "/2016/03/04/node.js/"
    assert made("/{section}/{name}.html") == "/travel/Fare.html"
    assert made("/{section}/{name}/", section="") == "/Fare/"
    assert made("/") == "/"


def test_a_wrong_pattern_is_refused_with_the_nearest_field() -> None:
    def made(pattern: str, day: date | None = None) -> str:
        return permalink(pattern, date=day, slug="x", name="x", section="")

    with pytest.raises(ValueError, match=r"unknown field \{slugs\}: did you mean \{slug\}\?"):
        made("/{slugs}/")
    with pytest.raises(ValueError, match=r"unknown field \{zzz\}: there are \{year\}, \{month\}"):
        made("/{zzz}/")
    for pattern in ("/{slug/", "/slug}/", "/{slug}}/"):
        with pytest.raises(ValueError, match="brace without its partner"):
            made(pattern)
    with pytest.raises(ValueError, match="needs a date"):
        made("/{year}/{slug}/")
    with pytest.raises(ValueError, match="leaves the output folder"):
        made("/../{slug}/")


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ("/about/", "/about/"),
        ("about", "/about/"),
        ("/about.html", "/about.html"),
        ("/2016/post.PHP", "/2016/post.PHP"),
        ("/v1.2", "/v1.2/"),
        ("/citta%CC%80/", "/città/"),
        ("/old/index.html", "/old/"),
        (" / ", "/"),
        ("https://example.com/blog/old/", "/old/"),
        ("http://WWW.example.com/blog/old", "/old/"),
        ("https://example.com/blog/", "/"),
        ("//example.com/blog/x/", "/x/"),
    ],
)
def test_a_permalink_in_front_matter_is_read_kindly(value: str, path: str) -> None:
    assert normal_permalink(value, "https://example.com/blog/") == path


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (" ", "is empty"),
        ("https://other.example/x/", "is not on this site"),
        ("//other.example/x/", "is not on this site"),
        ("ftp://example.com/blog/x/", "is not on this site"),
        ("mailto:x@example.com", "is not on this site"),
        ("javascript:alert(1)", "is not on this site"),
        ("http://[::1/x", "is not a URL"),
        ("https://example.com/x/", "is not below https://example.com/blog/"),
        ("/?p=12", "has a query"),
        ("/x/#part", "has a fragment"),
        ("/../x/", "leaves the output folder"),
        ("%2e%2e/x", "leaves the output folder"),
        ("/a%00b/", "U\\+0000"),
        ("/a%5Cb/", "a backslash"),
    ],
)
def test_a_permalink_that_cannot_be_is_refused(value: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        normal_permalink(value, "https://example.com/blog/")


@given(st.text("aé./%2e\\:?#", max_size=15))
def test_a_normal_permalink_is_normal(value: str) -> None:
    try:
        path = normal_permalink(value)
    except ValueError:
        return
    assert path.startswith("/")
    assert not output_path(path).startswith("/")
    assume("%" not in path and "?" not in path and "#" not in path)
    assert normal_permalink(path) == path


def test_the_base_of_a_site_is_joined_once() -> None:
    assert site_base("https://example.com/") == "/"
    assert site_base("https://example.com") == "/"
    assert site_base("https://example.com/my%20blog/") == "/my blog/"
    assert join_base("/", "/x/") == "/x/"
    assert join_base("/blog/", "/x/") == "/blog/x/"
    assert join_base("/blog/", "/") == "/blog/"


def test_absolute_urls_are_encoded_once() -> None:
    assert (
        absolute("https://example.com/my%20blog/", "/città/") == "https://example.com/my%20blog/citt%C3%A0/"
    )
    assert absolute("https://example.com", "/") == "https://example.com/"


@pytest.mark.parametrize(
    ("href", "target"),
    [
        ("../other.md#part", Target("posts/other.md", "part")),
        ("pic%20one.jpg", Target("posts/a/pic one.jpg")),
        ("./x/../y.md?a=%20#b%20c", Target("posts/a/y.md", "b c", "a=%20")),
        ("#part", Target("posts/a/index.md", "part")),
        ("?x", Target("posts/a/index.md", "", "x")),
        ("", Target("posts/a/index.md")),
        ("../../pages/about/", Target("pages/about")),
        ("cafe\u0301.md", Target("posts/a/café.md")),
        ("a%23b.md", Target("posts/a/a#b.md")),
        ("../../", Target("")),
    ],
)
def test_a_relative_link_points_at_a_content_file(href: str, target: Target) -> None:
    assert resolve_source("posts/a/index.md", href) == (target, "")


@pytest.mark.parametrize(
    ("href", "words"),
    [
        ("../../../secret.md", "leads out of content/"),
        ("%2e%2e/%2e%2e/%2e%2e/x", "leads out of content/"),
        ("a/../../../../posts/a.md", "leads out of content/"),
        ("https://example.com/", "is not a relative link"),
        ("mailto:x@example.com", "is not a relative link"),
        ("/about/", "starts at the site's root"),
        ("//example.com/", "starts at the site's root"),
        ("pics\\a.jpg", "holds a backslash: write /"),
        ("a%00.md", "U+0000"),
    ],
)
def test_a_link_out_of_the_content_is_refused_with_a_reason(href: str, words: str) -> None:
    target, why = resolve_source("posts/a/index.md", href)
    assert target is None
    assert words in why


@given(st.text("ab./%2e#?\\:", max_size=24))
def test_no_link_ever_leads_out_of_the_content(href: str) -> None:
    target, why = resolve_source("posts/a/index.md", href)
    assert (target is None) == bool(why)
    if target is not None:
        assert ".." not in target.path.split("/") and not target.path.startswith("/")
