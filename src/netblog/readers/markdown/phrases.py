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

# Every pattern begins with a literal, so a body without the phrase is passed over at the speed of `in`.
_ALERT = re.compile(r'(<p class="alert-title" data-alert="[a-z]+">)([A-Za-z]+)(?=</p>)')
_NOTES = re.compile(r'(role="doc-endnotes" aria-label=")(Footnotes)(?=")')
_BACK = re.compile(r'(role="doc-backlink" aria-label=")Back to reference ([0-9-]+)(?=")')
_HEADING = re.compile(r'(<a class="heading-link" href="#[^"]*" aria-label=")Permalink: ([^"]*)(?=")')


def speak(html: str, gettext: Callable[[str], str]) -> str:
    """A body with the reader's own words translated by `gettext`."""
    for pattern in (_ALERT, _NOTES):
        html = pattern.sub(lambda found: found[1] + escape(gettext(found[2])), html)
    back = escape(gettext("Back to reference %(number)s"))
    html = _BACK.sub(lambda found: found[1] + back.replace("%(number)s", found[2]), html)
    # The heading's words are HTML already.
    permalink = escape(gettext("Permalink: %(title)s"))
    return _HEADING.sub(lambda found: found[1] + permalink.replace("%(title)s", found[2]), html)
