"""Engines with one fault each, to see that the tests would notice."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import patch

from netblog.engine import Cause, Engine, Files, Observation
from netblog.engine.digest import digest_of
from netblog.engine.inputs import ABSENT
from netblog.engine.node import Node, unpack
from netblog.engine.traces import Traces

adopt_run = Engine.adopt_run
observe = Files.observe
commit = Traces.commit
current = Engine._current


def _silent(engine: Engine, node: Node) -> None:
    """Readers are not told of a change."""


def _always_cut_off(engine: Engine, node: Node, cause: Cause, rank: int) -> None:
    node.old = node.digest
    adopt_run(engine, node, cause, rank)


def _always_changed(engine: Engine, node: Node, cause: Cause, rank: int) -> None:
    adopt_run(engine, node, cause, rank)
    if node.stored:
        engine._push_readers(node)


def _never_cut_off() -> Any:
    def settle(engine: Engine, node: Node) -> None:
        engine._run(node, Cause("changed"))

    return patch.multiple(Engine, _settle=settle, adopt_run=_always_changed)


def _by_time(files: Files, args: tuple[str, ...], known: Observation | None) -> Observation:
    path = Path(files.root, args[0])
    if not path.exists():
        return Observation(ABSENT)
    stamp = struct.pack("<q", path.stat().st_mtime_ns)
    return known if known and known.stamp == stamp else Observation(digest_of(path.read_bytes()), stamp)


def _by_size_and_time(files: Files, args: tuple[str, ...], known: Observation | None) -> Observation:
    path = Path(files.root, args[0])
    if not path.exists():
        return Observation(ABSENT)
    stamp = struct.pack("<qq", path.stat().st_mtime_ns, path.stat().st_size)
    return known if known and known.stamp == stamp else Observation(digest_of(path.read_bytes()), stamp)


def _commit_all(traces: Traces, meta: Any) -> None:
    for node in traces.known.values():
        node.tainted, node.failure = False, None
    commit(traces, meta)


def _commit_tainted(traces: Traces, meta: Any) -> None:
    for node in traces.known.values():
        node.tainted = node.failure is not None
    commit(traces, meta)


def _lift_alone(engine: Engine, node: Node, rank: int) -> None:
    node.rank = max(node.rank, rank)


def _lift_never(engine: Engine, node: Node, rank: int) -> None:
    node.rank = node.rank or rank


def _lift_settled(engine: Engine, node: Node, rank: int) -> None:
    if rank <= node.rank:
        return
    node.rank = rank
    waiting = [node] if node.stored else []
    while waiting:
        lower = waiting.pop()
        for reader in engine.traces.readers(lower):
            if reader.rank <= lower.rank:
                reader.rank = lower.rank + 1
                reader.touched = True
                waiting.append(reader)


def _first_reads(engine: Engine, node: Node, cause: Cause, rank: int) -> None:
    if node.stored:
        before = engine.traces.by_ids([id_ for id_, _ in unpack(node.packed)])
        node.reads = [(read, engine.outcome(read)) for read in before]
    adopt_run(engine, node, cause, rank)


def _tainted_alone(engine: Engine, node: Node, cause: Cause, rank: int) -> None:
    tainted, node.tainted = node.tainted, False
    adopt_run(engine, node, cause, rank)
    node.tainted = tainted


def _remembering(traces: Traces) -> None:
    traces._garbage.clear()


def _in_doubt(engine: Engine, node: Node) -> bool:
    return node.stored and node.epoch != engine._epoch and not node.running and node.key.rule not in engine.sources


def _clean_at_wave(engine: Engine, node: Node) -> bytes:
    if _in_doubt(engine, node) and node.rank <= engine._wave and node.id not in engine._queued:
        node.epoch = engine._epoch
    return current(engine, node)


def _clean_above_wave(engine: Engine, node: Node) -> bytes:
    if _in_doubt(engine, node) and node.id not in engine._queued:
        node.epoch = engine._epoch
    return current(engine, node)


def _clean_though_queued(engine: Engine, node: Node) -> bytes:
    if _in_doubt(engine, node) and node.rank <= engine._wave:
        node.epoch = engine._epoch
    return current(engine, node)


Fault = Callable[[], Any]

FAULTS: dict[str, Fault] = {
    "readers are not pushed": lambda: patch.object(Engine, "_push_readers", _silent),
    "every change of a rule's value is cut off": lambda: patch.object(Engine, "adopt_run", _always_cut_off),
    "files are known by their time": lambda: patch.object(Files, "observe", _by_time),
    "files are known by size and time": lambda: patch.object(Files, "observe", _by_size_and_time),
    "traces of failures are committed": lambda: patch.object(Traces, "commit", _commit_all),
    "traces of what caught a failure are committed": lambda: patch.object(Traces, "commit", _commit_tainted),
    "ranks are not lifted through readers": lambda: patch.object(Engine, "_lift", _lift_alone),
    "ranks are never lifted": lambda: patch.object(Engine, "_lift", _lift_never),
    "settled readers are lifted": lambda: patch.object(Engine, "_lift", _lift_settled),
    "reads are those of the first run": lambda: patch.object(Engine, "adopt_run", _first_reads),
    "what read a tainted key keeps its trace": lambda: patch.object(Engine, "adopt_run", _tainted_alone),
    "abandoned builds are remembered": lambda: patch.object(Traces, "begin", _remembering),
    "all that is not queued is clean": lambda: patch.object(Engine, "_current", _clean_above_wave),
    "what is queued is clean": lambda: patch.object(Engine, "_current", _clean_though_queued),
    "nothing is cut off": _never_cut_off,
}


def clean_at_the_wave() -> Any:
    """`<=` where the engine says `<`."""
    return patch.object(Engine, "_current", _clean_at_wave)
