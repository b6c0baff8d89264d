"""Feeds as text: Atom (RFC 4287) and JSON Feed 1.1 out of the same entries.

Each entry is made once and shared by every feed it is in, so the feeds of 200 tags cost little more than one.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from html import escape
from typing import Any
from uuid import UUID, uuid5

import msgspec

NAMESPACE = UUID("6a1f5a36-6f0b-5d0e-9a55-6e6574626c67")

# XML 1.0, production 2: all other characters are not well-formed even as references.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_URI = re.compile(r"(https?|tag|urn):", re.IGNORECASE)


def xml_text(text: str) -> str:
    """Text for XML content and attributes, with what XML 1.0 cannot hold taken out."""
    return escape(_NOT_XML.sub("", text))


def stable_id(entry_id: str, id_base: str) -> str:
    """An atom:id (RFC 4287, 4.2.6) that neither a new permalink nor a new domain changes.

    The rule: a UUIDv5 (RFC 9562) of [feeds] id_base and the post's stable id, which is its front matter's
    `id`, else its content path without extension. An `id` that is a URI already (a WordPress guid, say) is
    used as it is. URL and domain play no part.
    """
    if _URI.match(entry_id):
        return entry_id
    return f"urn:uuid:{uuid5(NAMESPACE, id_base + chr(10) + entry_id)}"


def timestamp(moment: datetime) -> str:
    """RFC 3339, as RFC 4287 3.3 wants it."""
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


class FeedEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One post, as both kinds of feed hold it."""

    atom: str
    """An `<entry>` element."""
    json: str
    """A JSON Feed item."""
    updated: datetime


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """What an entry is made of. URLs are absolute, `html` has absolute links."""

    id: str
    url: str
    title: str
    html: str
    summary: str
    published: datetime
    updated: datetime
    authors: tuple[tuple[str, str], ...]
    """(name, URL or '')."""
    tags: tuple[str, ...]
    lang: str
    image: str | None
    license: str
    comments: int


def make_entry(item: Item) -> FeedEntry:
    lines = [
        "<entry>",
        f"<id>{xml_text(item.id)}</id>",
        f"<title>{xml_text(item.title)}</title>",
        f'<link rel="alternate" type="text/html" href="{xml_text(item.url)}"/>',
        f"<published>{timestamp(item.published)}</published>",
        f"<updated>{timestamp(item.updated)}</updated>",
    ]
    for name, url in item.authors:
        uri = f"<uri>{xml_text(url)}</uri>" if url else ""
        lines.append(f"<author><name>{xml_text(name)}</name>{uri}</author>")
    lines += [f'<category term="{xml_text(tag)}"/>' for tag in item.tags]
    if item.license.startswith(("http://", "https://")):
        lines.append(f'<link rel="license" href="{xml_text(item.license)}"/>')
    elif item.license:
        lines.append(f"<rights>{xml_text(item.license)}</rights>")
    if item.summary:
        lines.append(f"<summary>{xml_text(item.summary)}</summary>")
    lines.append(f'<content type="html" xml:lang="{xml_text(item.lang)}">{xml_text(item.html)}</content>')
    lines.append("</entry>\n")
    value: dict[str, Any] = {
        "id": item.id,
        "url": item.url,
        "title": item.title,
        "content_html": _NOT_XML.sub("", item.html),
        "date_published": timestamp(item.published),
        "date_modified": timestamp(item.updated),
        "language": item.lang,
    }
    if item.summary:
        value["summary"] = item.summary
    if item.image:
        value["image"] = item.image
    if item.tags:
        value["tags"] = list(item.tags)
    if item.authors:
        value["authors"] = [{"name": name} | ({"url": url} if url else {}) for name, url in item.authors]
    return FeedEntry(
        atom="\n".join(lines),
        json=json.dumps(value, ensure_ascii=False, separators=(",", ":")),
        updated=item.updated,
    )


class Channel(msgspec.Struct, frozen=True, kw_only=True):
    """A feed's head. URLs are absolute."""

    id: str
    title: str
    description: str
    home: str
    url: str
    lang: str
    author: tuple[str, str]
    """(name, URL or '')."""
    generator: str = "netblog"


def latest(entries: tuple[FeedEntry, ...]) -> datetime:
    """When a feed last changed; an empty feed has not changed since the epoch."""
    return max((entry.updated for entry in entries), default=datetime(1970, 1, 1, tzinfo=UTC))


def atom_feed(channel: Channel, entries: tuple[FeedEntry, ...]) -> str:
    name, url = channel.author
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{xml_text(channel.lang)}">',
        f"<id>{xml_text(channel.id)}</id>",
        f"<title>{xml_text(channel.title)}</title>",
    ]
    if channel.description:
        lines.append(f"<subtitle>{xml_text(channel.description)}</subtitle>")
    lines += [
        f'<link rel="alternate" type="text/html" href="{xml_text(channel.home)}"/>',
        f'<link rel="self" type="application/atom+xml" href="{xml_text(channel.url)}"/>',
        f"<updated>{timestamp(latest(entries))}</updated>",
        # An author at feed level stands for every entry without one (RFC 4287, 4.1.1).
        f"<author><name>{xml_text(name or channel.title)}</name>"
        + (f"<uri>{xml_text(url)}</uri>" if url else "")
        + "</author>",
        f"<generator>{xml_text(channel.generator)}</generator>\n",
    ]
    return "\n".join(lines) + "".join(entry.atom for entry in entries) + "</feed>\n"


def json_feed(channel: Channel, entries: tuple[FeedEntry, ...]) -> str:
    name, url = channel.author
    head: dict[str, Any] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": channel.title,
        "home_page_url": channel.home,
        "feed_url": channel.url,
        "language": channel.lang,
    }
    if channel.description:
        head["description"] = channel.description
    if name:
        head["authors"] = [{"name": name} | ({"url": url} if url else {})]
    text = json.dumps(head, ensure_ascii=False, separators=(",", ":"))
    return f'{text[:-1]},"items":[{",".join(entry.json for entry in entries)}]}}\n'
