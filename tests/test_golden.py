"""The golden sites: what they make is what it was, byte for byte (`tests/golden.py` writes it anew)."""

from __future__ import annotations

from pathlib import Path

import pytest

from golden import FOLDER, SITES, lay_out
from sites import Site, tree


@pytest.mark.parametrize("name", SITES)
def test_a_golden_site_makes_the_expected_tree(tmp_path: Path, name: str) -> None:
    site = lay_out(name, tmp_path / "site")
    report = site.built()
    made, expected = site.tree(), tree(FOLDER / name / "expected")
    assert sorted(made) == sorted(expected)
    for path, data in expected.items():
        if path.endswith((".png", ".css")):
            assert made[path] == data, path
        else:
            assert made[path].decode() == data.decode(), path
    assert set(report.written) == set(expected)
    assert [it.message for it in report.problems] == []


def test_there_are_golden_sites() -> None:
    assert SITES == ("languages", "plain", "subpath")


def test_two_sites_do_not_share_the_ids_of_their_feeds() -> None:
    feeds = [(FOLDER / name / "expected" / "feed.xml").read_text(encoding="utf-8") for name in SITES]
    ids = [line for feed in feeds for line in feed.splitlines() if line.startswith("<id>")]
    assert len(ids) == len(set(ids)) > len(SITES)


@pytest.fixture(scope="module")
def dressed(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The site in two languages in the default theme, which may change its looks but not what it says."""
    site = lay_out("languages", tmp_path_factory.mktemp("dressed") / "site")
    site.replace("netblog.toml", '[theme]\nname = "tiny"\n\n[theme.options]\nmotto = "festina lente"\n', "")
    site.built()
    return site


@pytest.mark.parametrize(
    ("page", "words"),
    [
        (
            "posts/fare-rete/index.html",
            [
                '<html lang="it"',
                "Fare rete",
                'href="/tags/rete/">Rete</a>',
                "4 commenti",
                "Rispondi",
                "Pingback",
                'href="https://altro.example/rete"',
                "Lascia un commento",
                "Articoli consigliati",
                'href="/posts/candela/"',
                'hreflang="en" href="https://due.example/en/posts/fare-rete/"',
                "Le reti",
                "List&lt;int&gt;",
            ],
        ),
        (
            "posts/candela/index.html",
            ["Nessun commento", 'src="/posts/candela/fiamma.png" width="4" height="3"'],
        ),
        (
            "en/posts/fare-rete/index.html",
            ['<html lang="en"', "1 comment<", "Nice &amp; short.", "Leave a comment"],
        ),
        ("index.html", ["Due lingue", "4 commenti", "日記", 'href="/feed.xml"']),
        ("en/tags/network/index.html", ["Network", "The candle", "Networking"]),
        ("tags/rete/index.html", ["Della rete."]),
    ],
)
def test_the_default_theme_says_what_a_reader_looks_for(dressed: Site, page: str, words: list[str]) -> None:
    html = dressed.page(page)
    assert [word for word in words if word not in html] == []


@pytest.mark.parametrize("word", ["alert(1)", "Sparito", "In attesa", "\x02", "Traceback"])
def test_the_default_theme_does_not_say_what_nobody_should_read(dressed: Site, word: str) -> None:
    assert not [
        path for path, data in dressed.tree().items() if word.encode() in data and path.endswith(".html")
    ]
