"""Which page a comment belongs to: what an export says, matched with the pages the site has.

An export names pages the way they were named when it was made: with another host, with `index.html`, with
tracking parameters, percent-encoded or not. So both sides are brought into one form and compared; what still
matches nothing is reported with the page that comes nearest, because silence here loses conversations.

The host decides nothing. Exports of one blog name half a dozen hosts (www, the old domain, a translator,
localhost), and a blog that moves has another one by definition; so an absolute URL of a foreign host is
matched by its path too, but counted in `Joined.foreign` unless `legacy_domains` names the host.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from difflib import SequenceMatcher
from functools import cached_property
from typing import NamedTuple
from urllib.parse import unquote

KEPT = ("p", "page_id")
"""Query parameters that name a page: WordPress's plain permalinks, `/?p=123`."""
MAX_SUGGESTED = 50
"""Unmatched pages, the most commented first, for which the nearest page is searched."""

MIN_LIKENESS = 0.6

# Without a scheme, `//x/` may be a host or a path written badly; only a dot makes it a host.
_absolute = re.compile(
    r"(?:[A-Za-z][A-Za-z0-9+.\-]*:)//(?:[^/?#@]*@)?([^/?#:]*)[^/?#]*|//([^/?#:.]++\.[^/?#:]++)[^/?#]*+(?=/)"
)
_index = re.compile(r"/(?:index|default)\.(?:html?|php|aspx?)$", re.IGNORECASE)
_inner = re.compile(r"/comment-page-\d+/?$")
_slashes = re.compile("/{2,}")
_controls = re.compile("[\x00-\x1f\x7f]")
_ending = re.compile(r"\.(?:html?|php|aspx?|md|markdown)$", re.IGNORECASE)
_tracking = re.compile(
    r"(?:utm_|mc_|pk_|mtm_|hsa_|_ga).*|(?:fb|g|dc|ms|tw|y|wbra|gbra)clid|igshid|replytocom|ref|ref_src|source|from|share"
    r"|amp|nb|like_comment|preview|_openstat|yclid|spm|cmpid|ncid|WT\..*",
    re.IGNORECASE,
)


class Unmatched(NamedTuple):
    """What an export calls a page, and no page of the site is called."""

    page: str
    """As first spelled."""
    comments: int
    nearest: str | None = None
    """The known URL most like it."""


class Joined(NamedTuple):
    """The pages of all comments, matched."""

    matched: dict[str, str]
    """Page as the export says -> page id, each spelling once."""
    unmatched: tuple[Unmatched, ...]
    """Most commented first; spellings of one page are one."""
    foreign: tuple[tuple[str, int], ...]
    """Hosts that are neither the site's nor legacy domains -> comments matched by path alone."""


def normalise(page: str, *, keep_query: Collection[str] | None = KEPT) -> str:
    """One form for all spellings of a page: `/2016/03/fare-rete`, `/?p=123`, `/` for the home page.

    Drops scheme, host, fragment and a trailing `comment-page-2`; decodes percent (UTF-8, else Latin-1) into
    NFC; collapses `//`; strips `index.html` and the trailing slash. Of the query only the parameters of
    `keep_query` stay, sorted; None keeps all but tracking ones. Without percent signs it is idempotent.
    """
    page = page.strip()
    absolute = _absolute.match(page)
    rest = (page[absolute.end() :] if absolute else page).partition("#")[0]
    path, _, query = rest.partition("?")
    path = _inner.sub("/", _slashes.sub("/", "/" + _controls.sub("", _decoded(path))))
    path = _index.sub("/", path).rstrip("/") or "/"
    if not query:
        return path
    query = _controls.sub("", query)
    pairs = sorted({pair for pair in query.split("&") if pair and _stays(pair.partition("=")[0], keep_query)})
    return f"{path}?{_controls.sub('', _decoded('&'.join(pairs)))}" if pairs else path


def host(page: str) -> str:
    """The host of an absolute URL in lower case without `www.`, else ""."""
    absolute = _absolute.match(page.strip())
    return (absolute[1] or absolute[2] or "").lower().removeprefix("www.") if absolute else ""


