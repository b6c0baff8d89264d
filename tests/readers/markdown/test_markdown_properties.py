"""Laws that hold for any text at all."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import html5lib
from hypothesis import example, given, settings
from hypothesis import strategies as st

from netblog.model.config import Markdown
from netblog.model.placeholder import resolve
from netblog.readers.markdown import MarkdownReader, Rendered
from netblog.readers.markdown.rawhtml import VOID

FRAGMENTS = (
    "a", "b c", " ", "    ", "\n", "\n\n", "\n\n\n", "*", "**", "_", "`", "```", "```python\n", "~~", "~",
    "[", "]", "](", "](x.md)", "![", "> ", "- ", "1. ", "# ", "## A", "===", "---", "\\", "&amp;", '"',
    "'", "|", "|-|", "\n|-|-|\n", "[^1]", "\n\n[^1]: ", "[^2]", "\n[^2]: x", "^[", "{.a}", "{#a}", "{",
    "}", "{style=x}", ": ", "\n: ", "~ ", "<!--more-->", "\n\n<!-- more -->\n\n", "> [!NOTE]\n", "- [ ] ",
    "- [x] ", "www.a.b", "https://a.b/c_", "x@y.z", "@", "://", "é", "中", "\x02", "\x030", "(", ")", "\t",
)  # fmt: skip
RAW = (
    "<b>", "</b>", "<div>", "</div>\n\n", "<p>", "</p>", "<li>", "<br>", "<img src=a.png>",
    "<a href='b.md'>", "</a>", "<table>", "<td>", "</table>", "<!--", "-->", "<", ">", "<script>",
    "</script>", "<i id=a>", "<i\n", "/>", "<svg/>",
)  # fmt: skip
texts = st.lists(st.sampled_from(FRAGMENTS), max_size=40).map("".join)
raw_texts = st.lists(st.sampled_from(FRAGMENTS + RAW * 2), max_size=40).map("".join)

ESCAPED = MarkdownReader(Markdown(html=False, smart_quotes=True))
RAW_READER = MarkdownReader(Markdown())

IMBALANCE = re.compile("end-tag|eof|closing-tag|not-closed|table")


def render(reader: MarkdownReader, text: str, prefix: str = "p") -> Rendered:
    rendered = reader.render(text, path="x.md", first_line=1, prefix=prefix)
    assert not [problem for problem in rendered.problems if problem.code == "parser"]
    return rendered


def ids(html: str) -> list[str]:
    return re.findall(r'<[^>]* id="([^"]*)"', html)


class Balance(HTMLParser):
    """Fails on a closing tag that is not for the innermost open element."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: object) -> None:
        if tag != "svg":
            # HTML takes no notice of the slash in its own elements.
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open.pop() == tag


def assert_well_formed(html: str) -> None:
    balance = Balance()
    balance.feed(html)
    balance.close()
    assert balance.open == []


def assert_valid(html: str) -> None:
    """The fragment is what a browser makes of it: nothing closed, moved or dropped."""
    parser = html5lib.HTMLParser()
    parser.parseFragment(html)
    wrong = [code for _, code, _ in parser.errors if IMBALANCE.search(code)]
    assert wrong == []


@settings(max_examples=300, deadline=None)
@given(texts)
@example("- <!--more--> a")
@example("[a <!--more--> b](x.md)")
@example("> [!NOTE]\n\n: x")
@example("- [ ] a<!--more-->")
@example("[^[]](x.md)")
def test_body_and_excerpt_are_balanced_html(text: str) -> None:
    body = render(ESCAPED, text).body
    for html in (body.html, body.excerpt or ""):
        assert_well_formed(html)
        assert_valid(html)


@settings(max_examples=300, deadline=None)
@given(raw_texts)
@example("<p>a<p>b <!--more-->")
@example("<script> <!--more--> </script>")
@example("*a <b>c* <!--more-->")
def test_an_excerpt_is_balanced_whatever_raw_html_is_cut(text: str) -> None:
    excerpt = render(RAW_READER, text).body.excerpt
    if excerpt is not None and "<script" not in excerpt and "<!--" not in excerpt:
        assert_well_formed(excerpt)


@settings(max_examples=300, deadline=None)
@given(raw_texts)
def test_an_excerpt_has_no_ids_and_no_marks(text: str) -> None:
    excerpt = render(RAW_READER, text).body.excerpt or ""
    assert "footnote-ref" not in excerpt
    assert ids(excerpt) == []


@settings(max_examples=300, deadline=None)
@given(texts)
def test_ids_are_unique_and_all_of_them_are_anchors(text: str) -> None:
    body = render(ESCAPED, text).body
    found = ids(body.html)
    assert len(set(found)) == len(found)
    assert sorted(found) == list(body.anchors)


@settings(max_examples=100, deadline=None)
@given(texts)
def test_the_footnotes_of_two_posts_have_different_ids(text: str) -> None:
    here, there = (render(ESCAPED, text, prefix).body for prefix in ("one", "two"))
    notes = [ident for ident in here.anchors if ident.startswith(("fn-", "fnref-"))]
    assert not set(notes) & set(there.anchors)
    for target in re.findall('href="#(fn(?:ref)?-one-[^"]*)"', here.html):
        assert target in here.anchors


@settings(max_examples=300, deadline=None)
@given(raw_texts)
def test_placeholders_and_links_belong_together(text: str) -> None:
    body = render(RAW_READER, text).body
    numbers = re.findall("\x02([0-9]+)\x03", body.html)
    assert sorted(map(int, numbers)) == list(range(len(body.links)))
    resolved = resolve(body.html + (body.excerpt or ""), ["/x"] * len(body.links))
    assert "\x02" not in resolved and "\x03" not in resolved
    assert 0 <= (body.first_image or 0) <= len(body.links)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200))
def test_any_text_can_be_rendered(text: str) -> None:
    for reader in (ESCAPED, RAW_READER):
        render(reader, text)
