"""Is this a folder netblog may write to and sweep?

A wrong `output` in netblog.toml or on the command line must never cost a user their sources, their home
folder or another site, so the folder is judged before a build begins, by its real place on disk. Inside the
site most names are fine (files that are not ours are never touched); outside it, only a folder that is
empty, absent, or known to the ledger.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from netblog.errors import OutputError, Problem

SOURCES = ("content", "themes", "templates", "static", "data", "netblog.toml", ".git", ".netblog")
"""What a site keeps in its own folder; the output may be none of them, nor lie in or around them."""
_FOREIGN = ("netblog.toml", ".git")
"""Whoever holds one of these is a site or a repository of its own."""
_MOVE_ON = "empty it first, or build to another folder and let `netblog deploy` bring the site there"


def real_folder(root: Path, folder: Path) -> Path:
    """The output folder's place on disk, links resolved; relative folders count from the site's root.

    Raises OutputError for a path no file system can hold.
    """
    try:
        return Path(os.path.realpath(root / folder))
    except ValueError as error:
        raise OutputError(_refusal(folder, f"is not a possible path ({error})")) from error


def check_folder(root: Path, folder: Path, ours: bool) -> None:
    """Refuse an unsafe output folder.

    `ours` says whether the ledger knows files of netblog in it. Raises OutputError; reads the disk, and
    writes nothing.
    """
    if found := _fault(root, folder, ours):
        raise OutputError(_refusal(folder, *found))


def _refusal(folder: Path, fault: str, hint: str = "choose a folder of its own, such as public") -> Problem:
    return Problem(f"the output folder {str(folder)!r} {fault}", hint=hint, code="output-folder")


def _fault(root: Path, folder: Path, ours: bool) -> tuple[str] | tuple[str, str] | None:
    real = real_folder(root, folder)
    home = real_folder(root, Path())
    within = _holds(home, real)
    if real == Path(real.anchor):
        return ("is the root of the file system",)
    if _holds(real, home):
        return ("is the site's own folder" if within else "holds the site's own folder",)
    named = Path(os.path.normpath(root.absolute() / folder))
    if not within and any(named.is_relative_to(place) for place in (home, root.absolute())):
        return (f"leads out of the site through a symbolic link, to {str(real)!r}",)
    for name in SOURCES:
        source = real_folder(root, Path(name))
        if _holds(source, real):
            return (f"is kept for the site's own {name}",)
        if _holds(real, source):
            return (f"holds the site's own {name}",)
    return _occupied(real, within, ours)


def _holds(outer: Path, inner: Path) -> bool:
    """Whether `inner` is `outer` or below it: by name, and on disk, where `Content` may be `content`."""
    if inner.is_relative_to(outer):
        return True
    try:
        known = outer.stat()
    except OSError:
        return False
    for place in (inner, *inner.parents):
        with suppress(OSError):
            if os.path.samestat(known, place.stat()):
                return True
    return False


def _occupied(real: Path, within: bool, ours: bool) -> tuple[str] | tuple[str, str] | None:
    try:
        if real.is_symlink():
            return ("is a symbolic link that leads nowhere",)
        held = {entry.name for entry in real.iterdir()}
    except FileNotFoundError:
        return None
    except NotADirectoryError:
        return ("is a file, or lies below one",)
    except OSError as error:
        return (f"cannot be read ({error.strerror})",)
    if ours:
        return None
    for name in _FOREIGN:
        if name in held:
            return (f"holds a {name}, and nothing in it was written by netblog", _MOVE_ON)
    if held and not within:
        return ("is outside the site, is not empty, and nothing in it was written by netblog", _MOVE_ON)
    return None
