"""Why an output is what it is: the traces of the last build, put into words."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path
from urllib.parse import urlsplit

from netblog.errors import NetblogError, Problem
from netblog.model.report import Explanation
from netblog.model.urls import decode_url, output_path, site_base
from netblog.pipeline import last_build
from netblog.rules.words import cause_of, name_of, steps_of


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
        )


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
