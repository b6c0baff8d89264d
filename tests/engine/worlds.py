"""Random worlds for the engine: rules whose behaviour and reads depend on files, and what they ought to come to.

A world's cells are programs drawn from a seed. A cell reads files and lower cells, branches on what it finds,
picks what to read next by the values read, fails, and catches failures. `Truth` is the whole specification of
the engine in twenty lines: run everything, remember nothing.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

from netblog.engine import Engine, Fetch, Files, Input, Key, Rule, Ruleset, Store, digest_of, rule
from netblog.engine import traces as traces_module
from netblog.errors import ContentError, NetblogError, Problem

FILE: Input[bytes | None] = Input("file")
NOWHERE = Path(os.devnull) / "no-folder" / "cache"
"""A store here is in memory."""

Outcome = tuple[str, Any]
Step = tuple[Any, ...]


def outcome_of(make: Any) -> Outcome:
    """What something comes to: a value, or its problems."""
    try:
        return "value", make()
    except NetblogError as error:
        return type(error).__name__, error.problems


class World:
    """Files in a folder, and cells over them."""

    def __init__(self, seed: int, root: Path) -> None:
        self.random = Random(seed)
        self.root = root
        self.files = [f"f{number}" for number in range(self.random.randint(2, 6))]
        self.deep = self.random.random() < 0.5
        """Ladders of cells, and cells that change between their feet and their tops: ranks go up and down."""
        self.size = self.random.randint(3, 18 if self.deep else 12)
        # Where values are few, many changes are cut off.
        self.values = self.random.choice([2, 4, 97])
        # Names are dealt anew, so that the order of names says nothing about the order of reads.
        self.names = [f"c{number:02}" for number in range(self.size)]
        self.random.shuffle(self.names)
        self.place = {name: number for number, name in enumerate(self.names)}
        self.programs = {name: self._program(number) for number, name in enumerate(self.names)}
        self.large = {name for name in self.names if self.random.random() < 0.2}
        self.past: dict[str, list[tuple[bytes, int]]] = {}
        self.rules = Ruleset(self._rules())
        self.cell = self.rules["cell"]
        self.artifact = self.rules["artifact"]
        for name in self.files:
            if self.random.random() < 0.8:
                self.write(name)

    # -- what cells do -----------------------------------------------------------------------------

    def _program(self, number: int) -> tuple[Step, ...]:
        return tuple(self._step(number, 0) for _ in range(self.random.randint(1, 3)))

    def _step(self, number: int, depth: int) -> Step:
        random = self.random
        lower = self.names[:number]
        if self.deep:
            lower = random.choice([lower[:2], lower[-2:], lower[-1:], lower])
        kinds = ["file"] * (2 - self.deep) + ["tag"] * (not self.deep)
        if lower:
            kinds += ["cell"] * 4 + ["pick"] * 2 + ["switch"] * (1 + 3 * self.deep) + ["try", "all"]
        if depth < 2:
            kinds += ["if"] * 3
        kinds += ["fail"] * (random.random() < 0.3)
        kind = random.choice(kinds or ["file"])
        match kind:
            case "file" | "tag":
                return kind, random.choice(self.files)
            case "cell" | "try":
                return kind, random.choice(lower)
            case "pick" | "all":
                return kind, tuple(random.choice(lower) for _ in range(random.randint(1, 4)))
            case "switch":
                return kind, random.choice(self.files), tuple(random.choice(self.names[:number]) for _ in range(3))
            case "if":
                return kind, *(
                    tuple(self._step(number, depth + 1) for _ in range(random.randint(0, 2))) for _ in range(2)
                )
            case _:
                return kind, random.randint(0, 8), random.random() < 0.2

    def _rules(self) -> list[Rule[Any, Any]]:
        programs, large, values = self.programs, self.large, self.values

        def number_of(fetch: Fetch, name: str) -> int:
            data = fetch(FILE(name))
            return 0 if data is None else int(data)

        def run(fetch: Fetch, name: str, steps: Iterable[Step], total: int) -> int:
            for step in steps:
                match step:
                    case ("file", file):
                        total = total * 3 + number_of(fetch, file)
                    case ("tag", file):
                        # Its argument is made out of a file's content: keys come and go.
                        total += fetch(tag(f"f{number_of(fetch, file) % 7}", str(total % 3)))
                    case ("cell", other):
                        total = total * 5 + fetch(cell(other))["n"]
                    case ("pick", others):
                        total += fetch(cell(others[total % len(others)]))["n"]
                    case ("switch", file, others):
                        total += fetch(cell(others[number_of(fetch, file) % len(others)]))["n"]
                    case ("all", others):
                        total += sum(it["n"] for it in fetch.all([cell(other) for other in others]))
                    case ("try", other):
                        try:
                            total += fetch(cell(other))["n"]
                        except NetblogError as error:
                            total += len(error.problems)
                    case ("if", this, that):
                        total = run(fetch, name, this if total % 2 else that, total + 1)
                    case ("fail", rest, bug):
                        if total % 9 == rest:
                            if bug:
                                raise ValueError(f"{name} stumbled over {total}")
                            raise ContentError(Problem(f"{name} does not like {total}", path=name))
            return total

        @rule
        def tag(fetch: Fetch, name: str, more: str) -> int:
            return number_of(fetch, name) + int(more)

        @rule
        def cell(fetch: Fetch, name: str) -> dict[str, Any]:
            total = run(fetch, name, programs[name], 1)
            small = total % values
            return {"n": small, "body": "x" * (5000 + small) if name in large else ""}

        @rule(keep=False)
        def artifact(fetch: Fetch, name: str) -> bytes:
            return str(fetch(cell(name))["n"] % 2).encode()

        return [tag, cell, artifact]

    # -- edits -------------------------------------------------------------------------------------

    def write(self, name: str) -> None:
        path = self.root / name
        path.write_bytes(str(self.random.randint(0, 12)).encode())
        if self.random.random() < 0.5:
            # One of few times, so that size and time are often the same and the content is not.
            stamp = self.random.choice([10**18, 10**18 + 1])
            os.utime(path, ns=(stamp, stamp))

    def edit(self) -> None:
        for _ in range(self.random.choice([0, 1, 1, 2, 4])):
            name = self.random.choice(self.files)
            path = self.root / name
            past = self.past.setdefault(name, [])
            if path.exists():
                past.append((path.read_bytes(), path.stat().st_mtime_ns))
            what = self.random.random()
            if what < 0.2:
                path.unlink(missing_ok=True)
            elif what < 0.35 and past:
                content, stamp = self.random.choice(past)
                path.write_bytes(content)
                os.utime(path, ns=(stamp, stamp))
            else:
                self.write(name)

    def goals(self) -> list[Key[Any]]:
        cells = self.random.sample(self.names, self.random.randint(1, min(5, self.size)))
        made = self.random.sample(self.names, self.random.randint(0, min(3, self.size)))
        return [*map(self.cell, cells), *map(self.artifact, made)]

    # -- what is right -----------------------------------------------------------------------------

    def engine(self, store: Store, sink: Any = None, jobs: int = 1) -> Engine:
        return Engine(self.rules, {"file": Files(self.root)}, store, sink, jobs=jobs)


class Truth:
    """What every key comes to in a world as it stands."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.known: dict[Key[Any], Outcome] = {}
        self.reads: dict[Key[Any], set[Key[Any]]] = {}
        self._reader: list[Key[Any]] = []

    def of(self, key: Key[Any]) -> Outcome:
        if key not in self.known:
            self._reader.append(key)
            self.reads[key] = set()
            self.known[key] = outcome_of(lambda: self._make(key))
            self._reader.pop()
        return self.known[key]

    def _make(self, key: Key[Any]) -> Any:
        if key.rule == "file":
            path = self.world.root / key.args[0]
            return path.read_bytes() if path.exists() else None
        try:
            return self.world.rules[key.rule].function(self, *key.args)
        except ValueError as error:
            hint = f"this is a bug in netblog or in a plugin; it happened in {key}"
            raise_ = Problem(f"netblog failed with ValueError: {error}", hint=hint, code="bug")
            raise _rule_error(raise_) from None

    def __call__(self, key: Key[Any]) -> Any:
        self.reads[self._reader[-1]].add(key)
        kind, value = self.of(key)
        if kind != "value":
            raise _kinds()[kind](value)
        return value

    def all(self, keys: Iterable[Key[Any]]) -> list[Any]:
        wanted = list(keys)
        found = [outcome_of(lambda key=key: self(key)) for key in wanted]
        failures = [it for it in found if it[0] != "value"]
        if failures:
            kinds = {kind for kind, _ in failures}
            kind = kinds.pop() if len(kinds) == 1 else "NetblogError"
            raise _kinds()[kind](dict.fromkeys(problem for _, problems in failures for problem in problems))
        return [value for _, value in found]

    def tainted(self) -> set[Key[Any]]:
        """What failed, or read what is tainted: it leaves no trace."""
        found: set[Key[Any]] = set()

        def taints(key: Key[Any]) -> bool:
            # All of them are looked at, whatever the first ones say.
            tainted = [taints(read) for read in self.reads[key]]
            if self.known[key][0] != "value" or any(tainted):
                found.add(key)
            return key in found

        for key in list(self.known):
            taints(key)
        return found


