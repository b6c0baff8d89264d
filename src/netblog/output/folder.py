"""Bring the finished site into the output folder: all of it or nothing, each file whole, nothing lost.

Finished files wait in a staging folder until the build is known to be good; then each is renamed to its
path, which a reader of the folder sees as old bytes or new bytes and never as a part of them. The ledger says
what is ours. What is not, or is no longer as we wrote it, is moved aside and not destroyed.

A build may be killed between any two steps: paths are entered into the ledger as intended before the first
rename, so the next build knows the half-finished work for its own and carries on. Nothing is fsynced:
against a killed process the page cache is enough, and after a power cut a file that lost its bytes has lost
its stamp too (size, ctime or inode differ from the ledger's), so that the next build writes it again. The
folder is made from sources that are all still there; waiting for the disk 12,500 times buys nothing.
"""

from __future__ import annotations

import errno
import os
import stat
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from netblog.errors import OutputError, Problem
from netblog.model.paths import fault, fold, in_the_way
from netblog.output.guard import check_folder, real_folder
from netblog.output.ledger import Ledger, Owned, Stamp, settled, stamp_of
from netblog.output.rescue import Rescue
from netblog.output.staging import Staging, label
from netblog.output.tree import Tree


@dataclass(frozen=True, slots=True)
class Published:
    """What publishing did. Paths are relative to the output folder and sorted."""

    written: tuple[str, ...]
    unchanged: int
    removed: tuple[str, ...]
    rescued: tuple[str, ...]
    """Where rescued things are now, relative to the site: `.netblog/rescued/about.html`."""
    strangers: tuple[str, ...] = ()
    """Files that were there before netblog knew of any of its own: after a lost ledger, old pages may be among them."""


