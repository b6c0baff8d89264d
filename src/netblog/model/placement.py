"""From a content file to its place on the site: kind, language, identity, date, URL, terms.

Everything a site knows of a file before looking at other files is decided here, once, from the file's
path and front matter; so an `Entry` changes exactly when something that others may rely on changes.

- *Kind* is the first folder: `posts/` or `pages/`. A post's *section* is the next one (`posts/travel/x.md`).
- *Name* is the file's (or, for NAME/index.md, the folder's), without language and, for posts, date.
- *Key* is the content path without language, extension and `/index`: `posts/2014-08-19-trip`. So a file may
  become a bundle and keep its identity. It keeps its date, or two years' `-hello.md` would be one.
- *Id* is the front matter's, else the key, with `.LANG` after it where the file's name has a language: it
  depends on nothing but the path, so neither a change of settings nor of a title makes a post a new one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import datetime, tzinfo
from difflib import get_close_matches

import msgspec

from netblog.errors import Problem
from netblog.model.config import Config
from netblog.model.post import Document, Entry, FrontMatter, Kind, TermRef
from netblog.model.taxonomy import term_slug
from netblog.model.urls import normal_permalink, permalink, slugify

_EXTENSION = re.compile(r"(?<=[^/])\.(?:md|markdown|mdown|mkd)\Z", re.IGNORECASE)
_DATED = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[-_](.+))?\Z", re.DOTALL)
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*\Z")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


class Layout(msgspec.Struct, frozen=True, kw_only=True):
    """The part of the configuration that placement reads: nothing else in it can move a post."""

    language: str = "en"
    languages: tuple[str, ...] = ()
    """The further ones, as [languages.CODE] spells them."""
    permalink: str = "/posts/{slug}/"
    page_permalink: str = "/{slug}/"
    site_url: str = ""
    comments: bool = True
    taxonomies: tuple[str, ...] = ("tags", "categories")


class _File(msgspec.Struct, frozen=True):
    """What the path alone says."""

    kind: Kind
    folders: tuple[str, ...]
    """Between the kind's folder and the name."""
    name: str
    lang: str | None
    key: str
    bundle: str | None


def layout(config: Config) -> Layout:
    """The Layout of a configuration; `tags` and `categories` are always among the taxonomies."""
    return Layout(
        language=config.site.language,
        languages=tuple(code for code in config.languages if code != config.site.language),
        permalink=config.content.permalink,
        page_permalink=config.content.page_permalink,
        site_url=config.site.url,
        comments=config.comments.enabled,
        taxonomies=tuple(dict.fromkeys(("tags", "categories", *config.taxonomies))),
    )


def place(
    document: Document, layout: Layout, zone: tzinfo, heading: str = ""
) -> tuple[Entry | None, tuple[Problem, ...]]:
    """The entry of a content file, and what is wrong with its place.

    There is an entry in spite of errors (a bad alias, slug, language, id), so that links to the file do not
    fail as well; there is none for a post without a date, a permalink that cannot be, a file elsewhere.

    `zone` is the site's; a date in a file name is that day's midnight there. `heading` is the body's
    first heading, the title of a post whose front matter has none. Paths in problems are relative to the
    site's folder. The document's own problems are not repeated.
    """
    if document.broken:
        return None, ()
    return _Placing(document, layout, zone).entry(heading)


