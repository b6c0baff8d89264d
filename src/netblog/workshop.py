"""A site opened for work: its settings read, its lock held, its cache at hand, and what to do when that is damaged."""

from __future__ import annotations

import os
import shutil
import tempfile
import zoneinfo
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any, TypeVar

from netblog.engine import SiteLock, Store, StoreDamaged, toolchain
from netblog.errors import ConfigError, Problem
from netblog.model.config import Config
from netblog.readers.config import read_config

T = TypeVar("T")

CACHE = ".netblog"


_LIBRARIES = (
    "babel", "jinja2", "markdown-it-py", "markupsafe", "mdit-py-plugins", "msgspec", "nh3",
    "pillow", "pygments", "pyyaml", "tzdata",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildOptions:
    """What one build is asked for, beyond what netblog.toml says."""

    drafts: bool = False
    future: bool = False
    base_url: str | None = None
    output: str | None = None
    strict: bool = False
    clean: bool = False
    jobs: int | None = None
    """None: as configured; 0: one per processor."""
    explain: bool = False
    check: bool = False
    """Run every rule twice and compare: a rule that is not pure is an error."""
    now: datetime | None = None
    """The build's clock; the real one when None."""
    overrides: Mapping[str, Any] = field(default_factory=dict)
    """Settings that stand over netblog.toml, by dotted key: `{"content.per_page": 5}`."""


@contextmanager
def opened(
    root: Path, *, fresh: bool = False, waiting: Callable[[], None] = lambda: None
) -> Iterator[tuple[Store, Path]]:
    """The site locked, its cache open and a folder for staging; all of it let go again whatever happens."""
    cache = root / CACHE
    with SiteLock(cache / "lock", waiting=waiting):
        store = Store(cache / "cache.sqlite", toolchain(Path(__file__).parent, _LIBRARIES), fresh=fresh)
        try:
            staging, borrowed = _staging(cache)
            try:
                yield store, staging
            finally:
                if borrowed:
                    shutil.rmtree(staging, ignore_errors=True)
        finally:
            store.close()


def undamaged(store: Store, once: Callable[[], T]) -> T:
    """Build, and begin again with an empty cache when this one turns out to be damaged.

    That may be as late as the commit, with everything published: what is in place then is found in place.
    """
    try:
        return once()
    except StoreDamaged:
        store.reset()
    try:
        return once()
    except StoreDamaged:
        # It was made a moment ago: this disk keeps nothing. What is in memory does not fail.
        store.leave_disk()
    return once()


def _staging(cache: Path) -> tuple[Path, bool]:
    """Where files wait to be published: in the cache, or a temporary folder when that cannot be written."""
    folder = cache / "staging"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if os.access(folder, os.W_OK):
            return folder, False
    except OSError:
        pass
    return Path(tempfile.mkdtemp(prefix="netblog-")), True


def overrides_of(options: BuildOptions) -> dict[str, Any]:
    """The command line's settings by the dotted keys of netblog.toml they stand over."""
    given = {"site.url": options.base_url} if options.base_url is not None else {}
    return {**options.overrides, **given}


def zone_rules(name: str) -> str:
    """The digest of what this machine knows of a time zone: an update of its zones may move a date by an hour.

    '' where the tzdata package answers instead of the system: the toolchain knows its version.
    """
    for folder in zoneinfo.TZPATH:
        try:
            return blake2b(Path(folder, name).read_bytes(), digest_size=16).hexdigest()
        except (OSError, ValueError):
            continue
    return ""


def read_settings(root: Path, options: BuildOptions = BuildOptions()) -> Config:
    """The effective configuration. Raises ConfigError with everything that is wrong with it."""
    path = root / "netblog.toml"
    if path.exists() and not path.is_file():
        # A pipe would be waited for until somebody writes to it.
        raise ConfigError(Problem("netblog.toml is not a file"))
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        hint = "run netblog init to make a site here, or name the site's folder with --source"
        raise ConfigError(Problem(f"there is no netblog.toml in {root}", hint=hint)) from None
    except OSError as error:
        raise ConfigError(Problem(f"netblog.toml cannot be read: {error.strerror}")) from None
    return read_config(data, "netblog.toml", overrides_of(options))[0]