class OutputFolder:
    """One build's view of the output folder.

    The ledger is read once, on construction: make a new one for each build. In the ledger a path is
    `FOLDER//PATH`, with the folder as seen from the site, so that building to a second folder neither
    forgets nor sweeps the first. `step` is called with a word and a path before each operation on disk; the
    kill tests hang themselves onto it.
    """

    def __init__(
        self,
        root: Path,
        folder: Path,
        staging: Path,
        ledger: Ledger,
        *,
        step: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.root = root
        self.folder = real_folder(root, folder)
        self._named = folder
        self._staging = Staging(root / staging)
        self._rescue = Rescue(self._staging.folder.with_name("rescued"))
        self._tree = Tree(self.folder)
        self._ledger = ledger
        self._step = step
        home = real_folder(root, Path())
        seen = self.folder.relative_to(home) if self.folder.is_relative_to(home) else self.folder
        self._prefix = f"{seen.as_posix()}//"
        cut = len(self._prefix)
        self.owned: Mapping[str, Owned] = {
            path[cut:]: owned for path, owned in ledger.owned().items() if path.startswith(self._prefix)
        }
        """What the ledger knew of this folder when the build began, by path in it."""
        self._intact: dict[str, tuple[bytes, Stamp]] = {}

    def check(self) -> None:
        """Refuse a folder that is unsafe to write to and sweep (`guard` says which). Raises OutputError."""
        check_folder(self.root, self._named, bool(self.owned))

    def begin(self) -> None:
        """Check, and clear what a killed build left in staging. Raises OutputError."""
        self.check()
        with self._told():
            self._staging.clear()

    def stage(self, path: str, digest: bytes, data: bytes) -> None:
        """Keep the bytes of one output until `publish`, unless they are in place already.

        `digest` is `digest_of(data)`. May be called from any number of processes. Raises OutputError.
        """
        with self._told(path):
            owned = self.owned.get(path)
            if owned is not None and owned.digest == digest:
                there = self._tree.look(path)
                if there is not None and stamp_of(there) == owned.stamp:
                    return
            self._staging.write(path, digest, data)

    def missing(self, wanted: Mapping[str, bytes]) -> tuple[str, ...]:
        """Paths that are neither on disk with the digest wanted nor staged with it: to be made again.

        Raises OutputError.
        """
        with self._told():
            stale = self._stale(wanted)
            staged = self._staging.files() if stale else {}
        return tuple(path for path in stale if label(path, wanted[path]) not in staged)

    def publish(self, wanted: Mapping[str, bytes]) -> Published:
        """Make the folder hold exactly the wanted files (path -> digest), and what was never ours.

        Every wanted file must be in place or staged, and `check_paths` must have passed them. The ledger is
        told what is owned now; committing it is up to the caller. Raises OutputError.
        """
        with self._told():
            stale = self._stale(wanted)
            staged = self._staging.files() if stale else {}
            sources = {path: staged.get(label(path, wanted[path]), "") for path in stale}
            self._refuse(sources)
            return self._carry_out(wanted, sources)

    def _refuse(self, sources: Mapping[str, str]) -> None:
        problems = [
            Problem(f"the output path {path!r} {found}", code="output-path")
            for path in sources
            if (found := fault(path))
        ] + [
            Problem(f"{path} was never made", hint="this is a bug in netblog: please report it", code="bug")
            for path, source in sources.items()
            if not source
        ]
        if problems:
            raise OutputError(problems)

    def _stale(self, wanted: Mapping[str, bytes]) -> list[str]:
        """Wanted paths that do not hold their bytes yet; the others are remembered as intact."""
        stale = []
        # Rendering may have taken minutes: which folders were real before says nothing any more.
        self._tree = Tree(self.folder)
        going = {fold(path) for path in self.owned.keys() - wanted.keys()}
        intact, known, look = self._intact, self.owned, self._tree.look
        for path, digest in wanted.items():
            before = intact.get(path)
            if before is not None and before[0] == digest:
                continue
            there = look(path)
            if there is None or not stat.S_ISREG(there.st_mode):
                stale.append(path)
                continue
            stamp = stamp_of(there)
            owned = known.get(path)
            if owned is None and going and fold(path) in going:
                # Where case does not count, this is the file that is about to be removed.
                stale.append(path)
                continue
            # An untouched file of ours needs no reading: the ledger knows its digest.
            held = owned.digest if owned is not None and owned.stamp == stamp else self._tree.digest(path)
            if held == digest:
                intact[path] = (digest, stamp)
            else:
                stale.append(path)
        return stale

    def _carry_out(self, wanted: Mapping[str, bytes], sources: Mapping[str, str]) -> Published:
        gone = [path for path in self.owned if path not in wanted and not fault(path)]
        rescued: list[str] = []
        first = in_the_way(gone, sources) if gone and sources else set()
        removed = self._sweep(sorted(first), rescued)
        for path in sources:
            self._clear(path, rescued)
        # Only now: after a kill, an intended path counts as ours whatever it holds.
        if sources:
            self._step("intend")
            self._ledger.intend([self._prefix + path for path in sources])
            self.folder.mkdir(parents=True, exist_ok=True)
        stamps = {path: self._place(source, path) for path, source in sources.items()}
        removed += self._sweep([path for path in gone if path not in first], rescued)
        self._settle(wanted, stamps)
        self._step("clear")
        self._staging.clear()
        return Published(
            written=tuple(sorted(stamps)),
            unchanged=len(wanted) - len(stamps),
            removed=tuple(sorted(removed)),
            rescued=tuple(sorted(rescued)),
            strangers=() if self.owned else self._strangers(wanted),
        )

    def _settle(self, wanted: Mapping[str, bytes], stamps: Mapping[str, Stamp]) -> None:
        now = time.time_ns()
        for path, stamp in stamps.items():
            self._ledger.own(self._prefix + path, wanted[path], settled(stamp, now))
        for path in wanted:
            if path not in stamps:
                digest, stamp = self._intact[path]
                owned = self.owned.get(path)
                if owned is None or owned.digest != digest or owned.stamp != stamp:
                    self._ledger.own(self._prefix + path, digest, settled(stamp, now))
        for path in self.owned:
            if path not in wanted:
                self._ledger.disown(self._prefix + path)

    def _is_ours(self, path: str, there: os.stat_result) -> bool:
        """Whether a regular file is still as we wrote it, or as a killed build may have written it."""
        owned = self.owned.get(path)
        if owned is None:
            return False
        return owned.stamp in (None, stamp_of(there)) or owned.digest == self._tree.digest(path)

    def _strangers(self, wanted: Mapping[str, bytes]) -> tuple[str, ...]:
        """Files in the folder that nobody asked for. They may be anybody's, so they are told, not touched."""
        top = str(self.folder)
        found = (
            os.path.relpath(os.path.join(folder, name), top).replace(os.sep, "/")
            for folder, _, names in os.walk(top)
            for name in names
        )
        return tuple(sorted(path for path in found if path not in wanted))

    def _sweep(self, paths: Iterable[str], rescued: list[str]) -> list[str]:
        """Remove files of ours that nobody wants, and the folders this leaves empty."""
        removed, left = [], []
        for path in paths:
            there = self._tree.look(path)
            left.append(path)
            if there is None or stat.S_ISDIR(there.st_mode):
                continue
            if stat.S_ISREG(there.st_mode) and self._is_ours(path, there):
                self._step(f"remove {path}")
                self._tree.remove(path)
                removed.append(path)
            else:
                self._save(path, rescued)
        if left:
            self._step("prune")
            self._tree.prune(left)
        return removed

    def _clear(self, path: str, rescued: list[str]) -> None:
        """Move away what stands at a path to be written, or above it where a folder must be."""
        blocked = self._tree.obstacle(path)
        if blocked is not None:
            if os.path.lexists(self._tree.at(blocked)):
                self._save(blocked, rescued)
            return
        there = self._tree.look(path)
        if there is None or (stat.S_ISREG(there.st_mode) and self._is_ours(path, there)):
            return
        if not (stat.S_ISDIR(there.st_mode) and self._tree.remove_folder(path)):
            self._save(path, rescued)

    def _save(self, path: str, rescued: list[str]) -> None:
        self._step(f"rescue {path}")
        kept = self._rescue.keep(Path(self._tree.at(path)), path)
        self._tree.forget(path)
        rescued.append((kept.relative_to(self.root) if kept.is_relative_to(self.root) else kept).as_posix())

    def _place(self, source: str, path: str) -> Stamp:
        self._step(f"place {path}")
        try:
            return self._tree.place(source, path)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
        # A rename across devices is no rename: copy to a name beside it, which is intended first so that
        # the next build sweeps it, should this one be killed half-way through the copy.
        beside = f"{path.rpartition('/')[0]}/.netblog-{blake2b(path.encode(), digest_size=8).hexdigest()}"
        beside = beside.removeprefix("/")
        self._ledger.intend([self._prefix + beside])
        self._step(f"copy {path}")
        self._tree.copy(source, beside)
        self._step(f"move {path}")
        stamp = self._tree.place(self._tree.at(beside), path)
        self._ledger.disown(self._prefix + beside)
        return stamp

    @contextmanager
    def _told(self, path: str = "") -> Iterator[None]:
        try:
            yield
        except OSError as error:
            place = error.filename2 or error.filename or self._tree.at(path)
            what = f"cannot write the site: {os.fsdecode(place)}: {error.strerror or error}"
            raise OutputError(Problem(what, code="output-write")) from error
        except ValueError as error:  # what the system's calls say of a NUL or a lone surrogate in a path
            what = f"cannot write the site: {path!r}: {error}"
            raise OutputError(Problem(what, code="output-write")) from error
