"""A node is a key in the course of a build: what is stored of it, and what this build found out."""

from __future__ import annotations

from typing import Any, NamedTuple

from netblog.engine.inputs import Observation
from netblog.engine.keys import Key

READ = 20
"""Bytes of one packed read: id (4, little-endian), digest (16)."""

UNLOADED: Any = object()


class Node:
    """One key of one engine. `epoch` is the build it was last settled in."""

    __slots__ = (
        "cause",
        "data",
        "digest",
        "epoch",
        "failure",
        "id",
        "key",
        "old",
        "packed",
        "rank",
        "reads",
        "running",
        "seen",
        "stored",
        "tag",
        "tainted",
        "touched",
        "value",
    )

    def __init__(self, id_: int, key: Key[Any]) -> None:
        self.id = id_
        self.tag = id_.to_bytes(4, "little")
        self.key = key
        self.rank = 0
        self.digest = b""
        self.epoch = 0
        self.stored = False
        """Whether the store holds a trace of it."""
        self.packed = b""
        """Its reads as stored, while `reads` is None."""
        self.reads: list[tuple[Node, bytes]] | None = None
        """What it read in this build, in order; None when it was not run."""
        self.old = b""
        """Its digest before this build; b'' when it had none."""
        self.data: bytes | None = None
        """Its encoded value, until that is committed."""
        self.value: Any = UNLOADED
        self.failure: BaseException | None = None
        self.tainted = False
        """It read something that failed, so it leaves no trace even if it came to a value."""
        self.running = False
        self.touched = False
        """Its row must be written again."""
        self.seen: Observation | None = None
        """For an input: what it was seen to be."""
        self.cause: Cause | None = None


class Cause(NamedTuple):
    """Why a key was run.

    `new` (it never was), `missing` (its output was gone), or `changed` with the read that differed.
    """

    kind: str
    read: Key[Any] | None = None
    fields: tuple[str, ...] = ()


class Ran(NamedTuple):
    """A key that was run in a build."""

    key: Key[Any]
    cause: Cause
    changed: bool
    """False where its value came out as it was: early cut-off."""


def pack(reads: list[tuple[Node, bytes]]) -> bytes:
    return b"".join([part for node, digest in reads for part in (node.tag, digest)])


def unpack(packed: bytes) -> list[tuple[int, bytes]]:
    """(id, digest) of each read, in order."""
    return [
        (int.from_bytes(packed[at : at + 4], "little"), packed[at + 4 : at + READ])
        for at in range(0, len(packed), READ)
    ]


def ids_of(packed: bytes) -> list[int]:
    """The ids in a packed list of readers."""
    return [int.from_bytes(packed[at : at + 4], "little") for at in range(0, len(packed), 4)]
