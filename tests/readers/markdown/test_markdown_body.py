"""What a body says of itself beside its HTML."""

from __future__ import annotations

from typing import Any

import pytest

from netblog.errors import Problem
from netblog.model.config import Markdown
from netblog.model.post import Body, Heading, Link
from netblog.readers.markdown import MarkdownReader, Rendered

READER = MarkdownReader(Markdown())


def render(text: str, *, first_line: int = 1, prefix: str = "p", **options: Any) -> Rendered:
    reader = MarkdownReader(Markdown(**options)) if options else READER
    return reader.render(text, path="posts/x.md", first_line=first_line, prefix=prefix)


def body(text: str, **options: Any) -> Body:
    return render(text, **options).body


def test_local_links_are_placeholders_and_others_are_not() -> None:
    made = body("[a](b.md) [c](/d/) [e](#f) ![g](h.png) [i](https://x.org) [j](//x.org) [k](?l) [m]()")
    assert made.links == (Link("b.md", 1), Link("/d/", 1), Link("#f", 1), Link("h.png", 1, True))
    assert '<a href="\x020\x03">' in made.html
    assert '<img src="\x023\x03" alt="g">' in made.html
    assert made.html.count("\x02") == 4


def test_a_link_has_the_line_of_the_file_it_is_written_on() -> None:
    text = "One [a](a.md)\ntwo [b](b.md)\n[a](a.md)\n\n> - x\n>   ![c](c.png)\n\n"
    text += "| [d](d.md) |\n|---|\n| [e](e.md) |\n"
    text += "\n> [!NOTE]\n> [f](f.md)\n\n<p>\n<a href=g.md></p>\n\nx\n\n# [h](h.md)\n"
    lines = {(link.href, link.line) for link in body(text, first_line=11).links}
    assert lines == {
        ("a.md", 11), ("b.md", 12), ("a.md", 13), ("c.png", 16), ("d.md", 18), ("e.md", 20), ("f.md", 23),
        ("g.md", 25), ("h.md", 30),
    }  # fmt: skip


def test_a_link_by_reference_has_the_line_of_its_block() -> None:
    assert body("x\n\n[a]\n\n[a]: b.md\n").links == (Link("b.md", 3),)


def test_the_excerpt_has_the_placeholders_of_the_body() -> None:
    made = body("[a](a.md) ![b](b.png)\n\n<!--more-->\n\n[c](c.md)\n")
    assert len(made.links) == 3
    assert made.excerpt == '<p><a href="\x020\x03">a</a> <img src="\x021\x03" alt="b"></p>'


def test_control_characters_of_the_source_never_look_like_placeholders() -> None:
    made = render("a\x020\x03 `\x020\x03` <i title='\x020\x03'>\n\n```\n\x020\x03\n```\n\0")
    assert not set(made.body.html + made.text) & set("\x00\x02\x03")


def test_the_first_image_is_known_when_it_is_local() -> None:
    assert body("[a](b.md) ![c](d.png) ![e](f.png)").first_image == 1
    assert body("![c](https://x.org/d.png) ![e](f.png)").first_image is None
    assert body("<img src='a.png'> ![e](f.png)").first_image == 0
    assert body("[a](b.md)").first_image is None


def test_headings_come_in_order_with_their_text_and_safe_html() -> None:
    text = "# A *b* `c<`\n\n## [d](e.md)[^1] <i id=x>f</i> ![g](h.png)\n\n> ### Quoted\n\n#### Deep\n"
    made = body(text + "\n[^1]: n\n")
    assert made.headings == (
        Heading(1, "a-b-c", "A b c<", "A <em>b</em> <code>c&lt;</code>"),
        Heading(2, "d-f", "d f", "d f g"),
        Heading(3, "quoted", "Quoted", "Quoted"),
    )


def test_the_contents_go_as_deep_as_the_option_says() -> None:
    text = "# A\n\n## B\n\n### C\n"
    assert [heading.id for heading in body(text, toc_depth=2).headings] == ["a", "b"]
    assert body(text, toc_depth=2).anchors == ("a", "b", "c")


def test_anchors_are_all_the_ids_there_are() -> None:
    text = "# A\n\n{#b}\nx[^1] `y`{#c}\n\n<div id='d'><a name=e></a></div>\n\n```py {#f}\n```\n"
    made = body(text + "\n[^1]: <i id=g>n</i>\n")
    assert made.anchors == ("a", "b", "c", "d", "e", "f", "fn-p-1", "fnref-p-1", "g")


