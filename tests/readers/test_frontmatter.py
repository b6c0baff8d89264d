"""Front matter: the fixture files say what each header gives; hostile and structural cases are below."""

from __future__ import annotations

import time
from zoneinfo import ZoneInfo

import pytest
import yaml
from fixture_files import ZONE, cases, outcome
from hypothesis import given, settings
from hypothesis import strategies as st

from netblog.errors import ContentError
from netblog.readers import yamlish
from netblog.readers.frontmatter import Split, read_front_matter, split
from netblog.readers.keys import KNOWN, meaning, suggestion
from netblog.readers.source import Source, read_source

HANG = 30
"""Seconds of work after which something is taken to hang. Speed is measured in benchmarks/."""

ALL = [
    pytest.param(given, expected, id=f"{name}: {title}")
    for name in ("frontmatter-values", "frontmatter-problems", "frontmatter-refused")
    for title, given, expected in cases(name)
]


@pytest.mark.parametrize(("given", "expected"), ALL)
def test_the_fixture_holds(given: str, expected: str) -> None:
    assert outcome(given) == expected


@pytest.mark.parametrize(("given", "expected"), [case for case in ALL if "refused" not in str(case.id)])
def test_the_fixture_holds_without_libyaml(
    given: str, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(yamlish, "_Parser", yaml.SafeLoader)
    assert outcome(given) == expected


def parts(text: str) -> Split:
    return split(Source(text, "post.md"))


def refusal(text: str) -> tuple[int | None, int | None, str]:
    with pytest.raises(ContentError) as caught:
        read_front_matter(parts(text), "post.md", ZONE)
    problem = caught.value.problems[-1]
    assert problem.path == "post.md"
    return problem.line, problem.column, problem.message


def test_split_tells_where_header_and_body_begin() -> None:
    assert parts("\n---\na: 1\nb: 2\n---\n\nbody\n") == Split("yaml", "a: 1\nb: 2\n", 3, "\nbody\n", 6)
    assert parts("+++\n+++\nbody") == Split("toml", "", 2, "body", 3)
    assert parts("---\na: 1\n---") == Split("yaml", "a: 1\n", 2, "", 4)
    assert parts("body\n") == Split(None, "", 1, "body\n", 1)
    assert parts("") == Split(None, "", 1, "", 1)
    assert parts("---") == Split(None, "", 1, "---", 1)


def test_a_longer_rule_does_not_open_front_matter() -> None:
    assert parts("----\ntitle: x\n----\n").kind is None
    assert parts(" ---\ntitle: x\n---\n").kind is None


def test_an_indented_mark_does_not_close_it() -> None:
    assert parts("---\na: |\n  ---\nb: 1\n---\n").header == "a: |\n  ---\nb: 1\n"


def test_crlf_files_have_true_lines() -> None:
    source = read_source(b"\xef\xbb\xbf---\r\ntitle: x\r\ndate: nope\r\n---\r\nbody\r\n", "post.md")
    found = split(source)
    assert (found.body, found.body_line) == ("body\n", 5)
    _, problems = read_front_matter(found, "post.md", ZONE)
    assert [(problem.line, problem.column) for problem in problems] == [(3, 7)]


def test_a_problem_carries_its_line_and_a_code() -> None:
    _, problems = read_front_matter(parts("---\ndate: 2024-02-30\nweight: x\n---\n"), "post.md", ZONE)
    assert [(p.path, p.source, p.code, p.severity) for p in problems] == [
        ("post.md", "date: 2024-02-30", "date", "error"),
        ("post.md", "weight: x", "front-matter", "error"),
    ]


def test_lines_tell_where_each_key_was_given() -> None:
    text = "title: x\nurl: /a/\nredirect_from: /b/\naliases: [/c/]\npublished: false\ncover: a.jpg"
    front, _ = read_front_matter(parts(f"---\n{text}\n---\n"), "post.md", ZONE)
    assert front.lines == {"title": 2, "permalink": 3, "aliases": 4, "draft": 6, "image": 7}
    assert front.aliases == ("/b/", "/c/")


def test_lines_follow_the_key_that_won() -> None:
    front, _ = read_front_matter(parts("---\nlastmod: 2020-01-01\nupdated: 2021-01-01\n---\n"), "x", ZONE)
    assert front.lines == {"updated": 3}


def test_dates_are_in_the_sites_zone() -> None:
    front, _ = read_front_matter(parts("---\ndate: 2016-03-14T23:30:00Z\n---\n"), "x", ZoneInfo("Asia/Tokyo"))
    assert front.date is not None and front.date.isoformat() == "2016-03-15T08:30:00+09:00"


def test_the_authors_own_key_may_be_a_foreign_spelling() -> None:
    front, _ = read_front_matter(parts("---\nurl: /a/\nstatus: odd\n---\n"), "x", ZONE, ("url", "status"))
    assert front.permalink is None and front.unknown == ()


def test_a_taxonomy_wins_over_a_foreign_spelling_and_not_over_our_own() -> None:
    header = parts("---\nthumb: [a]\ntitle: x\nkeywords: b, c\n---\n")
    front, problems = read_front_matter(header, "x", ZONE, (), ("thumb", "title", "keywords"))
    assert front.taxonomies == {"thumb": ("a",), "keywords": ("b", "c")}
    assert front.title == "x" and not problems


def test_every_known_key_means_itself() -> None:
    assert all(meaning(key) == key for key in KNOWN)
    assert meaning("keywords") == "" and meaning("titel") is None


def test_slips_are_guessed() -> None:
    assert suggestion("titel") == "title"
    assert suggestion("Descripton") == "description"
    assert suggestion("poeple", ("people",)) == "people"
    assert suggestion("zzz") is None
    assert suggestion("t" * 100_000) is None


@pytest.mark.parametrize(
    "header",
    [
        "a: " + "[" * 50_000,
        "a: " + "{a: " * 50_000,
        "a: " + "[" * 50_000 + "]" * 50_000,
        "- " * 50_000,
        "a:\n" + "".join(" " * n + "- \n" for n in range(1, 500)),
        "? " * 50_000,
        "\n".join(" " * n + "a:" for n in range(500)),
    ],
    ids=["brackets", "braces", "closed", "dashes", "steps", "questions", "keys"],
)
def test_deep_nesting_is_refused_quickly(header: str) -> None:
    began = time.process_time()
    message = refusal(f"---\n{header}\n---\n")[2]
    assert "nested deeper than 64 levels" in message
    assert time.process_time() - began < HANG


def test_sixty_levels_are_read() -> None:
    front, problems = read_front_matter(parts(f"---\nextra:\n  a: {'[' * 60}{']' * 60}\n---\n"), "x", ZONE)
    assert not problems and front.extra["a"] == eval("[" * 60 + "]" * 60)


def test_an_alias_bomb_is_refused_quickly() -> None:
    levels = ["a0: &a0 [" + "x, " * 9 + "x]"]
    levels += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 30)]
    message = refusal("---\n" + "\n".join(levels) + "\n---\n")[2]
    assert message == "the aliases stand for more than 10000 values"


