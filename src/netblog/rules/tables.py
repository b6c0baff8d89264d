"""Tables cut into shards, so that a change of one row reaches few readers.

A rule that computes something about all posts at once (their neighbours, their relatives, their comments)
returns a table. If every page read the whole table, any change of it would have every page looked at again;
so each page reads one row, each row reads one of 64 shards, and only the shards read the table. One changed row
has 1/64 of the rows looked at, which come out equal and stop there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar
from zlib import crc32

V = TypeVar("V")

SHARDS = 64


def shard_of(name: str) -> str:
    """The shard a row is in; the same on every machine."""
    return str(crc32(name.encode("utf-8", "surrogatepass")) % SHARDS)


def shards(rows: Mapping[str, V]) -> tuple[dict[str, V], ...]:
    """Cut a table of rows by name into its shards."""
    cut: tuple[dict[str, V], ...] = tuple({} for _ in range(SHARDS))
    for name, row in rows.items():
        cut[int(shard_of(name))][name] = row
    return cut
