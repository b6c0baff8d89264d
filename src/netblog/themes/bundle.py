"""A bundle: the text of one template and of everything it can include, as one value.

The build graph keys a page's rendering by its bundle. The digest is made from names, paths and text, so
any edit that could change the page changes the bundle, and a bundle with an equal digest never compiles
twice.
"""

from __future__ import annotations

import hashlib

import msgspec


class TemplateSource(msgspec.Struct, frozen=True):
    """One template's text, and where it was found."""

    path: str
    """Relative to the site's folder, for messages: `themes/default/templates/base.html`."""
    text: str


class Bundle(msgspec.Struct, frozen=True):
    """The template `name` with its closure: `sources` maps every template name to its text."""

    name: str
    sources: dict[str, TemplateSource]
    digest: str = ""
    """32 hexadecimal digits over the sources, whatever their order; computed when not given. `name` is not in
    it: two entry templates of one closure share their environment."""

    def __post_init__(self) -> None:
        if not self.digest:
            msgspec.structs.force_setattr(self, "digest", _digest(self.sources))


def references(text: str, name: str, path: str | None = None) -> tuple[tuple[str, ...], bool]:
    """What a template names in extends, include, import and from: (names sorted, is any of them computed).

    All candidates of a list and of `ignore missing` are in the names, as any of them may be taken. When
    the second is true the template may include anything, and its bundle must hold every template there
    is. Raises `TemplateError` (at `path`, else at `name`) when the text does not parse.
    """
    # Imported here: most builds find no template changed, and Jinja is slow to load.
    from netblog.themes.environment import referenced

    return referenced(text, name, path or name)


def _digest(sources: dict[str, TemplateSource]) -> str:
    state = hashlib.blake2b(digest_size=16)
    for name in sorted(sources):
        source = sources[name]
        for part in (name, source.path, source.text):
            data = part.encode("utf-8", "surrogatepass")
            state.update(b"%d:" % len(data))
            state.update(data)
    return state.hexdigest()
