"""A made-up blog: the variables of every template, without the rest of netblog.

The site object answers what `docs/architecture.md` promises and nothing else, so a template that asks for
more fails here first.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup

from netblog.model.comment import Author, Conversation, Ping, Reaction, ThreadedComment
from netblog.model.view import (
    ArchiveGroup,
    AuthorView,
    CardView,
    CommentsView,
    FeedLink,
    FormView,
    ImageView,
    MenuLink,
    Pager,
    PageView,
    PostView,
    SeriesView,
    TermView,
    TocItem,
    TranslationView,
)
from netblog.themes.bundle import Bundle, TemplateSource, references
from netblog.themes.chain import candidates
from netblog.themes.environment import render
from netblog.themes.translate import Translator, read_catalogue

ROOT = Path(__file__).parents[2]
THEME = ROOT / "themes" / "default"
ZONE = ZoneInfo("Europe/Rome")
NAMES = {"it": "italiano", "en": "English", "ar": "العربية", "de": "Deutsch", "ja": "日本語"}


def moment(days: int = 0, minutes: int = 0) -> datetime:
    return datetime(2016, 3, 14, 9, 26, 53, tzinfo=ZONE) - timedelta(days=days, minutes=minutes)


@dataclass(frozen=True, slots=True)
class SiteStub:
    title: str
    description: str
    url: str
    language: str
    author: str
    author_url: str
    license: str
    base: str
    options: dict[str, Any]
    menu: tuple[MenuLink, ...]
    cards: tuple[CardView, ...]

    def menus(self, name: str) -> tuple[MenuLink, ...]:
        return self.menu if name == "main" else ()

    def recent(self, count: int) -> tuple[CardView, ...]:
        return self.cards[:count]


TITLES = (
    "Fare rete, un nodo alla volta",
    "Perché i blog non sono morti",
    "Lettere dal margine della pagina",
    "Il silenzio dei commenti e una Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamte",
    "Cinque anni di pingback",
    "Come si conserva una conversazione",
    "Un protocollo è una promessa",
    "Appunti su RSS",
    "La città e la rete",
    "Scrivere piano",
)
SUMMARY = (
    "Una rete non si progetta: si coltiva. Questo è il racconto di come un piccolo gruppo di persone "
    "ha tenuto insieme, per dieci anni, una conversazione che nessuna piattaforma voleva ospitare."
)


def card(number: int, lang: str = "it") -> CardView:
    title = TITLES[number % len(TITLES)]
    return CardView(
        id=f"posts/{number}",
        title=title,
        url=f"/posts/{number}/",
        absolute_url=f"https://rete.example/posts/{number}/",
        date=moment(days=23 * number),
        updated=None,
        summary=SUMMARY[: 60 + 37 * (number % 5)],
        lang=lang,
        tags=(tag("Rete"),),
        minutes=number % 7 + 1,
        comment_count=(0, 2, 1, 14, 1287)[number % 5],
        comments_shown=number % 4 != 3,
    )


def tag(name: str, count: int = 7) -> TermView:
    return TermView(name, name.lower(), f"/tags/{name.lower()}/", count)


def site(lang: str = "it", **changes: Any) -> SiteStub:
    whole = SiteStub(
        title="Rete e parole",
        description="Un diario sulle reti, su chi le abita e su quello che resta quando chiudono.",
        url="https://rete.example/",
        language=lang,
        author="Giulia Ferri",
        author_url="/about/",
        license="https://creativecommons.org/licenses/by-sa/4.0/",
        base="/",
        options={"reading_time": True, "contents": True, "credit": True},
        menu=(
            MenuLink("Archivio", "/archives/", False),
            MenuLink("Temi", "/tags/", True),
            MenuLink("Chi sono", "/about/", False),
        ),
        cards=tuple(card(n) for n in range(10)),
    )
    return replace(whole, **changes)


def translations(*langs: str) -> tuple[TranslationView, ...]:
    return tuple(
        TranslationView(lang, NAMES[lang], "Title", f"/{lang}/", f"https://rete.example/{lang}/")
        for lang in langs
    )


def page(kind: str, lang: str = "it", **changes: Any) -> PageView:
    whole = PageView(
        kind=kind,
        title="" if kind == "home" else "Fare rete, un nodo alla volta",
        description=SUMMARY,
        url="/x/",
        absolute_url="https://rete.example/x/",
        lang=lang,
        dir="rtl" if lang == "ar" else "ltr",
        feeds=(
            FeedLink("/feed.xml", "application/atom+xml", "Rete e parole"),
            FeedLink("/feed.json", "application/feed+json", "Rete e parole"),
        ),
        image=ImageView("/rete.jpg", "https://rete.example/rete.jpg", 1200, 630),
        json_ld=Markup('{"@context": "https://schema.org", "@type": "WebPage"}'),
    )
    return replace(whole, **changes)


def comment(number: int, name: str, html: str, *replies: ThreadedComment, **changes: Any) -> ThreadedComment:
    fields: dict[str, Any] = {
        "id": f"wp:{number}",
        "anchor": f"comment-{number}",
        "author": Author(name=name, url=f"https://{name.partition(' ')[0].lower() or 'x'}.example/"),
        "published": moment(minutes=-97 * (number - 800)),
        "updated": None,
        "html": html,
        "replies": replies,
    }
    return ThreadedComment(**{**fields, **changes})


def conversation() -> Conversation:
    deep = comment(
        816,
        "Bruno",
        "<p>E chi risponde ancora più in fondo dice a chi risponde.</p>",
        reply_to="Carla",
        reply_to_anchor="comment-815",
        depth=5,
    )
    carla = comment(815, "Carla", "<p>Quinto livello: qui il filo non rientra più.</p>", depth=5)
    fourth = comment(814, "Dario", "<p>Quarto livello.</p>", carla, deep, depth=4)
    third = comment(813, "Ada Longhi", "<p>Terzo livello, con un <code>ping</code>.</p>", fourth, depth=3)
    answer = comment(
        812,
        "Giulia Ferri",
        "<p>Grazie Ada. Sì, <em>esattamente</em> questo: una rete è fatta di chi risponde.</p>",
        third,
        author=Author(name="Giulia Ferri", url="https://rete.example/about/", owner=True),
        depth=2,
    )
    first = comment(
        811,
        "Ada Longhi",
        "<p>Leggo da anni senza scrivere; oggi scrivo. Il passaggio sui nodi mi ha fatto pensare a "
        "<a href='https://example.org/' rel='nofollow ugc noopener'>questo vecchio saggio</a>.</p>"
        "<blockquote><p>Una rete non si progetta: si coltiva.</p></blockquote>"
        "<p>E poi: quanto dura una coltivazione?</p>",
        answer,
        likes=3,
    )
    ghost = comment(
        820,
        "",
        "",
        comment(821, "Elio", "<p>Peccato per chi se n'è andato; la risposta resta.</p>", depth=2),
        author=Author(),
        removed=True,
        published=None,
    )
    plain = comment(
        822,
        "Anonima-dal-nome-lunghissimo-che-non-va-a-capo-mai-e-poi-mai",
        "<p>https://example.org/unindirizzolunghissimosenzaspaziochedeveandareacapodasoloaltrimentirompe</p>"
        "<pre><code>for (int i = 0; i &lt; 10000; i++) { printf(&quot;%d&quot;, i); }</code></pre>",
        author=Author(name="Anonima-dal-nome-lunghissimo-che-non-va-a-capo-mai-e-poi-mai"),
    )
    pings = (
        Ping(
            id="p1",
            anchor="ping-1",
            type="pingback",
            title="Ancora sui nodi",
            url="https://altrove.example/nodi",
            host="altrove.example",
            excerpt="...",
            published=moment(days=-3),
        ),
        Ping(
            id="p2",
            anchor="ping-2",
            type="mention",
            title="",
            url="https://social.example/@x/1",
            host="social.example",
            excerpt="",
            published=None,
        ),
        Ping(
            id="p3",
            anchor="ping-3",
            type="trackback",
            title="Senza indirizzo",
            url=None,
            host="",
            excerpt="",
            published=None,
        ),
    )
    reactions = (
        Reaction(
            type="like", author=Author(name="Ivo", url="https://ivo.example/"), url="https://ivo.example/l"
        ),
        Reaction(type="like", author=Author(name="Nina"), url=None),
        Reaction(type="repost", author=Author(name=""), url=None),
    )
    return Conversation(count=10, threads=(first, ghost, plain), pings=pings, reactions=reactions)


FIELDS = {name: name for name in ("name", "url", "email", "text", "page", "parent", "honeypot")}
FORMS = {
    "none": FormView("none", "", {}, ""),
    "post": FormView("post", "https://forms.example/send", FIELDS, "https://rete.example/posts/0/"),
    "mailto": FormView("mailto", "ada+blog@rete.example", FIELDS, "https://rete.example/posts/0/"),
}


def comments(form: str | FormView = "post", **changes: Any) -> CommentsView:
    talk = conversation()
    whole = CommentsView(
        shown=True,
        open=True,
        closed_reason="",
        count=talk.count,
        conversation=talk,
        form=FORMS[form] if isinstance(form, str) else form,
        feed_url="/posts/0/comments.xml",
    )
    return replace(whole, **changes)


SILENT = CommentsView(
    shown=False, open=False, closed_reason="", count=0, conversation=Conversation(), form=FORMS["none"]
)

CONTENT = Markup((Path(__file__).parent / "article.html").read_text("utf-8"))
TOC = (
    TocItem("nodi", Markup("I nodi"), 2, (TocItem("codice", Markup("Un po’ di <code>codice</code>"), 3),)),
    TocItem("fili", Markup("I fili"), 2),
)


def post(**changes: Any) -> PostView:
    whole = PostView(
        id="posts/0",
        kind="post",
        title=TITLES[0],
        url="/posts/0/",
        absolute_url="https://rete.example/posts/0/",
        lang="it",
        date=moment(),
        updated=moment(days=-2),
        summary=SUMMARY,
        content=CONTENT,
        toc=TOC,
        minutes=6,
        words=1200,
        has_code=True,
        tags=(tag("Rete"), tag("Comunità")),
        categories=(TermView("Saggi", "saggi", "/categories/saggi/", 3, taxonomy="categories"),),
        terms={},
        authors=(AuthorView("Giulia Ferri", "/about/"),),
        image=None,
        license="https://creativecommons.org/licenses/by-sa/4.0/",
        series=SeriesView("Le reti", 2, (card(1), card(0), card(2))),
        previous=card(1),
        next=card(2),
        related=tuple(card(n) for n in (4, 5, 6)),
        translations=translations("en", "de"),
        comments=comments(),
        extra={},
    )
    return replace(whole, **changes)


def bare_post(**changes: Any) -> PostView:
    """The post that most posts are: text and tags, nobody has answered yet."""
    return post(
        **{
            "comments": SILENT,
            "toc": (),
            "series": None,
            "translations": (),
            "updated": None,
            "categories": (),
            "has_code": False,
            **changes,
        }
    )


def listing(count: int = 10, **changes: Any) -> dict[str, Any]:
    pager = Pager(2, 5, "/", "/page/3/", ("/", "/page/2/", "/page/3/", "/page/4/", "/page/5/"))
    return {"posts": tuple(card(n) for n in range(count)), "pager": pager, **changes}


def archive_groups() -> tuple[ArchiveGroup, ...]:
    def month(name: str, number: int) -> ArchiveGroup:
        return ArchiveGroup(
            name, f"/2016/{number:02}/", 3, posts=tuple(card(n) for n in range(number, number + 3))
        )

    by_month = ArchiveGroup("2016", "/2016/", 6, months=(month("marzo", 3), month("febbraio", 2)))
    return (
        by_month,
        ArchiveGroup("2015", "/2015/", 2, posts=(card(7), card(8))),
        ArchiveGroup("2014", "", 0),
    )


def contexts(lang: str = "it") -> dict[str, tuple[str, dict[str, Any]]]:
    """By a name for the page: its template, and its variables."""
    names = (
        "Rete",
        "Comunità",
        "Software libero",
        "Protocolli",
        "Memoria",
        "Etica",
        "Città",
        "Musica",
        "Libri",
    )
    tags = tuple(tag(name, 3 * n + 1) for n, name in enumerate(names))
    alternates = translations("it", "en", "ar")
    about = post(kind="page", title="Chi sono", date=None, updated=None, comments=SILENT, translations=())
    return {
        "home": ("home.html", {"page": page("home", lang, alternates=alternates), **listing()}),
        "empty": ("home.html", {"page": page("home", lang), "posts": (), "pager": None}),
        "post": ("post.html", {"page": page("post", lang), "post": post()}),
        "bare": ("post.html", {"page": page("post", lang), "post": bare_post()}),
        "mailto": ("post.html", {"page": page("post", lang), "post": post(comments=comments("mailto"))}),
        "noform": ("post.html", {"page": page("post", lang), "post": post(comments=comments("none"))}),
        "closed": (
            "post.html",
            {
                "page": page("post", lang),
                "post": post(comments=comments(open=False, closed_reason="too-old")),
            },
        ),
        "page": ("page.html", {"page": page("page", lang, title="Chi sono"), "post": about}),
        "term": ("term.html", {"page": page("term", lang, title="Rete"), "term": tag("Rete"), **listing()}),
        "terms": ("terms.html", {"page": page("terms", lang, title="Temi"), "terms": tags}),
        "archive": ("archive.html", {"page": page("archive", lang, title="marzo 2016"), **listing()}),
        "archives": (
            "archives.html",
            {"page": page("archives", lang, title="Archivio"), "groups": archive_groups()},
        ),
        "404": ("404.html", {"page": page("not-found", lang, title="", index=False)}),
    }


def asset(path: str) -> str:
    return f"/{path}?v=0123abcd"


def url(path: str) -> str:
    return path


@cache
def bundle(name: str, *override: tuple[str, str]) -> Bundle:
    """The bundle of a template of the default theme, the site's own templates (`override`) before it."""
    own = dict(override)
    sources: dict[str, TemplateSource] = {}
    wanted = [name]
    while wanted:
        current = wanted.pop()
        if current in sources:
            continue
        for path in candidates(current, ("themes/default",)):
            if path in own:
                text = own[path]
            elif (ROOT / path).is_file():
                text = (ROOT / path).read_text("utf-8")
            else:
                continue
            sources[current] = TemplateSource(path, text)
            wanted.extend(references(text, current, path)[0])
            break
    return Bundle(name, sources)


@cache
def translator(lang: str) -> Translator:
    file = THEME / "locales" / f"{lang}.po"
    return Translator(
        read_catalogue(file.read_bytes(), f"themes/default/locales/{lang}.po") if file.exists() else None
    )


def draw(template: str, variables: dict[str, Any], *override: tuple[str, str]) -> str:
    """The HTML of a page of the made-up blog."""
    lang = variables["page"].lang
    context = {"site": site(), "asset": asset, "url": url, **variables}
    return render(bundle(template, *override), context, translator(lang))
