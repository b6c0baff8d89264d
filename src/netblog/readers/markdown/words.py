"""Counts words, for reading times and listings."""

from __future__ import annotations

import re

_CJK = re.compile("[\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
"""Han and kana, written without spaces. Korean has spaces, so its words count as words."""


def count(text: str) -> int:
    """The number of words in plain text: runs without spaces, and each Chinese or Japanese character."""
    if text.isascii() or not (characters := len(_CJK.findall(text))):
        return len(text.split())
    rest = _CJK.sub(" ", text).split()
    return characters + sum(1 for word in rest if any(char.isalnum() for char in word))
