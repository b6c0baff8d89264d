"""The conversation of a page: one rule for each way in which exports disagree about trees."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netblog.model.comment import Author, Comment, Conversation, ThreadedComment
from netblog.model.thread import converse

START = datetime(2016, 3, 14, 9, 0, tzinfo=UTC)


def comment(
    ident: str, parent: str | None = None, *, minute: int | None = 0, by: str = "", **changes: Any
) -> Comment:
    values: dict[str, Any] = {
        "id": ident,
        "type": "comment",
        "page": "/x/",
        "parent": parent,
        "status": "approved",
        "published": None if minute is None else START + timedelta(minutes=minute),
        "updated": None,
        "author": Author(by or ident.upper()),
        "html": f"<p>{ident}</p>",
        "origin": f"content/comments/wp.json#/comments/{ident}",
    }
    return Comment(**values | changes)


def drawn(threads: Sequence[ThreadedComment]) -> list[Any]:
    """The tree as ids: `["a", ["b", "c"]]`, a placeholder in parentheses. Nested lists are answers."""
    tree: list[Any] = []
    for thread in threads:
        tree.append(f"({thread.id})" if thread.removed else thread.id)
        if thread.replies:
            tree.append(drawn(thread.replies))
    return tree


def tree(*comments: Comment, depth: int = 5, order: Any = "oldest") -> list[Any]:
    return drawn(converse(comments, depth=depth, order=order)[0].threads)


def everything(threads: Sequence[ThreadedComment]) -> Iterator[ThreadedComment]:
    waiting = list(threads)
    while waiting:
        thread = waiting.pop()
        yield thread
        waiting.extend(thread.replies)


def test_a_page_without_comments_has_an_empty_conversation() -> None:
    assert converse([]) == (Conversation(), ())


def test_answers_stand_below_what_they_answer_in_the_order_of_their_dates() -> None:
    comments = [
        comment("a", minute=1),
        comment("b", minute=2),
        comment("a1", "a", minute=4),
        comment("a2", "a", minute=3),
        comment("a1x", "a1", minute=5),
    ]
    expected = ["a", ["a2", "a1", ["a1x"]], "b"]
    assert tree(*comments) == expected
    assert tree(*reversed(comments)) == expected


def test_the_newest_first_turns_the_top_level_around_and_no_answers() -> None:
    comments = [
        comment("a", minute=1),
        comment("b", minute=2),
        comment("a1", "a", minute=3),
        comment("a2", "a", minute=4),
    ]
    assert tree(*comments, order="newest") == ["b", "a", ["a1", "a2"]]


def test_at_the_same_moment_the_id_decides_and_its_numbers_count_as_numbers() -> None:
    assert tree(comment("wp:10"), comment("wp:9"), comment("wp:100")) == ["wp:9", "wp:10", "wp:100"]
    assert tree(comment("b"), comment("aa")) == ["aa", "b"]


def test_comments_without_a_date_come_last() -> None:
    assert tree(comment("a", minute=None), comment("b", minute=7)) == ["b", "a"]


def test_an_orphan_moves_to_the_top_level_with_a_warning() -> None:
    conversation, problems = converse([comment("a"), comment("b", "wp:gone", minute=1)])
    assert drawn(conversation.threads) == ["a", "b"]
    (problem,) = problems
    assert problem.severity == "warning"
    assert problem.path == "content/comments/wp.json"
    assert problem.message == (
        "content/comments/wp.json#/comments/b: the comment it answers, wp:gone, is missing or on another"
        " page; it moves to the top level"
    )


def test_an_orphan_nobody_sees_is_not_worth_a_warning() -> None:
    assert converse([comment("a", "gone", status="spam")]) == (Conversation(), ())


@pytest.mark.parametrize("status", ["deleted", "pending", "spam"])
def test_a_removed_comment_with_answers_is_a_placeholder_without_name_or_text(status: str) -> None:
    parent = comment("a", status=status, likes=4, source_url="https://x.example/")
    conversation, problems = converse([parent, comment("b", "a", minute=1)])
    (placeholder,) = conversation.threads
    assert placeholder.removed
    assert (placeholder.author, placeholder.html, placeholder.published) == (Author(), "", None)
    assert (placeholder.likes, placeholder.source_url) == (0, None)
    assert [reply.id for reply in placeholder.replies] == ["b"]
    assert conversation.count == 1
    assert problems == ()


def test_a_removed_comment_without_approved_answers_is_gone() -> None:
    assert tree(comment("a", status="deleted"), comment("b", "a", status="spam"), comment("c")) == ["c"]


def test_placeholders_reach_up_to_the_top() -> None:
    comments = [comment("a", status="deleted"), comment("b", "a", status="pending"), comment("c", "b")]
    assert tree(*comments) == ["(a)", ["(b)", ["c"]]]


def test_a_comment_that_answers_itself_answers_nobody() -> None:
    conversation, problems = converse([comment("a", "a")])
    assert drawn(conversation.threads) == ["a"]
    assert "it answers itself" in problems[0].message


def test_a_circle_is_cut_at_its_oldest_comment_in_whatever_order_it_is_told() -> None:
    circle = [
        comment("a", "c", minute=2),
        comment("b", "a", minute=1),
        comment("c", "b", minute=3),
        comment("d", "a", minute=4),
    ]
    for shuffled in (circle, circle[::-1], circle[2:] + circle[:2]):
        conversation, problems = converse(shuffled)
        assert drawn(conversation.threads) == ["b", ["c", ["a", ["d"]]]]
        (problem,) = problems
        assert "3 comments answer each other in a circle" in problem.message


def test_what_is_deeper_than_the_screen_is_flattened_and_says_whom_it_answers() -> None:
    chain = [
        comment("a"),
        comment("b", "a", minute=1),
        comment("c", "b", minute=2),
        comment("d", "c", minute=3),
        comment("c2", "b", minute=4),
    ]
    conversation, _ = converse(chain, depth=3)
    assert drawn(conversation.threads) == ["a", ["b", ["c", "d", "c2"]]]
    found = {thread.id: thread for thread in everything(conversation.threads)}
    assert {ident: thread.depth for ident, thread in found.items()} == {
        "a": 1,
        "b": 2,
        "c": 3,
        "d": 3,
        "c2": 3,
    }
    assert (found["d"].reply_to, found["d"].reply_to_anchor) == ("C", "comment-c")
    assert found["c"].reply_to is None
    assert found["c2"].reply_to is None


def test_an_answer_to_a_removed_comment_names_nobody_but_still_points_there() -> None:
    conversation, _ = converse(
        [comment("a"), comment("b", "a", status="deleted"), comment("c", "b")], depth=1
    )
    found = {thread.id: thread for thread in conversation.threads}
    assert (found["c"].reply_to, found["c"].reply_to_anchor) == (None, "comment-b")


@pytest.mark.parametrize("depth", [-1, 0, 1])
def test_a_depth_of_one_or_less_is_a_flat_list(depth: int) -> None:
    assert tree(comment("a"), comment("b", "a"), comment("c", "b"), depth=depth) == ["a", "b", "c"]


def test_a_chain_of_five_thousand_answers_is_nothing_special() -> None:
    chain = [comment("n0"), *(comment(f"n{n}", f"n{n - 1}", minute=n) for n in range(1, 5_000))]
    random.Random(1).shuffle(chain)
    for depth in (5, 5_000):
        conversation, problems = converse(chain, depth=depth)
        assert conversation.count == 5_000
        assert sum(1 for _ in everything(conversation.threads)) == 5_000
        assert max(thread.depth for thread in everything(conversation.threads)) == min(depth, 50)
        assert problems == ()


def test_a_circle_of_five_thousand_is_cut_once() -> None:
    conversation, problems = converse(
        [comment(f"n{n}", f"n{(n + 1) % 5_000}", minute=n) for n in range(5_000)]
    )
    assert conversation.count == 5_000
    assert len(problems) == 1


def test_warnings_of_one_page_are_capped() -> None:
    _, problems = converse([comment(f"c{n}", "gone") for n in range(100)])
    assert len(problems) == 21
    assert problems[-1].message == "80 more comments of this page had to be moved"


def test_one_id_counts_once_and_the_later_record_is_the_one() -> None:
    conversation, _ = converse([comment("a", html="<p>old</p>"), comment("a", html="<p>new</p>")])
    assert [thread.html for thread in conversation.threads] == ["<p>new</p>"]


def test_two_imports_of_one_comment_count_once_and_the_answers_to_both_stay() -> None:
    comments = [
        comment("wp:1", by="Ada", html="<p>x</p>"),
        comment("disqus:1", by="Ada", html="<p>x</p>"),
        comment("wp:2", "wp:1", minute=1),
        comment("disqus:3", "disqus:1", minute=2),
    ]
    for shuffled in (comments, comments[::-1]):
        conversation, problems = converse(shuffled)
        assert drawn(conversation.threads) == ["disqus:1", ["wp:2", "disqus:3"]]
        assert conversation.count == 3
        assert problems == ()


def test_of_two_copies_the_approved_one_counts() -> None:
    copies = [comment("a:1", by="Ada", html="x", status="pending"), comment("b:1", by="Ada", html="x")]
    assert tree(*copies) == ["b:1"]


def test_two_comments_that_differ_in_time_text_or_author_are_two() -> None:
    first = comment("a", by="Ada", html="x")
    for other in (
        comment("b", by="Ada", html="x", minute=1),
        comment("b", by="Ada", html="y"),
        comment("b", by="Bob", html="x"),
        comment("b", by="Ada", html="x", minute=None),
    ):
        assert converse([first, other])[0].count == 2
    assert converse([comment(i, by="Ada", html="+1", minute=None) for i in "ab"])[0].count == 2


def test_pings_stand_apart_with_a_title_an_address_and_the_host_in_short() -> None:
    pingback = comment(
        "wp:7",
        type="pingback",
        author=Author("A post elsewhere", "https://www.elsewhere.example/post/"),
        html="<p>[&hellip;] as <strong>Ada</strong> says, 1 &lt; 2 &amp;amp; [...]</p>",
    )
    mention = comment(
        "wm:8",
        type="mention",
        minute=1,
        author=Author("Bob", "https://bob.example/"),
        source_url="https://bob.example/notes/8",
    )
    nameless = comment(
        "wm:9", type="mention", minute=2, author=Author(), source_url="https://c.example/x", html=""
    )
    hidden = comment("wp:10", type="trackback", status="spam")
    conversation, _ = converse([nameless, mention, pingback, hidden])
    assert conversation.threads == ()
    assert conversation.count == 3
    first, second, third = conversation.pings
    assert (first.title, first.url, first.host) == (
        "A post elsewhere",
        "https://www.elsewhere.example/post/",
        "elsewhere.example",
    )
    assert (first.anchor, first.type) == ("comment-7", "pingback")
    assert first.excerpt.endswith("as Ada says, 1 < 2 &amp; [...]")
    assert (second.title, second.url) == ("Bob", "https://bob.example/notes/8")
    assert (third.title, third.host) == ("c.example", "c.example")


def test_replies_from_elsewhere_are_comments_and_likes_are_reactions() -> None:
    conversation, _ = converse(
        [
            comment("wm:1", type="reply", source_url="https://bob.example/1"),
            comment("wm:2", type="like", author=Author("Eve", "https://eve.example/"), html=""),
            comment("wm:3", type="repost", author=Author("Bob"), html="", source_url="https://bob.example/3"),
            comment("wm:4", type="bookmark", status="spam"),
        ]
    )
    assert [(thread.id, thread.source_url) for thread in conversation.threads] == [
        ("wm:1", "https://bob.example/1")
    ]
    assert [(reaction.type, reaction.url) for reaction in conversation.reactions] == [
        ("like", "https://eve.example/"),
        ("repost", "https://bob.example/3"),
    ]
    assert conversation.count == 1


def test_one_mention_received_twice_counts_once() -> None:
    twice = [
        comment(f"wm:{n}", type="like", by="Eve", html="", minute=None, source_url="https://e.example/1")
        for n in (1, 2)
    ]
    other = comment("wm:3", type="like", by="Eve", html="", minute=None, source_url="https://e.example/2")
    assert len(converse([*twice, other])[0].reactions) == 2


def test_an_answer_to_a_ping_stands_at_the_top_level_and_says_so() -> None:
    conversation, problems = converse(
        [comment("wp:1", type="pingback", by="Elsewhere"), comment("wp:2", "wp:1", minute=1)]
    )
    (thread,) = conversation.threads
    assert (thread.reply_to, thread.reply_to_anchor, thread.depth) == ("Elsewhere", "comment-1", 1)
    assert problems == ()


def test_a_wordpress_comment_keeps_its_anchor_and_others_get_a_safe_one() -> None:
    idents = ["wp:812", "disqus:25/21", '"><script>', "日本", "a b", "_x"]
    conversation, _ = converse([comment(ident, minute=n) for n, ident in enumerate(idents)])
    anchors = [thread.anchor for thread in conversation.threads]
    assert anchors[:3] == ["comment-812", "comment-disqus-25-21", "comment-script"]
    assert anchors[3].startswith("comment-") and len(anchors[3]) == 18
    assert anchors[4:] == ["comment-a-b", "comment-_x"]


def test_anchors_that_would_be_the_same_are_told_apart_and_the_oldest_keeps_its_own() -> None:
    conversation, _ = converse(
        [
            comment("a b", minute=1),
            comment("a-b", minute=0),
            comment("a/b", minute=2),
            comment("a-b-2", minute=3),
        ]
    )
    assert {thread.id: thread.anchor for thread in conversation.threads} == {
        "a-b": "comment-a-b",
        "a b": "comment-a-b-2",
        "a/b": "comment-a-b-3",
        "a-b-2": "comment-a-b-2-2",
    }


def test_five_thousand_clashing_anchors_take_no_time() -> None:
    conversation, _ = converse([comment("a" + "!" * n, minute=n) for n in range(3_000)])
    assert len({thread.anchor for thread in conversation.threads}) == 3_000


idents = st.sampled_from([f"c{n}" for n in range(8)])
forests = st.lists(
    st.builds(
        lambda ident, parent, minute, status, kind: comment(
            ident, parent, minute=minute, status=status, type=kind
        ),
        idents,
        st.none() | idents | st.just("gone"),
        st.none() | st.integers(0, 3),
        st.sampled_from(["approved", "approved", "approved", "deleted", "pending", "spam"]),
        st.sampled_from(["comment", "comment", "comment", "reply", "pingback", "like"]),
    ),
    max_size=8,
    unique_by=lambda c: c.id,
)


@settings(max_examples=200, deadline=None)
@given(forests, st.integers(1, 4), st.randoms(use_true_random=False))
def test_every_approved_comment_is_shown_once_whatever_the_tree_and_its_order(
    comments: list[Comment], depth: int, chance: random.Random
) -> None:
    conversation, problems = converse(comments, depth=depth)
    shown = list(everything(conversation.threads))
    approved = {c.id for c in comments if c.status == "approved" and c.type in ("comment", "reply")}
    assert {thread.id for thread in shown if not thread.removed} == approved
    assert len({thread.id for thread in shown}) == len(shown)
    anchors = [thread.anchor for thread in shown] + [ping.anchor for ping in conversation.pings]
    assert len(set(anchors)) == len(anchors)
    assert all(1 <= thread.depth <= depth for thread in shown)
    assert all(reply.depth == thread.depth + 1 for thread in shown for reply in thread.replies)
    assert conversation.count == len(approved) + len(conversation.pings)
    shuffled = comments[:]
    chance.shuffle(shuffled)
    assert converse(shuffled, depth=depth) == (conversation, problems)