def _kinds() -> dict[str, type[NetblogError]]:
    from netblog.errors import RuleError

    return {kind.__name__: kind for kind in (NetblogError, ContentError, RuleError)}


def _rule_error(problem: Problem) -> NetblogError:
    return _kinds()["RuleError"](problem)


# -- a life of a site ------------------------------------------------------------------------------


@contextmanager
def small_memory() -> Iterator[None]:
    """Large values are soon forgotten."""
    before = traces_module.BUDGET
    traces_module.BUDGET = 12_000
    try:
        yield
    finally:
        traces_module.BUDGET = before


def live(seed: int, *, jobs: int = 1, builds: int = 7) -> int:
    """Edit and build a random world for a while; every outcome must be the truth. Returns how many keys were run."""
    folder = Path(tempfile.mkdtemp(prefix="world-", dir="/dev/shm" if Path("/dev/shm").is_dir() else None))
    try:
        with small_memory():
            return _live(seed, folder, jobs, builds)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _live(seed: int, folder: Path, jobs: int, builds: int) -> int:
    (folder / "files").mkdir()
    world = World(seed, folder / "files")
    random = world.random
    ran = 0
    store = Store(folder / "cache.sqlite", b"toolchain")
    try:
        engine = None
        made: dict[Key[Any], bytes] = {}
        goals = world.goals()
        for _ in range(builds):
            world.edit()
            if random.random() < 0.3:
                goals = world.goals()
            engine = _engine(world, store, engine, made, jobs)
            ran += build_truly(world, engine, goals, made, jobs)
            if random.random() < 0.25:
                # Abandoned: a build that was stopped, or that published nothing.
                continue
            if random.random() < 0.3:
                engine.collect(goals)
            engine.commit()
            if random.random() < 0.5:
                engine = _engine(world, store, engine, made, jobs)
                build_again(world, engine, goals, made, jobs)
    finally:
        store.close()
    return ran


