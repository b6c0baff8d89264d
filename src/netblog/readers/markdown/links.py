"""Tells links that need the rest of the site from those that do not, and keeps the former as placeholders."""

from __future__ import annotations

import re
from functools import lru_cache

from markdown_it.common.normalize_url import normalizeLink

from netblog.model.post import Link

_ABSOLUTE = re.compile(r"//|[a-zA-Z][a-zA-Z0-9+.-]*:|\?")
_UNSAFE = re.compile("[\x00-\x1f\x7f]")


def is_local(href: str) -> bool:
    """True for paths (relative, or from the site's root) and for `#anchor`.

    False for URLs with a scheme or a host, for `?query` (of the page itself), for the empty link and for
    `#` and `#top`, which every page has (HTML Standard, 7.4.6.4). Also False for anything with control
    characters, which browsers drop: `java<tab>script:` is a scheme to them.
    """
    return not (
        not href
        or _ABSOLUTE.match(href)
        or href in ("#", "#top")
        or href != href.strip()
        or _UNSAFE.search(href)
    )


@lru_cache(maxsize=4096)
def normalize(href: str) -> str:
    """The link percent-encoded, its host in punycode; a local one as written, for the site to resolve."""
    return href if is_local(href) else encode(href)


encode = lru_cache(maxsize=4096)(normalizeLink)
"""markdown-it's normal form of any link: what plain CommonMark prints."""


class Links:
    """The local links of one body, in the order of their placeholders."""

    def __init__(self) -> None:
        self.found: list[Link] = []

    def add(self, href: str, line: int, *, image: bool = False) -> str:
        """Note a link and return its placeholder."""
        self.found.append(Link(href, line, image))
        return f"\x02{len(self.found) - 1}\x03"
