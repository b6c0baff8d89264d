"""The sources of inputs: files, folder listings, options, and the clock.

A source answers two questions about a leaf: has it changed since a known observation, and what is its value.
The first observation of a build wins; a file that changes while the build is reading it is an error rather
than a mixture of two states.
"""

from __future__ import annotations

import os
import re
import stat as modes
import struct
import time
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from netblog.engine.digest import PLAIN, digest_of
from netblog.errors import ContentError, Problem, RuleError

ABSENT = b"\0" * 16
"""The digest of a file that is not there."""

GRAIN = 100_000_000
COARSE_GRAIN = 2_000_000_000
"""Nanoseconds within which a file system's clock may not tell two writes apart: jiffies, and FAT's two seconds."""


_UNSPEAKABLE = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")


class Observation(NamedTuple):
    """What a leaf was seen to be."""

    digest: bytes
    stamp: bytes = b""
    """Whatever lets the source see quickly that nothing has changed."""
    settled: bool = True
    """False when an equal stamp would prove nothing: look again next time."""


class Source(Protocol):
    """An implementation of one kind of input."""

    def observe(self, args: tuple[str, ...], known: Observation | None) -> Observation:
        """What the leaf is now; `known` is what it was when last seen."""
        ...

    def value(self, args: tuple[str, ...], seen: Observation) -> Any:
        """The value that was observed."""
        ...


class Files:
    """`file(path) -> bytes | None`.

    Equal size, mtime, ctime and inode mean equal content, outside the clock's grain.
    """

    def __init__(self, root: Path) -> None:
        self.root = str(root)
        self._inside = _Inside(self.root)
        self._fresh: dict[str, bytes] = {}

    def _full(self, path: str) -> str:
        return os.path.join(self.root, path)

    def observe(self, args: tuple[str, ...], known: Observation | None) -> Observation:
        path = self._full(args[0])
        try:
            self._inside.insist(args[0].rpartition("/")[0])
            found = os.lstat(path)
            if modes.S_ISLNK(found.st_mode):
                self._inside.insist(args[0])
                found = os.stat(path)
        except (OSError, ValueError):
            return Observation(ABSENT)
        if not modes.S_ISREG(found.st_mode):
            return Observation(ABSENT)
        stamp = struct.pack("<qqqQ", found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino)
        if known is not None and known.stamp == stamp and known.settled:
            return known
        now = time.time_ns()
        try:
            with open(path, "rb") as file:
                data = file.read()
        except OSError as error:
            raise ContentError(Problem(f"cannot be read: {error.strerror}", path=args[0])) from None
        grain = GRAIN if found.st_mtime_ns % 1_000_000_000 else COARSE_GRAIN
        settled = max(found.st_mtime_ns, found.st_ctime_ns) < now - grain
        self._fresh.pop(args[0], None)
        if len(self._fresh) < 64:
            self._fresh[args[0]] = data
        return Observation(digest_of(data), stamp, settled)

    def value(self, args: tuple[str, ...], seen: Observation) -> bytes | None:
        if seen.digest == ABSENT:
            return None
        data = self._fresh.pop(args[0], None)
        if data is None:
            try:
                with open(self._full(args[0]), "rb") as file:
                    data = file.read()
            except OSError:
                data = None
        if data is None or digest_of(data) != seen.digest:
            raise RuleError(
                Problem("this file changed while the site was being built", path=args[0], hint="build again")
            )
        return data


class _Inside:
    """Whether links on the way to a file lead out of the site or nowhere; each folder is looked at once in a build."""

    def __init__(self, root: str) -> None:
        self.root = root
        self.real = os.path.realpath(root)
        self._known = {""}

    def insist(self, path: str) -> None:
        """Raises ContentError for a path, relative to the site, that a link on the way takes out of it or nowhere."""
        if os.path.isabs(path):
            return
        new = []
        while path not in self._known:
            new.append(path)
            path = path.rpartition("/")[0]
        for place in reversed(new):
            full = os.path.join(self.root, place)
            if os.path.islink(full):
                if not self.holds(os.path.realpath(full)):
                    hint = "links are followed only inside the site"
                    raise ContentError(Problem("this link leads out of the site", path=place, hint=hint))
                if not os.path.exists(full):
                    hint = "remove it, or bring back what it leads to"
                    raise ContentError(Problem("this link leads nowhere", path=place, hint=hint))
            self._known.add(place)

    def holds(self, real: str) -> bool:
        return (real + os.sep).startswith(self.real.rstrip(os.sep) + os.sep)


