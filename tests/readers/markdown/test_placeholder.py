"""Placeholders become URLs."""

from __future__ import annotations

import pytest

from netblog.model.placeholder import resolve


def test_each_placeholder_becomes_its_target() -> None:
    html = '<a href="\x021\x03">a</a> <img src="\x020\x03"> <a href="\x021\x03">'
    assert resolve(html, ["/i.png", "/a/"]) == '<a href="/a/">a</a> <img src="/i.png"> <a href="/a/">'


def test_targets_are_escaped_for_the_attribute_they_stand_in() -> None:
    assert resolve('"\x020\x03"', ["/a?b=c&d=\"e\"<f>'"]) == '"/a?b=c&amp;d=&quot;e&quot;&lt;f&gt;&#x27;"'


def test_html_without_placeholders_is_left_alone() -> None:
    assert resolve("<p>a</p>", []) == "<p>a</p>"


def test_numbers_of_more_than_one_digit_are_read_whole() -> None:
    assert resolve("\x0212\x03", [str(number) for number in range(13)]) == "12"


def test_a_missing_target_is_a_programmer_s_error() -> None:
    with pytest.raises(IndexError):
        resolve("\x020\x03", [])
