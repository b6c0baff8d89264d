"""What machines read of a page: its `PageView` and schema.org's BlogPosting as JSON-LD."""

from __future__ import annotations

import json
from typing import Any

from markupsafe import Markup

from netblog.engine import Fetch
from netblog.model.urls import absolute
from netblog.model.view import FeedLink, ImageView, PageView, PostView, TranslationView
from netblog.rules import settings
from netblog.rules.views import full_url, href, text_direction


def page_view(
    fetch: Fetch,
    kind: str,
    path: str,
    lang: str,
    *,
    title: str = "",
    description: str = "",
    alternates: tuple[TranslationView, ...] = (),
    feeds: tuple[FeedLink, ...] = (),
    image: ImageView | None = None,
    json_ld: Markup = Markup(),
    index: bool = True,
) -> PageView:
    """The page at a decoded path from the site's root."""
    editions = fetch(settings.editions())
    own = editions[lang] if lang in editions else next(iter(editions.values()))
    return PageView(
        kind=kind,
        title=title,
        description=description,
        url=href(fetch, path),
        absolute_url=full_url(fetch, path),
        lang=lang,
        dir=text_direction(lang),
        alternates=alternates,
        feeds=feeds,
        image=image,
        json_ld=json_ld,
        index=index,
        home_url=href(fetch, own.prefix),
    )


def script_json(value: Any) -> Markup:
    """JSON that cannot leave the script element it stands in (HTML, "script data" states)."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for mark in "<>&\u2028\u2029":
        text = text.replace(mark, f"\\u{ord(mark):04x}")
    return Markup(text)


def blog_posting(fetch: Fetch, post: PostView) -> Markup:
    """schema.org BlogPosting (WebPage for a page that is no post)."""
    site = fetch(settings.site())
    value: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "BlogPosting" if post.kind == "post" else "WebPage",
        "@id": post.absolute_url,
        "url": post.absolute_url,
        "mainEntityOfPage": post.absolute_url,
        "headline": post.title,
        "inLanguage": post.lang,
    }
    if post.summary:
        value["description"] = post.summary
    if post.date:
        value["datePublished"] = post.date.isoformat()
        value["dateModified"] = (post.updated or post.date).isoformat()
    if post.authors:
        value["author"] = [
            {"@type": "Person", "name": author.name} | ({"url": author.url} if author.url else {})
            for author in post.authors
        ]
    if post.image:
        value["image"] = post.image.absolute_url
    if post.license:
        value["license"] = post.license
    if post.tags:
        value["keywords"] = [term.name for term in post.tags]
    if post.kind == "post":
        value["wordCount"] = post.words
        value["commentCount"] = post.comments.count
        value["publisher"] = {"@type": "Organization", "name": site.title, "url": absolute(site.url, "/")}
    return script_json(value)
