"""The nodes of an engine and their way in and out of the store.

Nodes are loaded when something asks for them; readers are looked up in the store, as of the last commit, which
is what the wave needs. Values are decoded once per process, the large ones within a budget.
"""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from netblog.engine.digest import digest_of
from netblog.engine.inputs import Observation
from netblog.engine.keys import Key
from netblog.engine.node import UNLOADED, Node, ids_of, pack, unpack
from netblog.engine.rows import Row, Seen, StoreDamaged
from netblog.engine.store import Store

LARGE = 4096
"""Encoded values from this many bytes on are remembered only within the budget."""

BUDGET = 64 << 20


class Reason(NamedTuple):
    """One step of the answer to "why": this key changed because of that read."""

    key: Key[Any]
    kind: str
    """`changed`, `new`, `missing`, or `input` at the end of the chain."""
    read: Key[Any] | None
    fields: tuple[str, ...]
    """The names of what changed in that read's value."""


class Traces:
    """All nodes known to one engine."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.known: dict[Key[Any], Node] = {}
        self._by_id: dict[int, Node] = {}
        self._readers: dict[int, bytes] = {}
        self._garbage: set[int] = set()
        self._large: OrderedDict[int, tuple[Node, int]] = OrderedDict()
        self._large_size = 0
        self._next_id = store.next_id()
        self._bare = self._next_id == 1
        """Nothing is stored yet, so nothing has to be looked for."""

    def begin(self) -> None:
        """Forget what an abandoned build thought: it may have read what is no longer so."""
        self._garbage.clear()
        for node in [node for node in self.known.values() if node.touched or not node.stored]:
            self._drop(node.id)

    def _drop(self, id_: int) -> None:
        node = self._by_id.pop(id_, None)
        if node is not None:
            del self.known[node.key]
        self._readers.pop(id_, None)
        self._forget_large(id_)

    # -- nodes -------------------------------------------------------------------------------------

    def node(self, key: Key[Any]) -> Node:
        node = self.known.get(key)
        if node is not None:
            return node
        return self._make(key) if self._bare else self.nodes([key])[0]

    def nodes(self, keys: list[Key[Any]]) -> list[Node]:
        """The nodes of keys: known, stored, or made now."""
        self.load(keys)
        return [self.known.get(key) or self._make(key) for key in keys]

    def load(self, keys: list[Key[Any]]) -> None:
        """Bring what the store has of many keys into memory, in few queries."""
        unknown = [key for key in keys if key not in self.known]
        if unknown and not self._bare:
            for row in self.store.nodes([key.text() for key in unknown]):
                self._adopt(row)

    def load_values(self, keys: list[Key[Any]]) -> None:
        """The same, with their values, which somebody is about to ask for."""
        self.load(keys)
        wanted = [
            node
            for key in keys
            if (node := self.known.get(key))
            and node.stored
            and node.rank
            and node.data is None
            and node.value is UNLOADED
        ]
        found = self.store.values(node.id for node in wanted) if wanted else {}
        for node in wanted:
            data = found.get(node.id)
            if data is not None and digest_of(data) == node.digest:
                node.data = data

    def by_id(self, id_: int) -> Node:
        node = self._by_id.get(id_)
        return node if node is not None else self.by_ids([id_])[0]

    def by_ids(self, ids: list[int]) -> list[Node]:
        unknown = [id_ for id_ in ids if id_ not in self._by_id]
        if unknown:
            for row in self.store.nodes_by_id(unknown).values():
                self._adopt(row)
        return [self._by_id[id_] for id_ in ids]

    def _make(self, key: Key[Any]) -> Node:
        node = Node(self._next_id, key)
        self._next_id += 1
        self.known[key] = self._by_id[node.id] = node
        return node

    def _adopt(self, row: Row) -> Node:
        node = self._by_id.get(row.id)
        if node is not None:
            return node
        node = self._stored(row.id, row.key, row.digest)
        node.rank, node.packed = row.rank, row.reads
        self._readers[row.id] = row.readers
        return node

    def _stored(self, id_: int, text: str, digest: bytes) -> Node:
        key: Key[Any] = Key.parse(text)
        if key in self.known:
            # Two nodes of one key: an index of the store has lost one of them.
            raise StoreDamaged
        node = Node(id_, key)
        node.digest = node.old = digest
        node.stored = True
        self.known[key] = self._by_id[id_] = node
        return node

    def inputs(self) -> list[Node]:
        """Every input of the last build, as it was seen then."""
        found = []
        for seen in self.store.inputs():
            node = self._by_id.get(seen.id)
            if node is None:
                node = self._stored(seen.id, seen.key, seen.digest)
            node.seen = Observation(seen.digest, seen.stamp, seen.settled)
            found.append(node)
        return found

    def readers(self, node: Node) -> list[Node]:
        """Who read a node, as of the last commit."""
        packed = self._readers.get(node.id)
        if packed is None:
            row = self.store.nodes_by_id([node.id])[node.id]
            packed = self._readers[node.id] = row.readers
        return self.by_ids(ids_of(packed))

    # -- values ------------------------------------------------------------------------------------

    def data(self, node: Node) -> bytes:
        """The stored value of a node. One that is not what its digest says is damage."""
        found = self.store.values([node.id]).get(node.id)
        if found is None or digest_of(found) != node.digest:
            raise StoreDamaged
        return found

    def old_data(self, node: Node) -> bytes | None:
        """The value a node had at the last commit."""
        found = self.store.values([node.id]).get(node.id)
        if found is not None and digest_of(found) != node.old:
            raise StoreDamaged
        return found

    def remember(self, node: Node, value: Any, size: int) -> None:
        """Keep a value in memory, and of the large ones the latest used."""
        node.value = value
        self._forget_large(node.id)
        if size < LARGE:
            return
        self._large[node.id] = (node, size)
        self._large_size += size
        while self._large_size > BUDGET and len(self._large) > 1:
            _, (oldest, size) = self._large.popitem(last=False)
            self._large_size -= size
            oldest.value = UNLOADED

    def _forget_large(self, id_: int) -> None:
        found = self._large.pop(id_, None)
        if found is not None:
            self._large_size -= found[1]

    # -- the end of a build ------------------------------------------------------------------------

    def commit(self, meta: Mapping[str, bytes]) -> None:
        """Write what changed and make memory look like the store again."""
        kept: list[Node] = []
        gone: set[int] = set(self._garbage)
        for node in self.known.values():
            if node.id in gone or not node.touched:
                continue
            # What failed, or read what failed, leaves no trace.
            if node.tainted or node.failure is not None:
                gone.add(node.id)
            else:
                kept.append(node)
        gone_stored = [id_ for id_ in gone if id_ not in self._by_id or self._by_id[id_].stored]
        readers = self._changed_readers(kept, gone)
        rows = {node.id: node for node in kept}
        for id_ in readers:
            if id_ not in gone:
                rows.setdefault(id_, self.by_id(id_))
        for node in kept:
            if node.reads is not None:
                node.packed = pack(node.reads)
        self._bare = False
        self.store.commit(
            nodes=[self._row(node, readers) for node in rows.values()],
            inputs=[
                Seen(node.id, node.key.text(), node.digest, node.seen.stamp, node.seen.settled)
                for node in rows.values()
                if node.seen is not None
            ],
            values=[(node.id, node.data) for node in kept if node.data is not None and node.reads is not None],
            gone=gone_stored,
            reasons=self._reasons(kept),
            meta=meta,
        )
        for node in rows.values():
            node.old, node.stored, node.touched, node.reads = node.digest, True, False, None
            node.data = None
        for id_ in gone:
            self._drop(id_)

    def _row(self, node: Node, readers: dict[int, bytes]) -> Row:
        packed = readers.get(node.id)
        if packed is None:
            packed = self._stored_readers(node.id) if node.stored else b""
        self._readers[node.id] = packed
        return Row(node.id, node.key.text(), node.rank, node.digest, node.packed, packed)

    def _stored_readers(self, id_: int) -> bytes:
        found = self._readers.get(id_)
        return found if found is not None else self.store.nodes_by_id([id_])[id_].readers

    def _changed_readers(self, kept: list[Node], gone: set[int]) -> dict[int, bytes]:
        """The new packed readers of every node that gained or lost one."""
        gained: defaultdict[int, list[bytes]] = defaultdict(list)
        lost: dict[int, set[int]] = {}
        for node in kept:
            if node.reads is None:
                continue
            if not node.stored:
                for read, _ in node.reads:
                    gained[read.id].append(node.tag)
                continue
            now = {read.id for read, _ in node.reads}
            before = {id_ for id_, _ in unpack(node.packed)}
            for id_ in now - before:
                gained[id_].append(node.tag)
            for id_ in before - now:
                lost.setdefault(id_, set()).add(node.id)
        unread = [id_ for id_ in gone if id_ not in self._by_id]
        for row in self.store.nodes_by_id(unread).values():
            self._adopt(row)
        for id_ in gone:
            for was_read, _ in unpack(self._by_id[id_].packed):
                lost.setdefault(was_read, set()).add(id_)
        changed: dict[int, bytes] = {}
        wanted = [id_ for id_ in {*gained, *lost} if id_ not in gone]
        self.by_ids([id_ for id_ in wanted if id_ not in self._by_id])
        for id_ in wanted:
            node = self._by_id[id_]
            packed = self._stored_readers(id_) if node.stored else b""
            if id_ in lost:
                packed = b"".join(r.to_bytes(4, "little") for r in ids_of(packed) if r not in lost[id_])
            changed[id_] = packed + b"".join(gained.get(id_, ()))
        return changed

    def _reasons(self, kept: list[Node]) -> list[tuple[str, str, str, str]]:
        found = []
        for node in kept:
            cause = node.cause
            # A first build needs no reasons: everything is new.
            if cause is None or cause.kind == "new" or node.digest == node.old:
                continue
            read = cause.read.text() if cause.read else ""
            found.append((node.key.text(), cause.kind, read, " ".join(cause.fields)))
        return found

    def collect(self, roots: Iterable[Key[Any]]) -> None:
        """Mark every stored node that no root reads as garbage, to be dropped at the commit."""
        reads: dict[int, list[int]] = {}
        for row in self.store.all_nodes():
            reads[row.id] = [read for read, _ in unpack(row.reads)]
        for node in self.known.values():
            if node.reads is not None:
                reads[node.id] = [read.id for read, _ in node.reads]
            elif not node.stored:
                reads[node.id] = []
        waiting = [node.id for node in self.nodes(list(roots))]
        alive = set(waiting)
        while waiting:
            id_ = waiting.pop()
            if id_ not in reads:
                raise StoreDamaged
            for read in reads[id_]:
                if read not in alive:
                    alive.add(read)
                    waiting.append(read)
        self._garbage = set(reads) - alive

    # -- why ---------------------------------------------------------------------------------------

    def reads(self, key: Key[Any]) -> tuple[Key[Any], ...]:
        node = self.node(key)
        if node.reads is not None:
            return tuple(read.key for read, _ in node.reads)
        return tuple(read.key for read in self.by_ids([id_ for id_, _ in unpack(node.packed)]))

    def reasons(self, key: Key[Any]) -> tuple[Reason, ...]:
        chain: list[Reason] = []
        seen: set[Key[Any]] = set()
        step: Key[Any] | None = key
        while step is not None and step not in seen:
            seen.add(step)
            node = self.node(step)
            if node.seen is not None or (node.stored and not node.packed and node.rank == 0):
                chain.append(Reason(step, "input", None, ()))
                break
            cause = node.cause if node.touched else None
            if cause is not None:
                chain.append(Reason(step, cause.kind, cause.read, cause.fields))
                step = cause.read
                continue
            found = self.store.reason(step.text())
            if found is None:
                chain.append(Reason(step, "new", None, ()))
                break
            read: Key[Any] | None = Key.parse(found[1]) if found[1] else None
            chain.append(Reason(step, found[0], read, tuple(found[2].split())))
            step = read
        return tuple(chain)
