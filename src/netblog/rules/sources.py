"""The leaves of the graph: all that a build reads from outside, by kind.

Every path is relative to the site's folder, with forward slashes; the files of a bundled theme are named by
their absolute path. The engine is given an implementation of each kind by the pipeline.
"""

from __future__ import annotations

from netblog.engine import Fetch, Input, rule

file: Input[bytes | None] = Input("file")
"""The bytes of a file; None when it is not there, which is a value like any other."""

tree: Input[tuple[str, ...]] = Input("tree")
"""The files below a folder, sorted, relative to that folder; empty when there is no such folder."""

option: Input[str] = Input("option")
"""A setting from the command line, as JSON text."""

reached: Input[bool] = Input("reached")
"""Whether the build's clock has come to an RFC 3339 moment. Ask for few of them: see `catalog.registry`."""


@rule
def content_files(fetch: Fetch) -> tuple[str, ...]:
    """The content files, relative to content/: an image that comes or goes does not change this list."""
    return tuple(
        path
        for path in fetch(tree("content"))
        if path.endswith((".md", ".markdown")) and path.startswith(("posts/", "pages/"))
    )


@rule
def attachments(fetch: Fetch) -> tuple[str, ...]:
    """Everything below content/posts and content/pages that is not Markdown.

    Also what stands in the place of these two: a link that leads out of the site must not look like no posts.
    """
    return tuple(
        path
        for path in fetch(tree("content"))
        if not path.endswith((".md", ".markdown")) and f"{path}/".startswith(("posts/", "pages/"))
    )


@rule
def strays(fetch: Fetch) -> tuple[str, ...]:
    """Markdown below content/ that is nobody's: outside posts/ and pages/, or with an ending in capitals."""
    ours = set(fetch(content_files()))
    return tuple(
        path
        for path in fetch(tree("content"))
        if path.lower().endswith((".md", ".markdown")) and path not in ours
    )
