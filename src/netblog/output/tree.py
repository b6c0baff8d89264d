"""The output folder on disk, walked without ever following a link.

Every path is reached through folders that were looked at and found to be real ones, and every file is
looked at with lstat: a symbolic link that somebody put into the output folder is a thing of its own, never
a way to somewhere else. Folders found real are remembered for one build, since looking at each again for
every file in it would double the cost of a build that changes nothing.
"""

# Calls of `os` on strings: making Path objects for 12,500 files costs as much as looking at them.

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterable
from hashlib import blake2b
from pathlib import Path

from netblog.model.paths import ancestors
from netblog.output.ledger import Stamp, stamp_of

_READ = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_WRITE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)


class Tree:
    """Looking at, filling and pruning one folder. Paths are relative to it, with forward slashes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._place = str(folder)
        self._real: set[str] = {""}

    def at(self, path: str) -> str:
        """The place on disk of a path."""
        return f"{self._place}/{path}"

    def obstacle(self, path: str) -> str | None:
        """The outermost folder above a path that is absent or no real folder; None when the way is clear."""
        above = path.rpartition("/")[0]
        if above in self._real:
            return None
        nearly = above.rpartition("/")[0] in self._real
        for folder in [above] if nearly else ancestors(path):
            try:
                mode = os.lstat(self.at(folder)).st_mode
            except (FileNotFoundError, NotADirectoryError):
                return folder
            if not stat.S_ISDIR(mode):
                return folder
            self._real.add(folder)
        return None

    def look(self, path: str) -> os.stat_result | None:
        """What stands at a path itself; None when nothing does, or a link or file bars the way to it."""
        if self.obstacle(path) is not None:
            return None
        try:
            return os.lstat(self.at(path))
        except (FileNotFoundError, NotADirectoryError):
            return None

    def digest(self, path: str) -> bytes | None:
        """The digest of a regular file's bytes, read a piece at a time; None when it cannot be read."""
        try:
            handle = os.open(self.at(path), _READ)
        except OSError:
            return None
        hasher = blake2b(digest_size=16)
        with open(handle, "rb", buffering=0) as file:
            while piece := file.read(1 << 20):
                hasher.update(piece)
        return hasher.digest()

    def place(self, staged: str, path: str) -> Stamp:
        """Rename a finished file to its path, and return its stamp there.

        Raises OSError, with errno EXDEV when the two are on different devices.
        """
        self._make_room(path)
        os.replace(staged, self.at(path))
        return stamp_of(os.lstat(self.at(path)))

    def copy(self, source: str, path: str) -> None:
        """Copy a file's bytes to a path where nothing of worth stands. Raises OSError."""
        self._make_room(path)
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.at(path))
        handle = os.open(self.at(path), _WRITE, 0o666)
        with open(source, "rb", buffering=0) as origin, open(handle, "wb") as copy:
            while piece := origin.read(1 << 20):
                copy.write(piece)

    def _make_room(self, path: str) -> None:
        """Make the folders above a path; obstacles were removed before."""
        while folder := self.obstacle(path):
            os.mkdir(self.at(folder))
            self._real.add(folder)

    def remove(self, path: str) -> None:
        """Remove a file. Raises OSError."""
        os.unlink(self.at(path))

    def remove_folder(self, path: str) -> bool:
        """Remove a folder if it is empty."""
        try:
            os.rmdir(self.at(path))
        except OSError:
            return False
        self._real.discard(path)
        return True

    def prune(self, paths: Iterable[str]) -> None:
        """Remove the folders above these paths, as far up as they are empty."""
        folders = {path.rpartition("/")[0] for path in paths}
        # Innermost first, so that each folder is tried once: trying one with many files is not cheap.
        for depth in range(max((folder.count("/") for folder in folders), default=0), -1, -1):
            for folder in [folder for folder in folders if folder and folder.count("/") == depth]:
                there = self.look(folder)
                if there is None or (stat.S_ISDIR(there.st_mode) and self.remove_folder(folder)):
                    folders.add(folder.rpartition("/")[0])

    def forget(self, folder: str) -> None:
        """A folder was removed or moved away: neither it nor what was below it is known to be real."""
        if folder not in self._real:
            return
        below = f"{folder}/"
        self._real = {real for real in self._real if real != folder and not real.startswith(below)}