class _Placing:
    """One call of `place`: its problems gather while the entry is made."""

    def __init__(self, document: Document, layout: Layout, zone: tzinfo) -> None:
        self.document, self.layout, self.zone = document, layout, zone
        self.front: FrontMatter = document.front
        self.problems: list[Problem] = []

    def problem(self, message: str, key: str = "", *, hint: str | None = None, warning: bool = False) -> None:
        self.problems.append(
            Problem(
                message,
                path=f"content/{self.document.path}",
                line=self.front.lines.get(key),
                hint=hint,
                severity="warning" if warning else "error",
                code=key or "place",
            )
        )

    def entry(self, heading: str) -> tuple[Entry | None, tuple[Problem, ...]]:
        front = self.front
        file = self.file()
        if file is None:
            return None, tuple(self.problems)
        lang = self.lang(file)
        name, named = self.name(file)
        date = front.date or named
        slug = self.slug(name)
        if file.kind == "post" and date is None:
            # A draft may still look for its day: it is left out anyway, and must not stop the others.
            dated = _DATED.match(name)
            self.problem(
                f"the date in the file's name, {'-'.join(dated.groups()[:3])}, does not exist"
                if dated
                else f"this {'draft' if front.draft else 'post'} has no date",
                "date",
                hint="add `date: 2024-03-14` to its front matter, or name the file 2024-03-14-hello.md",
                warning=front.draft,
            )
            return None, tuple(self.problems)
        url = self.url(file, lang, name, slug, date)
        if url is None:
            return None, tuple(self.problems)
        id = _line(front.id)
        if _CONTROL.search(id):
            self.problem(f"the id {id!r} holds a control character", "id")
        entry = Entry(
            path=self.document.path,
            kind=file.kind,
            id=id or (f"{file.key}.{file.lang}" if file.lang else file.key),
            key=file.key,
            lang=lang,
            title=_line(front.title) or _line(heading) or _readable(name),
            url=url,
            date=date,
            updated=front.updated,
            terms=self.terms(),
            series=_line(front.series) or None,
            authors=front.authors,
            description=front.description,
            draft=front.draft,
            expires=front.expires,
            aliases=self.aliases(url),
            image=front.image,
            comments=front.comments or ("on" if self.layout.comments else "off"),
            template=front.template,
            weight=front.weight,
            license=front.license,
            extra=front.extra,
            slug=slug,
            bundle=file.bundle,
            lines=front.lines,
        )
        return entry, tuple(self.problems)

    def file(self) -> _File | None:
        path = self.document.path
        stem = _EXTENSION.sub("", unicodedata.normalize("NFC", path))
        root, *folders = stem.split("/")
        if root not in ("posts", "pages") or not folders:
            name = path.rpartition("/")[2]
            hint = f"move it to content/posts/{name} or content/pages/{name}"
            self.problem("the file is in neither posts/ nor pages/ and is left out", hint=hint, warning=True)
            return None
        name = folders.pop()
        if name == "_index" or name.startswith("_index."):
            self.problem(
                "the file is a section page of another generator and is left out",
                hint="if it is a page of its own, rename it: content/pages/NAME.md",
                warning=True,
            )
            return None
        before, dot, suffix = name.rpartition(".")
        lang = self.known(suffix) if dot and before else None
        if lang is not None:
            name = before
        bundle = None
        if name == "index" and folders:
            bundle = path.rpartition("/")[0]
            name = folders.pop()
        key = "/".join((root, *folders, name))
        return _File("post" if root == "posts" else "page", tuple(folders), name, lang, key, bundle)

    def known(self, code: str) -> str | None:
        """The site's spelling of a language code, if it is one of the site's languages."""
        wanted = code.lower().replace("_", "-")
        for own in (self.layout.language, *self.layout.languages):
            if own.lower() == wanted:
                return own
        return None

    def lang(self, file: _File) -> str:
        """The language. One that is not the site's is let be: a guest in the site's own edition."""
        said = (self.front.lang or "").strip()
        if not said:
            return file.lang or self.layout.language
        # `en-US` in a site in `en` is no translation, only a more exact word for the same.
        own = self.known(said) or self.known(re.split("[-_]", said)[0])
        if file.lang is not None and own != file.lang:
            self.problem(
                f"the front matter says {said!r}, but the file's name says {file.lang!r}",
                "lang",
                hint="take `lang` out, or rename the file",
            )
            return file.lang
        if own is None and not _LANGUAGE.match(said):
            languages = (self.layout.language, *self.layout.languages)
            near = get_close_matches(said.lower(), languages, 1, 0.5)
            self.problem(
                f"{said!r} is not a language",
                "lang",
                hint=f"did you mean {near[0]!r}?" if near else "write a code such as en or pt-BR (BCP 47)",
            )
            return self.layout.language
        return own or said

    def name(self, file: _File) -> tuple[str, datetime | None]:
        """The name without its date, and the date."""
        found = _DATED.match(file.name) if file.kind == "post" else None
        if found is None:
            return file.name, None
        try:
            date = datetime(int(found[1]), int(found[2]), int(found[3]), tzinfo=self.zone)
        except ValueError:
            return file.name, None
        return found[4] or file.name, date

    def slug(self, name: str) -> str:
        said = (self.front.slug or "").strip()
        if "/" in said or "\\" in said or said in (".", ".."):
            self.problem(
                f"the slug {said!r} is not one part of a URL",
                "slug",
                hint="use `permalink` for a whole path",
            )
            said = ""
        return slugify(said or name)

    def url(self, file: _File, lang: str, name: str, slug: str, date: datetime | None) -> str | None:
        """The path; None, and a problem, if there is none: then links to the file have no target."""
        said = (self.front.permalink or "").strip()
        pattern = self.layout.permalink if file.kind == "post" else self.layout.page_permalink
        try:
            if said and "{" not in said:
                return normal_permalink(said, self.layout.site_url)
            section = slugify(file.folders[0]) if file.folders else ""
            if file.kind == "page" and "{section}" not in (said or pattern):
                # Pages have no date to tell them apart: their folders do, as on any web site.
                slug = "/".join((*map(slugify, file.folders), slug))
            path = permalink(said or pattern, date=date, slug=slug, name=name, section=section)
        except ValueError as error:
            self.problem(str(error), "permalink")
            return None
        return f"/{lang}{path}" if lang in self.layout.languages and not said else path

    def aliases(self, url: str) -> tuple[str, ...]:
        found: dict[str, None] = {}
        for alias in self.front.aliases:
            if "?" in alias:
                # WordPress exports are full of these; they cannot be honoured, and need not stop a build.
                self.problem(
                    f"the alias {alias!r} has a query, which no file can answer; it is left out",
                    "aliases",
                    hint="redirect it in the configuration of your host",
                    warning=True,
                )
                continue
            try:
                found[normal_permalink(alias, self.layout.site_url)] = None
            except ValueError as error:
                self.problem(f"this alias cannot be: {error}", "aliases", hint="write it as /old/path/")
        found.pop(url, None)
        return tuple(found)

    def terms(self) -> tuple[TermRef, ...]:
        front = self.front
        refs: dict[tuple[str, str], TermRef] = {}
        for taxonomy in self.layout.taxonomies:
            names: Iterable[str] = front.taxonomies.get(taxonomy, ())
            if taxonomy in ("tags", "categories"):
                names = (*(front.tags if taxonomy == "tags" else front.categories), *names)
            for name in names:
                name = _line(name)
                if name:
                    slug = term_slug(name)
                    refs.setdefault((taxonomy, slug), TermRef(taxonomy, slug, name))
        return tuple(refs.values())


def _line(text: str | None) -> str:
    """Text on one line, NFC; "" for None."""
    # Not `split()`: a no-break space is there on purpose.
    return unicodedata.normalize("NFC", re.sub("[ \t\r\n]+", " ", text).strip(" ")) if text else ""


def _readable(name: str) -> str:
    words = " ".join(re.split(r"[-_\s]+", name)).strip()
    return words[:1].upper() + words[1:] or name
