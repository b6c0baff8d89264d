"""`netblog why`: the traces of the last build in an author's words."""

from __future__ import annotations

from pathlib import Path

import pytest

from netblog.errors import NetblogError
from netblog.report import render_explanation
from netblog.why import why
from sites import Site


@pytest.fixture
def site(tmp_path: Path) -> Site:
    site = Site(tmp_path)
    site.post("canal", "A walk.\n\n## Water and stones", tags=["bologna", "rare"])
    site.post("stones", "Another.\n\n## Stones and water", tags=["bologna", "rare"], date="2026-01-03")
    for number in range(8):
        site.post(f"other-{number}", "Words.", tags=["else"], date=f"2026-02-0{number + 1}")
    site.built()
    return site


def test_a_recommendation_is_explained_by_what_is_shared(site: Site) -> None:
    (path, score, shared), *_ = why(site.root, "/posts/canal/").recommended
    assert path == "content/posts/stones.md" and 0 < score <= 1
    assert {"tags:rare", "water"} <= set(shared)
    assert f"  {score:.2f}  content/posts/stones.md: " in render_explanation(why(site.root, "/posts/canal/"))


def test_a_listing_recommends_nothing(site: Site) -> None:
    assert why(site.root, "/").recommended == ()
    assert "recommends" not in render_explanation(why(site.root, "/"))


def test_a_title_is_named_as_the_cause_wherever_it_is_shown(site: Site) -> None:
    site.replace("content/posts/canal.md", '"Canal"', '"The canal"')
    site.built()
    assert why(site.root, "/posts/stones/").cause == "the title of content/posts/canal.md changed"
    assert why(site.root, "public/index.html").cause == "the title of content/posts/canal.md changed"


def test_what_was_never_made_is_said_with_the_nearest_that_was(site: Site) -> None:
    with pytest.raises(NetblogError) as caught:
        why(site.root, "/posts/cannal/")
    assert caught.value.problems[0].hint == "did you mean /posts/canal/?"
