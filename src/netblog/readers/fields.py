"""Reads one front-matter value each: a node in, a typed value out, or a Wrong that says what it should be.

An empty value (`tags:`) means the key was not given; that is how editors and other generators' templates
leave keys they have nothing for. Text is kept as it is spelled: `title: 3.10` is the title "3.10".
"""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from netblog.model.post import CommentSwitch
from netblog.readers.dates import HINT, DateError, parse_date
from netblog.readers.langtags import is_language_tag, meant
from netblog.readers.nodes import Mapping, Node, Scalar, Sequence, what
from netblog.readers.source import brief

_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_BREAK = re.compile(r"[ \t]*\n\s*")
_BLANKS = " \t\n"
_PERSON_KEYS = ("name", "display_name", "login")
_PICTURE_KEYS = ("path", "src", "url", "image", "feature", "file", "filename")


class Wrong(Exception):
    """A value is not what its key takes; `foreign` if it is what another generator keeps under that name."""

    def __init__(
        self, node: Node, message: str, hint: str | None, code: str = "front-matter", foreign: bool = False
    ) -> None:
        super().__init__(message)
        self.node, self.message, self.hint, self.code, self.foreign = node, message, hint, code, foreign


def text(node: Node, key: str, hint: str | None = None) -> str | None:
    """One line of text, as written; line breaks become spaces."""
    if not isinstance(node, Scalar):
        raise Wrong(node, f"{key} must be text, not {what(node)}", hint or _quotes(node))
    if node.value is None:
        return None
    if isinstance(node.value, bool):
        raise Wrong(node, f"{key} must be text, not {node.text}", hint or "put it in quotes if it is text")
    return one_line(node.text) or None


def title(node: Node, key: str) -> str | None:
    """Text, and `true` too: a title is whatever is written there."""
    if isinstance(node, Scalar) and isinstance(node.value, bool):
        return node.text
    return text(node, key)


def address(node: Node, key: str) -> str | None:
    """A path from the site's root (whether it is a good one is for the URL rules to say)."""
    found = text(node, key, "write a path such as /about/")
    if found is not None and "://" in found:
        hint = "write /about/ or the like"
        raise Wrong(node, f"{key} must be a path, not the address {brief(found)}", hint)
    return found


def truth(node: Node, key: str) -> bool | None:
    """`true` or `false`, and nothing that merely looks like it: a draft must not be published by a guess."""
    if isinstance(node, Scalar):
        if _empty(node):
            return None
        if isinstance(node.value, bool):
            return node.value
        word = node.text.strip().lower()
        yes = word in ("true", "yes", "on", "1", "y")
        hint = f"write {'true' if yes else 'false'}, without quotes"
        if not yes and word not in ("false", "no", "off", "0", "n"):
            hint = "write true or false"
        raise Wrong(node, f"{key} must be true or false, not {_written(node)}", hint)
    raise Wrong(node, f"{key} must be true or false, not {what(node)}", "write true or false")


def whole(node: Node, key: str) -> int | None:
    """A whole number."""
    if isinstance(node, Scalar):
        if _empty(node):
            return None
        if isinstance(node.value, int) and not isinstance(node.value, bool):
            return node.value
        hint = "write a number such as 10, without quotes"
        raise Wrong(node, f"{key} must be a whole number, not {_written(node)}", hint)
    raise Wrong(node, f"{key} must be a whole number, not {what(node)}", "write a number such as 10")


def names(node: Node, key: str) -> tuple[str, ...]:
    """Names in a list, or in text separated by commas; numbers are names as they are spelled."""
    if isinstance(node, Scalar):
        if node.value is None:
            return ()
        if isinstance(node.value, bool):
            message = f"{key} must be a list or text with commas, not {node.text}"
            raise Wrong(node, message, "write [one, two]")
        return tuple(filter(None, map(one_line, node.text.split(","))))
    if isinstance(node, Mapping):
        raise Wrong(node, f"{key} must be a list or text with commas, not a mapping", "write [one, two]")
    found = []
    for item in node.items:
        if not isinstance(item, Scalar):
            hint = _quotes(item) if isinstance(item, Mapping) else "write one list, without lists in it"
            raise Wrong(item, f"an item of {key} must be text, not {what(item)}", hint)
        if item.value is not None:
            found.append(one_line(item.text))
    return tuple(filter(None, found))


def person(node: Node, key: str) -> tuple[str, ...]:
    """Names of authors: text, a mapping with a name, or a list of both. An e-mail address is no name."""
    if isinstance(node, Sequence):
        return tuple(name for item in node.items for name in person(item, key))
    if isinstance(node, Mapping):
        by_key = {pair.key: pair.value for pair in node.pairs}
        for part in _PERSON_KEYS:
            if part in by_key:
                found = text(by_key[part], f"{key}: {part}")
                if found:
                    return (found,)
        raise Wrong(node, f"{key} is a mapping without a name", "write name: Ada, or the name alone")
    found = text(node, key)
    return (found,) if found else ()


