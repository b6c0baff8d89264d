"""Which posts are recommended, and why."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netblog.model.config import Related
from netblog.model.related import MIN_SCORE, Features, Match, related, tokenise

START = datetime(2010, 1, 1, tzinfo=UTC)


def post(
    id: str, terms: str = "", words: str = "", *, day: int = 0, lang: str = "en", key: str = ""
) -> Features:
    return Features(
        id=id,
        key=key or id,
        lang=lang,
        terms=tuple(terms.split()),
        words=tuple(words.split()),
        date=START + timedelta(days=day),
    )


def filler(count: int) -> list[Features]:
    """Posts with nothing in common, so that a few shared things are rare."""
    return [post(f"filler-{n}", f"tag-{n}", f"word-{n} other-{n}") for n in range(count)]


def corpus(count: int, vocabulary: int, seed: int = 1) -> list[Features]:
    rng = random.Random(seed)
    tags = [f"topic-{n:03}" for n in range(200)]
    words = [f"word-{n}" for n in range(vocabulary)]
    return [
        Features(
            id=f"posts/{n:05}",
            key=f"posts/{n:05}",
            lang="en",
            terms=tuple(rng.sample(tags, 3)),
            words=tuple(rng.choices(words, k=rng.randint(6, 40))),
            date=START + timedelta(hours=rng.randrange(100_000)),
        )
        for n in range(count)
    ]


def ids(matches: tuple[Match, ...]) -> list[str]:
    return [match.id for match in matches]


def test_posts_that_share_terms_find_each_other_and_say_why() -> None:
    posts = [post("a", "net web", "fare rete"), post("b", "web net", "rete sociale"), *filler(20)]
    found = related(posts, Related())
    assert found["a"] == (Match("b", found["a"][0].score, ("net", "web", "rete")),)
    assert ids(found["b"]) == ["a"]
    assert found["a"][0].score == found["b"][0].score
    assert MIN_SCORE <= found["a"][0].score <= 1
    assert found["filler-3"] == ()


def test_a_rare_term_weighs_more_than_a_common_one() -> None:
    crowd = [post(f"crowd-{n}", "common", f"w{n}") for n in range(18)]
    posts = [post("a", "rare common"), post("b", "rare other"), *crowd, *filler(200)]
    assert ids(related(posts, Related())["a"])[0] == "b"


def test_a_post_does_not_win_by_being_long() -> None:
    long = " ".join(f"subject{n}" for n in range(60))
    others = [post(f"o{n}", "", f"subject{n} x{n}") for n in range(60)]
    posts = [
        post("a", "", "sourdough bread oven"),
        post("short", "", "sourdough bread flour", day=1),
        post("long", "", f"sourdough bread {long}", day=2),
        *others,
    ]
    found = related(posts, Related())["a"]
    assert ids(found)[0] == "short"


def test_long_posts_are_not_recommended_more_than_their_share() -> None:
    posts = corpus(400, 1500)
    length = {post.id: len(set(post.words)) for post in posts}
    mean = sum(length.values()) / len(length)
    shown = [length[match.id] for matches in related(posts, Related()).values() for match in matches]
    assert len(shown) > 400
    assert sum(shown) / len(shown) < 1.15 * mean


def test_what_nearly_everyone_shares_says_nothing() -> None:
    posts = [post(f"p{n}", "blog", f"w{n} v{n}") for n in range(40)]
    assert set(related(posts, Related()).values()) == {()}
    assert all(related(posts, Related(max_share=1.0)).values())


def test_a_tiny_blog_has_recommendations_too() -> None:
    found = related([post("a", "rete"), post("b", "rete"), post("c", "pane")], Related())
    assert (ids(found["a"]), ids(found["b"]), ids(found["c"])) == (["b"], ["a"], [])


def test_only_posts_of_the_same_language_and_never_translations_are_recommended() -> None:
    posts = [
        post("a", "net web"),
        post("a.it", "net web", lang="it"),
        post("a-again", "net web", key="a"),
        post("b", "net web"),
        *filler(20),
    ]
    found = related(posts, Related())
    assert ids(found["a"]) == ["b"]
    assert found["a.it"] == ()
    assert ids(found["b"]) == ["a", "a-again"]


def test_equal_scores_are_ordered_by_newer_date_then_id() -> None:
    same = [post("old", "net web", day=1), post("z", "net web", day=5), post("y", "net web", day=5)]
    found = related([post("a", "net web", day=3), *same, *filler(30)], Related())
    assert ids(found["a"]) == ["y", "z", "old"]
    assert len({match.score for match in found["a"]}) == 1


def test_the_count_bounds_the_list_and_nought_turns_it_off() -> None:
    posts = [post(f"p{n}", "net web") for n in range(8)] + filler(40)
    assert [len(related(posts, Related(count=count))["p0"]) for count in (0, 1, 4, 40)] == [0, 1, 4, 7]
    assert set(related(posts, Related(count=-1)).values()) == {()}


@pytest.mark.parametrize("vocabulary", [40, 400, 4000])
def test_a_short_list_is_the_head_of_a_long_one(vocabulary: int) -> None:
    posts = corpus(250, vocabulary)
    long = related(posts, Related(count=300))
    for count in (1, 4):
        assert related(posts, Related(count=count)) == {id: found[:count] for id, found in long.items()}


def test_only_the_proportion_of_the_weights_matters() -> None:
    posts = corpus(100, 200)
    usual = related(posts, Related())
    assert related(posts, Related(terms_weight=0.002, words_weight=0.001)) == usual
    assert related(posts, Related(terms_weight=1e300, words_weight=5e299)) == usual
    assert related(posts, Related(words_weight=1.0)) != usual


def test_weights_switch_a_side_off() -> None:
    posts = [post("a", "net", "bread"), post("t", "net", "x"), post("w", "y", "bread"), *filler(20)]
    assert ids(related(posts, Related(words_weight=0))["a"]) == ["t"]
    assert ids(related(posts, Related(terms_weight=0))["a"]) == ["w"]
    assert related(posts, Related(terms_weight=0, words_weight=0))["a"] == ()


def test_posts_that_share_only_broad_terms_still_find_near_ones() -> None:
    posts = [post(f"p{n:04}", "news city" if n % 2 else "", day=n) for n in range(3000)]
    found = related(posts, Related(max_share=1.0))
    assert len(found["p1501"]) == 4
    assert all(abs(int(match.id[1:]) - 1501) < 200 for match in found["p1501"])
    assert found["p1501"][0].shared == ("city", "news")


def test_no_posts_have_no_relations() -> None:
    assert related([], Related()) == {}
    assert related([post("a", "x")], Related()) == {"a": ()}
    undated = Features(id="u", key="u", lang="en", terms=("x",))
    assert ids(related([post("a", "x"), undated], Related())["a"]) == ["u"]


FEATURES = st.builds(
    lambda id, terms, words, day, lang, key: Features(
        id=str(id),
        key=str(key),
        lang=lang,
        terms=tuple(terms),
        words=tuple(words),
        date=START + timedelta(days=day),
    ),
    st.integers(0, 50),
    st.lists(st.sampled_from("abcdefgh"), max_size=4),
    st.lists(st.sampled_from("stuvwxyz"), max_size=12),
    st.integers(0, 3),
    st.sampled_from(["en", "it"]),
    st.integers(0, 60),
)


@settings(max_examples=60)
@given(st.lists(FEATURES, max_size=25, unique_by=lambda row: row.id), st.randoms())
def test_the_input_order_changes_nothing(posts: list[Features], rng: random.Random) -> None:
    shuffled = [
        msgspec.structs.replace(
            row,
            terms=tuple(rng.sample(row.terms, len(row.terms))),
            words=tuple(rng.sample(row.words, len(row.words))),
        )
        for row in rng.sample(posts, len(posts))
    ]
    found = related(posts, Related())
    assert related(shuffled, Related()) == found
    by_id = {row.id: row for row in posts}
    for id, matches in found.items():
        for match in matches:
            assert match.id != id and MIN_SCORE <= match.score <= 1
            assert by_id[match.id].lang == by_id[id].lang and by_id[match.id].key != by_id[id].key
            mine, theirs = ({*row.terms, *row.words} for row in (by_id[id], by_id[match.id]))
            assert match.shared and set(match.shared) <= mine & theirs


@settings(max_examples=60)
@given(st.lists(FEATURES, min_size=2, max_size=20, unique_by=lambda row: row.id))
def test_likeness_is_mutual(posts: list[Features]) -> None:
    scores = {(id, m.id): m.score for id, found in related(posts, Related(count=99)).items() for m in found}
    assert all(scores[there, here] == score for (here, there), score in scores.items())


def test_one_post_more_leaves_most_recommendations_and_scores_as_they_were() -> None:
    posts = corpus(500, 2000)
    new = msgspec.structs.replace(corpus(1, 2000, seed=2)[0], id="new", key="new")
    before = related(posts, Related())
    after = related([*posts, new], Related(count=5))
    assert any("new" in ids(matches) for matches in after.values())
    same = [
        id for id, matches in before.items() if matches == tuple(m for m in after[id] if m.id != "new")[:4]
    ]
    assert len(same) > 0.75 * len(posts)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Fare rete, fare Rete!", "fare rete"),
        ("Größe GRÖSSE", "grösse"),
        ("C++ and a 1 or 22", "and or 22"),
        ("don't stop_here", "don stop here"),
        ("ﬁne Ｗｉｄｅ", "fine wide"),
        ("東京都とPython3入門", "東京 京都 都と python3 入門"),
        ("हिन्दी में", "हिन्दी में"),
        ("cafe\u0301 café", "café"),
        ("\ud800 🎉 !", ""),
        ("", ""),
    ],
)
def test_text_is_read_as_words(text: str, words: str) -> None:
    assert tokenise(text) == tuple(words.split())


@given(st.text())
def test_words_are_at_least_two_characters_and_each_once(text: str) -> None:
    words = tokenise(text)
    assert all(len(word) > 1 for word in words)
    assert len(set(words)) == len(words)
