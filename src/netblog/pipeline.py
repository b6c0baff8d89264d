"""One build, from a site's folder to its output: the only place where everything is put together.

    lock -> observe what changed -> run the rules it reaches -> publish -> commit

Nothing is published while any error stands, so the previous output stays as it was. Traces, stamps and the
ledger of outputs are committed in one transaction after the files are in place: killed at any point, the next
build starts from what the disk really holds.
"""

from __future__ import annotations

import gc
import json
import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from netblog.engine import (
    Engine,
    Files,
    Key,
    Moments,
    Store,
    Trees,
    Values,
)
from netblog.errors import Problem, order
from netblog.model.config import Config
from netblog.model.report import BuildReport
from netblog.output import OutputFolder, Published
from netblog.rules.catalog import document, registry, spot
from netblog.rules.graph import RULES
from netblog.rules.manifest import Artifact, manifest
from netblog.rules.relations import features, relations_table
from netblog.rules.sources import content_files
from netblog.rules.summary import Summary, piecemeal, summary, troubles
from netblog.rules.views import listed
from netblog.rules.words import cause_of
from netblog.workshop import BuildOptions, opened, overrides_of, read_settings, undamaged, zone_rules

Progress = Callable[[int, str], AbstractContextManager[Callable[[int], None]]]
"""Opens a progress bar of so many steps under a label; what it yields is told of steps done."""


@contextmanager
def _unwatched(_total: int, _label: str) -> Iterator[Callable[[int], None]]:
    yield lambda _count: None


def build(
    root: Path,
    options: BuildOptions = BuildOptions(),
    progress: Progress = _unwatched,
    waiting: Callable[[], None] = lambda: None,
) -> BuildReport:
    """Build the site in `root`. Errors of the site are in the report; nothing is published while there are any.

    Raises ConfigError for a configuration that cannot be used, OutputError for an unsafe output folder.
    """
    started = time.perf_counter()
    root = root.resolve()
    config = read_settings(root, options)
    with opened(root, fresh=options.clean, waiting=waiting) as (store, staging), _fewer_collections():

        def once() -> BuildReport:
            return _Build(root, options, config, store, staging, progress).run(started)

        return undamaged(store, once)


@contextmanager
def _fewer_collections() -> Iterator[None]:
    """Let the collector look seldom: a build makes many lasting objects and next to no cycles."""
    before = gc.get_threshold()
    gc.set_threshold(200_000, 20, 1000)
    try:
        yield
    finally:
        gc.set_threshold(*before)


class _Build:
    """The parts of one build, put together."""

    def __init__(
        self,
        root: Path,
        options: BuildOptions,
        config: Config,
        store: Store,
        staging: Path,
        progress: Progress,
    ) -> None:
        self.root, self.options, self.config, self.store, self.progress = (
            root,
            options,
            config,
            store,
            progress,
        )
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
                        "zone": zone_rules(config.site.timezone),
                    }
                ),
                "reached": Moments(now),
            },
            store=store,
            sink=self._stage,
            jobs=self.jobs,
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
        self.engine.update()
        return self._repeated(started) or self._made(started)

    def _repeated(self, started: float) -> BuildReport | None:
        """The report of a build that found nothing changed, on the site or in the output; else None.

        The ledger knows every output by itself then, and nothing has to be asked of the traces.
        """
        if self.engine.state.changed_inputs or self.store.meta("complete") != self._mark:
            return None
        wanted = {path: owned.digest for path, owned in self.output.owned.items()}
        if self.output.missing(wanted):
            return None
        told = self.engine.fetch(summary())
        problems = _merged(self.store.problems, told.problems)
        if problems and self.options.strict:
            return self._report(started, told, problems, ok=False)
        published = self.output.publish(wanted)
        self.engine.commit({"complete": self._mark})
        return self._report(started, told, problems, ok=True, published=published)

    @property
    def _mark(self) -> bytes:
        """What the store says when the last build to this output folder ended well."""
        return self.output.folder.as_posix().encode()

    def _made(self, started: float) -> BuildReport:
        engine = self.engine
        listed_files = engine.bring([content_files()])
        paths = engine.fetch(content_files()) if listed_files.digests else ()
        with self._watched([document(path) for path in paths], "Reading"):
            # These need nothing but a post's own file, so that much can be shared out at once.
            engine.prefetch([key for path in paths for key in (spot(path), features(path))], self.jobs)
            planned = engine.bring([manifest()])
            plan = engine.fetch(manifest()) if manifest() in planned.digests else ()
            # What many pages show of one post is made before the pages are shared out: each worker would
            # make most of it again.
            if planned.digests:
                shown = [listed(it.path) for it in engine.fetch(registry()).spots]
                engine.prefetch([relations_table(), *shown], self.jobs)
        self._paths = _by_key(plan)
        keys: dict[Key[bytes], None] = {Key.parse(artifact.key): None for artifact in plan}
        with self._watched(list(keys), "Rendering"):
            engine.prefetch([*keys, *(troubles(path) for path in paths)], self.jobs)
            brought = engine.bring(keys)
        # A site so broken that there is no plan still has all its problems told.
        summed = engine.bring([summary()])
        told = engine.fetch(summary()) if summary() in summed.digests else None
        apart = () if told else engine.fetch(piecemeal())
        problems = _merged(
            self.store.problems,
            told.problems if told else apart,
            planned.problems,
            brought.problems,
            summed.problems,
        )
        if any(it.severity == "error" or self.options.strict for it in problems):
            engine.commit({"complete": b""})
            return self._report(started, told, problems, ok=False)
        wanted = {it.path: brought.digests[Key.parse(it.key)] for it in plan}
        gone = set(self.output.missing(wanted))
        if gone:
            engine.rerun([Key.parse(it.key) for it in plan if it.path in gone])
        published = self.output.publish(wanted)
        if published.removed:
            engine.collect([*keys, *_ROOTS])
        engine.commit({"complete": self._mark})
        return self._report(started, told, problems, ok=True, published=published)

    @contextmanager
    def _watched(self, keys: Sequence[Key[Any]], label: str) -> Iterator[None]:
        """A progress bar over the keys that are run."""
        wanted = set(keys)
        with self.progress(len(wanted), label) as advance:
            self.engine.on_run = lambda key: advance(1) if key in wanted else None
            try:
                yield
            finally:
                self.engine.on_run = None

    def _explained(self, written: Sequence[str]) -> tuple[tuple[str, str], ...]:
        keys = {path: key for key, paths in (self._paths or {}).items() for path in paths}
        return tuple((path, cause_of(self.engine.reasons(Key.parse(keys[path])))) for path in written)

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
            strangers=published.strangers if published else (),
            problems=problems,
            seconds=time.perf_counter() - started,
            output=self.config.build.output if self.options.output is None else self.options.output,
            ok=ok,
            jobs=self.jobs,
            explained=self._explained(published.written) if self.options.explain and published else (),
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
