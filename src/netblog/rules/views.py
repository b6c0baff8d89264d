"""Views for templates, made of rules' values: see `model/view.py` for what each one promises."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from markupsafe import Markup

from netblog.engine import Fetch, rule
from netblog.model.config import CommentForm
from netblog.model.listing import page_path
from netblog.model.post import Entry, Heading, TermRef
from netblog.model.urls import absolute, encode_url, join_base
from netblog.model.view import (
    AuthorView,
    CardView,
    CommentsView,
    FeedLink,
    FormView,
    ImageView,
    Pager,
    PostView,
    SeriesView,
    TermView,
    TocItem,
    TranslationView,
)
from netblog.rules import settings
from netblog.rules.assets import attachment, image_size, static_files
from netblog.rules.bodies import body_html
from netblog.rules.catalog import document, placement, published
from netblog.rules.conversation import talk
from netblog.rules.relations import Label, label, relations
from netblog.rules.sources import reached

if TYPE_CHECKING:
    from babel import Locale

WORDS_A_MINUTE = 220


def href(fetch: Fetch, path: str) -> str:
    """A decoded path from the site's root as the URL to print."""
    return encode_url(join_base(fetch(settings.base()), path))


def full_url(fetch: Fetch, path: str) -> str:
    return absolute(fetch(settings.site()).url, path)


