"""Where a content file belongs: its kind, language, slug, date, title and URL out of its path and front matter."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import PurePosixPath
from zoneinfo import ZoneInfo

import msgspec

from netblog.errors import Problem
from netblog.model.post import Entry, FrontMatter, Kind, TermRef
from netblog.model.report import Reason
from netblog.model.taxonomy import term_slug
from netblog.model.urls import normal_permalink, output_path, permalink, slugify
from netblog.readers.dates import date_from_name, midnight
from netblog.rules.settings import Reading


class Name(msgspec.Struct, frozen=True):
    """What a content path says by itself."""

    kind: Kind
    section: str
    """The first folder below posts/, '' at its top."""
    folder: str
    """Relative to content/."""
    stem: str
    """The file's name, or its folder's for an index.md, without date, language and extension."""
    lang: str | None
    date: datetime | None
    is_index: bool


def name_of(path: str, reading: Reading) -> Name:
    """Take a content path apart. `NAME.LANG.md` is a translation only when the site has that language."""
    pure = PurePosixPath(path)
    stem, lang = pure.stem, None
    before, dot, last = stem.rpartition(".")
    if dot and last in reading.languages:
        stem, lang = before, last
    is_index = stem == "index" and len(pure.parts) > 2
    folder = str(pure.parent)
    named = pure.parent.name if is_index else stem
    dated = date_from_name(named)
    parts = pure.parts[1:-2] if is_index else pure.parts[1:-1]
    return Name(
        kind="page" if pure.parts[0] == "pages" else "post",
        section=parts[0] if parts else "",
        folder=folder,
        stem=dated[1] if dated and dated[1] else named,
        lang=lang,
        date=midnight(dated[0], ZoneInfo(reading.timezone)) if dated else None,
        is_index=is_index,
    )


def readable(stem: str) -> str:
    """A title out of a file's name: `a-walk_in-rome` -> `A walk in rome`."""
    words = re.sub(r"[-_\s]+", " ", stem).strip()
    return words[:1].upper() + words[1:] if words else stem


def place(
    path: str, front: FrontMatter, heading: str | None, reading: Reading
) -> tuple[Entry | None, tuple[Problem, ...]]:
    """The entry of a content file, or None with the errors that keep it from being placed.

    `heading` is the title its first heading would give. The rule for ids: front matter `id`, else the content path
    without extension (and without a trailing `/index`): stable for as long as the file is not renamed.
    """
    name = name_of(path, reading)
    problems: list[Problem] = []

    def wrong(key: str, message: str, hint: str | None = None) -> None:
        problems.append(
            Problem(message, path=f"content/{path}", line=front.lines.get(key), hint=hint, code=key)
        )

    lang = name.lang or front.lang or reading.language
    date = front.date or name.date
    if date is None and name.kind == "post":
        wrong(
            "date",
            "this post has no date",
            "add a line date: 2024-03-14, or name the file 2024-03-14-slug.md",
        )
    slug = slugify(name.stem)
    if front.slug is not None:
        slug = slugify(front.slug)
        if "/" in front.slug or "\\" in front.slug or front.slug.strip() in (".", ".."):
            wrong(
                "slug", f"the slug {front.slug!r} is not one part of a path", "permalink takes a whole path"
            )
    prefix = "" if lang == reading.language or lang not in reading.languages else f"/{lang}"
    url = _url(name, front, slug, date, prefix, reading, wrong)
    aliases = []
    for alias in front.aliases:
        try:
            aliases.append(normal_permalink(alias, reading.site_url))
            output_path(aliases[-1])
        except ValueError as error:
            wrong("aliases", f"the alias {alias!r} cannot be used: {error}")
    if problems or url is None:
        return None, tuple(problems)
    bare = path.rpartition(".")[0].removesuffix("/index")
    key = f"{name.folder}/index" if name.is_index else f"{name.folder}/{name.stem}"
    return (
        Entry(
            path=path,
            kind=name.kind,
            id=front.id or bare,
            key=key,
            lang=lang,
            title=front.title or heading or readable(name.stem),
            url=url,
            date=date,
            updated=front.updated,
            terms=_terms(front, reading),
            series=front.series,
            authors=front.authors or ((reading.author,) if reading.author else ()),
            description=front.description,
            draft=front.draft,
            expires=front.expires,
            aliases=tuple(alias for alias in dict.fromkeys(aliases) if alias != url),
            image=front.image,
            comments=front.comments or ("on" if reading.comments and name.kind == "post" else "off"),
            template=front.template,
            weight=front.weight,
            license=front.license,
            extra=front.extra,
            slug=slug,
            bundle=name.folder if name.is_index else None,
            lines=front.lines,
        ),
        (),
    )


def _url(
    name: Name,
    front: FrontMatter,
    slug: str,
    date: datetime | None,
    prefix: str,
    reading: Reading,
    wrong: Callable[..., None],
) -> str | None:
    key = "permalink" if front.permalink else "slug"
    try:
        if front.permalink:
            url = normal_permalink(front.permalink, reading.site_url)
        elif name.kind == "page":
            url = prefix + permalink(
                reading.page_permalink, date=date, slug=slug, name=name.stem, section=name.section
            )
        elif date is None:
            return None
        else:
            url = prefix + permalink(
                reading.permalink, date=date, slug=slug, name=name.stem, section=name.section
            )
        output_path(url)
    except ValueError as error:
        wrong(key, f"it cannot be published: {error}")
        return None
    return url


def _terms(front: FrontMatter, reading: Reading) -> tuple[TermRef, ...]:
    named = {"tags": front.tags, "categories": front.categories, **front.taxonomies}
    return tuple(
        TermRef(taxonomy, term_slug(term), term)
        for taxonomy in reading.taxonomies
        for term in named.get(taxonomy, ())
    )


def visibility(
    draft: bool,
    date: datetime | None,
    expires: datetime | None,
    *,
    drafts: bool,
    future: bool,
    reached: Callable[[datetime], bool],
) -> Reason | None:
    """None for what is published, else why not: `draft`, `expired` or `future`."""
    if draft and not drafts:
        return "draft"
    if expires is not None and reached(expires):
        return "expired"
    if date is not None and not future and not reached(date):
        return "future"
    return None


def duplicate_ids(entries: Iterable[tuple[str, str]]) -> tuple[Problem, ...]:
    """An error for every (id, content path) whose id another file has as well."""
    first: dict[str, str] = {}
    problems = []
    for id_, path in sorted(entries, key=lambda pair: pair[1]):
        other = first.setdefault(id_, path)
        if other != path:
            problems.append(
                Problem(
                    f"the id {id_!r} is that of content/{other} too",
                    path=f"content/{path}",
                    hint="feeds and comments know a post by its id: give each its own",
                    code="id",
                )
            )
    return tuple(problems)
