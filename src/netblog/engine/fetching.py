"""What a running rule is handed, and what is said when it fails."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, TypeVar

from netblog.engine.digest import SIZE
from netblog.engine.keys import Key
from netblog.engine.node import UNLOADED, Node
from netblog.errors import NetblogError, Problem, RuleError

if TYPE_CHECKING:
    from netblog.engine.settle import Settler

V = TypeVar("V")

FAILED = b"\xff" * SIZE
"""The digest of a key that failed: no value has it."""


class Frame:
    """What the running rule has fetched so far. Asked twice for a key, it is given the same value again."""

    __slots__ = ("caught", "reads", "values")

    def __init__(self) -> None:
        self.reads: list[tuple[Node, bytes]] = []
        self.values: dict[int, Any] = {}
        """By the id of their nodes."""
        self.caught = False
        """Some fetch raised, whatever the rule made of that."""


class Fetcher:
    """The `Fetch` that rules are handed."""

    __slots__ = ("_engine", "_nodes")

    def __init__(self, engine: Settler) -> None:
        self._engine = engine
        self._nodes = engine.traces.known

    def __call__(self, key: Key[V]) -> V:
        engine = self._engine
        frame = engine._frame
        node = self._nodes.get(key) or engine.traces.node(key)
        value: V = frame.values.get(node.id, UNLOADED)
        if value is not UNLOADED:
            return value
        try:
            if node.epoch != engine._epoch or node.failure is not None:
                engine._current(node)
            value = node.value if node.value is not UNLOADED else engine._value(node)
        except BaseException:
            # A rule that goes on without the value must not leave a trace that says it had it.
            frame.caught = True
            frame.reads.append((node, FAILED))
            raise
        frame.reads.append((node, node.digest))
        frame.values[node.id] = value
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


def bug(node: Node, error: Exception) -> RuleError:
    """What is said of an exception that is nobody's message. It does not depend on who asked for the key."""
    problem = Problem(
        f"netblog failed with {type(error).__name__}: {error}",
        hint=f"this is a bug in netblog or in a plugin; it happened in {node.key}",
        code="bug",
    )
    found = RuleError(problem)
    found.__cause__ = error
    return found


def again(failure: BaseException) -> BaseException:
    """The same failure for another reader, without the traceback it has gathered so far."""
    if isinstance(failure, NetblogError):
        copy = type(failure)(failure.problems)
        copy.__cause__ = failure.__cause__
        return copy
    return failure

