"""Plain CommonMark is exact, and the fast parser finds what markdown-it finds."""

from __future__ import annotations

import json
from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from netblog.model.config import Markdown
from netblog.readers.markdown import MarkdownReader
from netblog.readers.markdown.parser import DEEPEST

EXAMPLES = json.loads((Path(__file__).parent / "commonmark-0.31.2.json").read_text(encoding="utf-8"))
BARE = MarkdownReader(Markdown(bare=True))

FRAGMENTS = (
    "a", "b c", " ", "  ", "    ", "\t", "\n", "\n\n", "*", "**", "_", "`", "```", "~~~", "~~", "[", "]",
    "](", "]:", ")", "(", "!", "![", "<", ">", "> ", "- ", "+ ", "* ", "1. ", "2) ", "# ", "## ", "===",
    "---", "***", "\\", "\\\n", "  \n", "&amp;", "&#35;", "&", '"', "'", "<b>", "</b>", "<div>", "</div>",
    "<!--", "-->", "<?", "<http://a.b>", "x@y.z", ":", "|", "é", "中", "\u00a0", "“", "^", "{", "}", "=",
    "0", ".", "/u", "'t'",
)  # fmt: skip
texts = st.lists(st.sampled_from(FRAGMENTS), max_size=40).map("".join)


def bare(text: str) -> str:
    return BARE.render(text, path="x.md", first_line=1, prefix="p").body.html


def test_all_652_examples_of_the_specification_come_out_exactly() -> None:
    assert len(EXAMPLES) == 652
    wrong = [example["example"] for example in EXAMPLES if bare(example["markdown"]) != example["html"]]
    assert wrong == []


@settings(max_examples=400, deadline=None)
@given(texts)
@example("- a\n\n  > b\n    c\n===\n")
@example("> a\n> |-|\n")
def test_bare_markdown_comes_out_as_from_plain_markdown_it(text: str) -> None:
    reference = MarkdownIt("commonmark", {"maxNesting": DEEPEST})
    # The specification wants a line break in an empty quote; markdown-it leaves it out.
    expected = reference.render(text).replace("<blockquote></blockquote>", "<blockquote>\n</blockquote>")
    assert bare(text) == expected


def test_a_bare_body_has_no_placeholders_ids_or_attributes_of_ours() -> None:
    text = "# A\n\n[a](b.md) ![c](d.png)\n\n```python\nx\n```\n"
    rendered = BARE.render(text, path="x", first_line=1, prefix="p")
    body = rendered.body
    assert body.html == (
        '<h1>A</h1>\n<p><a href="b.md">a</a> <img src="d.png" alt="c" /></p>\n'
        '<pre><code class="language-python">x\n</code></pre>\n'
    )
    assert (body.links, body.headings, body.anchors, body.languages) == ((), (), (), ())
    assert (body.lead, body.words, rendered.text) == ("a", 2, "A\na\nx")