def test_a_merge_bomb_is_refused_quickly() -> None:
    levels = ["a0: &a0 {" + ", ".join(f"k{n}: 1" for n in range(10)) + "}"]
    levels += [f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 10)}], k: 1}}" for n in range(1, 30)]
    assert "aliases stand for more than" in refusal("---\n" + "\n".join(levels) + "\n---\n")[2]


def test_aliases_cannot_nest_past_the_limit_step_by_step() -> None:
    levels = ["a0: &a0 [x]"]
    levels += [f"a{n}: &a{n} {'[' * 30}*a{n - 1}{']' * 30}" for n in range(1, 10)]
    assert "nested deeper" in refusal("---\n" + "\n".join(levels) + "\n---\n")[2]


def test_an_alias_to_itself_is_refused() -> None:
    assert refusal("---\na: &a [*a]\n---\n") == (2, 8, "the alias *a has no anchor &a before it")


def test_a_long_header_is_refused() -> None:
    assert refusal(f"---\na: {'x' * 300_000}\n---\n") == (2, 1, "the front matter is longer than 256 KiB")
    assert refusal(f'+++\na = "{"x" * 300_000}"\n+++\n') == (2, 1, "the front matter is longer than 256 KiB")


@pytest.mark.parametrize(
    ("header", "column"),
    [("a = " + "[" * 50_000, 69), ("a." * 50_000 + "b = 1", 129), ("[" + "a." * 50_000 + "b]", 130)],
    ids=["brackets", "dots", "table"],
)
def test_deep_toml_is_refused_quickly(header: str, column: int) -> None:
    began = time.process_time()
    found = refusal(f"+++\n{header}\n+++\n")
    assert found == (2, column, "tables and lists are nested deeper than 64 levels")
    assert time.process_time() - began < HANG


def test_toml_cannot_nest_past_the_limit_step_by_step() -> None:
    dotted = ".".join("a" * 40)
    assert "nested deeper" in refusal(f"+++\n{dotted} = {{ {dotted} = 1 }}\n+++\n")[2]
    assert "nested deeper" in refusal(f"+++\n[{dotted}]\n{dotted} = 1\n+++\n")[2]


def test_a_number_of_thousands_of_digits_is_text_or_refused() -> None:
    digits = "9" * 5000
    front, _ = read_front_matter(parts(f"---\ntitle: {digits}\nextra: {{a: {digits}}}\n---\n"), "x", ZONE)
    assert front.title == digits and front.extra["a"] == digits
    assert refusal(f"+++\na = {digits}\n+++\n") == (2, 5, "a number is too long")


def test_thousands_of_problems_are_cut_short() -> None:
    began = time.process_time()
    with pytest.raises(ContentError) as caught:
        read_front_matter(parts("---\n" + "a: 1\n" * 40_000 + "---\n"), "x", ZONE)
    dates = "\n".join("d" + "-" * number + "ate: x" for number in range(400))
    _, problems = read_front_matter(parts(f"---\n{dates}\n---\n"), "x", ZONE)
    assert len(caught.value.problems) == len(problems) == 50 and time.process_time() - began < HANG


YAMLISH = st.text("ab:-[]{}'\"\n #*&!|>%@`,?\t.=+0é\u2028\x85<", max_size=60)


@settings(max_examples=300, deadline=None)
@given(YAMLISH, st.sampled_from(["---", "+++"]))
def test_no_header_ends_in_a_traceback(header: str, mark: str) -> None:
    text = f"{mark}\n{header}\n{mark}\nbody\n"
    try:
        found = parts(text)
        _, problems = read_front_matter(found, "post.md", ZONE)
    except ContentError as error:
        problems = error.problems
    lines = text.split("\n")
    for problem in problems:
        assert problem.line is not None and 1 <= problem.line <= len(lines)
        assert problem.column is not None and 1 <= problem.column <= len(lines[problem.line - 1]) + 1


@settings(max_examples=200, deadline=None)
@given(st.text("ab: -\n+.=", max_size=40))
def test_header_and_body_together_are_the_file(text: str) -> None:
    try:
        found = parts(text)
    except ContentError:
        return
    assert text.endswith(found.body) and found.header in text
    assert "\n".join(text.split("\n")[found.body_line - 1 :]) == found.body
