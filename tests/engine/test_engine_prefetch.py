"""Worker processes change nothing but the time."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from bench import FILE, Bench, text

from netblog.engine import Engine, Fetch, Input, Key, Observation, Store, digest_of, pool, rule
from netblog.errors import ContentError, NetblogError, Problem

HERE = os.getpid()
LEAVES = [f"leaf{number}" for number in range(80)]


@rule
def leaf(fetch: Fetch, name: str) -> str:
    found = text(fetch, name)
    if found == "bad":
        raise ContentError(Problem(f"{name} is bad", path=name))
    if found == "bug":
        raise ZeroDivisionError(name)
    if found == "kill" and os.getpid() != HERE:
        os.kill(os.getpid(), signal.SIGKILL)
    return found.strip()


@rule
def pair(fetch: Fetch, one: str, other: str) -> str:
    return fetch(leaf(one)) + fetch(leaf(other)) + text(fetch, "common")


@rule(keep=False)
def sheet(fetch: Fetch, name: str) -> bytes:
    return fetch(leaf(name)).encode()


def goals() -> list[Key[Any]]:
    return [pair(one, other) for one, other in zip(LEAVES, [*LEAVES[5:], *LEAVES[:5]], strict=True)]


def site(root: Path) -> Bench:
    bench = Bench(root, [leaf, pair, sheet])
    bench.write(common="!", **{name: f"<{name}>" for name in LEAVES})
    return bench


def lives(bench: Bench, jobs: int, edits: list[dict[str, str | None]]) -> list[Any]:
    """What a site comes to after each edit, and which keys ran for it."""
    found = []
    for edit in edits:
        bench.write(**edit)
        found.append(bench.build(*goals(), jobs=jobs))
    return found


EDITS: tuple[list[dict[str, str | None]], ...] = (
    [{}, {}],
    [{}, {"common": "?"}, {"leaf3": "three", "leaf40": None}],
    [{"leaf7": "bad", "leaf70": "bug"}, {}, {"leaf7": "good", "leaf8": "bad"}, {"leaf8": "ok", "leaf70": "ok"}],
    [{}, {name: f"changed {name}" for name in LEAVES}, {name: f" changed {name}" for name in LEAVES}],
)


@pytest.mark.parametrize("edits", EDITS)
def test_a_shared_build_is_the_serial_build(edits: list[dict[str, str | None]], tmp_path: Path) -> None:
    shared, serial = site(tmp_path / "shared"), site(tmp_path / "serial")
    assert lives(shared, 3, edits) == lives(serial, 1, edits)
    assert rows(shared) == rows(serial)
    assert shared.resets == 0


def rows(bench: Bench) -> dict[str, tuple[int, bytes, set[tuple[str, bytes]]]]:
    """The traces, without the ids, which depend on the order of work."""
    store = bench.store()
    try:
        names = {row.id: row.key for row in store.all_nodes()}
        return {
            row.key: (
                row.rank,
                row.digest,
                {
                    (names[int.from_bytes(row.reads[at : at + 4], "little")], row.reads[at + 4 : at + 20])
                    for at in range(0, len(row.reads), 20)
                },
            )
            for row in store.all_nodes()
        }
    finally:
        store.close()


def test_workers_do_the_work(tmp_path: Path) -> None:
    bench = site(tmp_path)
    store = bench.store()
    sent: set[str] = set()

    def sink(key: Key[Any], digest: bytes, value: object) -> None:
        (tmp_path / f"by-{os.getpid()}").touch()

    engine = bench.engine(store, jobs=2, sink=sink)
    engine.on_run = lambda key: sent.add(key.args[0])
    engine.update()
    engine.prefetch([sheet(name) for name in LEAVES], 2)
    assert sent == set(LEAVES)
    made_by = {path.name for path in tmp_path.glob("by-*")}
    assert len(made_by) == 2
    assert f"by-{HERE}" not in made_by
    before = len(engine.state.ran)
    assert not engine.bring([sheet(name) for name in LEAVES]).problems
    assert len(engine.state.ran) == before
    store.close()


def test_a_worker_that_is_killed_costs_time_and_nothing_else(tmp_path: Path) -> None:
    bench = site(tmp_path)
    bench.write(leaf20="kill")
    found, _ = bench.build(*goals(), jobs=3)
    assert found[pair("leaf20", "leaf25")] == "kill<leaf25>!"
    assert bench.build(*goals(), jobs=3) == (found, set())


def test_where_no_process_can_be_had_the_work_is_done_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused() -> int:
        raise BlockingIOError("no more processes")

    monkeypatch.setattr(os, "fork", refused)
    bench = site(tmp_path)
    assert bench.build(*goals(), jobs=3)[0][pair("leaf1", "leaf6")] == "<leaf1><leaf6>!"


class Restless:
    """An input that every process sees otherwise: a file that is being written while the workers look at it."""

    def observe(self, args: tuple[str, ...], known: Observation | None) -> Observation:
        seen = str(os.getpid()).encode()
        return known if known is not None else Observation(digest_of(seen), seen)

    def value(self, args: tuple[str, ...], seen: Observation) -> str:
        return seen.stamp.decode()


RESTLESS: Input[str] = Input("restless")


@rule
def witness(fetch: Fetch, name: str) -> str:
    return fetch(RESTLESS("it"))


def agree(root: Path) -> None:
    """All keys of one build have seen one state of the site, and the next build finds nothing to do."""
    bench = Bench(root, [witness])
    sources = {"restless": Restless()}
    for _ in range(2):
        store = Store(bench.cache, b"1")
        engine = Engine(bench.rules, sources, store)
        engine.update()
        keys = [witness(name) for name in LEAVES]
        engine.prefetch(keys, 3)
        assert len({engine.fetch(key) for key in keys}) == 1
        engine.commit()
        store.close()


def test_workers_that_saw_an_input_differently_do_not_mix(tmp_path: Path) -> None:
    agree(tmp_path)


def test_adopting_without_comparing_would_mix_them(tmp_path: Path) -> None:
    with patch.object(pool, "_same", lambda engine, read, digest: True), pytest.raises(AssertionError):
        agree(tmp_path)


def test_a_rule_that_caught_a_failure_in_a_worker_leaves_no_trace_either(tmp_path: Path) -> None:
    @rule
    def mild(fetch: Fetch, name: str) -> str:
        try:
            return fetch(leaf(name))
        except NetblogError:
            return "?"

    bench = Bench(tmp_path, [leaf, mild])
    bench.write(**dict.fromkeys(LEAVES, "bad"))
    keys = [mild(name) for name in LEAVES]
    for _ in range(2):
        found, ran = bench.build(*keys, jobs=3)
        assert set(found.values()) == {"?"}
        assert len(ran) == 160
    bench.write(**dict.fromkeys(LEAVES, "good"))
    assert set(bench.build(*keys, jobs=3)[0].values()) == {"good"}


def test_files_that_workers_found_are_looked_at_in_the_next_build(tmp_path: Path) -> None:
    bench = site(tmp_path)
    bench.build(*goals(), jobs=3)
    store = bench.store()
    assert {Key.parse(seen.key) for seen in store.inputs()} == {FILE(name) for name in [*LEAVES, "common"]}
    store.close()
