"""Raw HTML: found, checked and closed without being parsed."""

from __future__ import annotations

from itertools import pairwise

import pytest

from netblog.readers.markdown.rawhtml import (
    balance,
    complete,
    ids,
    plain,
    rewrite_links,
    tags,
    unbalanced,
    without_ids,
)


def upper(url: str, image: bool) -> str | None:
    return None if "keep" in url else url.upper() + ("!" if image else "")


@pytest.mark.parametrize(
    ("html", "rewritten"),
    [
        ('<a href="x">', '<a href="X">'),
        ("<a href='x&amp;y'>", '<a href="X&amp;Y">'),
        ("<a class=b href=x>", '<a class=b href="X">'),
        ("<A\n HREF = x >", '<A\n href="X" >'),
        ("<a href=keep>", "<a href=keep>"),
        ("<a data-href=x hreflang=en>", "<a data-href=x hreflang=en>"),
        ("<img alt='>' src=x>", '<img alt=\'>\' src="X!">'),
        ("<video src=x poster=y>", '<video src="X" poster="Y!">'),
        ('<img srcset="a.png 1x, keep.png 2x,b.png 3x">', '<img srcset="A.PNG! 1x, keep.png 2x,b.png 3x">'),
        ("<!-- <a href=x> -->", "<!-- <a href=x> -->"),
        ("<!-- <a href=x>", "<!-- <a href=x>"),
        ("<style>'<a href=x>'</style><a href=y>", "<style>'<a href=x>'</style><a href=\"Y\">"),
        ("<script src=x>'<a href=y>'", "<script src=\"X\">'<a href=y>'"),
        ("a < b <a href=x", "a < b <a href=x"),
        ("<a <b href=x>", '<a <b href="X">'),
    ],
)
def test_links_in_tags_are_rewritten_and_all_else_is_copied(html: str, rewritten: str) -> None:
    assert rewrite_links(html, upper) == rewritten


def test_ids_are_found_and_taken_out() -> None:
    html = '<i id="a" class=b> <a name=c> <i name=d id=\'e\'> </i id=f> <!-- <i id=g> -->'
    assert [ident for ident, _ in ids(html)] == ["a", "c", "e"]
    assert without_ids(html) == "<i class=b> <a> <i name=d> </i> <!-- <i id=g> -->"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>a &amp; <b>b</b>c</p><p>d</p>", "a & bc d"),
        ("a<br>b", "a b"),
        ("<script>x < y</script>z", "z"),
        ("a <!-- b --> c", "a c"),
        ("a <!-- b", "a"),
        ("<!doctype html><?x y?>a", "a"),
        ("1 < 2", "1 < 2"),
    ],
)
def test_the_text_of_html_is_plain(html: str, text: str) -> None:
    assert plain(html) == text


@pytest.mark.parametrize(
    ("parts", "wrong"),
    [
        (["<div>", "</div>"], []),
        (["<p>a<p>b", "<li>", "<br>", "<hr/>", "<svg><path/></svg>"], []),
        (["<div>"], ["<div>"]),
        (["</div>"], ["</div>"]),
        (["<b><i>", "</b></i>"], ["<i>", "</i>"]),
        (["<div/>"], ["<div>"]),
        (["<b>", "<div>", "<i>", "</div>"], ["<b>", "<i>"]),
    ],
)
def test_tags_without_partners_are_found(parts: list[str], wrong: list[str]) -> None:
    assert [found.tag for found in unbalanced(parts)] == wrong


def test_a_tag_without_a_partner_is_found_where_it_is() -> None:
    (found,) = unbalanced(["<b></b>", "a\n <i>"])
    assert (found.part, found.offset) == (1, 3)


@pytest.mark.parametrize(
    ("html", "balanced"),
    [
        ("<p>a", "<p>a</p>"),
        ("<p>a</b></p>", "<p>a</p>"),
        ("<b><i>a</b>c", "<b><i>a</i></b>c"),
        ("<p>a<p>b", "<p>a</p><p>b</p>"),
        ("<ul><li>a<li>b", "<ul><li>a</li><li>b</li></ul>"),
        ("<br><img>", "<br><img>"),
        ("1 < 2 > 1", "1 < 2 > 1"),
        ("<svg><path/></svg>", "<svg><path/></svg>"),
    ],
)
def test_a_piece_of_html_can_be_made_to_stand_alone(html: str, balanced: str) -> None:
    assert balance(html) == balanced


@pytest.mark.parametrize(
    ("html", "whole"),
    [
        ("a <b", "a "),
        ("a <b c='", "a "),
        ("<i>a</i> </i", "<i>a</i> "),
        ("a <!-- b <i>", "a "),
        ("a <!-- b --> c", "a <!-- b --> c"),
        ("a <!x", "a "),
        ("1 < 2", "1 < 2"),
        ("<b>a</b>", "<b>a</b>"),
    ],
)
def test_a_tag_that_is_cut_off_is_left_out(html: str, whole: str) -> None:
    assert complete(html) == whole


def test_a_scan_ends_on_any_rubbish() -> None:
    rubbish = "<a <b c='d\" <!-- <script <>/></ =\"'<x y=z/ "
    for start in range(len(rubbish)):
        for end in range(start, len(rubbish)):
            found = list(tags(rubbish[start:end]))
            assert all(one.end <= other.start for one, other in pairwise(found))
