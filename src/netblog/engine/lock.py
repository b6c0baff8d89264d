"""One build at a time in one site: a lock that the operating system lets go of, whatever becomes of us."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from netblog.errors import NetblogError, Problem


class SiteLock:
    """A lock on a file, waited for. Where the folder cannot be written there is nothing to tear, and no lock."""

    def __init__(self, path: Path, *, timeout: float = 600, waiting: Callable[[], None] = lambda: None) -> None:
        self.path = path
        self.timeout = timeout
        self.waiting = waiting
        self._file: int | None = None

    def __enter__(self) -> SiteLock:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._file = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError:
            return self
        until = time.monotonic() + self.timeout
        told = False
        while not _try(self._file):
            if not told:
                self.waiting()
                told = True
            if time.monotonic() > until:
                os.close(self._file)
                self._file = None
                raise NetblogError(
                    Problem(
                        f"another netblog has been building this site for over {self.timeout:.0f} seconds",
                        hint="wait for it to end, or stop it",
                    )
                )
            time.sleep(0.05)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None


if os.name == "nt":  # pragma: no cover - the suite runs on POSIX
    import msvcrt

    def _try(file: int) -> bool:
        try:
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        except OSError:
            return False
        return True

else:
    import fcntl

    def _try(file: int) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
