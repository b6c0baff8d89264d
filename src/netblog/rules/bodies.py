"""Bodies as they leave the house: on the post's own page, and inside feeds that are read far from it."""

from __future__ import annotations

import re
from html import escape
from urllib.parse import urljoin

from netblog.engine import Fetch
from netblog.model.placeholder import resolve
from netblog.model.post import Document
from netblog.model.urls import absolute, encode_url
from netblog.rules import settings
from netblog.rules.catalog import document, placement, published
from netblog.rules.links import resolved
from netblog.rules.templates import translator

_IMAGE = re.compile(r'<img\b(?P<before>[^>]*?)src="\x02(?P<n>\d+)\x03"(?P<after>[^>]*)>')


def _with_sizes(html: str, sizes: tuple[tuple[int, int] | None, ...]) -> str:
    if not any(sizes):
        return html

    def put(match: re.Match[str]) -> str:
        size = sizes[int(match["n"])]
        if size is None or "width=" in match[0] or "height=" in match[0]:
            return match[0]
        return (
            f'<img{match["before"]}src="\x02{match["n"]}\x03" width="{size[0]}" height="{size[1]}"'
            f"{match['after']}>"
        )

    return _IMAGE.sub(put, html)


def without_title(source: Document, html: str) -> str:
    """The body without the heading that gives the post its title: the template prints that one."""
    if source.front.title is None and source.heading is not None and html.startswith("<h1"):
        return html.partition("</h1>")[2].lstrip()
    return html


def _spoken(fetch: Fetch, html: str, lang: str) -> str:
    """The reader's own English words in the language of the page."""
    # Imported here, as by every rule that makes pages: a build without changes makes none.
    from netblog.readers.markdown.phrases import speak

    return speak(html, translator(fetch, lang).gettext)


def body_html(fetch: Fetch, path: str, lang: str) -> str:
    """The HTML of a content file with its links as a page of the site needs them."""
    source = fetch(document(path))
    html = _spoken(fetch, without_title(source, source.body.html), lang)
    if not source.body.links:
        return html
    links = fetch(resolved(path))
    base = encode_url(fetch(settings.base())).rstrip("/")
    urls = [base + url if url.startswith("/") else url for url in links.urls]
    return resolve(_with_sizes(html, links.sizes), urls)


_HEADING_LINK = re.compile(r' <a class="heading-link"[^>]*>#</a>')
_FRAGMENT = re.compile(r'(<a [^>]*?href=")(?=#)')
_STAYS = re.compile(r"<(script|style|form|iframe)\b.*?</\1\s*>", re.IGNORECASE | re.DOTALL)


def travelling_html(fetch: Fetch, path: str, summary: str) -> str:
    """The HTML of a content file for feeds: every link absolute, nothing that runs or is filled in.

    As an excerpt, it is what stands before the mark, else the post's `summary`.
    """
    source = fetch(document(path))
    read = source.body
    spot = fetch(published(path))
    entry = fetch(placement(path)).entry
    assert spot is not None and entry is not None, "only published posts travel"
    html = without_title(source, read.html)
    if fetch(settings.feeds()).content == "excerpt":
        if read.excerpt is not None:
            html = without_title(source, read.excerpt)
        elif summary:
            return f"<p>{escape(summary)}</p>"
    html = _STAYS.sub("", _HEADING_LINK.sub("", html))
    html = _spoken(fetch, html, entry.lang)
    root = absolute(fetch(settings.site()).url, "").rstrip("/")
    own = root + encode_url(spot.url)
    html = _FRAGMENT.sub(rf"\g<1>{escape(own)}", html)
    if not read.links:
        return html
    links = fetch(resolved(path))
    urls = [root + url if url.startswith("/") else urljoin(own, url) for url in links.urls]
    return resolve(_with_sizes(html, links.sizes), urls)
