"""The scheduler: a wave over verifying traces, by rank, with early cut-off.

The model is Shake's ("Shake Before Building", "Build Systems a la Carte": suspending scheduler, verifying
traces), with one addition. Traces know their readers and their rank (1 + the highest rank read), so a build
starts at the inputs that changed and walks upwards, lowest rank first. When the wave stands at rank r, all that
is affected below r is settled, so whatever lies below and was not touched is clean without being looked at:
a build costs what the change reaches, not what the site holds.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

from netblog.engine.digest import SIZE, digest_of
from netblog.engine.inputs import Observation, Source
from netblog.engine.keys import Key
from netblog.engine.node import UNLOADED, Cause, Node, Ran, unpack
from netblog.engine.rules import Ruleset
from netblog.engine.store import Store, StoreDamaged
from netblog.engine.traces import Reason, Traces
from netblog.errors import NetblogError, Problem, RuleError

V = TypeVar("V")

FAILED = b"\xff" * SIZE
"""The digest of a key that failed: no value has it."""

EVERYWHERE = 1 << 30
"""The rank of the wave once it has passed."""

BATCH = 48
"""Fewer keys than this are not worth a worker process."""

Sink = Callable[[Key[Any], bytes, Any], None]


class Brought(NamedTuple):
    """The outcome of bringing keys up to date."""

    digests: dict[Key[Any], bytes]
    """Of those that succeeded."""
    problems: tuple[Problem, ...]
    """Of those that failed, each once."""


class State:
    """What happened in one build."""

    def __init__(self) -> None:
        self.ran: list[Ran] = []
        self.changed_inputs: list[Key[Any]] = []


class Engine:
    """Brings keys up to date. One engine serves one site, one thread, and any number of builds in turn."""

    def __init__(
        self,
        rules: Ruleset,
        sources: Mapping[str, Source],
        store: Store,
        sink: Sink | None = None,
        *,
        jobs: int = 1,
        check: bool = False,
    ) -> None:
        self.rules = rules
        self.sources = dict(sources)
        self.store = store
        self.sink = sink
        self.jobs = jobs
        self.check = check
        self.on_run: Callable[[Key[Any]], None] | None = None
        """Told of every key that was run, here or in a worker."""
        self.state = State()
        self.traces = Traces(store)
        self._epoch = 0
        self._wave = 0
        self._heap: list[tuple[int, int]] = []
        self._queued: set[int] = set()
        self._frame = Frame()
        self._stack: list[Node] = []
        self._fetcher = Fetcher(self)
        self.journal: list[Node] | None = None
        """In a worker: the nodes it settled, in order, to be sent home."""

    # -- a build -----------------------------------------------------------------------------------

    def update(self) -> None:
        """Begin a build: look at every input of the last one, and let what changed reach its readers."""
        self._epoch += 1
        self._wave = 0
        self._heap.clear()
        self._queued.clear()
        self.state = State()
        self.traces.begin()
        for node in self.traces.inputs():
            self._observe(node)
            if node.digest != node.old:
                self.state.changed_inputs.append(node.key)
                self._push_readers(node)
        self._run_wave()

    def _run_wave(self) -> None:
        while self._heap:
            rank = self._wave = self._heap[0][0]
            level: list[Node] = []
            while self._heap and self._heap[0][0] == rank:
                level.append(self.traces.by_id(heapq.heappop(self._heap)[1]))
            if len(level) >= BATCH and self.jobs > 1:
                self._share(level, self.jobs)
            for node in level:
                self._queued.discard(node.id)
                if node.epoch != self._epoch:
                    self._settle(node)
        self._wave = EVERYWHERE

    def _push_readers(self, node: Node) -> None:
        """Let the readers of a changed node join the wave."""
        if self.journal is not None:
            return
        for reader in self.traces.readers(node):
            if reader.epoch != self._epoch and reader.id not in self._queued:
                self._queued.add(reader.id)
                heapq.heappush(self._heap, (reader.rank, reader.id))

    def bring(self, keys: Iterable[Key[Any]]) -> Brought:
        """Bring keys up to date without loading their values."""
        digests: dict[Key[Any], bytes] = {}
        problems: dict[Problem, None] = {}
        for node in self.traces.nodes(list(keys)):
            try:
                digests[node.key] = self._current(node)
            except NetblogError as error:
                problems.update(dict.fromkeys(error.problems))
        return Brought(digests, tuple(problems))

    def fetch(self, key: Key[V]) -> V:
        """The value of a key, brought up to date. Raises what its rule raised."""
        node = self.traces.node(key)
        self._current(node)
        value: V = self._value(node)
        return value

    def recall(self, key: Key[V]) -> V | None:
        """The value a key had at the last commit, whatever it is now; None when it had none."""
        node = self.traces.node(key)
        data = self.traces.old_data(node) if node.stored else None
        value: V | None = self.rules.codec(key.rule).decode(data) if data is not None else None
        return value

    def rerun(self, keys: Iterable[Key[Any]]) -> None:
        """Make artifacts again whose files have gone. Raises RuleError where one comes out otherwise."""
        for key in keys:
            node = self.traces.node(key)
            before = self._current(node)
            after = self._run(node, Cause("missing"))
            if node.failure is not None:
                raise _again(node.failure)
            if after != before:
                raise RuleError(Problem(f"{key} did not come out the same twice: its rule is not a pure function"))

    def prefetch(self, keys: Sequence[Key[Any]], jobs: int) -> None:
        """Settle keys in worker processes, where that is to be had. It never changes a result, only the time."""
        missing = [node for node in self.traces.nodes(list(keys)) if not node.stored and node.epoch != self._epoch]
        if len(missing) >= BATCH and jobs > 1:
            self._share(missing, jobs)

    def _share(self, nodes: list[Node], jobs: int) -> None:
        from netblog.engine.pool import share

        share(self, nodes, jobs)

    def commit(self, meta: Mapping[str, bytes] | None = None) -> None:
        """Write all that this build learned, and small notes of the caller's, in one transaction."""
        self.traces.commit(meta or {})

    def collect(self, roots: Iterable[Key[Any]]) -> None:
        """Drop the traces of what no root reads any more."""
        self.traces.collect(roots)

    def reads(self, key: Key[Any]) -> tuple[Key[Any], ...]:
        """What a key read when it was last run, in order."""
        return self.traces.reads(key)

    def reasons(self, key: Key[Any]) -> tuple[Reason, ...]:
        """Why a key last changed, down to the input that did it."""
        return self.traces.reasons(key)

    # -- settling ----------------------------------------------------------------------------------

    def _current(self, node: Node) -> bytes:
        """The digest of a node in this build, settled first if need be. Raises its failure."""
        if node.epoch != self._epoch:
            if node.running:
                self._cycle(node)
            if node.key.rule in self.sources:
                self._observe(node)
            elif node.stored and node.rank < self._wave and node.id not in self._queued:
                node.epoch = self._epoch
            else:
                self._settle(node)
        if node.failure is not None:
            raise _again(node.failure)
        return node.digest

    def _observe(self, node: Node) -> None:
        known = node.seen
        try:
            node.seen = self.sources[node.key.rule].observe(node.key.args, known)
            node.digest = node.seen.digest
            node.failure = None
        except Exception as error:
            node.failure = error if isinstance(error, NetblogError) else _bug(node, error)
            node.digest, node.seen = FAILED, Observation(FAILED, b"", False)
        if node.seen != known:
            node.touched = True
        if node.digest != node.old:
            node.value = UNLOADED
        node.epoch = self._epoch
        if self.journal is not None:
            self.journal.append(node)

    def _settle(self, node: Node) -> None:
        """Verify a node's trace, and run it where that does not hold or there is none. Never raises."""
        if not node.stored:
            self._run(node, Cause("new"))
            return
        cause = None
        node.running = True
        self._stack.append(node)
        try:
            reads = unpack(node.packed)
            for read, (_, digest) in zip(self.traces.by_ids([id_ for id_, _ in reads]), reads, strict=True):
                # In order, and no further than the first difference: what follows may not be asked for again.
                if self._outcome(read) != digest or read.tainted:
                    cause = Cause("changed", read.key, self._fields(read))
                    break
        finally:
            self._stack.pop()
            node.running = False
        if cause is not None:
            self._run(node, cause)
            return
        node.epoch = self._epoch
        if self.journal is not None:
            self.journal.append(node)

    def _outcome(self, node: Node) -> bytes:
        """The digest of a node in this build, FAILED if it failed."""
        try:
            return self._current(node)
        except NetblogError:
            return FAILED

    def _fields(self, node: Node) -> tuple[str, ...]:
        """The names of what changed in a value; nothing where so much changed that nobody will read it."""
        if node.data is None or not node.old or len(self.state.ran) > 500:
            return ()
        old = self.traces.old_data(node)
        return self.rules.codec(node.key.rule).differences(old, node.data) if old is not None else ()

    def _run(self, node: Node, cause: Cause) -> bytes:
        outer, frame = self._frame, Frame()
        self._frame = frame
        reads = frame.reads
        self._stack.append(node)
        node.running = True
        node.failure = None
        node.tainted = False
        node.touched = True
        try:
            rule = self.rules[node.key.rule]
            value = rule.function(self._fetcher, *node.key.args)
            if rule.keep:
                node.data = self.rules.codec(node.key.rule).encode(value)
                node.digest = digest_of(node.data)
            else:
                node.data = None
                node.digest = digest_of(value)
            if self.check:
                value = self._checked(node, value)
            if node.data is not None:
                self.traces.remember(node, value, len(node.data))
            elif self.sink is not None:
                self.sink(node.key, node.digest, value)
        except StoreDamaged:
            raise
        except NetblogError as error:
            node.failure = error
        except Exception as error:
            node.failure = _bug(node, error)
        finally:
            self._frame = outer
            self._stack.pop()
            node.running = False
        if frame.caught or self.check:
            # Only then is a key in it twice.
            reads = list({read.id: (read, digest) for read, digest in reads}.values())
        node.reads = reads
        node.tainted = node.failure is not None or frame.caught
        rank = 1
        for read, _ in reads:
            if read.rank >= rank:
                rank = read.rank + 1
            if read.tainted:
                node.tainted = True
        if node.failure is not None:
            node.digest, node.data, node.value = FAILED, None, UNLOADED
        if self.journal is not None:
            self.journal.append(node)
        self.adopt_run(node, cause, rank)
        return node.digest

    def adopt_run(self, node: Node, cause: Cause, rank: int) -> None:
        """Take note of a run, here or in a worker: reads, digest, value and failure are set already."""
        node.epoch = self._epoch
        node.touched = True
        node.cause = cause
        changed = node.digest != node.old
        self.state.ran.append(Ran(node.key, cause, changed))
        if self.on_run is not None and self.journal is None:
            self.on_run(node.key)
        self._lift(node, rank)
        if (changed or node.tainted) and node.stored:
            # A reader of what is tainted would keep a trace that refers to none.
            self._push_readers(node)

    def _lift(self, node: Node, rank: int) -> None:
        """Give a node its rank, and its readers higher ones, so that the wave keeps meeting reads before readers."""
        if rank <= node.rank:
            # A rank may stay too high: that costs order, never truth.
            return
        node.rank = rank
        if not node.stored:
            return
        waiting = [node]
        while waiting:
            lower = waiting.pop()
            for reader in self.traces.readers(lower):
                # What is settled has read what it reads now, and its rank says so; it may no longer read this,
                # and this may read it.
                if reader.rank <= lower.rank and reader.epoch != self._epoch:
                    reader.rank = lower.rank + 1
                    reader.touched = True
                    waiting.append(reader)

    def _checked(self, node: Node, value: Any) -> Any:
        """The value as its readers will see it in later builds. Raises RuleError for a rule that is not pure."""
        rule = self.rules[node.key.rule]
        # Asked anew, not out of what the first run was given.
        self._frame.values.clear()
        again = rule.function(self._fetcher, *node.key.args)
        codec = self.rules.codec(node.key.rule)
        same = codec.encode(again) == node.data if rule.keep else again == value
        if not same:
            raise RuleError(Problem(f"{node.key} did not come out the same twice: its rule is not a pure function"))
        if node.data is None:
            return value
        stored = codec.decode(node.data)
        if codec.encode(stored) != node.data:
            raise RuleError(Problem(f"the value of {node.key} does not survive being stored"))
        return stored

    def _cycle(self, node: Node) -> None:
        start = self._stack.index(node)
        keys = [it.key for it in self._stack[start:]]
        # The same words wherever the cycle was entered.
        first = keys.index(min(keys))
        path = " -> ".join(str(key) for key in [*keys[first:], *keys[:first], keys[first]])
        raise RuleError(Problem(f"what is needed to make it needs itself: {path}", code="cycle"))

    # -- what workers send home --------------------------------------------------------------------

    def bring_node(self, node: Node) -> bytes:
        return self._current(node)

    def is_settled(self, node: Node) -> bool:
        """Whether a node's digest is known without looking at anything."""
        if node.epoch == self._epoch:
            return True
        return node.stored and 0 < node.rank < self._wave and node.id not in self._queued

    def outcome(self, node: Node) -> bytes:
        return FAILED if node.failure is not None else node.digest

    def settle_clean(self, node: Node) -> None:
        """A worker has verified a stored trace."""
        node.epoch = self._epoch

    def adopt_input(self, node: Node, seen: Observation, failure: NetblogError | None) -> None:
        """A worker has observed an input that nobody here had looked at."""
        node.touched = node.touched or node.seen != seen
        node.seen, node.digest, node.failure, node.epoch = seen, seen.digest, failure, self._epoch

    # -- values ------------------------------------------------------------------------------------

    def _value(self, node: Node) -> Any:
        if node.value is not UNLOADED:
            return node.value
        rule = node.key.rule
        if rule in self.sources:
            assert node.seen is not None
            # Not kept: file contents are large, and seldom asked for twice.
            return self.sources[rule].value(node.key.args, node.seen)
        if not self.rules[rule].keep:
            raise RuleError(Problem(f"{node.key} is an artifact: its value is not kept, only its digest"))
        data = node.data if node.data is not None else self.traces.data(node)
        if node.reads is None:
            # It is in the store; what a build made is kept until it is there.
            node.data = None
        value = self.rules.codec(rule).decode(data)
        self.traces.remember(node, value, len(data))
        return value

    def _record(self, key: Key[Any]) -> Node:
        """Settle a key and note it as a read of the running rule. Raises its failure."""
        node = self.traces.known.get(key) or self.traces.node(key)
        frame = self._frame
        if node.epoch != self._epoch or node.failure is not None:
            try:
                self._current(node)
            except BaseException:
                frame.caught = True
                frame.reads.append((node, FAILED))
                raise
        frame.reads.append((node, node.digest))
        return node


