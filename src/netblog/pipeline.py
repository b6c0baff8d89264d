"""One build, from a site's folder to its output: the only place where everything is put together.

    lock -> observe what changed -> run the rules it reaches -> publish -> commit

Nothing is published while any error stands, so the previous output stays as it was. Traces, stamps and the
ledger of outputs are committed in one transaction after the files are in place: killed at any point, the next
build starts from what the disk really holds.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from netblog.engine import Engine, Files, Key, Moments, SiteLock, Store, Trees, Values, toolchain
from netblog.errors import ConfigError, Problem, order
from netblog.model.config import Config
from netblog.model.report import BuildReport
from netblog.output import OutputFolder, Published
from netblog.readers.config import read_config
from netblog.rules.catalog import document
from netblog.rules.graph import RULES
from netblog.rules.manifest import Artifact, manifest
from netblog.rules.sources import content_files
from netblog.rules.summary import Summary, summary

CACHE = ".netblog"


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


Progress = Callable[[str], None]
"""Told the name of each phase as it begins."""

_LIBRARIES = (
    "babel", "jinja2", "linkify-it-py", "markdown-it-py", "markupsafe", "mdit-py-plugins", "msgspec", "nh3",
    "pillow", "pygments", "pyyaml", "tzdata",
)  # fmt: skip


def build(root: Path, options: BuildOptions = BuildOptions(), progress: Progress = lambda _: None) -> BuildReport:  # noqa: B008
    """Build the site in `root`. Errors of the site are in the report; nothing is published while there are any.

    Raises ConfigError for a configuration that cannot be used, OutputError for an unsafe output folder.
    """
    started = time.perf_counter()
    root = root.resolve()
    with _workshop(root, options, progress) as shop:
        report = shop.run(started)
    return report


@contextmanager
def _workshop(root: Path, options: BuildOptions, progress: Progress) -> Iterator[_Workshop]:
    """The site locked, its cache open; all of it let go again whatever happens."""
    settings_ = read_settings(root, options)
    cache = root / CACHE
    with SiteLock(cache / "lock", waiting=lambda: progress("waiting for another build of this site")):
        store = Store(cache / "cache.sqlite", toolchain(Path(__file__).parent, _LIBRARIES), fresh=options.clean)
        try:
            staging, borrowed = _staging(cache)
            try:
                yield _Workshop(root, options, settings_, store, staging, progress)
            finally:
                if borrowed:
                    shutil.rmtree(staging, ignore_errors=True)
        finally:
            store.close()


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


def read_settings(root: Path, options: BuildOptions = BuildOptions()) -> Config:  # noqa: B008
    """The effective configuration. Raises ConfigError with everything that is wrong with it."""
    path = root / "netblog.toml"
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        hint = "run netblog init to make a site here, or name the site's folder with --source"
        raise ConfigError(Problem(f"there is no netblog.toml in {root}", hint=hint)) from None
    except OSError as error:
        raise ConfigError(Problem(f"netblog.toml cannot be read: {error.strerror}")) from None
    return read_config(data, "netblog.toml", overrides_of(options))[0]


class _Workshop:
    """The parts of one build, put together."""

    def __init__(
        self, root: Path, options: BuildOptions, config: Config, store: Store, staging: Path, progress: Progress
    ) -> None:
        self.root, self.options, self.config, self.store, self.progress = root, options, config, store, progress
        self.output = OutputFolder(root, root / (options.output or config.build.output), staging, store)
        self.output.begin()
        self._paths: dict[str, list[str]] | None = None
        now = options.now or datetime.now(UTC)
        self.engine = Engine(
            RULES,
            sources={
                "file": Files(root),
                "tree": Trees(root),
                "option": Values(
                    {
                        "overrides": json.dumps(overrides_of(options), sort_keys=True),
                        "drafts": json.dumps(options.drafts),
                        "future": json.dumps(options.future),
                    }
                ),
                "reached": Moments(now),
            },
            store=store,
            sink=self._stage,
            check=options.check,
        )

    def _stage(self, key: Key[bytes], digest: bytes, value: bytes) -> None:
        if self._paths is None:
            # The wave makes artifacts before the new plan is known. The last plan knows nearly all of them;
            # what moved meanwhile is found missing, and made again.
            self._paths = _by_key(self.engine.recall(manifest()) or ())
        for path in self._paths.get(key.text(), ()):
            self.output.stage(path, digest, value)

    @property
    def jobs(self) -> int:
        wanted = self.options.jobs if self.options.jobs is not None else self.config.build.jobs
        return wanted or os.cpu_count() or 1

    def run(self, started: float) -> BuildReport:
        engine = self.engine
        self.progress("looking for changes")
        engine.update()
        self.progress("reading")
        engine.prefetch([document(path) for path in engine.fetch(content_files())], self.jobs)
        told, plan, problems = self._plan()
        self.progress("rendering")
        self._paths = _by_key(plan)
        keys: dict[Key[bytes], None] = {Key.parse(artifact.key): None for artifact in plan}
        engine.prefetch(list(keys), self.jobs)
        brought = engine.bring(list(keys))
        problems = _merged(self.store.problems, problems, brought.problems)
        if any(it.severity == "error" or self.options.strict for it in problems):
            engine.commit()
            return self._report(started, told, problems, ok=False)
        wanted = {it.path: brought.digests[Key.parse(it.key)] for it in plan}
        gone = set(self.output.missing(wanted))
        if gone:
            engine.rerun([Key.parse(it.key) for it in plan if it.path in gone])
        self.progress("publishing")
        published = self.output.publish(wanted)
        if published.removed:
            engine.collect([*keys, *_ROOTS])
        engine.commit()
        return self._report(started, told, problems, ok=True, published=published)

    def _plan(self) -> tuple[Summary | None, tuple[Artifact, ...], tuple[Problem, ...]]:
        """What to say and what to make. A site so broken that there is no plan still has all its problems told."""
        brought = self.engine.bring([summary(), manifest()])
        told = self.engine.fetch(summary()) if summary() in brought.digests else None
        plan = self.engine.fetch(manifest()) if manifest() in brought.digests else ()
        return told, plan, _merged(told.problems if told else (), brought.problems)

    def _report(
        self,
        started: float,
        told: Summary | None,
        problems: tuple[Problem, ...],
        *,
        ok: bool,
        published: Published | None = None,
    ) -> BuildReport:
        return BuildReport(
            posts=told.posts if told else 0,
            pages=told.pages if told else 0,
            comments=told.comments if told else 0,
            withheld=told.withheld if told else (),
            written=published.written if published else (),
            unchanged=published.unchanged if published else 0,
            removed=published.removed if published else (),
            rescued=published.rescued if published else (),
            problems=problems,
            seconds=time.perf_counter() - started,
            output=self.config.build.output if self.options.output is None else self.options.output,
            ok=ok,
            jobs=self.jobs,
            explained=self._explained(published) if self.options.explain and published else (),
            rules_run=len(self.engine.state.ran),
        )


def _by_key(plan: Iterable[Artifact]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for artifact in plan:
        found.setdefault(artifact.key, []).append(artifact.path)
    return found


_ROOTS = (summary(), manifest())


def _merged(*groups: Iterable[Problem]) -> tuple[Problem, ...]:
    """All problems, each once, in the order they are listed in."""
    found = dict.fromkeys(problem for group in groups for problem in group)
    return tuple(sorted(found, key=order))
