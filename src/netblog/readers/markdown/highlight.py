"""Colours code: Pygments' lexers, but CSS classes and an own, smaller writer of spans.

Pages carry only class names; `stylesheet.highlight_css` gives them colours. Names and punctuation,
half of all tokens and in the colour of plain text in both styles, get no span at all.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from functools import cache, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pygments.lexer import Lexer

PLAIN = frozenset(("", "text", "plain", "plaintext", "txt", "none", "raw"))
"""Not a language, and says so."""
_FOR_SCRIPTS = frozenset((
    "mermaid", "math", "katex", "asciimath", "plantuml", "graphviz-dot", "chart", "flowchart", "geojson",
    "topojson", "stl", "abc", "vega", "vega-lite", "wavedrom", "embed",
))
"""Words for a script in the reader's browser, which wants the text as it is."""

_LARGEST = 200_000
"""Characters; a longer block is data rather than code, and would take seconds."""
_SILENT = frozenset(("", "n", "p", "w", "x"))
_LANGUAGE = re.compile(r"(?:lang(?:uage)?[:=-])?([^\s,{:]*)")


def language_of(info: str) -> str:
    """The language an info string names, in lower case: the first word of `python {hl_lines=[1]}`,
    `lang:python`, `rust,linenos` or `python:app.py`; the first class of `{.python #id}`."""
    info = info.strip()
    if info.startswith("{"):
        found = re.match(r"\{[^}]*?\.([^\s}.#=]+)", info)
        return found[1].lower() if found else ""
    match = _LANGUAGE.match(info)
    return match[1].lower() if match else ""


def is_known(language: str) -> bool:
    """True when there is nothing to warn of: a language Pygments knows, or none that is meant for it."""
    return language in PLAIN or language in _FOR_SCRIPTS or _lexer(language) is not None


@cache
def nearest(language: str) -> str | None:
    """The known language whose name is most like this one."""
    from pygments.lexers import get_all_lexers

    names = [alias for _, aliases, _, _ in get_all_lexers(plugins=False) for alias in aliases]
    return next(iter(get_close_matches(language, names, 1)), None)


@lru_cache(maxsize=1024)
def highlight(code: str, language: str) -> str | None:
    """The code as HTML with spans, or None when it should be shown as it is.

    The text in it is the code to the letter: should a lexer lose some of it or fail, the answer is None.
    """
    if language in PLAIN or language in _FOR_SCRIPTS or len(code) > _LARGEST:
        return None
    lexer = _lexer(language)
    if lexer is None:
        return None
    try:
        tokens = list(lexer.get_tokens(code))
    except Exception:
        # A lexer is third-party code with regular expressions by the hundred: one that trips over
        # some text costs that text its colours, not the author the post.
        return None
    if "".join([value for _, value in tokens]) != code:
        return None
    parts: list[str] = []
    current = ""
    for kind, value in tokens:
        name = _class(kind)
        if name != current and not value.isspace():
            if current:
                parts.append("</span>")
            if name:
                parts.append(f'<span class="{name}">')
            current = name
        parts.append(value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))
    if current:
        parts.append("</span>")
    return "".join(parts)


@cache
def _class(kind: object) -> str:
    """The CSS class of a Pygments token type: its own or that of the nearest type above it."""
    from pygments.token import STANDARD_TYPES, _TokenType

    assert isinstance(kind, _TokenType)
    while kind not in STANDARD_TYPES:
        assert kind.parent is not None
        kind = kind.parent
    name = STANDARD_TYPES[kind]
    return "" if name in _SILENT else name


@cache
def _lexer(language: str) -> Lexer | None:
    from pygments.lexers import find_lexer_class_by_name, find_lexer_class_for_filename
    from pygments.util import ClassNotFound

    found: type[Lexer] | None
    try:
        found = find_lexer_class_by_name(language)
    except ClassNotFound:
        # `yml` and `kts` are no names of lexers, but extensions of their files.
        if not re.fullmatch(r"[\w+#-]+", language):
            return None
        found = find_lexer_class_for_filename(f"x.{language}")
        if found is None:
            return None
    return found(stripnl=False, ensurenl=False)
