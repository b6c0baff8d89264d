"""Files that are published as they are: static files, the theme's, and what lies beside a post."""

from __future__ import annotations

import io
from hashlib import blake2b
from pathlib import PurePosixPath

import msgspec

from netblog.engine import Fetch, rule
from netblog.errors import ContentError, Problem
from netblog.rules import settings
from netblog.rules.catalog import registry
from netblog.rules.sources import attachments, content_files, file, tree
from netblog.rules.templates import chain

HIGHLIGHT = "highlight.css"
"""The style sheet of highlighted code, made by netblog; a theme or site file of that name replaces it."""


@rule
def static_files(fetch: Fetch) -> dict[str, str]:
    """Output path -> source file, the site's over the theme's over its parents'."""
    found: dict[str, str] = {}
    for layer in reversed(fetch(chain())):
        folder = f"{layer.folder}/static"
        found.update({path: f"{folder}/{path}" for path in fetch(tree(folder))})
    found.update({path: f"static/{path}" for path in fetch(tree("static"))})
    return dict(sorted(found.items()))


@rule
def fingerprint(fetch: Fetch, path: str) -> str:
    """Eight hex digits of a static file's content, '' when there is no such file."""
    source = fetch(static_files()).get(path)
    if source is None:
        return blake2b(_code_styles(), digest_size=4).hexdigest() if path == HIGHLIGHT else ""
    data = fetch(file(source))
    return blake2b(data or b"", digest_size=4).hexdigest()


@rule
def attachment_urls(fetch: Fetch) -> dict[str, tuple[str, ...]]:
    """Content path of an attachment -> the decoded paths it is published at.

    What lies in the folder of a published NAME/index.md is published beside that page (beside each of its
    translations, too); any other file keeps its own path.
    """
    homes: dict[str, list[str]] = {}
    for spot in fetch(registry()).spots:
        if spot.bundle:
            homes.setdefault(spot.bundle, []).append(spot.url)
    bundles = frozenset(fetch(bundle_folders()))
    found: dict[str, tuple[str, ...]] = {}
    for path in fetch(attachments()):
        folder = next((str(up) for up in PurePosixPath(path).parents if str(up) in bundles), None)
        if folder is None:
            found[path] = (f"/{path}",)
        elif folder in homes:
            found[path] = tuple(url + path.removeprefix(f"{folder}/") for url in homes[folder])
    return found


@rule
def bundle_folders(fetch: Fetch) -> tuple[str, ...]:
    """Folders that are one post with its files: those with an index.md, published or not."""
    paths = map(PurePosixPath, fetch(content_files()))
    return tuple(dict.fromkeys(str(path.parent) for path in paths if path.name.startswith("index.")))


@rule
def attachment(fetch: Fetch, path: str) -> tuple[str, ...]:
    return fetch(attachment_urls()).get(path, ())


class Size(msgspec.Struct, frozen=True):
    width: int
    height: int


@rule
def image_size(fetch: Fetch, source: str) -> Size | None:
    """The pixels of an image file as it is shown (EXIF orientation heeded); None when it says nothing."""
    if not source.lower().endswith((".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif")):
        return None
    data = fetch(file(source))
    if data is None or not fetch(settings.images()).dimensions:
        return None
    from PIL import Image

    try:
        with Image.open(io.BytesIO(data)) as picture:
            width, height = picture.size
            turned = picture.getexif().get(0x0112, 1) in (5, 6, 7, 8)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    return Size(height, width) if turned else Size(width, height)


@rule(keep=False)
def copy(fetch: Fetch, source: str) -> bytes:
    """A file as it is."""
    data = fetch(file(source))
    if data is None:
        raise ContentError(Problem("this file has gone", path=source, code="missing"))
    return data


@rule(keep=False)
def code_styles(fetch: Fetch) -> bytes:
    """The light and dark style sheet of highlighted code."""
    return _code_styles()


def _code_styles() -> bytes:
    from netblog.readers.markdown import highlight_css

    return highlight_css().encode()