@pytest.mark.parametrize(
    ("text", "lead"),
    [
        ("# Title\n\n![only](image.png)\n\nFirst *one*,\nthen `two`.\n\nMore.", "First one, then two."),
        ("> Quoted.\n\nPlain.", "Plain."),
        ("> Quoted.\n>\n> Again.", "Quoted."),
        ("- item\n- other", "item"),
        ("> [!NOTE]\n> Mind.\n\nText", "Text"),
        ("<p>Raw &amp; <b>bold</b></p>\n\nText", "Raw & bold"),
        ("<div>x</div>\n\nText[^1]\n\n[^1]: note", "Text"),
        ("![a](b.png)\n\n^[note]", ""),
        ("", ""),
    ],
)
def test_the_lead_is_the_first_paragraph_with_words(text: str, lead: str) -> None:
    assert body(text).lead == lead


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("One two\n\n- three\n\n| four |\n|---|\n| five |", 5),
        ("日本語です。", 5),
        ("中文 and English, 混合！", 6),
        ("안녕 세계", 2),
        ("a\n\n```\nb c d\n```", 1),
        ("<p>one two</p> <!-- three -->", 2),
        ("", 0),
    ],
)
def test_words_are_counted_in_running_text_and_chinese_by_the_character(text: str, words: int) -> None:
    assert body(text).words == words


def test_the_text_is_plain_and_has_code_and_footnotes() -> None:
    made = render("# A\n\n*b* [c](d) &amp; <i>e</i>[^1]\n\n> [!TIP]\n> f\n\n```\ng\n```\n\n[^1]: h\n")
    assert made.text == "A\nb c & e\nf\nh\ng"


def test_only_highlighted_code_has_languages() -> None:
    text = "```rust\n1\n```\n\n```Python\n1\n```\n\n```text\n1\n```\n\n```nope\n1\n```"
    assert body(text).languages == ("python", "rust")
    assert body("```rust\n1\n```", highlight=False).languages == ()


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("# One *two*\n\n# Three", "One two"),
        ("Text\n\n# One", "One"),
        ("## First\n\nText", "First"),
        ("{.wide}\n## First", "First"),
        ("Text\n\n## Later", None),
        ("## First\n\n# One", "First"),
        ("Text\n\n## Later\n\n# One", None),
        ("Text[^1]\n\n[^1]: # In a note", None),
        ("One\n===", "One"),
    ],
)
def test_the_title_is_a_first_heading_that_is_an_h1_or_begins_the_text(text: str, title: str | None) -> None:
    assert render(text).title == title


def test_a_problem_says_where_it_is_and_what_to_do() -> None:
    found = render("Text\n\n```pyhton\nx\n```\n", first_line=7).problems
    assert found == (
        Problem(
            "no highlighting for the language 'pyhton'",
            "posts/x.md",
            9,
            hint="did you mean 'python'?",
            source="```pyhton",
            severity="warning",
            code="language",
        ),
    )


def test_every_code_of_an_unknown_language_is_reported_once_even_when_it_is_in_the_excerpt() -> None:
    found = render("```nope\n```\n\n<!--more-->\n\n```nope\n```\n").problems
    assert [problem.line for problem in found] == [1, 6]


def test_problems_come_in_the_order_of_the_file() -> None:
    found = render("<b>\n\n[^1]\n\n```nope\n```\n\n{style=x}\ny\n\n[^2]: z\n").problems
    assert [problem.line for problem in found] == [1, 3, 5, 8, 11]


def test_nothing_of_one_body_shows_in_the_next() -> None:
    texts = [
        "# A {#a}\n\n[a]: b.md\n[^1]: note\n\n[a] [^1] ![x](y.png) 'q' <i>\n\n<!--more-->\n\n```nope\n```",
        "[a] [^1] ![x](y.png)\n\n# A\n",
        "> " * 80 + "x",
        "{.lost}",
    ]
    reader = MarkdownReader(Markdown())
    together = [reader.render(text, path="posts/x.md", first_line=1, prefix="p") for text in texts * 2]
    alone = [render(text, toc_depth=3) for text in texts * 2]
    assert together == alone


def test_line_endings_make_no_difference() -> None:
    text = "# A\n\nb  \nc [d](e.md)\n\n```nope\nf\n```\n"
    assert render(text.replace("\n", "\r\n")) == render(text.replace("\n", "\r")) == render(text)


def test_a_heading_of_a_raw_picture_has_no_words() -> None:
    made = body("# <img src=a.png>\n")
    assert [heading.text for heading in made.headings] == [""]
    assert made.html.count("\x020\x03") == 1