class Frame:
    """What the running rule has fetched so far. Asked twice for a key, it is given the same value again."""

    __slots__ = ("caught", "reads", "values")

    def __init__(self) -> None:
        self.reads: list[tuple[Node, bytes]] = []
        self.values: dict[Key[Any], Any] = {}
        self.caught = False
        """Some fetch raised, whatever the rule made of that."""


class Fetcher:
    """The `Fetch` that rules are handed."""

    __slots__ = ("_engine",)

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def __call__(self, key: Key[V]) -> V:
        engine = self._engine
        frame = engine._frame
        value: V = frame.values.get(key, UNLOADED)
        if value is not UNLOADED:
            return value
        node = engine._record(key)
        try:
            value = frame.values[key] = node.value if node.value is not UNLOADED else engine._value(node)
        except NetblogError:
            # A rule that goes on without the value must not leave a trace that says it had it.
            frame.caught = True
            raise
        return value

    def all(self, keys: Iterable[Key[V]]) -> list[V]:
        engine = self._engine
        wanted = list(keys)
        if len(wanted) > 32:
            engine.traces.load_values(wanted)
        values: list[V] = []
        failures: list[NetblogError] = []
        for key in wanted:
            try:
                values.append(self(key))
            except NetblogError as error:
                failures.append(error)
        if failures:
            problems = dict.fromkeys(problem for error in failures for problem in error.problems)
            kinds = {type(error) for error in failures}
            raise (kinds.pop() if len(kinds) == 1 else NetblogError)(problems)
        return values


def _bug(node: Node, error: Exception) -> RuleError:
    """What is said of an exception that is nobody's message. It does not depend on who asked for the key."""
    problem = Problem(
        f"netblog failed with {type(error).__name__}: {error}",
        hint=f"this is a bug in netblog or in a plugin; it happened in {node.key}",
        code="bug",
    )
    found = RuleError(problem)
    found.__cause__ = error
    return found


def _again(failure: BaseException) -> BaseException:
    """The same failure for another reader, without the traceback it has gathered so far."""
    if isinstance(failure, NetblogError):
        copy = type(failure)(failure.problems)
        copy.__cause__ = failure.__cause__
        return copy
    return failure