class Trees:
    """`tree(folder) -> tuple[str, ...]`: the files below a folder, sorted, without hidden ones and editors' leftovers.

    Links to folders are followed inside the site only, and never round in circles. A link that leads out of
    it or nowhere is listed as if it were a file: whoever reads it is told so, and the other files with them.
    Where the folder itself is such a link, or cannot be read, that is an error: it is not an empty folder.
    """

    def __init__(self, root: Path) -> None:
        self.root = str(root)
        self._inside = _Inside(self.root)
        self._seen: dict[str, tuple[str, ...]] = {}

    def observe(self, args: tuple[str, ...], known: Observation | None) -> Observation:
        files = self._walk(args[0])
        self._seen[args[0]] = files
        return Observation(_listed(files))

    def value(self, args: tuple[str, ...], seen: Observation) -> tuple[str, ...]:
        files = self._seen.get(args[0])
        if files is None or _listed(files) != seen.digest:
            # A worker looked at it.
            files = self._walk(args[0])
        if _listed(files) != seen.digest:
            raise RuleError(
                Problem("this folder changed while the site was being built", path=args[0], hint="build again")
            )
        return files

    def _walk(self, folder: str) -> tuple[str, ...]:
        self._inside.insist(folder)
        top = os.path.join(self.root, folder)
        found: list[str] = []
        waiting: list[tuple[str, str, tuple[str, ...]]] = [("", top, (os.path.realpath(top),))]
        while waiting:
            prefix, path, above = waiting.pop()
            try:
                entries = list(os.scandir(path))
            except (FileNotFoundError, NotADirectoryError, ValueError):
                continue
            except OSError as error:
                name = f"{folder}/{prefix}".rstrip("/")
                raise ContentError(Problem(f"this folder cannot be read: {error.strerror}", path=name)) from None
            for entry in entries:
                name = entry.name
                if name[0] in ".#" or name.endswith(("~", ".swp", ".swx", ".tmp")):
                    continue
                if entry.is_symlink():
                    real = os.path.realpath(entry.path)
                    within = self._inside.holds(real) or os.path.isabs(folder)
                    # Not the entry's own questions: they raise for a link that leads to itself.
                    if not within or os.path.isfile(entry.path) or not os.path.exists(entry.path):
                        found.append(prefix + name)
                    elif os.path.isdir(entry.path) and real not in above:
                        waiting.append((f"{prefix}{name}/", entry.path, (*above, real)))
                elif entry.is_dir(follow_symlinks=False):
                    waiting.append((f"{prefix}{name}/", entry.path, above))
                elif entry.is_file(follow_symlinks=False):
                    found.append(prefix + name)
        # Names that are not UTF-8 or hold control characters cannot be URLs, and break whatever prints them.
        return tuple(sorted(name for name in found if not _UNSPEAKABLE.search(name)))


def _listed(files: tuple[str, ...]) -> bytes:
    return digest_of("\0".join(files).encode())


class Values:
    """Named values that are given, not looked up: settings of the command line."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.values = dict(values)

    def observe(self, args: tuple[str, ...], known: Observation | None) -> Observation:
        return Observation(digest_of(PLAIN.encode(self.values[args[0]])))

    def value(self, args: tuple[str, ...], seen: Observation) -> Any:
        return self.values[args[0]]


class Moments:
    """`reached(moment) -> bool`: whether the build's clock has come to an RFC 3339 moment."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def observe(self, args: tuple[str, ...], known: Observation | None) -> Observation:
        return Observation(digest_of(b"T" if self.value(args, Observation(b"")) else b"F"))

    def value(self, args: tuple[str, ...], seen: Observation) -> bool:
        return self.now >= datetime.fromisoformat(args[0])
