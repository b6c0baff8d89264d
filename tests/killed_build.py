"""A build that kills itself with SIGKILL at its n-th step: the program that `test_kill.py` runs.

    python killed_build.py SITE JOBS N [WHERE]

A step is a moment at which the disk, or what is about to become of it, differs from the moment before: each
staged file, each operation of `OutputFolder`, both sides of every write to the store, each statement of its
transactions. WHERE chooses who dies: `parent` (the default) or `worker` (the first worker to come to its n-th
step; the build goes on without it). The steps passed are counted on standard output when none was the last.
"""

from __future__ import annotations

import os
import signal
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import netblog.engine.pool
import netblog.engine.store
from netblog.engine import Store
from netblog.output import OutputFolder
from netblog.output.staging import Staging
from sites import Site

PARENT = os.getpid()


class Countdown:
    """Counts steps and kills at the last."""

    def __init__(self, last: int, worker: bool) -> None:
        self.last, self.worker, self.passed = last, worker, 0

    def step(self, _name: object = "") -> None:
        if (os.getpid() != PARENT) != self.worker:
            return
        self.passed += 1
        if self.passed == self.last:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(self, owner: Any, method: str) -> None:
        """A step before and after each call of a method."""
        real = getattr(owner, method)

        def call(*args: Any, **more: Any) -> Any:
            self.step()
            result = real(*args, **more)
            self.step()
            return result

        setattr(owner, method, call)


def hang(countdown: Countdown) -> None:
    """Put steps into everything a build does to the disk."""
    init: Callable[..., None] = OutputFolder.__init__

    def stepped(self: OutputFolder, *args: Any, **more: Any) -> None:
        init(self, *args, **{**more, "step": countdown.step})

    OutputFolder.__init__ = stepped  # type: ignore[method-assign]
    for owner, methods in (
        (Store, ("intend", "commit", "_create")),
        (OutputFolder, ("begin", "publish", "_settle")),
        (Staging, ("write", "clear")),
    ):
        for method in methods:
            countdown.around(owner, method)
    half_written(countdown)
    # While workers send home what they found.
    countdown.around(netblog.engine.pool, "_adopt")

    class Connection(sqlite3.Connection):
        def execute(self, sql: str, *args: Any) -> sqlite3.Cursor:
            if sql.startswith(("begin", "commit")):
                countdown.step()
            return super().execute(sql, *args)

        def executemany(self, sql: str, rows: Any) -> sqlite3.Cursor:
            countdown.step()
            return super().executemany(sql, rows)

    real = sqlite3.connect

    def connect(path: Any, **more: Any) -> sqlite3.Connection:
        return real(path, **{"factory": Connection, **more})

    netblog.engine.store.sqlite3.connect = connect  # type: ignore[attr-defined]


def half_written(countdown: Countdown) -> None:
    """Files are staged in two writes, with a step between them."""
    real = os.write

    def write(handle: int, data: Any) -> int:
        if len(data) < 2:
            return real(handle, data)
        wrote = real(handle, data[: len(data) // 2])
        countdown.step()
        return wrote

    os.write = write


def main() -> None:
    root, jobs, last, *where = sys.argv[1:]
    countdown = Countdown(int(last), where == ["worker"])
    hang(countdown)
    report = Site.at(Path(root)).build(jobs=int(jobs))
    assert report.ok, report.problems
    print(countdown.passed)


if __name__ == "__main__":
    main()
