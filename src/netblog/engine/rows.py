"""The rows of the store, each with a checksum over its meaning, and what is raised when one does not hold."""

from __future__ import annotations

import sqlite3
import struct
from typing import NamedTuple
from zlib import crc32

SCHEMA = """
create table meta (name text primary key, value blob) without rowid;
create table node (
    id integer primary key, key text unique, rank integer, digest blob, reads blob, readers blob, check_ integer
);
create table input (id integer primary key, stamp blob, settled integer, check_ integer);
create table value (id integer primary key, data blob);
create table reason (key text primary key, kind text, read text, fields text, check_ integer) without rowid;
create table output (path text primary key, digest blob, stamp blob, check_ integer) without rowid;
"""

UPSERT = """
insert into node values (?, ?, ?, ?, ?, ?, ?) on conflict (id) do update set key = excluded.key,
    rank = excluded.rank, digest = excluded.digest, reads = excluded.reads, readers = excluded.readers,
    check_ = excluded.check_
"""

DAMAGE = (sqlite3.Error, struct.error, TypeError, ValueError, AttributeError, OverflowError, MemoryError)
"""What SQLite and Python say of a damaged file. (Even SQLite's message may not be UTF-8.)"""


class StoreDamaged(Exception):
    """The store contradicts itself; the build begins again with an empty one."""


class honest:
    """Turn what is said of a damaged file into StoreDamaged."""

    def __enter__(self) -> None: ...

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, DAMAGE):
            raise StoreDamaged from error


class Row(NamedTuple):
    """A node as it is stored."""

    id: int
    key: str
    rank: int
    """0 for inputs."""
    digest: bytes
    reads: bytes
    """20 bytes each: id (4, little-endian) and the digest it had."""
    readers: bytes
    """4 bytes each: ids of the nodes that read this one."""


class Seen(NamedTuple):
    """An input as it was last observed."""

    id: int
    key: str
    digest: bytes
    stamp: bytes
    settled: bool


class Owned(NamedTuple):
    """An output file that netblog made."""

    digest: bytes
    stamp: tuple[int, int, int, int] | None
    """(size, mtime_ns, ctime_ns, inode); None when a build was stopped while replacing it."""


def node_check(row: Row) -> int:
    head = f"{row.id} {row.rank} {len(row.reads)} {len(row.readers)} {row.key}".encode()
    return crc32(row.readers, crc32(row.reads, crc32(row.digest, crc32(head))))


def input_check(seen: Seen) -> int:
    head = f"{seen.id} {seen.settled} {len(seen.stamp)} {seen.key}".encode()
    return crc32(seen.stamp, crc32(seen.digest, crc32(head)))


def reason_check(*row: str) -> int:
    return crc32("\0".join(row).encode())


def output_check(path: str, digest: bytes, stamp: bytes | None) -> int:
    return crc32(stamp or b"", crc32(digest, crc32(f"{len(digest)} {path}".encode())))


def output_row(item: tuple[str, Owned]) -> tuple[str, bytes, bytes | None, int]:
    path, owned = item
    packed = b"".join(part.to_bytes(8, "little") for part in owned.stamp) if owned.stamp else None
    return path, owned.digest, packed, output_check(path, owned.digest, packed)


def stamp_of(packed: bytes | None) -> tuple[int, int, int, int] | None:
    if packed is None:
        return None
    size, mtime, ctime, inode = (int.from_bytes(packed[at : at + 8], "little") for at in range(0, 32, 8))
    return size, mtime, ctime, inode
