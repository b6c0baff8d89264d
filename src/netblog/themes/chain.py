"""The theme chain: where a template, a static file or a catalogue may be, in order of precedence.

Only names are computed here. The build graph looks at every candidate in turn and records the absent ones
too, so that a template dropped into the site's own folder is noticed by the next build. A name that could
reach outside its folder is refused before it is ever joined to one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from netblog.errors import Problem, TemplateError

_DRIVE = re.compile(r"[A-Za-z]:")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def candidates(template: str, themes: Sequence[str]) -> tuple[str, ...]:
    """The paths a template may be at: the site's own `templates/` first, then each theme's.

    `themes` are theme folders relative to the site (`themes/mine`), the nearest first. Raises `TemplateError`
    for a name that is empty, absolute, climbs with `..`, or holds a backslash or a control character.
    """
    return _places("templates", template, themes)


def statics(name: str, themes: Sequence[str]) -> tuple[str, ...]:
    """The paths a static file may be at: first the site's `static/`. Raises as `candidates`."""
    return _places("static", name, themes)


def catalogues(lang: str, themes: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """The catalogues that translate for `lang`, a BCP 47 tag, nearest first, by language.

    For `pt-BR` the first group is `pt-BR.po` in the site's `locales/` and in every theme, the second is
    `pt.po` in the same places. Unlike templates, all that exist count: each is the fallback of those
    before it. Raises as `candidates`.
    """
    tags = [lang]
    while "-" in tags[-1]:
        tags.append(tags[-1].rpartition("-")[0])
    return tuple(_places("locales", f"{tag}.po", themes) for tag in tags)


def _places(folder: str, name: str, themes: Sequence[str]) -> tuple[str, ...]:
    if fault := _fault(name):
        raise TemplateError(
            Problem(
                f"the {_NOUNS[folder]} name {name!r} {fault}",
                hint=f"names are relative to the {folder} folder, with forward slashes: 'partials/card.html'",
                code="template-name",
            )
        )
    return (f"{folder}/{name}", *(f"{theme.rstrip('/')}/{folder}/{name}" for theme in themes))


_NOUNS = {"templates": "template", "static": "static file", "locales": "catalogue"}


def _fault(name: str) -> str:
    """Why `name` cannot be joined to a folder; '' when it can. One file has one spelling."""
    if not name:
        return "is empty"
    if _CONTROL.search(name):
        return "holds a control character"
    if "\\" in name:
        return "holds a backslash"
    if name.startswith("/") or _DRIVE.match(name):
        return "is absolute"
    parts = name.split("/")
    if ".." in parts:
        return "leaves its folder"
    if "." in parts or "" in parts:
        return "has an empty part"
    return ""
