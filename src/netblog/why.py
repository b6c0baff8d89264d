"""Why an output is what it is: the traces of the last build, put into words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from netblog.engine import Engine, Key, Reason, StoreDamaged
from netblog.errors import NetblogError, Problem
from netblog.model.config import Config
from netblog.model.report import Explanation
from netblog.model.urls import decode_url, output_path, site_base
from netblog.rules.graph import RULES
from netblog.rules.manifest import Artifact, manifest
from netblog.rules.pages import post_page
from netblog.rules.relations import related_table
from netblog.rules.tables import shard_of
from netblog.rules.words import cause_of, name_of, steps_of
from netblog.workshop import opened, read_settings


@dataclass(frozen=True, slots=True)
class LastBuild:
    """The traces of a site's last build, to be asked about."""

    config: Config
    plan: tuple[Artifact, ...]
    engine: Engine

    def explain(self, key: str) -> tuple[tuple[Reason, ...], tuple[Key[Any], ...]]:
        """Why an artifact was last made, and what it read."""
        parsed: Key[Any] = Key.parse(key)
        return self.engine.reasons(parsed), self.engine.reads(parsed)


@contextmanager
def last_build(root: Path) -> Iterator[LastBuild]:
    """Open what the last build of a site left behind. Nothing is built and nothing changes."""
    root = root.resolve()
    config = read_settings(root)
    with opened(root) as (store, _):
        try:
            engine = Engine(RULES, {}, store)
            yield LastBuild(config, engine.recall(manifest()) or (), engine)
        except StoreDamaged:
            hint = "run netblog build: it makes a new one"
            raise NetblogError(Problem("the cache is damaged", hint=hint)) from None


def why(root: Path, what: str) -> Explanation:
    """The explanation of one output, named by URL, path of the site, file below the output, or content file.

    Raises NetblogError when the last build made no such thing.
    """
    with last_build(root) as built:
        base = site_base(built.config.site.url)
        found = None
        for name in _names(what, base, built.config.build.output):
            found = next((it for it in built.plan if name in (it.path, it.source)), None)
            if found:
                break
        if found is None:
            paths = {it.path.removesuffix("index.html").strip("/"): it.path for it in built.plan}
            near = get_close_matches(what.strip("/"), paths, n=1, cutoff=0.4)
            hint = "name a URL, a file of public/ or of content/" if paths else "build the site first: netblog build"
            if near:
                hint = f"did you mean /{paths[near[0]].removesuffix('index.html')}?"
            raise NetblogError(Problem(f"the last build made nothing called {what!r}", hint=hint))
        reasons, reads = built.explain(found.key)
        return Explanation(
            path=found.path,
            source=found.source,
            cause=cause_of(reasons),
            steps=steps_of(reasons),
            reads=tuple(name_of(key.rule, key.args) for key in reads),
            recommended=_recommended(built.engine, Key.parse(found.key)),
        )


def _recommended(engine: Engine, page: Key[bytes]) -> tuple[tuple[str, float, tuple[str, ...]], ...]:
    """What stands behind the recommended posts of a post's page; () for any other output."""
    if page.rule != post_page.name:
        return ()
    (path,) = page.args
    table = engine.recall(related_table()) or ()
    shard = table[int(shard_of(path))] if table else {}
    return tuple((f"content/{it.id}", it.score, it.shared) for it in shard.get(path, ()))


def _names(what: str, base: str, output: str) -> list[str]:
    path = urlsplit(what).path if "://" in what else what
    path = decode_url(path).removeprefix("./")
    names = [path, path.removeprefix(f"{output}/")]
    url = "/" + path.removeprefix(base if path.startswith(base) else "/")
    for candidate in (url, url.rstrip("/") + "/"):
        try:
            names.append(output_path(candidate))
        except ValueError:
            continue
    return names
