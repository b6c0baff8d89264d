"""Where things go that netblog did not write but that stand where it must write.

Nothing a user left in the output folder is ever destroyed, whatever it is: a file, a folder or a link is
moved as it stands to the same path below `.netblog/rescued`, under a name of its own when that one is taken.
"""

from __future__ import annotations

import filecmp
import os
import shutil
from collections.abc import Iterator
from itertools import count
from pathlib import Path

_LONGEST = 240
"""Bytes of a name that a number can still be put to."""


class Rescue:
    """The folder of rescued things."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def keep(self, place: Path, path: str) -> Path:
        """Move what stands at `place` to `path` in here, and return where it is now.

        A file that is kept already, byte for byte, is not kept twice: a tool that changes the output after
        every build does not fill the disk. On another device it is copied first and removed then; a link is
        moved as a link. Raises OSError, with the original still in its place.
        """
        spot = self.folder
        *folders, name = path.split("/")
        for folder in folders:
            spot = next(free for free in _names(spot / folder) if _is_room(free))
        spot.mkdir(parents=True, exist_ok=True)
        for free in _names(spot / name):
            if not os.path.lexists(free):
                shutil.move(place, free)
                return free
            if _same(place, free):
                place.unlink()
                return free
        raise AssertionError("names do not run out")


def _names(spot: Path) -> Iterator[Path]:
    yield spot
    stem = os.fsdecode(os.fsencode(spot.name)[:_LONGEST])
    for number in count(2):
        yield spot.with_name(f"{stem}~{number}")


def _is_room(spot: Path) -> bool:
    return not os.path.lexists(spot) or (spot.is_dir() and not spot.is_symlink())


def _same(place: Path, spot: Path) -> bool:
    return _is_file(place) and _is_file(spot) and filecmp.cmp(place, spot, shallow=False)


def _is_file(spot: Path) -> bool:
    return spot.is_file() and not spot.is_symlink()