def people(node: Node, key: str) -> tuple[str, ...]:
    """As `person`, and a plural key's text is split at commas: `authors: Ada, Grace`."""
    if isinstance(node, Scalar) and key.lower().endswith("s") and not isinstance(node.value, bool):
        return names(node, key)
    return person(node, key)


def only(node: Node, key: str) -> str | None:
    """Text, or a list with one text in it (Hugo's `series`)."""
    if isinstance(node, Sequence):
        if len(node.items) > 1:
            raise Wrong(node, f"{key} must be one name, not a list of {len(node.items)}", "keep one of them")
        return text(node.items[0], key) if node.items else None
    return text(node, key)


def picture(node: Node, key: str) -> str | None:
    """A path or URL; of a list the first; of a mapping its path."""
    if isinstance(node, Sequence):
        return picture(node.items[0], key) if node.items else None
    if isinstance(node, Mapping):
        by_key = {pair.key: pair.value for pair in node.pairs}
        for part in _PICTURE_KEYS:
            if part in by_key:
                return text(by_key[part], f"{key}: {part}")
        raise Wrong(node, f"{key} is a mapping without a path", "write path: picture.jpg, or the path alone")
    return text(node, key)


def paths(node: Node, key: str) -> tuple[str, ...]:
    """One path or a list of them; commas are part of a path."""
    if isinstance(node, Sequence):
        return tuple(filter(None, (text(item, f"an item of {key}") for item in node.items)))
    found = text(node, key, "write a list of paths: [/old/]")
    return (found,) if found else ()


def switch(node: Node, key: str) -> CommentSwitch | None:
    """`true`, `false` or `closed`; the comments themselves, as Jekyll's importers leave them, are foreign."""
    hint = "write closed to show the comments there are and take no more"
    if isinstance(node, Scalar):
        if _empty(node):
            return None
        if isinstance(node.value, bool):
            return "on" if node.value else "off"
        if node.text.strip().lower() == "closed":
            return "closed"
        raise Wrong(node, f"{key} must be true, false or closed, not {_written(node)}", hint)
    foreign = isinstance(node, Sequence) and all(isinstance(item, Mapping) for item in node.items)
    raise Wrong(node, f"{key} must be true, false or closed, not {what(node)}", hint, foreign=foreign)


def language(node: Node, key: str) -> str | None:
    """A language tag; POSIX's underscore is read as a hyphen, as Jekyll's plugins want it written."""
    found = text(node, key)
    if found is None:
        return None
    tag = found.replace("_", "-")
    if not is_language_tag(tag):
        guess = meant(found)
        hint = f"did you mean {guess}?" if guess else "write a tag such as it or pt-BR"
        raise Wrong(node, f'{key}: "{brief(found)}" is not a language tag', hint, "language")
    return tag


def moment(node: Node, key: str, zone: ZoneInfo) -> datetime | None:
    """A date, with or without a time, in the site's zone."""
    if not isinstance(node, Scalar):
        raise Wrong(node, f"{key} must be a date, not {what(node)}", HINT)
    if _empty(node):
        return None
    try:
        return parse_date(node.text, zone)
    except DateError as error:
        raise Wrong(node, str(error), None, "date") from None


def plain(node: Node) -> Any:
    """The value as JSON has it: None, bool, int, float, str, list, dict.

    It recurses, DEPTH_LIMIT deep at most.
    """
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    return {pair.key: plain(pair.value) for pair in node.pairs}


def distinct(found: tuple[str, ...]) -> tuple[str, ...]:
    """Names in NFC, each once: of spellings that differ only in case the first one stays."""
    if len(found) < 2:
        return found if not found or found[0].isascii() else (unicodedata.normalize("NFC", found[0]),)
    kept: dict[str, str] = {}
    for name in found:
        if not name.isascii():
            name = unicodedata.normalize("NFC", name)
        kept.setdefault(name.casefold(), name)
    return tuple(kept.values())


def one_line(written: str) -> str:
    """`written` without blanks around it, line breaks as single spaces.

    YAML's escapes can write what neither HTML nor XML may hold ("\\x07"): that is left out.
    """
    written = written.strip(_BLANKS)
    if not written.isprintable():
        written = _UNFIT.sub("", written)
    return _BREAK.sub(" ", written) if "\n" in written else written


def _empty(node: Scalar) -> bool:
    return node.value is None or (isinstance(node.value, str) and not node.text.strip())


def _quotes(node: Node) -> str:
    if isinstance(node, Sequence):
        return "put it in quotes if it is text, or keep one item"
    return "put it in quotes if it is text"


def _written(node: Scalar) -> str:
    """The value as a message shows it; text in quotes, so that `"true"` can be told from `true`."""
    shown = brief(node.text)
    return f'"{shown}"' if isinstance(node.value, str) else shown
