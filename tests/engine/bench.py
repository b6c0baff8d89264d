"""A folder, a cache and made-up rules to try an engine with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from netblog.engine import (
    Engine,
    Fetch,
    Files,
    Input,
    Key,
    Rule,
    Ruleset,
    Source,
    Store,
    StoreDamaged,
    Values,
    rule,
)
from netblog.errors import ContentError, NetblogError, Problem

FILE: Input[bytes | None] = Input("file")
OPTION: Input[Any] = Input("option")


class Bench:
    """A site of made-up rules. `write` edits a file (None removes it); `build` is one build, committed."""

    def __init__(self, root: Path, rules: Sequence[Rule[..., Any]]) -> None:
        self.root = root
        (root / "files").mkdir(parents=True, exist_ok=True)
        self.rules = Ruleset(rules)
        self.options: dict[str, Any] = {}
        self.cache = root / ".netblog" / "cache.sqlite"
        self.toolchain = b"1"
        self.warnings: list[str] = []
        self.resets = 0

    def write(self, **files: str | None) -> None:
        for name, content in files.items():
            path = self.root / "files" / name
            if content is None:
                path.unlink(missing_ok=True)
            else:
                path.write_text(content)

    def store(self) -> Store:
        return Store(self.cache, self.toolchain)

    def engine(self, store: Store, *, jobs: int = 1, check: bool = False, sink: Any = None) -> Engine:
        sources: dict[str, Source] = {"file": Files(self.root / "files"), "option": Values(self.options)}
        return Engine(self.rules, sources, store, sink, jobs=jobs, check=check)

    def build(
        self, *goals: Key[Any], jobs: int = 1, commit: bool = True, check: bool = False
    ) -> tuple[dict[Key[Any], Any], set[Key[Any]]]:
        """What goals come to (a value, or a failure's messages) and the keys that ran. Damage is met as documented."""
        store = self.store()
        try:
            for attempt in range(3):
                try:
                    engine = self.engine(store, jobs=jobs, check=check)
                    engine.update()
                    engine.prefetch(goals, jobs)
                    engine.bring(goals)
                    found = {goal: outcome(engine, goal) for goal in goals}
                    if commit:
                        engine.commit()
                    return found, {it.key for it in engine.state.ran}
                except StoreDamaged:
                    assert attempt < 2, "an empty store is not damaged"
                    self.resets += 1
                    store.reset()
            raise AssertionError
        finally:
            self.warnings = [problem.message for problem in store.problems]
            store.close()


def outcome(engine: Engine, key: Key[Any]) -> Any:
    try:
        return engine.fetch(key)
    except NetblogError as error:
        return tuple(problem.message for problem in error.problems)


def text(fetch: Fetch, name: str) -> str:
    data = fetch(FILE(name))
    return "" if data is None else data.decode()


# -- small sites in which one step of the engine decides -------------------------------------------


@rule
def rung(fetch: Fetch, number: str) -> str:
    """A ladder over the file `f`: the rank of rung n is n."""
    return text(fetch, "f") if number == "1" else fetch(rung(str(int(number) - 1)))


@rule
def climber(fetch: Fetch) -> str:
    return fetch(rung("4")) if text(fetch, "up") else "1"


@rule
def follower(fetch: Fetch) -> str:
    return fetch(climber())


@rule
def passer(fetch: Fetch, foot: str) -> str:
    fetch(rung(foot))
    return fetch(follower()) if text(fetch, "meet") else "alone"


def a_key_whose_reads_rose_is_met_halfway(root: Path) -> None:
    """A key that came to read high keys, with the same value, lifts its readers."""
    bench = Bench(root, [rung, climber, follower, passer])
    bench.write(f="1")
    bench.build(passer("2"), follower())
    bench.write(up="yes")
    bench.build(passer("2"), follower())
    bench.write(f="2", meet="yes")
    found, _ = bench.build(passer("2"), follower())
    assert found == {passer("2"): "2", follower(): "2"}


@rule
def left(fetch: Fetch) -> str:
    return text(fetch, "g") if text(fetch, "turned") else fetch(right())


@rule
def right(fetch: Fetch) -> str:
    return fetch(left()) if text(fetch, "turned") else "r"


@rule
def onlooker(fetch: Fetch) -> str:
    fetch(rung("3"))
    return fetch(right()) if text(fetch, "look") else "away"


def two_keys_that_change_places_keep_their_order(root: Path) -> None:
    """The new reader rises above what it reads, which does not rise above its old read in turn."""
    bench = Bench(root, [rung, left, right, onlooker])
    bench.write(f="1", g="a")
    bench.build(onlooker(), left(), right())
    bench.write(turned="yes")
    bench.build(onlooker(), left(), right())
    bench.write(g="b", look="yes")
    found, _ = bench.build(onlooker(), left(), right())
    assert found == {onlooker(): "b", left(): "b", right(): "b"}


@rule
def number(fetch: Fetch) -> int:
    found = text(fetch, "n")
    if not found.isdigit():
        raise ContentError(Problem(f"{found} is no number", path="n"))
    return int(found)


@rule
def calm(fetch: Fetch) -> int:
    try:
        return fetch(number())
    except ContentError:
        return 0


@rule
def double(fetch: Fetch) -> int:
    return 2 * fetch(calm())


def a_caught_failure_that_changes_nothing_is_not_forgotten(root: Path) -> None:
    """`calm` leaves no trace, though it came to the value it had; `double` may not keep one that refers to it."""
    bench = Bench(root, [number, calm, double])
    bench.write(n="0")
    assert bench.build(double())[0] == {double(): 0}
    bench.write(n="x")
    assert bench.build(double())[0] == {double(): 0}
    bench.write(n="4")
    assert bench.build(double())[0] == {double(): 8}


def a_change_that_does_not_show_goes_no_further(root: Path) -> None:
    """Early cut-off, counted."""
    bench = Bench(root, [number, calm, double])
    bench.write(n="1")
    bench.build(double())
    bench.write(n="01")
    assert bench.build(double()) == ({double(): 2}, {number()})


def an_abandoned_build_leaves_nothing_behind(root: Path) -> None:
    """The same engine builds again after the edit was undone."""
    bench = Bench(root, [number, calm, double])
    bench.write(n="1")
    bench.build(double())
    store = bench.store()
    try:
        engine = bench.engine(store)
        bench.write(n="2")
        engine.update()
        assert engine.fetch(double()) == 4
        bench.write(n="1")
        engine.update()
        assert engine.fetch(double()) == 2
        assert engine.state.ran == []
    finally:
        store.close()


Scene = Callable[[Path], None]

SCENES: tuple[Scene, ...] = (
    a_key_whose_reads_rose_is_met_halfway,
    two_keys_that_change_places_keep_their_order,
    a_caught_failure_that_changes_nothing_is_not_forgotten,
    a_change_that_does_not_show_goes_no_further,
    an_abandoned_build_leaves_nothing_behind,
)
