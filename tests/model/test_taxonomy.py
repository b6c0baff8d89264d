"""Terms, their spellings and what is said of them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from netblog.errors import Problem
from netblog.model.post import TermRef
from netblog.model.taxonomy import Tagged, Term, index_terms, term_slug


def tagged(id: str, *names: str, lang: str = "en", taxonomy: str = "tags") -> Tagged:
    refs = tuple(TermRef(taxonomy, term_slug(name), name) for name in names)
    return Tagged(id, lang, refs, f"content/posts/{id}.md", {taxonomy: 4})


def test_posts_of_one_slug_make_one_term_in_the_order_given() -> None:
    index, problems = index_terms([tagged("b", "Rete", "C++"), tagged("a", "Rete", "C#")])
    assert problems == ()
    assert index == {
        ("tags", "en"): (
            Term("c-sharp", "C#", ("a",), (("C#", 1),)),
            Term("c-plus-plus", "C++", ("b",), (("C++", 1),)),
            Term("rete", "Rete", ("b", "a"), (("Rete", 2),)),
        )
    }


def test_taxonomies_and_languages_are_kept_apart() -> None:
    rows = [tagged("a", "rete", lang="it"), tagged("b", "Rete"), tagged("c", "RETE", taxonomy="categories")]
    index, problems = index_terms(rows)
    assert sorted(index) == [("categories", "en"), ("tags", "en"), ("tags", "it")]
    assert problems == ()


def test_the_commonest_spelling_is_shown_and_the_rarer_is_warned_of_once() -> None:
    rows = [tagged(f"js{n}", "JavaScript") for n in range(5)] + [
        tagged("x", "javascript"),
        tagged("y", "javascript"),
    ]
    index, problems = index_terms(rows)
    (term,) = index["tags", "en"]
    assert (term.name, term.spellings) == ("JavaScript", (("JavaScript", 5), ("javascript", 2)))
    assert problems == (
        Problem(
            "'JavaScript' (5 posts) and 'javascript' (2 posts) are one term of tags, shown as 'JavaScript'",
            path="content/posts/x.md",
            line=4,
            hint="write 'JavaScript' everywhere",
            severity="warning",
            code="term-spelling",
        ),
    )


def test_different_names_with_one_slug_are_merged_with_the_same_warning() -> None:
    index, problems = index_terms([tagged("a", "foo bar"), tagged("b", "foo-bar")])
    (term,) = index["tags", "en"]
    assert (term.name, term.ids) == ("foo bar", ("a", "b"))
    assert "'foo bar' (1 post) and 'foo-bar' (1 post)" in problems[0].message
    assert problems[0].path == "content/posts/b.md"


def test_a_post_with_both_spellings_is_listed_once() -> None:
    index, _ = index_terms([tagged("a", "foo bar", "foo-bar")])
    assert index["tags", "en"][0].ids == ("a",)


def test_a_crowd_of_spellings_makes_a_short_warning() -> None:
    names = ("foo bar", "Foo Bar", "FOO BAR", "foo-bar", "Foo-Bar", "FOO-BAR")
    _, problems = index_terms([tagged(str(n), name) for n, name in enumerate(names)])
    assert "and 3 further spellings are one term" in problems[0].message


@given(
    st.lists(st.lists(st.sampled_from(["C", "C++", "Rete", "rete", "日本語", "!"]), unique=True), max_size=8)
)
def test_every_post_is_found_under_each_of_its_terms(names: list[list[str]]) -> None:
    index, problems = index_terms(tagged(str(n), *row) for n, row in enumerate(names))
    terms = {term.slug: term for group in index.values() for term in group}
    for n, row in enumerate(names):
        for name in row:
            assert str(n) in terms[term_slug(name)].ids
            assert name in dict(terms[term_slug(name)].spellings)
    assert len(problems) == sum(len(term.spellings) > 1 for term in terms.values())
