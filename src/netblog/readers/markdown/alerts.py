"""Turns `> [!NOTE]` quotes into alerts, and `- [x]` items into task items.

Both are marks at the very beginning of a container's first paragraph. They are taken off before the
paragraph is parsed, so that neither can be mistaken for the label of a link.
"""

from __future__ import annotations

import re
from difflib import get_close_matches

from markdown_it.token import Token

from netblog.readers.markdown.attributes import lead_class
from netblog.readers.markdown.troubles import Troubles

KINDS = {
    "note": "Note",
    "tip": "Tip",
    "important": "Important",
    "warning": "Warning",
    "caution": "Caution",
}
"""The five alerts of GitHub, with their titles."""

_ALERT = re.compile(r"\[!([A-Za-z-]+)\][ \t]*(?:\n|\Z)")
_TASK = re.compile(r"\[([ xX])\][ \t\n]+(?=\S)")


def mark_alert(quote: Token, inline: Token, troubles: Troubles) -> bool:
    """Make `quote` an alert when the first line of its first paragraph says so. Returns whether it did."""
    found = _ALERT.match(inline.content)
    if found is None:
        return False
    kind = found[1].lower()
    line = inline.map[0] if inline.map else None
    if kind not in KINDS:
        near = get_close_matches(kind, KINDS, 1)
        troubles.warn(
            line,
            f"there is no alert [!{found[1]}]",
            hint=f"did you mean [!{near[0].upper()}]?"
            if near
            else "the alerts are NOTE, TIP, IMPORTANT, WARNING and CAUTION",
            code="alert",
        )
        return False
    quote.meta["alert"] = kind
    lead_class(quote, f"alert alert-{kind}")
    inline.content = inline.content[found.end() :].lstrip(" \t")
    if inline.map:
        inline.map = [inline.map[0] + 1, inline.map[1]]
    return True


def mark_task(item: Token, inline: Token) -> bool:
    """Take a checkbox off the first paragraph of a list item (GFM 6.3, task list items)."""
    found = _TASK.match(inline.content)
    if found is None:
        return False
    item.meta["task"] = inline.meta["task"] = found[1] != " "
    inline.content = inline.content[found.end() :]
    return True
