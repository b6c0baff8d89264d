"""The scheduler: a wave over verifying traces, by rank, with early cut-off.

The model is Shake's ("Shake Before Building", "Build Systems a la Carte": suspending scheduler, verifying
traces), with one addition. Traces know their readers and their rank (1 + the highest rank read), so a build
starts at the inputs that changed and walks upwards, lowest rank first. When the wave stands at rank r, all that
is affected below r is settled, so whatever lies below and was not touched is clean without being looked at:
a build costs what the change reaches, not what the site holds.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

from netblog.engine.fetching import FAILED, again
from netblog.engine.inputs import Observation
from netblog.engine.keys import Key
from netblog.engine.node import Cause, Node
from netblog.engine.settle import Settler, State
from netblog.engine.traces import Reason
from netblog.errors import NetblogError, Problem, RuleError

V = TypeVar("V")

EVERYWHERE = 1 << 30
"""The rank of the wave once it has passed."""

BATCH = 48
"""Fewer keys than this are not worth a worker process."""

class Brought(NamedTuple):
    """The outcome of bringing keys up to date."""

    digests: dict[Key[Any], bytes]
    """Of those that succeeded."""
    problems: tuple[Problem, ...]
    """Of those that failed, each once."""


class Engine(Settler):
    """Brings keys up to date. One engine serves one site, one thread, and any number of builds in turn."""

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
                raise again(node.failure)
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
