"""The few English words that the reader itself puts into a body, and their translation.

A body is read without knowing the site's theme, whose catalogues hold all translations; so it is written in
English and the words are exchanged when it is put on a page. Each stands in a tag that only the renderer
writes in just this form.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape

from netblog.readers.markdown.alerts import KINDS

PHRASES = (*KINDS.values(), "Footnotes", "Permalink: %(title)s", "Back to reference %(number)s")
"""What a catalogue needs to translate."""

_ALERT = r'(?P<alert><p class="alert-title" data-alert="[a-z]+">)(?P<title>[A-Za-z]+)(?=</p>)'
_NOTES = r'(?P<notes>role="doc-endnotes" aria-label=")Footnotes(?=")'
_BACK = r'(?P<back>role="doc-backlink" aria-label=")Back to reference (?P<number>[0-9-]+)(?=")'
_HEADING = r'(?P<heading><a class="heading-link" href="#[^"]*" aria-label=")Permalink: (?P<text>[^"]*)(?=")'
_PHRASE = re.compile("|".join((_ALERT, _NOTES, _BACK, _HEADING)))


def speak(html: str, gettext: Callable[[str], str]) -> str:
    """A body with the reader's own words translated by `gettext`."""

    def put(found: re.Match[str]) -> str:
        if found["alert"]:
            return found["alert"] + escape(gettext(found["title"]))
        if found["notes"]:
            return found["notes"] + escape(gettext("Footnotes"))
        if found["back"]:
            return found["back"] + _filled(gettext("Back to reference %(number)s"), "number", found["number"])
        return found["heading"] + _filled(gettext("Permalink: %(title)s"), "title", found["text"])

    return _PHRASE.sub(put, html)


def _filled(text: str, name: str, value: str) -> str:
    # `value` is HTML already.
    return escape(text).replace(f"%({name})s", value)
