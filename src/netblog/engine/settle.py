"""Settling one key: verify its trace, read by read, and run its rule where that does not hold.

This is the suspending half of the engine: a rule that fetches a key waits while that key is settled, and so on
down. Which keys are looked at, and in what order, is the business of `build.py`.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Mapping
from typing import Any

from netblog.engine.digest import digest_of
from netblog.engine.fetching import FAILED, Fetcher, Frame, again, bug
from netblog.engine.inputs import Observation, Source
from netblog.engine.keys import Key
from netblog.engine.node import UNLOADED, Cause, Node, Ran, unpack
from netblog.engine.rows import StoreDamaged
from netblog.engine.rules import Ruleset
from netblog.engine.store import Store
from netblog.engine.traces import Traces
from netblog.errors import NetblogError, Problem, RuleError

Sink = Callable[[Key[Any], bytes, Any], None]


class State:
    """What happened in one build."""

    def __init__(self) -> None:
        self.ran: list[Ran] = []
        self.changed_inputs: list[Key[Any]] = []


class Settler:
    """The nodes of one engine and what brings each of them up to date."""

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
            raise again(node.failure)
        return node.digest

    def _observe(self, node: Node) -> None:
        known = node.seen
        try:
            node.seen = self.sources[node.key.rule].observe(node.key.args, known)
            node.digest = node.seen.digest
            node.failure = None
        except Exception as error:
            node.failure = error if isinstance(error, NetblogError) else bug(node, error)
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
            node.failure = bug(node, error)
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

    def _push_readers(self, node: Node) -> None:
        """Let the readers of a changed node join the wave."""
        if self.journal is not None:
            return
        for reader in self.traces.readers(node):
            if reader.epoch != self._epoch and reader.id not in self._queued:
                self._queued.add(reader.id)
                heapq.heappush(self._heap, (reader.rank, reader.id))

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