def _engine(world: World, store: Store, engine: Engine | None, made: dict[Key[Any], bytes], jobs: int) -> Engine:
    """The warm one, or a new one."""
    if engine is not None and world.random.random() < 0.5:
        return engine
    return world.engine(store, lambda key, digest, value: made.__setitem__(key, value), jobs)


def build_truly(
    world: World, engine: Engine, goals: list[Key[Any]], made: dict[Key[Any], bytes], jobs: int
) -> int:
    """One build. Every goal must come to what it comes to without any engine."""
    truth = Truth(world)
    engine.update()
    if jobs > 1 or world.random.random() < 0.5:
        engine.prefetch(goals, jobs)
    brought = engine.bring(goals)
    again: list[Key[Any]] = []
    for goal in goals:
        expected = truth.of(goal)
        assert (goal in brought.digests) == (expected[0] == "value"), f"{goal} should be {expected}"
        if goal.rule == "artifact":
            if expected[0] == "value":
                assert brought.digests[goal] == digest_of(expected[1]), f"{goal} should be {expected}"
                # What an abandoned build or a worker made is not at hand.
                if made.get(goal) != expected[1]:
                    again.append(goal)
            continue
        found = outcome_of(lambda goal=goal: engine.fetch(goal))
        assert found == expected, f"{goal} is {found}, and should be {expected}"
    keys = [it.key for it in engine.state.ran]
    engine.rerun(again)
    assert all(made[goal] == truth.of(goal)[1] for goal in again)
    assert len(keys) == len(set(keys)), "a key was run twice"
    return len(keys)


def build_again(
    world: World, engine: Engine, goals: list[Key[Any]], made: dict[Key[Any], bytes], jobs: int
) -> None:
    """A build after a commit, with nothing edited: only what failed is tried again."""
    build_truly(world, engine, goals, made, jobs)
    truth = Truth(world)
    for goal in goals:
        truth.of(goal)
    surprising = {it.key for it in engine.state.ran} - truth.tainted()
    assert not surprising, f"nothing was edited, and {surprising} ran"
