"""What netblog says, to the letter."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO
from unicodedata import category

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netblog.errors import Problem
from netblog.model.report import BuildReport, Withheld
from netblog.report import progress, quoted, render_problems, render_summary, report_json, say
from netblog.report.excerpt import WIDTH, cells
from netblog.report.summary import duration

DATE = Problem(
    "the date 2024-02-30 does not exist (February 2024 has 29 days)",
    path="content/posts/x.md",
    line=3,
    column=7,
    hint="write a day that exists",
    source="date: 2024-02-30",
    code="date",
)


@pytest.fixture(autouse=True)
def no_colour_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")


@contextmanager
def terminal() -> Iterator[tuple[TextIO, list[str]]]:
    """A stream that is a terminal, and, once the block has ended, what a person saw there."""
    master, slave = os.openpty()
    pieces: list[bytes] = []
    seen: list[str] = []

    def watch() -> None:
        # Reading fails once the last writer is gone, and what was written has been read.
        with suppress(OSError):
            while piece := os.read(master, 1 << 16):
                pieces.append(piece)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        with os.fdopen(slave, "w", encoding="utf-8") as stream:
            yield stream, seen
    finally:
        watcher.join()
        os.close(master)
    seen.append(b"".join(pieces).decode())


def without_escapes(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text).replace("\r\n", "\n")


# Problems


def test_a_problem_has_its_place_its_line_a_mark_and_a_hint() -> None:
    assert render_problems([DATE]) == (
        "content/posts/x.md:3:7: the date 2024-02-30 does not exist (February 2024 has 29 days)\n"
        "    3 | date: 2024-02-30\n"
        "              ^\n"
        "        hint: write a day that exists\n"
    )


def test_no_problems_are_no_words() -> None:
    assert render_problems([]) == ""


def test_a_warning_says_so_behind_its_place() -> None:
    problem = Problem("unknown key 'colour'", path="netblog.toml", line=4, severity="warning")
    assert render_problems([problem]) == "netblog.toml:4: warning: unknown key 'colour'\n"


def test_a_problem_without_a_place_says_what_it_is() -> None:
    assert render_problems([Problem("a"), Problem("b", severity="warning")]) == "error: a\nwarning: b\n"


def test_a_template_error_names_the_page_it_was_met_on() -> None:
    problem = Problem("'pots' is undefined", path="templates/post.html", line=2, source="{{ pots }}")
    assert render_problems([replace(problem, cause="content/posts/x.md")]) == (
        "templates/post.html:2: 'pots' is undefined\n"
        "    2 | {{ pots }}\n"
        "        while rendering content/posts/x.md\n"
    )


def test_a_template_error_on_many_pages_is_told_once() -> None:
    problem = Problem("'pots' is undefined", path="templates/post.html", line=2)
    pages = [replace(problem, cause=f"content/posts/{number}.md") for number in range(1500)]
    assert render_problems(pages) == (
        "templates/post.html:2: 'pots' is undefined\n"
        "        while rendering content/posts/0.md and 1,499 other pages\n"
    )


def test_problems_come_by_file_and_line_and_equal_ones_once() -> None:
    places = [("b", 1), ("a", 10), ("a", 9), ("b", 1)]
    problems = [Problem("m", path=path, line=line) for path, line in places]
    assert render_problems(problems) == "a:9: m\na:10: m\nb:1: m\n"


def test_a_limit_shows_errors_before_warnings_and_counts_the_rest() -> None:
    problems = [Problem("w", path="a", line=line, severity="warning") for line in range(5)]
    problems += [Problem("e", path="b", line=line) for line in range(4)]
    assert render_problems(problems, limit=2) == "b:0: e\nb:1: e\n... and 2 errors and 5 warnings more\n"
    assert render_problems(problems, limit=5).endswith("b:3: e\n... and 4 warnings more\n")
    assert render_problems(problems, limit=9) == render_problems(problems)


@pytest.mark.parametrize("line", [1, 12, 123, 99_999, 1_234_567])
@pytest.mark.parametrize(
    ("source", "column", "under"),
    [
        ("date: 2024-02-30", 7, "date: "),
        ("x", 1, ""),
        ("abc", 4, "abc"),
        ("abc", 400, "abc"),
        ("\tkey: value", 2, "    "),
        ("a\tkey", 3, "a   "),
        ("\t\tx\ty", 5, "        x   "),
        ("日本語: x", 6, "日本語: "),
        ("cafe\u0301: x", 8, "cafe\u0301: "),
        ("한국 x", 4, "한국 "),
        ("a\x1b[31mb", 7, "a\\x1b[31m"),
        ("a\u202eb", 3, "a\\u202e"),
    ],
)
def test_the_mark_stands_under_its_column(line: int, source: str, column: int, under: str) -> None:
    text = render_problems([Problem("m", path="f", line=line, column=column, source=source)])
    _, shown, mark = text.splitlines()
    margin = f"{line:>5} | "
    assert shown.startswith(margin + under)
    assert len(mark) - 1 == len(margin) + sum(cells(char) for char in under)
    assert mark.strip() == "^"


@pytest.mark.parametrize("column", [1, 2, 60, 500, 1499, 1500, 1501, 99_999])
def test_of_a_long_line_the_part_around_the_column_is_shown(column: int) -> None:
    source = "".join(f"{number:05}" for number in range(300))
    text = render_problems([Problem("m", path="f", line=1, column=column, source=source)])
    _, shown, mark = text.splitlines()
    assert len(shown) <= len("    1 | ") + WIDTH + 2
    expected = source[column - 1 : column] or "\n"
    assert (shown + "\n")[mark.index("^")] == expected
    assert ("…" in shown[8:9]) == (column > 51)
    assert shown.endswith("…") == (column <= 500)
    around = source[max(column - 40, 0) : column + 20]
    assert around in shown


def test_a_long_line_of_wide_characters_keeps_its_mark() -> None:
    source = "語" * 200 + "X" + "語" * 200
    _, shown, mark = render_problems([Problem("m", path="f", line=1, column=201, source=source)]).splitlines()
    before = shown[: shown.index("X")]
    assert sum(cells(char) for char in before) == mark.index("^")
    assert sum(cells(char) for char in shown) <= len("    1 | ") + WIDTH + 2


def test_a_line_of_twenty_megabytes_is_no_trouble() -> None:
    source = "x" * 20_000_000
    before = time.process_time()
    text = render_problems([Problem("m" * 1_000_000, path="f", line=1, column=10_000_000, source=source)])
    assert len(text) < 3000
    assert time.process_time() - before < 1


def test_terminal_escapes_and_overrides_are_shown_and_not_obeyed() -> None:
    nasty = "\x1b[2J\x07\x9b31m\u202egnp.exe\u2066\udc80\x00"
    problem = Problem(nasty, path=f"{nasty}.md", line=1, column=2, source=nasty, hint=nasty, cause=nasty)
    text = render_problems([problem])
    assert not any(category(char) in ("Cc", "Cf", "Cs") for char in text.replace("\n", ""))
    assert "\\x1b[2J\\x07\\x9b31m\\u202egnp.exe\\u2066\\udc80\\x00" in text
    text.encode()


def test_line_breaks_in_a_message_do_not_forge_another_problem() -> None:
    text = render_problems([Problem("bad\nother.md:1: fine\u2028x", path="a.md", hint="one\r\ntwo")])
    assert text == "a.md: bad other.md:1: fine x\n        hint: one two\n"


def test_letters_of_all_scripts_and_emoji_are_left_alone() -> None:
    words = "perché 日本語 العربية हिन्दी می‌خواهم 👩‍👩‍👧"
    assert render_problems([Problem(words)]) == f"error: {words}\n"


@given(
    st.builds(
        Problem,
        message=st.text(),
        path=st.none() | st.text(),
        line=st.none() | st.integers(min_value=-5, max_value=10**9),
        column=st.none() | st.integers(min_value=-5, max_value=10**9),
        hint=st.none() | st.text(),
        source=st.none() | st.text(),
        severity=st.sampled_from(["error", "warning"]),
        cause=st.none() | st.text(),
    )
)
def test_any_problem_can_be_rendered(problem: Problem) -> None:
    text = render_problems([problem, problem])
    assert text.endswith("\n")
    assert len(text.splitlines()) <= 5
    text.encode()


# The summary

REPORT = BuildReport(
    posts=14,
    pages=2,
    comments=43,
    written=tuple(f"{number}.html" for number in range(61)),
    unchanged=0,
    removed=("old.html", "older.html"),
    rescued=(),
    withheld=(),
    problems=(),
    seconds=0.8,
    output="public",
    ok=True,
    jobs=2,
    rules_run=120,
)


def test_the_summary_of_a_build_is_one_line() -> None:
    assert render_summary(REPORT) == (
        "Built 14 posts, 2 pages and 43 comments in 0.8 s: 61 files written, 0 unchanged, 2 removed.\n"
    )


def test_one_of_a_kind_is_told_in_the_singular() -> None:
    report = replace(
        REPORT, posts=1, pages=1, comments=1, written=("a",), unchanged=12_500, removed=(), seconds=0.041
    )
    assert render_summary(report) == (
        "Built 1 post, 1 page and 1 comment in 0.04 s: 1 file written, 12,500 unchanged, 0 removed.\n"
    )


def test_the_summary_counts_warnings() -> None:
    report = replace(REPORT, problems=(Problem("w", severity="warning"), Problem("v", severity="warning")))
    assert render_summary(report).endswith("2 removed. 2 warnings.\n")


def test_a_build_with_errors_says_that_nothing_was_published() -> None:
    report = replace(REPORT, ok=False, problems=(DATE, DATE, Problem("w", severity="warning")))
    assert render_summary(report) == "Nothing was published: 1 error and 1 warning in 0.8 s.\n"


def test_withheld_files_are_named_with_reason_and_date() -> None:
    report = replace(
        REPORT,
        withheld=(
            Withheld("content/posts/a.md", "A", "draft", None),
            Withheld("content/posts/b.md", "", "future", datetime(2030, 5, 1, 9, 30, tzinfo=UTC)),
            Withheld("content/posts/c.md", "C\x1b[2J", "expired", datetime(2020, 5, 1, tzinfo=UTC)),
        ),
    )
    assert render_summary(report).splitlines()[1:] == [
        "Withheld 3 files:",
        "  content/posts/a.md (A): a draft",
        "  content/posts/b.md: not before 2030-05-01 09:30",
        "  content/posts/c.md (C\\x1b[2J): expired on 2020-05-01",
    ]


def test_five_hundred_drafts_are_not_all_named_unless_asked_for() -> None:
    drafts = [Withheld(f"content/posts/{number}.md", "", "draft", None) for number in range(500)]
    report = replace(REPORT, withheld=tuple(drafts))
    assert render_summary(report).splitlines()[-1] == "  ... and 490 more"
    assert len(render_summary(report).splitlines()) == 13
    assert "content/posts/499.md" in render_summary(report, verbose=True)


def test_rescued_things_are_named_where_they_are_now() -> None:
    report = replace(REPORT, rescued=(".netblog/rescued/about.html",))
    assert render_summary(report).splitlines()[1:] == [
        "In public, 1 thing that netblog did not write was in the way and moved aside:",
        "  .netblog/rescued/about.html",
    ]


def test_a_verbose_summary_names_files_and_work() -> None:
    report = replace(REPORT, written=("a.html",), explained=(("a.html", "content/a.md changed"),))
    assert render_summary(report, verbose=True).splitlines()[1:] == [
        "Made again:",
        "  a.html: content/a.md changed",
        "  wrote a.html",
        "  removed old.html",
        "  removed older.html",
        "120 rules run, 2 jobs.",
    ]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-1, "0.00 s"),
        (0.094, "0.09 s"),
        (0.096, "0.1 s"),
        (9.94, "9.9 s"),
        (9.96, "10 s"),
        (59.4, "59 s"),
        (59.6, "1 min 0 s"),
        (125, "2 min 5 s"),
    ],
)
def test_durations_have_two_digits_that_mean_something(seconds: float, words: str) -> None:
    assert duration(seconds) == words


# JSON


def test_the_json_report_holds_everything_in_sorted_keys() -> None:
    report = replace(
        REPORT,
        written=("città.html",),
        withheld=(Withheld("b.md", "B", "future", datetime(2030, 5, 1, 9, 30, tzinfo=UTC)),),
        problems=(replace(DATE, message="\x1b[2J\udc80"), Problem("w", severity="warning")),
        explained=(("a.html", "new"),),
    )
    text = report_json(report)
    assert text.isascii()
    assert "\x1b" not in text
    record = json.loads(text)
    assert list(record) == sorted(record)
    assert record | {"problems": None} == {
        "format": "netblog-report",
        "version": 1,
        "ok": True,
        "posts": 14,
        "pages": 2,
        "comments": 43,
        "written": ["città.html"],
        "unchanged": 0,
        "removed": ["old.html", "older.html"],
        "rescued": [],
        "withheld": [{"path": "b.md", "title": "B", "reason": "future", "when": "2030-05-01T09:30:00+00:00"}],
        "problems": None,
        "errors": 1,
        "warnings": 1,
        "seconds": 0.8,
        "output": "public",
        "jobs": 2,
        "rules_run": 120,
        "strangers": [],
        "explained": [{"output": "a.html", "why": "new"}],
    }
    assert record["problems"][0]["severity"] == "warning"
    assert record["problems"][1] == {
        "severity": "error",
        "code": "date",
        "message": "\x1b[2J\udc80",
        "path": "content/posts/x.md",
        "line": 3,
        "column": 7,
        "source": "date: 2024-02-30",
        "hint": "write a day that exists",
        "cause": None,
    }


def test_every_field_of_the_json_report_is_documented() -> None:
    documented = set(re.findall(r"`(\w+)`", report_json.__doc__ or ""))
    record = json.loads(report_json(replace(REPORT, problems=(DATE,))))
    assert {*record, *record["problems"][0], "reason", "when", "why"} <= documented


# Lines that rules did not keep


def test_a_line_is_read_from_its_file_and_marked_where_the_message_points(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes(b"\xef\xbb\xbfone\r\n[x](x.md) and ![x](x)\r\n")
    (found,) = quoted(tmp_path, [Problem("the link 'x' leads nowhere", path="a.md", line=2)])
    assert (found.source, found.column) == ("[x](x.md) and ![x](x)", 20)
    assert quoted(tmp_path, [found]) == (found,)
    kept = [
        Problem("no such line", path="a.md", line=9),
        Problem("no such file", path="b.md", line=1),
        Problem("no line", path="c.md"),
        Problem("no place"),
    ]
    assert set(quoted(tmp_path, kept)) == set(kept)


# The terminal

PROBLEMS = (DATE, Problem("w", path="a.md", severity="warning"), Problem("e"))
WORDS = render_problems(PROBLEMS) + render_summary(REPORT)


def test_what_goes_to_a_file_is_plain() -> None:
    stream = io.StringIO()
    say(WORDS, stream)
    assert stream.getvalue() == WORDS


def test_colour_on_a_terminal_changes_no_letter() -> None:
    with terminal() as (stream, seen):
        say(WORDS, stream)
    assert "\x1b[" in "".join(seen)
    assert without_escapes("".join(seen)) == WORDS


def test_markup_and_emoji_codes_in_a_message_are_just_text() -> None:
    words = "error: [bold]x[/bold] :smile: [link=http://x]y[/link] http://example.com 12\n"
    with terminal() as (stream, seen):
        say(words, stream)
    assert without_escapes("".join(seen)) == words


@pytest.mark.parametrize("setting", [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_no_colour_where_none_is_wanted(monkeypatch: pytest.MonkeyPatch, setting: tuple[str, str]) -> None:
    monkeypatch.setenv(*setting)
    with terminal() as (stream, seen):
        say(WORDS, stream)
    assert "".join(seen).replace("\r\n", "\n") == WORDS


def test_a_stream_that_cannot_spell_a_letter_gets_an_escape() -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    say("error: città\n", stream)
    assert raw.getvalue() == b"error: citt\\xe0\n"


# Progress


def run_bar(stream: TextIO, monkeypatch: pytest.MonkeyPatch, patience: float) -> None:
    monkeypatch.setattr("netblog.report.bar.PATIENCE", patience)
    monkeypatch.setattr("netblog.report.bar._FRAME", 0.0)
    threads = threading.active_count()
    with progress(100, "Rendering [x]", stream) as advance:
        for _ in range(100):
            advance(1)
            assert threading.active_count() == threads


def test_a_long_build_shows_a_bar_on_a_terminal_and_needs_no_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    with terminal() as (stream, seen):
        run_bar(stream, monkeypatch, patience=0.0)
    text = without_escapes("".join(seen))
    assert "Rendering [x]" in text
    assert "99/100" in text


def test_a_short_build_shows_no_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    with terminal() as (stream, seen):
        run_bar(stream, monkeypatch, patience=60.0)
    assert seen == [""]


def test_a_build_nobody_watches_shows_no_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    run_bar(stream, monkeypatch, patience=0.0)
    assert stream.getvalue() == ""


def test_the_bar_goes_away_when_the_build_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("netblog.report.bar.PATIENCE", 0.0)
    with terminal() as (stream, seen), pytest.raises(KeyboardInterrupt), progress(9, "x", stream) as advance:
        advance(1)
        raise KeyboardInterrupt
    text = "".join(seen)
    assert text.count("\x1b[?25h") == 1
    assert text.rstrip("\r").endswith("\x1b[2K")


def test_importing_the_report_imports_neither_rich_nor_json_nor_msgspec() -> None:
    code = "import sys, netblog.report; print({'rich', 'json', 'msgspec'} & set(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent / "src")},
    )
    assert done.stdout == "set()\n"
