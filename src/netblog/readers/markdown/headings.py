"""Gives headings their ids: readable, unique in the body, and stable as long as the heading is.

They are made as GitHub makes them, so that links written for a README keep working: lower case, spaces
to hyphens, punctuation out, and `-1`, `-2` after those that come again. Letters of every script are kept.
"""

from __future__ import annotations

import re
import unicodedata

_NOT_IN_SLUG = re.compile(r"[^\w\- ]")


def slug(text: str) -> str:
    """The id a heading of this plain text gets when no other has it; `section` when nothing is left of it."""
    text = unicodedata.normalize("NFC", text).strip().lower()
    if text.isascii():
        text = _NOT_IN_SLUG.sub("", text)
    else:
        # Combining marks are no word characters to `re`, but Indic scripts are not readable without.
        text = "".join(
            char for char in text if char in "-_ " or char.isalnum() or unicodedata.category(char)[0] == "M"
        )
    return "-".join(text.split(" ")) or "section"


THE_PAGE = frozenset(
    ("comments", "respond", "respond-heading", "related-heading", "main-content", "top", "site-search")
)
"""Ids that a theme gives to parts of the page around a body."""
# Comments are numbered or have random ids: "Comment feeds" may be a heading all the same.
_OF_THE_PAGE = re.compile(r"comment-.*\d|respond-(?:text|name|email|url|trap)$")


def of_the_page(ident: str) -> bool:
    """Whether an id belongs to the page around a body: to its parts, its comments or its form."""
    return ident in THE_PAGE or _OF_THE_PAGE.match(ident) is not None


class Anchors:
    """The ids of one body."""

    def __init__(self, reserved: tuple[str, ...] = ()) -> None:
        """`reserved` are beginnings of ids that are given out elsewhere (footnotes)."""
        self.ids: set[str] = set()
        self._reserved = reserved
        self._next: dict[str, int] = {}

    def claim(self, ident: str) -> bool:
        """Take exactly this id. False when that cannot be."""
        if ident in self.ids or self._is_reserved(ident):
            return False
        self.ids.add(ident)
        return True

    def add(self, text: str) -> str:
        """A new id for a heading of this text."""
        return self.unique(slug(text))

    def unique(self, wanted: str) -> str:
        """`wanted`, with a number after it when it is taken."""
        if self._is_reserved(wanted):
            wanted = "section-" + wanted
        given = wanted
        number = self._next.get(wanted, 0)
        while given in self.ids:
            number += 1
            given = f"{wanted}-{number}"
        self._next[wanted] = number
        self.ids.add(given)
        return given

    def _is_reserved(self, ident: str) -> bool:
        return of_the_page(ident) or (bool(self._reserved) and ident.startswith(self._reserved))
