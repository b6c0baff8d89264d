"""Puts final URLs in the place of a body's link placeholders.

A body is parsed without knowing the site, so each link that needs the site stands in it as `\\x02n\\x03`,
n being its index in `Body.links`. Neither character can come from a source text (the reader replaces
them), so a plain scan finds all placeholders and nothing else, and no HTML has to be parsed again.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

_PLACEHOLDER = re.compile("\x02([0-9]+)\x03")


def resolve(html: str, targets: Sequence[str]) -> str:
    """Return `html` with placeholder n replaced by `targets[n]`.

    `targets` are URLs as such (percent-encoded, not HTML-escaped): they are escaped here for the
    double-quoted attributes that placeholders stand in.
    Raises IndexError when `targets` is shorter than the body's links.
    """
    if "\x02" not in html:
        return html
    return _PLACEHOLDER.sub(lambda found: escape(targets[int(found[1])]), html)