class Pages:
    """The pages of a site, to be asked for by any name they ever had.

    `known` holds normalised URLs and aliases -> page id, `by_path` content files relative to the content
    folder -> page id, `by_slug` slugs that are unique on the site -> page id, `url_map` the user's old ->
    new, where new is anything that finds a page. `base` is the path the site is published under (`/blog/`).
    """

    def __init__(
        self,
        known: Mapping[str, str],
        *,
        by_path: Mapping[str, str] | None = None,
        by_slug: Mapping[str, str] | None = None,
        url_map: Mapping[str, str] | None = None,
        base: str = "/",
        keep_query: Collection[str] = KEPT,
    ) -> None:
        self.known = known
        self.by_path = by_path or {}
        self.by_slug = by_slug or {}
        self.ids = frozenset(known.values()) | frozenset(self.by_path.values())
        self.keep_query = keep_query
        self.base = normalise(base)
        # Spellings of the map's left side differ as much as those of the exports.
        self.url_map = {normalise(old, keep_query=None): new for old, new in (url_map or {}).items()}

    def find(self, page: str) -> str | None:
        """The id of the page meant, or None.

        Tried in this order: content file, permalink or alias, the user's map, page id, slug; each without
        the site's base path first, and with the query before without.
        """
        return self._direct(page) or self._mapped(page) or self._named(page)

    def nearest(self, page: str) -> str | None:
        """The known URL most like this page, if one is like it at all."""
        wanted = normalise(page).lower()
        shared = Counter(key for gram in _grams(_slug(wanted)) for key in self._index.get(gram, ()))
        best, score = None, (MIN_LIKENESS, 0.0)
        for key, _ in sorted(shared.items(), key=lambda item: (-item[1], item[0]))[:20]:
            likeness = (_likeness(_slug(wanted), _slug(key.lower())), _likeness(wanted, key.lower()))
            if likeness > score:
                best, score = key, likeness
        return best

    def _direct(self, page: str) -> str | None:
        plain = unicodedata.normalize("NFC", page.strip())
        file = plain.removeprefix("/").removeprefix("content/")
        if file in self.by_path:
            return self.by_path[file]
        for key in self._keys(page):
            if key in self.known:
                return self.known[key]
        return None

    def _mapped(self, page: str) -> str | None:
        for key in self._keys(page):
            if key in self.url_map:
                new = self.url_map[key]
                # One step only: a map may be a circle, and its right side is meant to be final.
                return self._direct(new) or self._named(new)
        return None

    def _named(self, page: str) -> str | None:
        key = normalise(page, keep_query=self.keep_query)
        if key[1:] in self.ids:
            return key[1:]
        slug = _slug(key)
        return (self.by_slug.get(slug) or self.by_slug.get(slug.lower())) if slug else None

    def _keys(self, page: str) -> Iterable[str]:
        for keep in (None, self.keep_query, ()):
            key = normalise(page, keep_query=keep)
            if keep == () and key in ("/", self.base) and "?" in page:
                # `/?p=123` is one post of a WordPress blog; without its query it would be the home page.
                return
            if self.base != "/" and (key + "/").startswith(self.base + "/"):
                yield key[len(self.base) :] or "/"
            yield key

    @cached_property
    def _index(self) -> dict[str, list[str]]:
        """Three letters -> the URLs whose last part has them: 10,000 pages are not compared one by one."""
        index: dict[str, list[str]] = {}
        for key in self.known:
            for gram in _grams(_slug(key.lower())):
                index.setdefault(gram, []).append(key)
        return index


def join(
    pages: Iterable[str], site: Pages, *, hosts: Collection[str] = (), legacy_domains: Collection[str] = ()
) -> Joined:
    """The page of every comment: `pages` holds one entry per comment, `hosts` the site's own hosts.

    See `Pages.find` for how, and `Joined` for what becomes of the rest.
    """
    counts = Counter(pages)
    ours = {host(name if "//" in name else f"https://{name}") for name in (*hosts, *legacy_domains)}
    matched: dict[str, str] = {}
    lost: dict[str, tuple[str, int]] = {}
    foreign: Counter[str] = Counter()
    for page, count in counts.items():
        found = site.find(page)
        if found is None:
            key = normalise(page, keep_query=None)
            first, before = lost.get(key, (page, 0))
            lost[key] = (first, before + count)
            continue
        matched[page] = found
        name = host(page)
        if name and name not in ours:
            foreign[name] += count
    ranked = sorted(lost.values(), key=lambda item: (-item[1], item[0]))
    return Joined(
        matched=matched,
        unmatched=tuple(
            Unmatched(page, count, site.nearest(page) if place < MAX_SUGGESTED else None)
            for place, (page, count) in enumerate(ranked)
        ),
        foreign=tuple(sorted(foreign.items(), key=lambda item: (-item[1], item[0]))),
    )


def _decoded(text: str) -> str:
    if "%" in text:
        try:
            text = unquote(text, errors="strict")
        except UnicodeDecodeError:
            # Blogs of the nineties and their `citt%E0`.
            text = unquote(text, encoding="latin-1")
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def _stays(name: str, keep: Collection[str] | None) -> bool:
    return not _tracking.fullmatch(name) if keep is None else name in keep


def _likeness(one: str, other: str) -> float:
    return SequenceMatcher(None, one[:200], other[:200]).ratio()


def _slug(key: str) -> str:
    return _ending.sub("", key.partition("?")[0].rstrip("/").rpartition("/")[2])


def _grams(slug: str) -> set[str]:
    padded = f" {slug[:100]} "
    return {padded[i : i + 3] for i in range(len(padded) - 2)}
