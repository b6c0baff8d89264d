"""Worker processes as a pure prefetch: they inherit the engine as it stands and send home the traces they made.

Take this module away and every result is the same to the byte. A worker that dies loses its share, and the
parent does that work itself. Fork is what makes it cheap (nothing is sent to a worker, it is there already),
so where fork is not to be had, or threads are running, the keys are simply brought up to date one by one.
"""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import threading
from multiprocessing.connection import Connection, Pipe, wait
from typing import TYPE_CHECKING, Any, NamedTuple

from netblog.engine.inputs import Observation
from netblog.engine.keys import Key
from netblog.engine.node import UNLOADED, Cause, Node, unpack
from netblog.errors import NetblogError

if TYPE_CHECKING:
    from netblog.engine.build import Engine

PARCEL = 256
"""Records sent at a time."""

RUN = 16
"""Keys dealt to a worker at a time."""


class Record(NamedTuple):
    """What a worker found out about one key."""

    key: Key[Any]
    digest: bytes
    seen: Observation | None
    """For an input."""
    reads: tuple[tuple[Key[Any], bytes], ...] | None
    """None when the stored trace held."""
    data: bytes | None
    failure: NetblogError | None
    tainted: bool
    cause: Cause | None


def share(engine: Engine, nodes: list[Node], jobs: int) -> None:
    """Settle nodes in up to `jobs` workers and take home what they found."""
    if not hasattr(os, "fork") or threading.active_count() > 1 or engine.journal is not None:
        return
    engine.store.pause()
    # Not collected first: that would walk every value of the site, three times in a build.
    gc.freeze()
    workers: dict[Connection, int] = {}
    try:
        for number in range(jobs):
            ours, theirs = Pipe(duplex=False)
            try:
                pid = os.fork()
            except OSError:
                ours.close()
                theirs.close()
                break
            if pid == 0:
                ours.close()
                for other in workers:
                    other.close()
                _work(engine, _dealt(nodes, number, jobs), theirs)
            theirs.close()
            workers[ours] = pid
        _collect(engine, list(workers))
    finally:
        gc.unfreeze()
        for connection, pid in workers.items():
            connection.close()
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, 0)


def _dealt(nodes: list[Node], number: int, jobs: int) -> list[Node]:
    """A worker's share: runs of neighbours, which are likely to need the same things."""
    starts = range(number * RUN, len(nodes), jobs * RUN)
    return [node for start in starts for node in nodes[start : start + RUN]]


def _work(engine: Engine, nodes: list[Node], home: Connection) -> None:
    """The whole life of a worker. Never returns."""
    status = 1
    try:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        gc.disable()
        engine.store.detach()
        journal: list[Node] = []
        engine.journal = journal
        for node in nodes:
            with contextlib.suppress(NetblogError):
                engine.bring_node(node)
            if len(journal) >= PARCEL:
                home.send([_record(it) for it in journal])
                journal.clear()
        home.send([_record(it) for it in journal])
        home.close()
        status = 0
    finally:
        # Not sys.exit: the parent's buffers and handlers are not this process's to flush or run.
        os._exit(status)


def _record(node: Node) -> Record:
    reads = None if node.reads is None else tuple((read.key, digest) for read, digest in node.reads)
    failure = node.failure if isinstance(node.failure, NetblogError) else None
    return Record(node.key, node.digest, node.seen, reads, node.data, failure, node.tainted, node.cause)


def _collect(engine: Engine, open_: list[Connection]) -> None:
    while open_:
        for connection in wait(open_):
            assert isinstance(connection, Connection)
            try:
                parcel = connection.recv()
            except (EOFError, OSError):
                open_.remove(connection)
                continue
            for record in parcel:
                _adopt(engine, record)


def _adopt(engine: Engine, record: Record) -> None:
    """Take over what a worker found, unless this process saw anything of it differently."""
    node = engine.traces.node(record.key)
    if engine.is_settled(node):
        return
    if record.seen is not None:
        engine.adopt_input(node, record.seen, record.failure)
        return
    if record.reads is None:
        packed = unpack(node.packed)
        stored = zip(engine.traces.by_ids([id_ for id_, _ in packed]), (digest for _, digest in packed), strict=True)
        if node.stored and all(_same(engine, read, digest) and not read.tainted for read, digest in stored):
            engine.settle_clean(node)
        return
    reads: list[tuple[Node, bytes]] = []
    for key, digest in record.reads:
        read = engine.traces.node(key)
        if not _same(engine, read, digest):
            return
        # The digest this process has already, not the equal one that came: there are hundreds of thousands.
        reads.append((read, engine.outcome(read)))
    node.reads, node.data, node.digest = reads, record.data, record.digest
    node.failure, node.tainted, node.value = record.failure, record.tainted, UNLOADED
    engine.adopt_run(node, record.cause or Cause("new"), 1 + max((read.rank for read, _ in reads), default=0))


def _same(engine: Engine, read: Node, digest: bytes) -> bool:
    return engine.is_settled(read) and engine.outcome(read) == digest


