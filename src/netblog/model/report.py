"""What a build did, as values: the pipeline fills it in, `report` puts it into words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from netblog.errors import Problem

Reason = Literal["draft", "future", "expired"]


@dataclass(frozen=True, slots=True)
class Withheld:
    """A post or page that exists and was not published."""

    path: str
    """Its content file, relative to the site: `content/posts/x.md`."""
    title: str
    reason: Reason
    when: datetime | None
    """When it will appear (future) or went (expired), in the site's time zone; None for drafts."""


@dataclass(frozen=True, slots=True)
class BuildReport:
    """One build. Output paths are relative to the output folder."""

    posts: int
    """Published ones, as are `pages`; `comments` counts what the pages show."""
    pages: int
    comments: int
    written: tuple[str, ...]
    unchanged: int
    removed: tuple[str, ...]
    rescued: tuple[str, ...]
    """Where things are now that stood in the way, relative to the site."""
    withheld: tuple[Withheld, ...]
    problems: tuple[Problem, ...]
    seconds: float
    output: str
    """The output folder, as the user names it."""
    ok: bool
    """False when nothing was published because of errors."""
    jobs: int
    explained: tuple[tuple[str, str], ...] = ()
    """Output path and why it was made again, where that was asked for."""
    rules_run: int = 0
    strangers: tuple[str, ...] = ()
    """After the ledger was lost: files in the output folder that this build did not make."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """The answer to "why": how an output came to be what it is, in a blogger's words."""

    path: str
    """The output, below the output folder."""
    source: str
    """What it is made from: a content file, `the term 'rete' of tags`."""
    cause: str
    """One clause: `the title of content/posts/x.md changed`."""
    steps: tuple[str, ...]
    """How that reached the output, nearest to the output first."""
    reads: tuple[str, ...]
    """All that was looked at to make it."""
    recommended: tuple[tuple[str, float, tuple[str, ...]], ...] = ()
    """On a post's page: content file, likeness (0 to 1) and what is shared, best first."""
