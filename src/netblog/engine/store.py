"""The memory of a site between builds: one SQLite file with traces, stamps, values and the ledger of outputs.

Everything a build learns is committed in one transaction at its end, so the file always describes one whole
build. Every row carries a checksum over its meaning: a cache that was damaged in any way is noticed where it is
read and replaced by an empty one, with a warning and the ledger salvaged. Readers of a node are kept beside it,
so an edit touches as many rows as it reaches.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from urllib.parse import quote
from zlib import crc32

from netblog.engine.rows import (
    DAMAGE,
    SCHEMA,
    UPSERT,
    Owned,
    Row,
    Seen,
    StoreDamaged,
    honest,
    input_check,
    node_check,
    output_check,
    output_row,
    reason_check,
    stamp_of,
)
from netblog.errors import Problem

FORMAT = b"1"


class Store:
    """The cache of one site. `problems` holds the one warning there may be; a damaged file never raises here."""

    def __init__(self, path: Path, toolchain: bytes, *, fresh: bool = False) -> None:
        self.path = path
        self.toolchain = toolchain
        self.problems: list[Problem] = []
        self._on_disk = True
        self._db = self._open(fresh)

    # -- opening -----------------------------------------------------------------------------------

    def _open(self, fresh: bool) -> sqlite3.Connection:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            db = sqlite3.connect(self.path, isolation_level=None, timeout=5)
        except (sqlite3.Error, OSError) as error:
            return self._in_memory(error, {})
        try:
            self._tune(db)
            known = dict(db.execute("select name, value from meta")) if self._has_tables(db) else None
            if known is None:
                return self._create(db, {})
            why = "another version of netblog made it" if known.get("format") != FORMAT else None
            if not (os.access(self.path, os.W_OK) and os.access(self.path.parent, os.W_OK)):
                # SQLite would say so only at the commit; and its journal needs the folder.
                return self._in_memory(PermissionError("it is read-only"), self._salvage(db))
            if why is None and not fresh and known.get("toolchain") == self.toolchain:
                db.execute("begin immediate")
                db.execute("rollback")
                return db
        except DAMAGE as error:
            if getattr(error, "sqlite_errorcode", 0) & 255 in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_READONLY):
                return self._in_memory(error, self._salvage(db))
            why = "it is damaged"
        # A new netblog or library makes every value anew; what it owns on disk it still owns.
        return self._begin_again(self._salvage(db), why)

    @staticmethod
    def _tune(db: sqlite3.Connection) -> None:
        # A rollback journal needs no second file to be kept together with the first, and the lock sees to
        # it that there is one writer. NORMAL keeps the order of writes: power loss may lose the last build,
        # which costs a rebuild, and cannot mix two.
        db.execute("pragma synchronous = normal")
        db.execute("pragma temp_store = memory")
        db.execute("pragma cache_size = -65536")

    @staticmethod
    def _has_tables(db: sqlite3.Connection) -> bool:
        return bool(db.execute("select count(*) from sqlite_master").fetchone()[0])

    def _create(self, db: sqlite3.Connection, ledger: Mapping[str, Owned]) -> sqlite3.Connection:
        try:
            self._tune(db)
            db.executescript("begin;" + SCHEMA)
            db.execute("insert into meta values ('format', ?), ('toolchain', ?)", (FORMAT, self.toolchain))
            db.executemany("insert into output values (?, ?, ?, ?)", map(output_row, ledger.items()))
            db.execute("commit")
        except sqlite3.Error as error:
            db.close()
            return self._in_memory(error, ledger)
        return db

    def _begin_again(self, ledger: Mapping[str, Owned], why: str | None) -> sqlite3.Connection:
        if why:
            self._warn(f"the cache could not be used ({why}), so everything is built again")
        self._on_disk = True
        try:
            for suffix in ("", "-journal", "-wal", "-shm"):
                self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)
            return self._create(sqlite3.connect(self.path, isolation_level=None), ledger)
        except (sqlite3.Error, OSError) as error:
            return self._in_memory(error, ledger)

    def _in_memory(self, error: BaseException, ledger: Mapping[str, Owned]) -> sqlite3.Connection:
        self._warn(f"the cache cannot be written ({error}), so everything is built again, this time and the next")
        self._on_disk = False
        return self._create(sqlite3.connect(":memory:", isolation_level=None), ledger)

    def _warn(self, message: str) -> None:
        path = f"{self.path.parent.name}/{self.path.name}"
        self.problems = [Problem(message, path=path, severity="warning", code="cache")]

    def reset(self, why: str = "it is damaged") -> None:
        """Begin again with an empty store, with what can still be read of the ledger."""
        self._db = self._begin_again(self._salvage(self._db), why)

    def leave_disk(self, why: str = "it is damaged again as soon as it is made") -> None:
        """Begin again in memory: where writing fails, or what was written cannot be read back."""
        self._db = self._in_memory(OSError(why), self._salvage(self._db))

    @staticmethod
    def _salvage(db: sqlite3.Connection) -> dict[str, Owned]:
        """Close a file, and keep what can still be read of its ledger."""
        found: dict[str, Owned] = {}
        try:
            if db.in_transaction:
                db.execute("rollback")
            for row in db.execute("select path, digest, stamp, check_ from output"):
                with contextlib.suppress(TypeError, AttributeError):
                    if output_check(*row[:3]) == row[3]:
                        found[row[0]] = Owned(row[1], stamp_of(row[2]))
        except DAMAGE:
            pass
        finally:
            db.close()
        return found

    def close(self) -> None:
        self._db.close()

    def pause(self) -> None:
        """Before a fork: see that no transaction is open, so that workers can read what is committed."""
        assert not self._db.in_transaction, "workers are started before anything is written"

    def detach(self) -> None:
        """For a forked worker: forget the parent's connection and read the last committed state by one's own."""
        # Closing the inherited one would drop the parent's locks (SQLite, "How To Corrupt", 2.6): it stays open.
        self._inherited = self._db
        if self._on_disk:
            self._db = sqlite3.connect(f"file:{quote(str(self.path))}?mode=ro", uri=True, isolation_level=None)

    # -- reading -----------------------------------------------------------------------------------

    def inputs(self) -> list[Seen]:
        """Every input of the last build."""
        found = []
        with honest():
            for row in self._db.execute(
                "select i.id, n.key, n.digest, i.stamp, i.settled, i.check_ from input i left join node n using (id)"
            ):
                seen = Seen(row[0], row[1], row[2], row[3], bool(row[4]))
                if seen.key is None or input_check(seen) != row[5]:
                    raise StoreDamaged
                found.append(seen)
            # An input that vanished would never be looked at again. (In a damaged tree, one may also come twice.)
            if len({seen.id for seen in found}) != self._counts()[0]:
                raise StoreDamaged
        return found

    def nodes(self, keys: Iterable[str]) -> Iterator[Row]:
        """The stored ones of many keys."""
        yield from self._rows("key", list(keys))

    def nodes_by_id(self, ids: Iterable[int]) -> dict[int, Row]:
        """Nodes by id. A node that somebody refers to and that is not there means damage."""
        wanted = list(ids)
        found = {row.id: row for row in self._rows("id", wanted)}
        if len(found) != len(set(wanted)):
            raise StoreDamaged
        return found

    def _rows(self, column: str, wanted: list[str] | list[int]) -> Iterator[Row]:
        for start in range(0, len(wanted), 500):
            chunk = wanted[start : start + 500]
            marks = ",".join("?" * len(chunk))
            yield from self._checked(f"select * from node where {column} in ({marks})", chunk)

    def _checked(self, query: str, values: Sequence[str | int]) -> Iterator[Row]:
        with honest():
            for found in self._db.execute(query, values).fetchall():
                row = Row(*found[:6])
                if node_check(row) != found[6]:
                    raise StoreDamaged
                yield row

    def all_nodes(self) -> Iterator[Row]:
        """Every node, for collecting garbage."""
        yield from self._checked("select * from node", ())

    def values(self, ids: Iterable[int]) -> dict[int, bytes]:
        wanted = list(ids)
        found: dict[int, bytes] = {}
        with honest():
            for start in range(0, len(wanted), 500):
                chunk = wanted[start : start + 500]
                marks = ",".join("?" * len(chunk))
                found.update(self._db.execute(f"select id, data from value where id in ({marks})", chunk))
            if not all(type(data) is bytes for data in found.values()):
                raise StoreDamaged
        return found

    def next_id(self) -> int:
        """The id of the next new node. An id is never given twice: what still refers to a lost node must notice."""
        with honest():
            (highest,) = self._db.execute("select coalesce(max(id), 0) from node").fetchone()
            following = self._counts()[1]
            if highest >= following:
                raise StoreDamaged
        return following

    def _counts(self) -> tuple[int, int]:
        """How many inputs there are, and the next node's id."""
        packed = self.meta("counts")
        if packed is None:
            return 0, 1
        inputs, following, check = struct.unpack("<QQQ", packed)
        if crc32(packed[:16]) != check:
            raise StoreDamaged
        return inputs, following

    def meta(self, name: str) -> bytes | None:
        with honest():
            row = self._db.execute("select value from meta where name = ?", (name,)).fetchone()
        return row[0] if row else None

    def reason(self, key: str) -> tuple[str, str, str] | None:
        """(kind, key of the read that differed, fields joined by spaces) of a key's last change."""
        with honest():
            row = self._db.execute("select kind, read, fields, check_ from reason where key = ?", (key,)).fetchone()
            if row and reason_check(key, *row[:3]) != row[3]:
                raise StoreDamaged
        return (row[0], row[1], row[2]) if row else None

    # -- the ledger --------------------------------------------------------------------------------

    def owned(self) -> dict[str, Owned]:
        """Every output file, by path below the output folder."""
        with honest():
            found = {}
            for row in self._db.execute("select path, digest, stamp, check_ from output"):
                if output_check(*row[:3]) != row[3]:
                    raise StoreDamaged
                found[row[0]] = Owned(row[1], stamp_of(row[2]))
            return found

    def intend(self, paths: Iterable[str]) -> None:
        """Note, durably and at once, that these files are about to be replaced or removed."""
        known = self.owned()
        rows = [
            output_row((path, Owned(known[path].digest if path in known else b"", None))) for path in paths
        ]
        with honest():
            self._write()
            self._db.executemany("insert or replace into output values (?, ?, ?, ?)", rows)
            self._db.execute("commit")

    def own(self, path: str, digest: bytes, stamp: tuple[int, int, int, int]) -> None:
        with honest():
            self._write()
            self._db.execute(
                "insert or replace into output values (?, ?, ?, ?)", output_row((path, Owned(digest, stamp)))
            )

    def disown(self, path: str) -> None:
        with honest():
            self._write()
            self._db.execute("delete from output where path = ?", (path,))

    # -- the one transaction -----------------------------------------------------------------------

    def _write(self) -> None:
        if not self._db.in_transaction:
            self._db.execute("begin immediate")

    def commit(
        self,
        *,
        nodes: Iterable[Row],
        inputs: Iterable[Seen],
        values: Iterable[tuple[int, bytes]],
        gone: Iterable[int],
        reasons: Iterable[tuple[str, str, str, str]],
        meta: Mapping[str, bytes],
    ) -> None:
        """Write what a build learned, with the ledger's changes since, all or nothing."""
        db = self._db
        following = self.next_id()
        rows = [(*row, node_check(row)) for row in nodes]
        lost = [(id_,) for id_ in gone]
        with honest():
            self._write()
            db.executemany("delete from reason where key = (select key from node where id = ?)", lost)
            for table in ("node", "input", "value"):
                db.executemany(f"delete from {table} where id = ?", lost)
            # Not "or replace": two nodes of one key are damage, and it would hide that.
            db.executemany(UPSERT, rows)
            db.executemany(
                "insert or replace into input values (?, ?, ?, ?)",
                ((seen.id, seen.stamp, seen.settled, input_check(seen)) for seen in inputs),
            )
            db.executemany("insert or replace into value values (?, ?)", values)
            db.executemany(
                "insert or replace into reason values (?, ?, ?, ?, ?)", ((*row, reason_check(*row)) for row in reasons)
            )
            (count,) = db.execute("select count(*) from input").fetchone()
            counts = struct.pack("<QQ", count, max([following, *(row[0] + 1 for row in rows)]))
            counts += struct.pack("<Q", crc32(counts))
            db.executemany("insert or replace into meta values (?, ?)", {**meta, "counts": counts}.items())
            db.execute("commit")

    def forget(self) -> None:
        """Give up what was not committed."""
        with honest():
            if self._db.in_transaction:
                self._db.execute("rollback")
