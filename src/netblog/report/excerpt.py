"""A line of a source file with a mark under the column: text from anywhere, made safe to print.

What is quoted in a message comes from files, and a file may hold anything: terminal escapes that repaint
the screen, bidirectional overrides that turn a line around, a megabyte without a line break. Columns are
counted in characters; on a screen a tab takes several cells, a CJK character two and an accent none, so the
mark is put where the character will be seen.
"""

from __future__ import annotations

import re
from unicodedata import category, east_asian_width

TAB = 4
"""Cells from one tab stop to the next."""
WIDTH = 100
"""Cells of source shown at most."""
_UNSAFE = re.compile(r"[^\x20-\x7e]")
_BREAKS = re.compile(r"[\t\n\v\f\r\x85\u2028\u2029]+")
_HIDDEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
_JOINERS = "\u200c\u200d"
"""Invisible too, but Persian, Hindi and emoji are spelled with them."""


def plain(text: str, most: int = 2000) -> str:
    """Text without line breaks, controls, invisible formats and lone surrogates, `most` characters of it."""
    if len(text) > most:
        text = text[: most - 1] + "…"
    return _UNSAFE.sub(_visible, _BREAKS.sub(" ", text))


def _visible(found: re.Match[str]) -> str:
    char = found.group()
    if category(char) not in _HIDDEN or char in _JOINERS:
        return char
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def cells(char: str) -> int:
    """Columns of a terminal a printable character takes (UAX #11)."""
    if " " <= char <= "~":
        return 1
    if char in _JOINERS or category(char) in ("Mn", "Me"):
        return 0
    return 2 if east_asian_width(char) in "WF" else 1


def excerpt(source: str, column: int | None) -> tuple[str, int | None]:
    """The line to show, and the cells before its mark (None without a column).

    `column` is 1-based, in characters of `source`; one beyond the end marks the end. Of a long line only the
    surroundings of the column are looked at, whatever its length.
    """
    whole = source.partition("\n")[0].partition("\r")[0].rstrip()
    at = min(max(column or 1, 1) - 1, len(whole))
    start = max(at - 2 * WIDTH, 0)
    line = whole[start : at + 2 * WIDTH]
    at -= start
    shown: list[tuple[str, int]] = []
    reached = 0
    for char in line:
        drawn = " " * (TAB - reached % TAB) if char == "\t" else _UNSAFE.sub(_visible, char)
        width = len(drawn) if len(drawn) > 1 else cells(drawn)
        shown.append((drawn, width))
        reached += width
    first, last = _window([width for _, width in shown], at)
    cut_before = "…" if start or first else ""
    cut_after = "…" if last < len(shown) or start + len(line) < len(whole) else ""
    text = cut_before + "".join(drawn for drawn, _ in shown[first:last]) + cut_after
    before = len(cut_before) + sum(width for _, width in shown[first:at])
    return text, None if column is None else before


def _window(widths: list[int], at: int) -> tuple[int, int]:
    """The characters to show, first and behind the last: about WIDTH cells, with `at` among them."""
    if sum(widths) <= WIDTH:
        return 0, len(widths)
    first = at
    room = WIDTH // 2
    while first and widths[first - 1] <= room:
        first -= 1
        room -= widths[first]
    last = at
    room += WIDTH // 2
    while last < len(widths) and widths[last] <= room:
        room -= widths[last]
        last += 1
    while first and widths[first - 1] <= room:
        first -= 1
        room -= widths[first]
    return first, last
