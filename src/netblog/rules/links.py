"""Links by source path become URLs: each body resolved against the site, with what is broken in it."""

from __future__ import annotations

from difflib import SequenceMatcher, get_close_matches
from posixpath import dirname, normpath, relpath
from urllib.parse import quote, unquote

import msgspec

from netblog.engine import Fetch, rule
from netblog.errors import Problem
from netblog.model.post import Link
from netblog.model.urls import encode_url, resolve_source
from netblog.rules import settings
from netblog.rules.assets import attachment, image_size, static_files
from netblog.rules.catalog import document, exists, placement, published, registry
from netblog.rules.sources import attachments, content_files
from netblog.rules.tables import shard_of, shards


class Target(msgspec.Struct, frozen=True):
    """What a link to a content file needs to know of it."""

    url: str
    anchors: tuple[str, ...]


@rule
def target(fetch: Fetch, path: str) -> Target | None:
    """Where a published content file is, and its anchors; None when it is not published."""
    spot = fetch(published(path))
    return Target(spot.url, fetch(document(path)).body.anchors) if spot else None


@rule
def addresses(fetch: Fetch) -> tuple[dict[str, str], ...]:
    """Content path by URL, for links written as URLs."""
    return shards({spot.url: spot.path for spot in fetch(registry()).spots})


@rule
def addresses_shard(fetch: Fetch, shard: str) -> dict[str, str]:
    return fetch(addresses())[int(shard)]


@rule
def address(fetch: Fetch, url: str) -> str | None:
    """The content path behind a decoded URL path."""
    return fetch(addresses_shard(shard_of(url))).get(url)


@rule
def nearest(fetch: Fetch, path: str) -> str | None:
    """The content file or attachment whose name is most like a path that is not there."""
    names = fetch(content_files()) if path.endswith((".md", ".markdown")) else fetch(attachments())
    if "." not in path.rpartition("/")[2]:
        names = (*fetch(content_files()), *names)
    same_name = [name for name in names if name.rpartition("/")[2] == path.rpartition("/")[2]]
    close = same_name[:1] or [name for name in get_close_matches(path, names, cutoff=0.6) if _alike(path, name)]
    if close or not path.endswith(".html"):
        return close[0] if close else None
    return next((name for name in fetch(content_files()) if name == f"{path.removesuffix('.html')}.md"), None)


def _alike(one: str, other: str) -> bool:
    """Whether the names themselves are alike; a folder and an ending in common say nothing."""
    return SequenceMatcher(None, _stem(one), _stem(other)).ratio() >= 0.5


def _stem(path: str) -> str:
    return path.removesuffix("/index.md").rpartition("/")[2].partition(".")[0]


class Resolved(msgspec.Struct, frozen=True, kw_only=True):
    """A body's links, in order, as decoded paths from the site's root with their tail."""

    urls: tuple[str, ...]
    """`/posts/x/#part` percent-encoded, without base path; `#part`; or as written when it leads nowhere."""
    sizes: tuple[tuple[int, int] | None, ...]
    """Width and height of local images."""
    problems: tuple[Problem, ...]


@rule
def resolved(fetch: Fetch, path: str) -> Resolved:
    """Every relative link of a content file, looked up."""
    body = fetch(document(path)).body
    urls: list[str] = []
    sizes: list[tuple[int, int] | None] = []
    problems: list[Problem] = []
    severity = {"error": "error", "warn": "warning"}.get(fetch(settings.build()).broken_links)
    for link in body.links:
        url, size, wrong = _look_up(fetch, path, link, body.anchors)
        urls.append(url)
        sizes.append(size)
        if wrong and severity:
            problems.append(
                Problem(
                    wrong[0],
                    path=f"content/{path}",
                    line=link.line,
                    hint=wrong[1],
                    severity="error" if severity == "error" else "warning",
                    code="link",
                )
            )
    return Resolved(urls=tuple(urls), sizes=tuple(sizes), problems=tuple(problems))


