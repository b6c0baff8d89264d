"""Bytes into text with the editor's line numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netblog.errors import ContentError, Problem
from netblog.readers.source import read_source


def refusal(data: bytes) -> tuple[int | None, int | None, str, str | None]:
    with pytest.raises(ContentError) as caught:
        read_source(data, "post.md")
    (problem,) = caught.value.problems
    assert problem.path == "post.md"
    return problem.line, problem.column, problem.message, problem.hint


def test_plain_text_comes_through() -> None:
    source = read_source("città\n\tx\n".encode(), "post.md")
    assert (source.text, source.path, source.problems) == ("città\n\tx\n", "post.md", ())


def test_the_byte_order_mark_goes_and_line_ends_become_lf() -> None:
    assert read_source(b"\xef\xbb\xbfa\r\nb\rc\nd\r\n\r\n", "x").text == "a\nb\nc\nd\n\n"


def test_an_empty_file_is_empty_text() -> None:
    assert read_source(b"", "x").text == "" == read_source(b"\xef\xbb\xbf", "x").text


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("utf-16", "UTF-16"),
        ("utf-16-le", "UTF-16"),
        ("utf-16-be", "UTF-16"),
        ("utf-32", "UTF-32"),
        ("utf-32-le", "UTF-32"),
        ("utf-32-be", "UTF-32"),
    ],
)
def test_wide_encodings_are_named(encoding: str, name: str) -> None:
    expected = (1, 1, f"the file is encoded as {name}, not UTF-8", "save the file as UTF-8")
    assert refusal("---\ntitle: Fare rete\n---\nUna frase.\n".encode(encoding)) == expected


def test_windows_1252_is_guessed_with_line_and_column() -> None:
    message = "the byte 0xE0 is not UTF-8 (the file looks like Windows-1252)"
    assert refusal(b"one\r\ntwo\r\ncitt\xe0\r\n") == (3, 5, message, "save the file as UTF-8")


def test_another_encoding_is_not_guessed_at_random() -> None:
    message = "the byte 0x81 is not UTF-8 (the file is in some other encoding)"
    assert refusal(b"a\n\x81\x8d\n") == (2, 1, message, "save the file as UTF-8")


def test_one_damaged_character_is_told_from_a_wrong_encoding() -> None:
    message = "the byte 0xE8 is not UTF-8 (this one character is damaged: the rest of the file is UTF-8)"
    assert refusal("àèìòù\nperch".encode() + b"\xe8\n") == (2, 6, message, "write the character again")


def test_a_file_cut_inside_a_character_is_told() -> None:
    message = "the file ends in the middle of a UTF-8 character"
    assert refusal("così".encode()[:-1]) == (1, 4, message, "it may have been cut short: restore it")


def test_a_nul_byte_is_refused() -> None:
    hint = "remove it, or save the file as UTF-8"
    assert refusal(b"one\r\n\tt\0wo\n") == (2, 3, "the file holds a NUL byte", hint)


def test_control_characters_are_replaced_with_one_warning() -> None:
    source = read_source(b"one\ntw\x02o\x03\x0c\x1b\ta\n", "post.md")
    assert source.text == "one\ntw\ufffdo\ufffd\ufffd\ufffd\ta\n"
    assert source.problems == (
        Problem(
            "the control character U+0002 is replaced by U+FFFD, and so are 3 more",
            "post.md",
            2,
            3,
            "remove it: no browser can show it",
            "tw\ufffdo\ufffd\ufffd\ufffd\ta",
            "warning",
            "control-character",
        ),
    )


CONFLICT = "<<<<<<< HEAD\nours\n=======\ntheirs\n>>>>>>> branch\n"


def test_a_merge_conflict_is_refused() -> None:
    message = "a merge conflict is left in the file (it ends on line 7)"
    hint = "keep one side and delete the lines of <, = and >"
    assert refusal(b"---\ntitle: x\n" + CONFLICT.encode() + b"---\n") == (3, 1, message, hint)


def test_every_merge_conflict_is_listed() -> None:
    with pytest.raises(ContentError) as caught:
        with_base = CONFLICT.replace("=======", "||||||| base\nx\n=======")
        read_source(f"{CONFLICT}\ntext\n{with_base}".encode(), "x")
    assert [problem.line for problem in caught.value.problems] == [1, 8]


def test_thousands_of_conflicts_are_cut_short() -> None:
    with pytest.raises(ContentError) as caught:
        read_source(CONFLICT.encode() * 20_000, "x")
    assert len(caught.value.problems) == 20


def test_a_conflict_around_a_code_fence_is_a_conflict() -> None:
    text = "<<<<<<< a\n```py\nx\n=======\n```rs\ny\n>>>>>>> b\n```\n"
    assert refusal(text.encode())[0] == 1


@pytest.mark.parametrize(
    "text",
    [
        f"```\n{CONFLICT}```\n",
        f"~~~~ diff\n```\n~~~\n{CONFLICT}~~~~\n",
        f"````\n```\n{CONFLICT}````\n",
        CONFLICT.replace("=======\n", ""),
        CONFLICT.replace(">>>>>>> branch\n", ""),
        CONFLICT.replace("<<<<<<< HEAD\n", ""),
        "A heading\n=======\n",
        "    " + CONFLICT.replace("\n", "\n    "),
        "<<<<<<<<<< more than seven\n=======\n>>>>>>>>>>\n",
    ],
)
def test_what_only_resembles_a_conflict_is_text(text: str) -> None:
    assert read_source(text.encode(), "x").text == text


def test_text_after_a_closed_fence_is_looked_at_again() -> None:
    assert refusal(f"```\ncode\n```\n{CONFLICT}".encode())[0] == 4
    assert refusal(f"``` not`a fence\n{CONFLICT}".encode())[0] == 2


@given(st.binary(max_size=80))
def test_no_bytes_end_in_a_traceback_and_placeholders_never_survive(data: bytes) -> None:
    try:
        text = read_source(data, "x").text
    except ContentError as error:
        assert all(problem.line and problem.column for problem in error.problems)
    else:
        assert not any(ord(char) < 32 and char not in "\t\n" for char in text)


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=60))
def test_ordinary_text_is_not_changed(text: str) -> None:
    text = text.lstrip("\ufeff")
    assert read_source(text.encode(), "x").text == text