@lru_cache(maxsize=256)
def locale_of(lang: str) -> Locale:
    """CLDR's data for a language tag; English for one it does not know."""
    from babel import Locale, UnknownLocaleError

    try:
        return Locale.parse(lang.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return Locale("en")


def language_name(fetch: Fetch, lang: str) -> str:
    edition = fetch(settings.editions()).get(lang)
    return (edition.name if edition else "") or locale_of(lang).get_display_name() or lang


def text_direction(lang: str) -> str:
    return locale_of(lang).text_direction


def shortened(text: str, limit: int = 240) -> str:
    """The beginning of a text, cut between words."""
    if len(text) <= limit:
        return text
    cut = text[: limit + 1].rpartition(" ")[0]
    # Languages without spaces have no last word to save.
    return (cut if len(cut) > limit // 2 else text[:limit]).rstrip(" ,;:.-") + "…"


@rule
def listed(fetch: Fetch, path: str) -> CardView:
    """What other pages may know of a post, final to the last character: a body edit leaves it equal."""
    entry = fetch(placement(path)).entry
    spot = fetch(published(path))
    assert entry is not None and spot is not None, "only published posts are listed"
    read = fetch(document(path)).body
    count = fetch(talk(path)).conversation.count
    author = fetch(settings.site()).author
    return CardView(
        id=entry.id,
        title=entry.title,
        url=href(fetch, entry.url),
        absolute_url=full_url(fetch, entry.url),
        date=entry.date,
        updated=entry.updated,
        summary=entry.description or shortened(read.lead),
        lang=entry.lang,
        tags=term_views(fetch, "tags", spot.edition, entry.terms),
        authors=author_views(fetch, entry.authors or ((author,) if author else ())),
        image=image_view(fetch, path, entry.url, entry.image),
        minutes=minutes(read.words),
        comment_count=count,
        comments_shown=bool(count) or _takes_comments(entry),
    )


def _takes_comments(entry: Entry) -> bool:
    """A page that is not a post takes comments only when it says so itself."""
    return entry.comments == "on" and (entry.kind == "post" or "comments" in entry.lines)


def _is_too_old(fetch: Fetch, entry: Entry) -> bool:
    """Whether [comments] close_after_days has passed since a post's date."""
    days = fetch(settings.comments()).close_after_days
    if not days or entry.kind != "post" or entry.date is None:
        return False
    try:
        return fetch(reached((entry.date + timedelta(days=days)).isoformat()))
    except OverflowError:
        return False


def minutes(words: int) -> int:
    return max(1, round(words / WORDS_A_MINUTE))


def term_view(fetch: Fetch, found: Label) -> TermView:
    return TermView(
        name=found.name,
        slug=found.slug,
        url=href(fetch, found.url),
        count=found.count,
        description=found.description,
        taxonomy=found.taxonomy,
        taxonomy_title=found.taxonomy_title,
    )


def term_views(fetch: Fetch, taxonomy: str, edition: str, terms: tuple[TermRef, ...]) -> tuple[TermView, ...]:
    mine = dict.fromkeys(term.slug for term in terms if term.taxonomy == taxonomy)
    return tuple(term_view(fetch, fetch(label(taxonomy, edition, slug))) for slug in mine)


def author_views(fetch: Fetch, names: tuple[str, ...]) -> tuple[AuthorView, ...]:
    site = fetch(settings.site())
    return tuple(AuthorView(name, site.author_url if name == site.author else "") for name in names)


def image_view(fetch: Fetch, path: str, url: str, image: str | None) -> ImageView | None:
    """The image that front matter names: an absolute URL, a path from the root, or a file beside the post."""
    if not image:
        return None
    if image.startswith(("http://", "https://")):
        return ImageView(image, image)
    if image.startswith("/"):
        source = fetch(static_files()).get(image[1:], "")
        place = image
    else:
        folder = path.rpartition("/")[0]
        beside = [found for found in fetch(attachment(f"{folder}/{image}")) if found.startswith(url)]
        source, place = (f"content/{folder}/{image}", beside[0]) if beside else ("", url + image)
    size = fetch(image_size(source)) if source else None
    return ImageView(
        href(fetch, place),
        full_url(fetch, place),
        size.width if size else None,
        size.height if size else None,
    )


@dataclass(slots=True)
class _Branch:
    heading: Heading
    below: list[_Branch] = field(default_factory=list)

    def freeze(self) -> TocItem:
        # At most six levels deep, as headings are.
        return TocItem(
            self.heading.id,
            Markup(self.heading.html),
            self.heading.level,
            tuple(branch.freeze() for branch in self.below),
        )


def toc(headings: tuple[Heading, ...], depth: int) -> tuple[TocItem, ...]:
    """Headings nested by level; one that skips a level hangs under the last higher one."""
    roots: list[_Branch] = []
    path: list[_Branch] = []
    for heading in headings:
        if heading.level > depth:
            continue
        while path and path[-1].heading.level >= heading.level:
            path.pop()
        branch = _Branch(heading)
        (path[-1].below if path else roots).append(branch)
        path.append(branch)
    return tuple(branch.freeze() for branch in roots)


def translations(fetch: Fetch, path: str) -> tuple[TranslationView, ...]:
    """Every language version of a file, itself included; () when it has but one."""
    found = []
    for other in fetch(relations(path)).translations:
        shown = fetch(listed(other))
        found.append(
            TranslationView(
                shown.lang, language_name(fetch, shown.lang), shown.title, shown.url, shown.absolute_url
            )
        )
    return tuple(found)


def series_view(fetch: Fetch, path: str) -> SeriesView | None:
    parts = fetch(relations(path)).series
    if not parts:
        return None
    spot = fetch(published(path))
    assert spot is not None and spot.series is not None
    return SeriesView(spot.series, parts.index(path) + 1, tuple(fetch.all([listed(part) for part in parts])))


FORM_FIELDS = ("name", "url", "email", "text", "page", "parent", "honeypot")


def form_view(form: CommentForm, url: str) -> FormView:
    return FormView(form.kind, form.action, {name: form.fields.get(name, name) for name in FORM_FIELDS}, url)


def comments_view(fetch: Fetch, path: str) -> CommentsView:
    """The conversation of a page: shown when it has one or takes one."""
    options = fetch(settings.comments())
    spot = fetch(published(path))
    entry = fetch(placement(path)).entry
    assert spot is not None and entry is not None
    conversation = fetch(talk(path)).conversation
    has_any = bool(conversation.threads or conversation.pings or conversation.reactions)
    too_old = _is_too_old(fetch, entry)
    return CommentsView(
        shown=options.enabled and entry.comments != "off" and (has_any or _takes_comments(entry)),
        open=_takes_comments(entry) and not too_old and options.form.kind != "none",
        closed_reason="switched-off" if entry.comments == "closed" else "too-old" if too_old else "",
        count=conversation.count,
        conversation=conversation,
        form=form_view(options.form, full_url(fetch, spot.url)),
    )


def post_view(fetch: Fetch, path: str) -> PostView:
    """Everything `post.html` may show."""
    shown = fetch(listed(path))
    spot = fetch(published(path))
    entry = fetch(placement(path)).entry
    assert spot is not None and entry is not None, "only published posts are rendered"
    read = fetch(document(path)).body
    around = fetch(relations(path))
    taxonomies = fetch(settings.taxonomies())
    terms = {name: term_views(fetch, name, spot.edition, entry.terms) for name in taxonomies}
    return PostView(
        id=shown.id,
        kind=entry.kind,
        title=shown.title,
        url=shown.url,
        absolute_url=shown.absolute_url,
        lang=shown.lang,
        date=shown.date,
        updated=shown.updated,
        summary=shown.summary,
        content=Markup(body_html(fetch, path, shown.lang)),
        toc=toc(read.headings, fetch(settings.markdown()).toc_depth),
        minutes=shown.minutes,
        words=read.words,
        has_code=bool(read.languages),
        tags=terms["tags"],
        categories=terms["categories"],
        terms=terms,
        authors=shown.authors,
        image=shown.image,
        license=entry.license or fetch(settings.site()).license,
        series=series_view(fetch, path),
        previous=fetch(listed(around.older)) if around.older else None,
        next=fetch(listed(around.newer)) if around.newer else None,
        related=tuple(fetch.all([listed(other) for other in around.related])),
        translations=tuple(it for it in translations(fetch, path) if it.lang != shown.lang),
        comments=comments_view(fetch, path),
        extra=entry.extra,
    )


def pager(fetch: Fetch, first: str, number: int, total: int) -> Pager:
    """A listing page among its siblings; `first` is the decoded path of page 1."""
    urls = _page_urls(fetch(settings.base()), first, total)
    return Pager(
        number=number,
        total=total,
        previous_url=urls[number - 2] if number > 1 else None,
        next_url=urls[number] if number < total else None,
        urls=urls,
    )


@lru_cache(maxsize=64)
def _page_urls(base: str, first: str, total: int) -> tuple[str, ...]:
    return tuple(encode_url(join_base(base, page_path(first, n))) for n in range(1, total + 1))


def feed_links(fetch: Fetch, folder: str, title: str) -> tuple[FeedLink, ...]:
    """The feeds beside a listing."""
    options = fetch(settings.feeds())
    found = []
    if options.atom:
        found.append(FeedLink(href(fetch, f"{folder}feed.xml"), "application/atom+xml", title))
    if options.json:
        found.append(FeedLink(href(fetch, f"{folder}feed.json"), "application/feed+json", title))
    return tuple(found)