def no_such_image(fetch: Fetch, path: str, image: str, line: int | None) -> tuple[Problem, ...]:
    """The complaint of an `image` in front matter that names no file beside the post."""
    severity = {"error": "error", "warn": "warning"}.get(fetch(settings.build()).broken_links)
    if severity is None or image.startswith("/") or "://" in image:
        return ()
    looked = f"{dirname(path)}/{image}"
    if fetch(attachment(looked)):
        return ()
    near = fetch(nearest(looked))
    return (
        Problem(
            f"the image {image!r} leads nowhere: there is no content/{looked}",
            path=f"content/{path}",
            line=line,
            hint=f"did you mean {_as_link(path, near)}?" if near else None,
            severity="error" if severity == "error" else "warning",
            code="link",
        ),
    )


_Wrong = tuple[str, str | None] | None


def _as_link(path: str, near: str) -> str:
    """A content file as a link in another: what is to be written, not where the file is."""
    return relpath(near, dirname(path) or ".")


def _look_up(
    fetch: Fetch, path: str, link: Link, anchors: tuple[str, ...]
) -> tuple[str, tuple[int, int] | None, _Wrong]:
    href = link.href
    if href.startswith("#"):
        return href, None, _anchor(href, href[1:], anchors, "this page")
    if href.startswith("/"):
        return href, _static_size(fetch, href) if link.image else None, None
    found, reason = resolve_source(path, href)
    if found is None:
        return href, None, (f"the link {reason}", None)
    tail = (f"?{found.query}" if found.query else "") + (
        "#" + quote(found.fragment) if found.fragment else ""
    )
    if found.path.endswith((".md", ".markdown")):
        goal = fetch(target(found.path))
        if goal is None:
            if not fetch(exists(found.path)):
                near = fetch(nearest(found.path))
                return (
                    href,
                    None,
                    (
                        f"the link {href!r} leads nowhere: there is no content/{found.path}",
                        f"did you mean {_as_link(path, near)}?" if near else None,
                    ),
                )
            placed = fetch(placement(found.path)).entry
            if placed is None:
                # The file has errors of its own, which are told; its readers' links are not to blame.
                return href, None, None
            return (
                href,
                None,
                (
                    f"the link {href!r} leads to a page that is not published: content/{found.path}",
                    "it is a draft, lies in the future, or has expired",
                ),
            )
        return encode_url(goal.url) + tail, None, _anchor(href, found.fragment, goal.anchors, found.path)
    places = fetch(attachment(found.path))
    if places:
        home = fetch(published(path))
        beside = [place for place in places if home and place.startswith(home.url)]
        size = fetch(image_size(f"content/{found.path}")) if link.image else None
        return (
            encode_url((beside or list(places))[0]) + tail,
            (size.width, size.height) if size else None,
            None,
        )
    return _as_url(fetch, path, href, found.path, tail)


def _static_size(fetch: Fetch, href: str) -> tuple[int, int] | None:
    """The pixels of an image that a path from the root names among the static files."""
    source = fetch(static_files()).get(unquote(href.split("#")[0].split("?")[0])[1:])
    size = fetch(image_size(source)) if source else None
    return (size.width, size.height) if size else None


def _as_url(
    fetch: Fetch, path: str, href: str, looked: str, tail: str
) -> tuple[str, tuple[int, int] | None, _Wrong]:
    """A relative link that names no file may still be a URL relative to the page's own."""
    spot = fetch(published(path))
    if spot is not None:
        plain = href.split("#")[0].split("?")[0]
        url = normpath(spot.url + plain).replace("//", "/")
        for candidate in (url, url.rstrip("/") + "/"):
            if fetch(address(candidate)):
                return encode_url(candidate) + tail, None, None
    near = fetch(nearest(looked))
    return (
        href,
        None,
        (
            f"the link {href!r} leads nowhere: there is no content/{looked}",
            f"did you mean {_as_link(path, near)}?" if near else None,
        ),
    )


def _anchor(href: str, fragment: str, anchors: tuple[str, ...], where: str) -> _Wrong:
    from netblog.readers.markdown.headings import of_the_page

    if not fragment or fragment in anchors or of_the_page(fragment) or fragment.startswith("comment-"):
        return None
    close = get_close_matches(fragment, anchors, n=1, cutoff=0.5)
    return (
        f"the link {href!r} leads to no anchor: {where} has no #{fragment}",
        f"did you mean #{close[0]}?" if close else None,
    )
