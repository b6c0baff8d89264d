"""Print rendered text, in colour when a person is looking.

Colour is laid over lines by their shape, so what is printed is what `render_problems` and `render_summary`
returned, to the letter; escape sequences only ever come from here, never from the text.
"""

from __future__ import annotations

import os
import re
import sys
from typing import TextIO

_STYLES = (
    (r" *\^$", "bold red"),
    (r" +hint: ", "cyan"),
    (r" +\d+ \| ", "dim"),
    (r" +while rendering ", "dim"),
    (r"(?:\S.*?: )?warning: ", "yellow"),
    (r"error: ", "bold red"),
    (r"Nothing was published", "bold red"),
    (r"Built ", "bold green"),
    (r"\S[^:\n]*:\d+(?::\d+)?: ", "bold"),
)


def is_terminal(stream: TextIO) -> bool:
    """Whether a person is looking at the stream through a terminal that can do more than print."""
    try:
        return stream.isatty() and os.environ.get("TERM") != "dumb"
    except ValueError:  # a closed stream
        return False


def in_colour(stream: TextIO) -> bool:
    """On a terminal, unless NO_COLOR is set to anything (https://no-color.org)."""
    return is_terminal(stream) and not os.environ.get("NO_COLOR")


def say(text: str, stream: TextIO | None = None) -> None:
    """Print rendered text as it is, coloured where `in_colour`. The stream is standard error by default.

    Characters that the stream's encoding lacks are printed as escapes.
    """
    if not text:
        return
    stream = sys.stderr if stream is None else stream
    encoding = getattr(stream, "encoding", None) or "utf-8"
    text = text.encode(encoding, "backslashreplace").decode(encoding)
    if not in_colour(stream):
        stream.write(text)
        stream.flush()
        return
    from rich.console import Console
    from rich.text import Text

    console = Console(file=stream, force_terminal=True, highlight=False, emoji=False, markup=False)
    for line in text.removesuffix("\n").split("\n"):
        words = Text(line)
        for pattern, style in _STYLES:
            if found := re.match(pattern, line):
                words.stylize(style, found.start(), found.end())
                break
        console.print(words, soft_wrap=True)
