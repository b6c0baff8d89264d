"""What becomes of each HTML tag in a comment: it stays, is renamed, becomes a paragraph, or goes.

A name that is in none of these sets is no HTML, and its `<` is text: SVG and MathML stand outside on purpose,
because their names (`set`, `vector`, `int`, `list`) are those of programmers and mathematicians.
"""

from __future__ import annotations


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


TAGS = _names("a abbr b blockquote br cite code del em hr i ins kbd li ol p pre q s strong sub sup ul")
"""What may stand in a sanitised comment."""

BLOCKS = _names("p blockquote ul ol li pre hr")
"""Of these, what ends a paragraph."""

WALLS = _names("blockquote ul ol li pre")
"""An inline end tag does not reach through these."""

RENAMED = {
    "acronym": "abbr",
    "dfn": "em",
    "dir": "ul",
    "listing": "pre",
    "menu": "ul",
    "samp": "code",
    "strike": "s",
    "tt": "code",
    "var": "i",
    "xmp": "pre",
}

HEADINGS = _names("h1 h2 h3 h4 h5 h6")
"""Become bold paragraphs: a comment has no part in the page's outline."""

PARAGRAPHS = _names("""
    address article aside body caption center dd details div dl dt fieldset figcaption figure footer form
    header hgroup legend main nav section summary table tr
""")

_UNWRAPPED = _names("""
    applet area audio base basefont bdi bdo bgsound big blink button canvas col colgroup data datalist dialog
    embed fencedframe font frame frameset head html iframe image img input isindex keygen label link map mark
    marquee meta meter multicol nextid nobr noembed noframes noscript object optgroup option output param
    picture plaintext portal progress rb rp rt rtc ruby search select selectedcontent slot small source spacer
    span tbody td template textarea tfoot th thead time title track u video wbr
""")
"""The tag goes, what it holds stays."""

_SILENT = _names("script style")
"""What they hold was never meant to be read; it goes with them."""

KNOWN = TAGS | HEADINGS | PARAGRAPHS | _UNWRAPPED | _SILENT | RENAMED.keys()

PROSE = (_UNWRAPPED | PARAGRAPHS | _names("a b dir i listing menu q s var xmp")) - _names(
    "center div font span table tbody td tfoot th thead tr wbr"
)
"""Names that are as likely a type, a variable or a word: `List<object>`, `#include <map>`, `a<b>c`. Without
attributes, and with nothing to close them, they are text."""
