"""A progress bar for builds long enough to wonder about, and only where somebody watches.

The bar draws itself when it is told of progress and never from a thread of its own: a process with a second
thread must not fork, and forking is how a build uses all processors.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

from netblog.report.excerpt import plain
from netblog.report.terminal import is_terminal

if TYPE_CHECKING:
    from rich.progress import Progress

PATIENCE = 1.0
"""Seconds before a bar appears."""
_FRAME = 0.1
"""Seconds from one drawing to the next."""


@contextmanager
def progress(total: int, label: str, stream: TextIO | None = None) -> Iterator[Callable[[int], None]]:
    """Hand out `advance(count)`, to be called as work gets done; a bar shows on a terminal after a second.

    The stream is standard error by default. The bar is gone when the block ends, however it ends.
    """
    bar = _Bar(total, plain(label), sys.stderr if stream is None else stream)
    try:
        yield bar.advance
    finally:
        bar.close()


class _Bar:
    def __init__(self, total: int, label: str, stream: TextIO) -> None:
        self._total = total
        self._label = label
        self._stream = stream
        self._watched = is_terminal(stream)
        self._process = os.getpid()
        self._done = 0
        self._next = time.monotonic() + PATIENCE
        self._drawing: Progress | None = None

    def advance(self, count: int = 1) -> None:
        self._done += count
        if not self._watched or self._done >= self._total or time.monotonic() < self._next:
            return
        # A forked worker inherits the bar, but the terminal is its parent's.
        if os.getpid() != self._process:
            return
        self._next = time.monotonic() + _FRAME
        if self._drawing is None:
            self._drawing = self._start()
        self._drawing.update(self._drawing.task_ids[0], completed=self._done, refresh=True)

    def close(self) -> None:
        if self._drawing is not None and os.getpid() == self._process:
            self._drawing.stop()

    def _start(self) -> Progress:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

        drawing = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            console=Console(file=self._stream, force_terminal=True),
            auto_refresh=False,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        drawing.add_task(self._label, total=self._total)
        drawing.start()
        return drawing
