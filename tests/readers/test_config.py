"""netblog.toml: what is read, and every message with its place."""

from __future__ import annotations

import json
import tomllib
from typing import Any

import pytest
from fixture_files import cases, shown
from hypothesis import given, settings
from hypothesis import strategies as st

from netblog.errors import ConfigError
from netblog.model import config as model
from netblog.model.config import Config, MenuItem, Taxonomy
from netblog.readers.config import config_schema, config_toml, effective_config, read_config

FULL = """
[site]
url = "https://example.com/blog"
title = "Rete \\"e\\" altro"
timezone = "Europe/Rome"
language = "it"
[content]
permalink = "/{year}/{month}/{slug}/"
known_keys = ["mood"]
[build]
broken_links = "warn"
[taxonomies.people]
path = "gente"
terms.ada = { name = "Ada", description = "A\\nB" }
[theme.options]
wide = true
since = 2016-03-14
colours = ["red", { name = "blue", depth = 1.5 }]
[comments.form]
kind = "mailto"
fields = { "reply text" = "t" }
[related]
max_share = 1
[languages.en]
title = "Net"
[menus]
main = [{ name = "About", url = "/about/" }, { name = "Chi", url = "/chi/", lang = "it" }]
[deploy.live]
host = "example.com"
dry = false
"""


def read(text: str, **overrides: Any) -> Config:
    config, problems = read_config(text.encode(), "netblog.toml", overrides)
    assert problems == ()
    return config


def complaints(text: str, overrides: dict[str, Any] | None = None) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        read_config(text.encode(), "netblog.toml", overrides)
    problems = caught.value.problems
    assert all(problem.path == ("netblog.toml" if problem.line else None) for problem in problems)
    return [shown(problem) for problem in problems]


def test_an_empty_file_gives_the_defaults_with_the_two_taxonomies() -> None:
    assert read("") == Config(taxonomies={"tags": Taxonomy(), "categories": Taxonomy()})


def test_a_full_file_is_read() -> None:
    config = read(FULL)
    assert config.site.url == "https://example.com/blog/"
    assert config.site.title == 'Rete "e" altro'
    assert config.content.known_keys == ("mood",)
    assert config.build.broken_links == "warn"
    assert list(config.taxonomies) == ["tags", "categories", "people"]
    assert config.taxonomies["people"].terms["ada"].description == "A\nB"
    assert config.theme.options["wide"] is True and config.deploy["live"]["dry"] is False
    assert config.related.max_share == 1.0
    assert config.menus["main"][1] == MenuItem(name="Chi", url="/chi/", lang="it")


def test_overrides_win_and_none_is_not_given() -> None:
    overrides = {"site.url": "http://[::1]:8000", "build.drafts": True, "build.jobs": None}
    config, _ = read_config(FULL.encode(), "netblog.toml", overrides)
    assert config.site.url == "http://[::1]:8000/"
    assert config.build.drafts is True and config.build.jobs == 0


def test_a_wrong_override_has_no_place_in_the_file() -> None:
    assert complaints("[build]\njobs = 1\n", {"build.jobs": -1, "site.title": 3}) == [
        "[build] jobs must be from 0 to 1024, not -1",
        "[site] title must be text, not a number (put it in quotes)",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [pytest.param(given, expected, id=title) for title, given, expected in cases("config-messages")],
)
def test_a_message_has_its_place(text: str, expected: str) -> None:
    try:
        read_config(text.encode(), "netblog.toml", {})
    except ConfigError as error:
        assert "".join(f"{shown(problem)}\n" for problem in error.problems) == expected
    else:
        assert expected == "nothing is wrong\n"


@pytest.mark.parametrize(
    ("text", "column"),
    [("a = " + "[" * 50_000, 69), ("a." * 50_000 + "b = 1", 129)],
    ids=["brackets", "dots"],
)
def test_deep_nesting_is_refused_quickly(text: str, column: int) -> None:
    assert complaints(text) == [f"1:{column}: tables and lists are nested deeper than 64 levels"]


def test_a_number_of_thousands_of_digits_is_refused() -> None:
    assert complaints("a = " + "9" * 5000) == ["1:5: a number is too long (put it in quotes)"]


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("example.com", "has no http: or https:"),
        ("", "has no http: or https:"),
        ("/blog/", "has no http: or https:"),
        ("ftp://example.com/", "begins with ftp:"),
        ("https:///blog/", "has no host name"),
        ("https://exa mple.com/", "has a blank in it"),
        ("https://.com/", "has no host name"),
        ("https://ada:pw@example.com/", "has a user name in it"),
        ("https://example.com/?a=1", "has a query or a fragment"),
        ("https://example.com/#a", "has a query or a fragment"),
        ("https://example.com/?", "has a query or a fragment"),
        ("https://example.com:99999/", "is not one, or has a port that is not a number up to 65535"),
        ("https://[::1/", "is not one, or has a port that is not a number up to 65535"),
    ],
)
def test_the_sites_url_must_be_absolute(url: str, fault: str) -> None:
    assert complaints(f"[site]\nurl = '{url}'") == [
        f'2:7: [site] url must be an absolute URL: "{url}" {fault}'
        " (write it with its scheme: https://example.com/)"
    ]


