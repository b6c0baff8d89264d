"""Keys and values as text and bytes, and the lock."""

from __future__ import annotations

import math
import os
import subprocess
import sys
import textwrap
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from netblog.engine import PLAIN, Input, Key, Moments, SiteLock, Trees, Values, digest_of, toolchain
from netblog.errors import NetblogError, RuleError

ARGUMENTS = st.lists(st.text(st.characters(codec="utf-8") | st.sampled_from("\x1e\x1f01\x00"))).map(tuple)


@given(st.text("abc_", min_size=1), ARGUMENTS)
@example("r", ("\x1e1", "\x1f0", "\x1e\x1f", ""))
@example("r", ("\x1f",))
@example("r", ("", ""))
def test_a_key_comes_back_from_its_text(rule: str, args: tuple[str, ...]) -> None:
    key: Key[Any] = Key(rule, args)
    assert Key.parse(key.text()) == key


@given(ARGUMENTS, ARGUMENTS)
def test_two_keys_have_two_texts(one: tuple[str, ...], other: tuple[str, ...]) -> None:
    assert (Key("r", one).text() == Key("r", other).text()) == (one == other)


def test_a_key_reads_as_a_call() -> None:
    assert str(Input[str]("file")("a.md", "b")) == "file(a.md, b)"


SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.binary()
PLAIN_VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner)
        | st.lists(inner).map(tuple)
        | st.dictionaries(st.text() | st.integers(), inner)
        | st.frozensets(st.text() | st.integers())
    ),
    max_leaves=20,
)


@given(PLAIN_VALUES)
def test_a_plain_value_comes_back_equal_of_the_same_type_and_in_the_same_order(value: Any) -> None:
    back = PLAIN.decode(PLAIN.encode(value))
    assert back == value
    assert PLAIN.encode(back) == PLAIN.encode(value)
    if "frozenset" not in repr(value):
        assert repr(back) == repr(value)


def test_equal_values_of_different_types_have_different_digests() -> None:
    values = [1, True, 1.0, "1", b"1", (1,), [1], {1: 1}, frozenset([1]), None, 0, False, 0.0, -0.0, "", b"", (), []]
    assert len({digest_of(PLAIN.encode(value)) for value in values}) == len(values)
    assert len({PLAIN.encode(("a", "bc")), PLAIN.encode(("ab", "c")), PLAIN.encode(("abc",))}) == 3


def test_large_numbers_and_odd_ones_come_back() -> None:
    for number in (10**5000, -(10**5000), 127, 128, -128, -129, 255, 256):
        assert PLAIN.decode(PLAIN.encode(number)) == number
    assert math.isnan(PLAIN.decode(PLAIN.encode(math.nan)))
    assert PLAIN.decode(PLAIN.encode("\ud800")) == "\ud800"


def test_the_order_of_a_set_does_not_matter_and_that_of_a_mapping_does() -> None:
    letters = [chr(number) for number in range(97, 123)]
    assert PLAIN.encode(frozenset(letters)) == PLAIN.encode(frozenset(reversed(letters)))
    assert PLAIN.encode({"a": 1, "b": 2}) != PLAIN.encode({"b": 2, "a": 1})


def test_what_is_not_plain_is_refused() -> None:
    for value in (object(), {1, 2}, range(3), Key("r"), bytearray(b"x")):
        with pytest.raises(TypeError, match="cannot be stored"):
            PLAIN.encode(value)


def test_bytes_that_are_no_value_are_refused() -> None:
    whole = PLAIN.encode({"a": [1, "two", b"three", (None, 1.5)]})
    for cut in range(len(whole)):
        with pytest.raises(Exception):  # noqa: B017 - which one does not matter
            PLAIN.decode(whole[:cut])
    with pytest.raises(ValueError, match="after the end"):
        PLAIN.decode(whole + b"N")


def test_differences_are_the_names_of_what_differs() -> None:
    before, after = {"a": 1, "b": 2, "c": None, "e": 1}, {"a": 1, "b": 3, "d": 4, "e": True}
    assert PLAIN.differences(PLAIN.encode(before), PLAIN.encode(after)) == ("b", "c", "e", "d")
    assert PLAIN.differences(PLAIN.encode([1]), PLAIN.encode([2])) == ()


def test_a_tree_lists_what_is_content_and_a_worker_s_look_at_it_counts(tmp_path: Path) -> None:
    for name in ("a.md", ".hidden", "b~", "sub/c.md", "sub/.git/x", "#d#"):
        path = tmp_path / "posts" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    (tmp_path / "posts" / "loop").symlink_to(tmp_path / "posts")
    trees = Trees(tmp_path)
    seen = trees.observe(("posts",), None)
    assert trees.value(("posts",), seen) == ("a.md", "sub/c.md")
    (tmp_path / "posts" / "new.md").write_text("")
    later = Trees(tmp_path).observe(("posts",), None)
    assert trees.value(("posts",), later) == ("a.md", "new.md", "sub/c.md")
    with pytest.raises(RuleError, match="changed while"):
        Trees(tmp_path).value(("posts",), seen)
    assert trees.value(("nowhere",), trees.observe(("nowhere",), None)) == ()


def test_options_and_moments_are_known_by_their_value() -> None:
    assert Values({"a": 1}).observe(("a",), None) != Values({"a": True}).observe(("a",), None)
    noon = Moments(datetime(2024, 1, 1, 12, tzinfo=UTC))
    past, future = ("2024-01-01T12:00:00Z",), ("2024-01-01T12:00:01Z",)
    assert noon.value(past, noon.observe(past, None)) is True
    assert noon.value(future, noon.observe(future, None)) is False
    assert noon.observe(past, None) != noon.observe(future, None)


def test_the_toolchain_changes_with_a_source_and_with_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.py").write_text("1")
    first = toolchain(tmp_path, ["pytest"])
    (tmp_path / "notes.txt").write_text("")
    assert toolchain(tmp_path, ["pytest"]) == first
    assert toolchain(tmp_path, []) != first
    (tmp_path / "sub" / "a.py").write_text("2")
    assert toolchain(tmp_path, ["pytest"]) != first


HOLDER = """
    import sys, time
    from pathlib import Path
    from netblog.engine import SiteLock
    with SiteLock(Path(sys.argv[1])):
        print("held", flush=True)
        sys.stdin.read()
"""


def holder(path: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", textwrap.dedent(HOLDER), str(path)]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=dict(os.environ)
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_a_second_build_waits_for_the_first(tmp_path: Path) -> None:
    told: list[float] = []
    with holder(tmp_path / "cache" / "lock") as process:
        with (
            pytest.raises(NetblogError, match="another netblog"),
            SiteLock(tmp_path / "cache" / "lock", timeout=0.2, waiting=lambda: told.append(time.monotonic())),
        ):
            raise AssertionError
        assert len(told) == 1
        assert process.stdin is not None
        waiting = SiteLock(tmp_path / "cache" / "lock", timeout=20, waiting=process.stdin.close)
        with waiting:
            assert process.wait(20) == 0


def test_a_killed_build_lets_go_of_the_lock(tmp_path: Path) -> None:
    with holder(tmp_path / "lock") as process:
        process.kill()
        process.wait()
    with SiteLock(tmp_path / "lock", timeout=0), pytest.raises(NetblogError), SiteLock(tmp_path / "lock", timeout=0):
        raise AssertionError
    with SiteLock(tmp_path / "lock", timeout=0):
        pass


def test_where_nothing_can_be_written_there_is_no_lock(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with SiteLock(tmp_path / "file" / "lock", timeout=0), SiteLock(tmp_path / "file" / "lock", timeout=0):
        pass
