"""Finds bare URLs and e-mail addresses in text, by the rules of GFM's extended autolinks.

Only `http://`, `https://`, `www.`, `mailto:` and e-mail addresses count: a guesser that knows domains
takes `README.md` for a site in Moldova. Source: GitHub Flavored Markdown 0.29, section 6.9; as GitHub
itself does, a URL with a scheme may follow any character but a letter or digit, and its host needs no dot.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_CANDIDATE = re.compile(
    r"""
    (?<![^\W_]) (?P<url> https?:// [\w.-]+ (?: :[0-9]+ )? (?: [/?\#] [^\s<>\[\]"`\x00-\x1f]* )? )
    | (?<![^\s*_~(]) (?P<www> www\.[\w-][\w.-]*  (?: :[0-9]+ )? (?: [/?\#] [^\s<>\[\]"`\x00-\x1f]* )? )
    | (?<![a-z0-9._+/-]) (?P<mail> (?: mailto: )? [a-z0-9._+-]+ @ [a-z0-9_-]+ (?: \.[a-z0-9_-]+ )+ )
    """,
    re.VERBOSE | re.IGNORECASE,
)


class Autolink(NamedTuple):
    """One link found: `source[start:end]`, shown as `text`, leads to `href`."""

    start: int
    end: int
    href: str
    text: str


def find(source: str) -> list[Autolink]:
    """All autolinks of a block's source, in order, whether or not they stand in code or in a link."""
    # Nearly all URLs in posts are already the targets of links.
    bare = source.count("://") > source.count("](http")
    if not (bare or "@" in source or "www." in source or "WWW." in source):
        return []
    links = []
    for match in _CANDIDATE.finditer(source):
        kind = match.lastgroup
        text = match[0]
        length = len(text)
        if kind == "mail":
            if text[-1] in "-_":
                continue
            href = text if text[:7].lower() == "mailto:" else "mailto:" + text
        else:
            text = _trim(text)
            length = len(text)
            # The rest of the source is unescaped by the rule for entities; a URL is taken past it.
            text = text.replace("&amp;", "&")
            if kind == "www":
                href = "http://" + text
                if not _is_domain(text):
                    continue
            else:
                href = text
                if not text.partition("://")[2].strip("._-"):
                    continue
        links.append(Autolink(match.start(), match.start() + length, href, text))
    return links


def _is_domain(text: str) -> bool:
    """GFM's "valid domain", for what follows no scheme: a dot, and no underscore in the last two parts."""
    parts = re.split("[/?#:]", text, maxsplit=1)[0].split(".")
    return len(parts) > 1 and all(parts) and not any("_" in part for part in parts[-2:])


def _trim(text: str) -> str:
    """Without the punctuation that ends the sentence rather than the URL (GFM "extended autolink path")."""
    surplus = text.count(")") - text.count("(")
    end = len(text)
    while end:
        last = text[end - 1]
        if last in "?!.,:*_~'":
            end -= 1
        elif last == ")" and surplus > 0:
            surplus -= 1
            end -= 1
        elif last == ";":
            start = text.rfind("&", 0, end - 1)
            end = start if start >= 0 and text[start + 1 : end - 1].isalnum() else end - 1
        else:
            break
    return text[:end]