@pytest.mark.parametrize(
    "url", ["http://localhost:8000/", "https://xn--80ak6aa92e.com/", "https://città.example/è/", "https://e.it"]
)
def test_good_urls_are_taken(url: str) -> None:
    assert read(f"[site]\nurl = '{url}'").site.url == url.removesuffix("/") + "/"


@pytest.mark.parametrize(
    "tag", ["it", "pt-BR", "zh-Hant-TW", "es-419", "sl-rozaj-biske", "de-CH-1996", "de-u-co-eor", "en-x-a"]
)
def test_language_tags_are_taken(tag: str) -> None:
    assert read(f"[languages.{tag}]").languages[tag].title == ""


def test_every_problem_is_told_at_once_in_order() -> None:
    text = "x = 1\n[site]\nurl = 'x'\ntitle = 3\n[content]\nper_page = 0\nzzz = 1\n[build]\nbroken_links = ''"
    places = [line.split(" ")[0] for line in complaints(text)]
    assert places == ["1:1:", "3:7:", "4:9:", "6:12:", "7:1:", "9:16:"]


def test_thousands_of_problems_are_cut_short() -> None:
    assert len(complaints("\n".join(f"zzz{number} = 1" for number in range(5000)))) == 200


def test_the_offending_line_comes_along() -> None:
    with pytest.raises(ConfigError) as caught:
        read_config(b"[site]\r\ntitle = 3 # three\r\n", "netblog.toml", {})
    assert caught.value.problems[0].source == "title = 3 # three"


def test_the_sites_own_language_among_the_others_is_a_warning() -> None:
    config, problems = read_config(b"[site]\nlanguage = 'it'\n[languages.it]\n", "netblog.toml", {})
    assert config.site.language == "it"
    (warning,) = problems
    assert (warning.severity, warning.line, warning.column) == ("warning", 3, 1)
    assert warning.message == "[languages.it] describes the site's own language, so it has no effect"


def test_a_file_in_another_encoding_is_a_config_error() -> None:
    with pytest.raises(ConfigError) as caught:
        read_config("[site]\ntitle = 'città'".encode("latin-1"), "netblog.toml", {})
    assert (caught.value.problems[0].line, caught.value.problems[0].column) == (2, 14)


def test_a_huge_file_is_refused() -> None:
    assert complaints("#" * (1024 * 1024 + 1)) == ["1:1: the file is longer than 1024 KiB"]


def test_effective_config_is_plain_data() -> None:
    found = effective_config(read(FULL))
    assert json.loads(json.dumps(found)) == found
    assert found["site"]["title"] == 'Rete "e" altro' and found["content"]["per_page"] == 20


def test_the_written_toml_says_every_default_and_reads_back() -> None:
    for text in ("", FULL):
        config = read(text)
        written = config_toml(config)
        assert read(written) == config
        assert effective_config(config)["markdown"] == tomllib.loads(written)["markdown"]
    assert '\nlanguage = "it"  # default: "en"\n' in config_toml(read(FULL))
    assert "\nper_page = 20\n" in config_toml(read(FULL))


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20).filter(lambda t: "\r" not in t)
VALUES = st.recursive(
    st.booleans() | st.integers(-(2**62), 2**62) | st.floats(allow_nan=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)


@settings(deadline=None)
@given(st.dictionaries(TEXT, VALUES, max_size=4), TEXT)
def test_any_option_survives_writing_and_reading(options: dict[str, Any], title: str) -> None:
    config = Config(theme=model.Theme(options=options), site=model.Site(title=title))
    assert tomllib.loads(config_toml(config))["theme"].get("options", {}) == options
    assert tomllib.loads(config_toml(config))["site"]["title"] == title


@settings(max_examples=300, deadline=None)
@given(st.text("[]{}=.,'\"\\#\n ab1-:T\té", max_size=50))
def test_no_text_ends_in_a_traceback(text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read_config(f"{text}\nzzz = 1".encode(), "netblog.toml", {})
    assert all(problem.line and problem.column for problem in caught.value.problems)


def test_the_schema_describes_every_table_and_documented_field() -> None:
    schema = config_schema()
    definitions = schema["$defs"]
    assert set(definitions["Config"]["properties"]) == set(Config.__struct_fields__)
    site = definitions["Site"]["properties"]
    assert site["timezone"]["description"].startswith("IANA name.")
    assert definitions["Build"]["properties"]["broken_links"]["enum"]
    assert definitions["Site"]["additionalProperties"] is False
    json.dumps(schema)
