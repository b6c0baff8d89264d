"""Where finished files wait until the whole site is known to be good.

A staged file's name says all there is to know of it: which path it is for, the digest of its bytes and how
many there are. So worker processes need not report what they staged, a file cut short by a killed worker
does not count (it is shorter than its name says), and one left by an earlier build can never be taken for
something it is not.
"""

from __future__ import annotations

import os
import shutil
from hashlib import blake2b
from pathlib import Path

_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)


def label(path: str, digest: bytes) -> str:
    """The stem of a staged file's name."""
    return f"{blake2b(path.encode(errors='surrogatepass'), digest_size=16).hexdigest()}-{digest.hex()}"


class Staging:
    """One flat folder of finished files. Any number of processes may write to it at once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._place = str(folder)

    def write(self, path: str, digest: bytes, data: bytes) -> None:
        """Keep the bytes for a path. Raises OSError."""
        place = f"{self._place}/{label(path, digest)}-{len(data):x}"
        try:
            handle = _create(place)
        except FileNotFoundError:
            self.folder.mkdir(parents=True, exist_ok=True)
            handle = _create(place)
        try:
            rest = memoryview(data)
            while rest:
                rest = rest[os.write(handle, rest) :]
        finally:
            os.close(handle)

    def files(self) -> dict[str, str]:
        """Whole staged files: label -> place on disk. Raises OSError."""
        found: dict[str, str] = {}
        try:
            entries = os.scandir(self._place)
        except FileNotFoundError:
            return found
        with entries:
            for entry in entries:
                stem, _, size = entry.name.rpartition("-")
                if entry.is_file(follow_symlinks=False) and size == f"{entry.stat().st_size:x}":
                    found[stem] = entry.path
        return found

    def clear(self) -> None:
        """Remove whatever is staged; a link in the folder's place is removed, not followed.

        Raises OSError.
        """
        if self.folder.is_symlink():
            self.folder.unlink()
        try:
            entries = os.scandir(self._place)
        except FileNotFoundError:
            return
        with entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    shutil.rmtree(entry.path)
                else:
                    Path(entry.path).unlink()


def _create(place: str) -> int:
    return os.open(place, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | _NO_FOLLOW, 0o666)
