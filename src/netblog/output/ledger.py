"""What is remembered of the files netblog wrote: the seam between publishing and the store.

The ledger decides what may be overwritten or deleted, so it errs on the side of "not ours". It is a
Protocol because the engine's store keeps it (in the transaction that also commits the traces), and the
engine knows nothing of output folders.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from hashlib import blake2b
from typing import Protocol

Stamp = tuple[int, int, int, int]
"""(size, mtime_ns, ctime_ns, inode): equal stamps mean that nobody touched the file."""

NO_STAMP: Stamp = (0, 0, 0, 0)
"""A stamp that no file has: whoever meets it reads the file."""
_GRAIN = 100_000_000
_COARSE_GRAIN = 2_000_000_000
"""Nanoseconds within which two changes may get one time: kernels tick at 1 to 10 ms, FAT at 2 s."""


class Owned(Protocol):
    """One file the ledger knows."""

    @property
    def digest(self) -> bytes:
        """`digest_of` the bytes that were written."""

    @property
    def stamp(self) -> Stamp | None:
        """As it was right after writing. None: a build that was killed meant to write it, so whatever
        regular file is found there may hold its old bytes, its new ones, or none at all."""


class Ledger(Protocol):
    """The files that are netblog's to overwrite and delete."""

    def owned(self) -> Mapping[str, Owned]:
        """Every path that is owned or intended."""

    def intend(self, paths: Iterable[str]) -> None:
        """Say, durably before it returns, that these paths are about to be written."""

    def own(self, path: str, digest: bytes, stamp: Stamp) -> None:
        """The path now holds these bytes; settles an intent."""

    def disown(self, path: str) -> None:
        """The path is no longer ours; settles an intent. Unknown paths are let pass."""


def digest_of(data: bytes) -> bytes:
    """The 16-byte BLAKE2b (RFC 7693) digest that wanted files and the ledger are compared by."""
    return blake2b(data, digest_size=16).digest()


def stamp_of(status: os.stat_result) -> Stamp:
    return (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)


def settled(stamp: Stamp, now: int) -> Stamp:
    """The stamp, if a change made from `now` on (in nanoseconds) is sure to alter it, else `NO_STAMP`."""
    moment = max(stamp[1], stamp[2])
    grain = _GRAIN if moment % 1_000_000_000 else _COARSE_GRAIN
    return stamp if moment + grain < now else NO_STAMP
