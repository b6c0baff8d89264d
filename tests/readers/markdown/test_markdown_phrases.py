import re

import pytest

from netblog.model.config import Markdown
from netblog.readers.markdown import MarkdownReader
from netblog.readers.markdown.headings import of_the_page
from netblog.readers.markdown.phrases import PHRASES, speak

BODY = """\
## A "Note" & <b>more</b>

> [!TIP]
> Note: a Tip.

Said[^1] twice[^1].

[^1]: Footnotes.
"""


def rendered(text: str) -> str:
    return MarkdownReader(Markdown()).render(text, path="x.md", first_line=1, prefix="p").body.html


def shouted(text: str) -> str:
    """A translation that shows: everything but the fields in capitals, with a mark HTML must escape."""
    return "<" + re.sub(r"%\(\w+\)s|[a-z]+", lambda it: it[0] if it[0][0] == "%" else it[0].upper(), text)


def test_the_readers_words_are_exchanged_and_the_authors_are_not() -> None:
    html = speak(rendered(BODY), shouted)
    assert '<p class="alert-title" data-alert="tip">&lt;TIP</p>\n<p>Note: a Tip.</p>' in html
    assert 'role="doc-endnotes" aria-label="&lt;FOOTNOTES"' in html
    assert 'aria-label="&lt;BACK TO REFERENCE 1"' in html
    assert 'aria-label="&lt;BACK TO REFERENCE 1-2"' in html
    assert 'aria-label="&lt;PERMALINK: A &quot;Note&quot; &amp; more"' in html
    assert "Footnotes. <a" in html


def test_every_phrase_that_is_offered_for_translation_is_asked_for() -> None:
    asked = set()

    def note(text: str) -> str:
        asked.add(text)
        return text

    alerts = "\n\n".join(f"> [!{kind}]\n> x" for kind in ("NOTE", "TIP", "IMPORTANT", "WARNING", "CAUTION"))
    body = rendered(BODY + "\n" + alerts)
    assert speak(body, note) == body
    assert asked == set(PHRASES)


def test_markup_of_an_authors_own_is_left_as_it_is() -> None:
    body = rendered('<p class="alert-title">Warning</p>\n\n<section aria-label="Footnotes">x</section>')
    assert speak(body, shouted) == body


@pytest.mark.parametrize(
    "ident", ["comments", "respond", "main-content", "comment-812", "comment-a1b2", "respond-name"]
)
def test_ids_of_the_page_are_known(ident: str) -> None:
    assert of_the_page(ident)


@pytest.mark.parametrize("ident", ["comment-feeds", "comments-2", "respondents", "section-comments"])
def test_other_ids_are_free(ident: str) -> None:
    assert not of_the_page(ident)


def test_an_id_of_the_page_that_an_author_gives_is_refused_with_a_warning() -> None:
    found = MarkdownReader(Markdown()).render("## Talk {#comments}\n", path="x.md", first_line=1, prefix="p")
    assert [problem.message for problem in found.problems] == ["the id 'comments' is taken already"]
    assert 'id="section-comments"' in found.body.html
