"""Highlighted code: the same text, in colours that can be read."""

from __future__ import annotations

import re
from html import unescape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pygments.lexers import PythonLexer

from netblog.readers.markdown import highlight as module
from netblog.readers.markdown import highlight_css
from netblog.readers.markdown.highlight import highlight, is_known, language_of, nearest
from netblog.readers.markdown.stylesheet import CONTRAST, contrast


def palettes() -> dict[str, dict[str, str]]:
    """The custom properties of the sheet, by the selector they are set for."""
    found = re.findall(r"(:root[^{}]*)\{([^{}]*)\}", highlight_css())
    return {selector: dict(re.findall(r"(--[\w-]+):#([0-9a-f]{6})", body)) for selector, body in found}


def test_every_colour_has_enough_contrast_with_its_background_by_day_and_by_night() -> None:
    for palette in palettes().values():
        background = palette["--code-bg"]
        low = {name: colour for name, colour in palette.items() if name != "--code-bg"}
        assert len(low) > 20
        assert [name for name, colour in low.items() if contrast(colour, background) < CONTRAST] == []


def test_the_dark_colours_hold_by_preference_and_by_choice_and_define_the_same_names() -> None:
    sheets = palettes()
    light, by_preference, by_choice = (
        sheets[":root"], sheets[':root:not([data-theme="light"])'], sheets[':root[data-theme="dark"]']
    )  # fmt: skip
    assert by_preference == by_choice
    assert light.keys() == by_choice.keys()
    assert light != by_choice
    assert "@media (prefers-color-scheme: dark){:root:not" in highlight_css()
    assert set(re.findall(r"var\((--[\w-]+)\)", highlight_css())) == light.keys()


def test_contrast_is_what_wcag_says() -> None:
    assert contrast("000000", "ffffff") == pytest.approx(21)
    assert contrast("777777", "ffffff") == pytest.approx(4.48, abs=0.005)
    assert contrast("ffffff", "777777") == contrast("777777", "ffffff")


def test_every_class_in_the_html_is_in_the_sheet_or_has_the_colour_of_plain_text() -> None:
    html = highlight("@a\nclass B(C):\n    '''d'''\n    x: int = 1.5  # e\n", "python")
    assert html is not None
    classes = set(re.findall('class="([^"]*)"', html))
    assert {"nd", "k", "nc", "c1"} <= classes
    assert {name for name in classes if f".highlight .{name}" not in highlight_css()} <= {"nb"}


@settings(max_examples=100, deadline=None)
@given(
    st.text(alphabet="ab1 \n\t\"'<>&#@()[]{}=:;/\\é\ufeff", max_size=60),
    st.sampled_from(["python", "html", "c", "yml"]),
)
def test_the_text_stays_the_same_to_the_letter(code: str, language: str) -> None:
    html = highlight(code, language)
    if html is not None:
        assert unescape(re.sub("<[^>]*>", "", html)) == code


def test_most_code_is_highlighted() -> None:
    for code in ("x = 1\n", "\n\nx = 1\n\n", "  indented", "a\tb\n"):
        assert highlight(code, "python") is not None


def test_a_lexer_that_fails_costs_only_the_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        def get_tokens(self, text: str) -> object:
            raise RuntimeError("lost")

    monkeypatch.setattr(module, "_lexer", lambda language: Broken())
    assert highlight("x = 'a lexer that fails'", "python") is None


def test_a_lexer_that_loses_text_costs_only_the_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_lexer", lambda language: PythonLexer(stripall=True))
    assert highlight("   x = 'a lexer that loses text'   ", "python") is None


def test_data_too_large_to_be_code_is_not_highlighted() -> None:
    assert highlight("x = 1\n" * 40_000, "python") is None


@pytest.mark.parametrize(
    ("info", "language"),
    [
        ("", ""),
        ("python", "python"),
        ("  Python  ", "python"),
        ("python title=x", "python"),
        ("python {hl_lines=[1,2]}", "python"),
        ("python{1,3}", "python"),
        ("rust,linenos", "rust"),
        ("lang:js", "js"),
        ("js:app.js", "js"),
        ("{.python}", "python"),
        ("{ #id .python .x }", "python"),
        ("{#id}", ""),
        ("{", ""),
        ("c++", "c++"),
        ("c#", "c#"),
    ],
)
def test_the_language_is_found_in_the_info_strings_of_many_programs(info: str, language: str) -> None:
    assert language_of(info) == language


def test_known_languages_and_words_for_none_are_no_cause_for_a_warning() -> None:
    assert all(map(is_known, ("", "text", "plain", "none", "mermaid", "math", "python", "c++", "yml", "sh")))
    assert not any(map(is_known, ("pyhton", "javascrpt", "*", "a b", "../x")))


def test_the_nearest_language_is_suggested() -> None:
    assert nearest("pyhton") == "python"
    assert nearest("javascrpt") == "javascript"
    assert nearest("qqqqqqqq") is None
