import re
from collections import Counter
from dataclasses import replace
from itertools import pairwise
from typing import Any

import html5lib
import pytest
from html5lib.html5parser import ParseError
from markupsafe import Markup
from theme_views import (
    CONTENT,
    THEME,
    bare_post,
    card,
    comment,
    comments,
    contexts,
    draw,
    listing,
    page,
    post,
    site,
    tag,
    translations,
)

from netblog.model.comment import Author, Conversation, Ping
from netblog.model.view import FormView, SeriesView, TocItem

PAGES = {f"{name}-{lang}": made for lang in ("it", "ar", "en") for name, made in contexts(lang).items()}
STYLE = (THEME / "static" / "style.css").read_text("utf-8")
HOSTILE = "\"'><script>alert(1)</script><img src=x onerror=y>&amp;{{ 7*7 }}"


def html(name: str) -> str:
    template, variables = PAGES[name]
    return draw(template, variables)


def tree(text: str) -> Any:
    """The parsed page; raises on any HTML parse error."""
    return html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(text)


def text_of(element: Any) -> str:
    return " ".join("".join(element.itertext()).split())


def classed(root: Any, name: str) -> list[Any]:
    return [element for element in root.iter() if name in (element.get("class") or "").split()]


def drawn(**changes: Any) -> Any:
    return tree(draw("post.html", {"page": page("post"), "post": post(**changes)}))


# --- Every page


@pytest.mark.parametrize("name", PAGES)
def test_every_page_is_html_without_parse_errors(name: str) -> None:
    root = tree(html(name))
    assert root.find("body/main") is not None


def test_the_strict_parser_would_notice_a_fault() -> None:
    with pytest.raises(ParseError):
        tree("<!doctype html><title>x</title><p><b>x</p>")


@pytest.mark.parametrize("name", PAGES)
def test_headings_come_in_order_and_the_first_is_the_only_h1(name: str) -> None:
    levels = [int(e.tag[1]) for e in tree(html(name)).iter() if re.fullmatch("h[1-6]", str(e.tag))]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


@pytest.mark.parametrize("name", PAGES)
def test_ids_are_unique_and_every_reference_finds_its_id(name: str) -> None:
    root = tree(html(name))
    ids = Counter(element.get("id") for element in root.iter() if element.get("id"))
    assert max(ids.values()) == 1
    for element in root.iter():
        for attribute in ("for", "aria-labelledby"):
            if wanted := element.get(attribute):
                assert wanted in ids
        href = element.get("href") or ""
        if href.startswith("#"):
            assert href[1:] in ids


@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_loaded_from_elsewhere(name: str) -> None:
    for element in tree(html(name)).iter():
        loads = element.tag in ("script", "img", "iframe", "source", "video", "audio", "object", "embed")
        if loads or (element.tag == "link" and element.get("rel") in ("stylesheet", "icon", "preload")):
            for attribute in ("src", "href", "srcset", "data"):
                assert "//" not in (element.get(attribute) or "")
        assert not element.get("style")
        assert not [name for name in element.attrib if name.startswith("on")]


@pytest.mark.parametrize("name", PAGES)
def test_every_page_says_its_language_and_has_its_landmarks(name: str) -> None:
    root = tree(html(name))
    lang = name.rpartition("-")[2]
    assert (root.get("lang"), root.get("dir")) == (lang, "rtl" if lang == "ar" else "ltr")
    body = root.find("body")
    assert [child.tag for child in body if isinstance(child.tag, str) and child.tag != "script"] == [
        "a",
        "header",
        "main",
        "footer",
    ]
    assert body[0].get("class") == "skip"
    assert body[0].get("href") == "#" + body.find("main").get("id")
    navigations = [nav.get("aria-label") for nav in root.iter("nav")]
    assert all(navigations)
    assert len(set(navigations)) == len(navigations)


@pytest.mark.parametrize("name", PAGES)
def test_every_field_has_a_label_and_every_picture_a_text(name: str) -> None:
    root = tree(html(name))
    labelled = {label.get("for") for label in root.iter("label")}
    for field in (*root.iter("input"), *root.iter("textarea")):
        hidden = field.get("type") == "hidden" or field.get("aria-label")
        assert hidden or field.get("id") in labelled
    assert all(image.get("alt") is not None for image in root.iter("img"))


@pytest.mark.parametrize("name", [name for name in PAGES if name.endswith("-ar")])
def test_no_english_is_left_on_a_translated_page(name: str) -> None:
    english = (
        "Skip",
        "Main menu",
        "Comment",
        "Reply",
        "Page ",
        "article",
        "Newer",
        "Tag",
        "TAG",
        "minutes",
        "Updated",
    )
    root = tree(html(name).replace(str(CONTENT), ""))
    own = [
        e
        for e in root.find("body").iter()
        if e.tag in ("h2", "h3", "label", "button", "summary", "nav", "p", "span")
    ]
    words = " ".join(f"{e.text or ''} {e.get('aria-label') or ''}" for e in own)
    assert not [word for word in english if word in words]


# --- The head


def test_the_head_of_a_post_says_what_search_engines_and_networks_ask() -> None:
    root = tree(html("post-it"))
    head = root.find("head")
    metas = {m.get("name") or m.get("property"): m.get("content") for m in head.iter("meta")}
    links = {(link.get("rel"), link.get("type") or ""): link.get("href") for link in head.iter("link")}
    assert head.find("title").text == "Fare rete, un nodo alla volta · Rete e parole"
    assert metas["og:type"] == "article"
    assert metas["og:image"] == "https://rete.example/rete.jpg"
    assert metas["article:published_time"] == "2016-03-14T09:26:53+01:00"
    assert metas["author"] == "Giulia Ferri"
    assert metas["generator"] == "netblog"
    assert metas["twitter:card"] == "summary_large_image"
    assert links["canonical", ""] == "https://rete.example/x/"
    assert links["license", ""] == "https://creativecommons.org/licenses/by-sa/4.0/"
    assert links["alternate", "application/atom+xml"] == "/feed.xml"
    assert links["alternate", "application/feed+json"] == "/feed.json"
    script = next(s for s in head.iter("script"))
    assert (script.get("type"), script.text[0]) == ("application/ld+json", "{")


def test_languages_are_told_with_the_default_one_marked() -> None:
    root = tree(html("home-it"))
    found = {link.get("hreflang"): link.get("href") for link in root.iter("link") if link.get("hreflang")}
    assert set(found) == {"it", "en", "ar", "x-default"}
    assert found["x-default"] == found["it"] == "https://rete.example/it/"
    [nav] = classed(root, "languages")
    assert [(a.get("lang"), a.text) for a in nav.iter("a")] == [("en", "English"), ("ar", "العربية")]


def test_a_page_not_to_be_indexed_says_so_and_has_no_canonical_address() -> None:
    assert '<meta name="robots" content="noindex">' in html("404-it")
    assert "canonical" not in html("404-it")
    assert "noindex" not in html("home-it")


def test_code_styles_and_the_reply_script_come_only_where_they_are_needed() -> None:
    assert "highlight.css" in html("post-it")
    assert "highlight.css" not in html("bare-it")
    assert "highlight.css" not in html("home-it")
    assert "reply.js" in html("post-it")
    for name in ("bare-it", "mailto-it", "noform-it", "closed-it", "home-it"):
        assert "reply.js" not in html(name)


def test_the_home_page_in_another_language_is_the_one_linked() -> None:
    variables = {"page": page("post", home_url="/en/"), "post": bare_post()}
    assert '<a href="/en/" rel="home">' in draw("post.html", variables)
    assert '<a href="/" rel="home">' in html("bare-it")


def test_a_site_that_says_little_gets_no_empty_parts() -> None:
    plain = site(author="", author_url="", license="", menu=(), description="", options={})
    bare = page("home", description="", image=None, feeds=(), json_ld=Markup())
    text = draw("home.html", {"page": bare, "site": plain, "posts": (), "pager": None})
    root = tree(text)
    assert not [e for e in root.iter() if e.tag in ("li", "p", "ul", "nav") and not text_of(e)]
    assert 'content=""' not in text
    assert "ld+json" not in text


# --- A post


def test_the_reference_page_says_all_it_must() -> None:
    words = text_of(tree(html("post-it")).find("body"))
    for expected in (
        "Fare rete, un nodo alla volta",
        "TAG Rete, Comunità",
        "10 commenti",
        "Articoli consigliati",
        "Rispondi",
        "Pingback: Ancora sui nodi",
        "Lascia un commento",
        "Annulla risposta",
        "Parte 2 di 3 di «Le reti»",
        "6 minuti di lettura",
        "Aggiornato il 16 marzo 2016",
        "Disponibile anche in English, Deutsch",
        "LICENZA CC BY-SA 4.0",
        "Articolo precedente Perché i blog non sono morti",
    ):
        assert expected in words


@pytest.mark.parametrize(
    ("count", "words"), [(0, "Nessun commento"), (1, "1 commento"), (1287, "1.287 commenti")]
)
def test_the_comment_count_has_its_plural_forms(count: int, words: str) -> None:
    root = drawn(comments=comments(count=count))
    [heading] = [e for e in root.iter("h2") if e.get("id") == "comments"]
    assert text_of(heading) == words


def test_microformats_mark_the_post_and_its_answers() -> None:
    root = tree(html("post-it"))
    entry = classed(root, "h-entry")[0]
    for name in ("p-name", "dt-published", "dt-updated", "u-url", "e-content", "p-author", "p-category"):
        assert classed(entry, name), name
    cites = classed(root, "h-cite")
    assert [e for e in cites if "u-comment" in e.get("class")]
    for cite in cites:
        if "u-comment" in cite.get("class"):
            assert classed(cite, "p-author")
            assert classed(cite, "e-content")


def test_a_silent_post_shows_nothing_of_comments() -> None:
    text = html("bare-it")
    assert "#comments" not in text
    assert not classed(tree(text), "conversation")


def test_contents_are_listed_from_three_headings_on() -> None:
    two = (TocItem("nodi", Markup("a"), 2, (TocItem("codice", Markup("b"), 3),)),)
    assert not classed(drawn(toc=two), "contents")
    [box] = classed(drawn(), "contents")
    assert [a.get("href") for a in box.iter("a")] == ["#nodi", "#codice", "#fili"]


def test_terms_of_further_taxonomies_are_shown() -> None:
    terms = {"tags": (), "categories": (), "people": (replace(tag("Ada Lovelace"), taxonomy_title="Who"),)}
    assert "WHO Ada Lovelace" in text_of(drawn(terms=terms))


def test_options_of_the_theme_turn_parts_off() -> None:
    quiet = site(options={"reading_time": False, "contents": False, "credit": False})
    text = draw("post.html", {"page": page("post"), "post": post(), "site": quiet})
    for word in ("minuti di lettura", "Indice", "Fatto con netblog"):
        assert word not in text


def test_the_series_marks_where_the_reader_is() -> None:
    [here] = [e for e in classed(drawn(), "series")[0].iter("span") if e.get("aria-current")]
    assert text_of(here) == "Fare rete, un nodo alla volta"
    one = drawn(series=SeriesView("Una", 1, (card(0),)))
    assert "Parte 1 di 1" in text_of(one)


@pytest.mark.parametrize("name", ["previous", "next"])
def test_the_first_and_the_last_post_have_one_neighbour(name: str) -> None:
    [nav] = classed(drawn(**{name: None}), "neighbours")
    assert len(list(nav.iter("a"))) == 1
    assert not classed(drawn(previous=None, next=None), "neighbours")


def test_a_page_has_no_date_and_no_neighbours() -> None:
    root = tree(html("page-it"))
    assert not classed(root, "neighbours")
    assert not list(root.iter("time"))


# --- The conversation


def test_threads_nest_as_the_view_does() -> None:
    root = drawn()
    depths = {}
    parents = {child: parent for parent in root.iter() for child in parent}
    for element in classed(root, "comment"):
        depth, above = 1, element
        while above in parents:
            above = parents[above]
            depth += above.tag == "ol" and "replies" in (above.get("class") or "")
        depths[element.get("id")] = depth
    assert depths == {
        "comment-811": 1,
        "comment-812": 2,
        "comment-813": 3,
        "comment-814": 4,
        "comment-815": 5,
        "comment-816": 5,
        "comment-820": 1,
        "comment-821": 2,
        "comment-822": 1,
    }


def test_a_flattened_answer_says_whom_it_answers() -> None:
    [line] = classed(drawn(), "in-reply-to")
    assert text_of(line) == "In risposta a Carla"
    assert line.find("a").get("href") == "#comment-815"


def test_a_removed_comment_keeps_its_place_but_not_its_name() -> None:
    [ghost] = [e for e in classed(drawn(), "comment") if e.get("id") == "comment-820"]
    assert text_of(ghost.find("p")) == "Questo commento non è più disponibile."
    assert ghost.find("article") is None
    assert ghost.find("ol") is not None


def test_each_comment_can_be_answered_where_a_form_is_open() -> None:
    links = classed(drawn(), "reply")
    assert [a.get("data-parent") for a in links] == [
        f"wp:{n}" for n in (811, 812, 813, 814, 815, 816, 821, 822)
    ]
    assert {a.get("href") for a in links} == {"#respond"}
    assert links[0].get("aria-label") == "Rispondi a Ada Longhi"
    assert text_of(links[0]) in links[0].get("aria-label")


def test_a_comment_is_answered_by_letter_where_the_form_is_one() -> None:
    root = drawn(comments=comments("mailto"))
    href = classed(root, "reply")[0].get("href")
    assert href.startswith("mailto:ada%2Bblog@rete.example?subject=Re%3A%20Fare%20rete%2C%20un%20nodo")
    assert href.endswith("&body=https%3A//rete.example/posts/0/%23comment-811")
    assert not list(root.iter("form"))
    assert "Scrivi un’e-mail" in text_of(root)


@pytest.mark.parametrize("name", ["noform-it", "closed-it"])
def test_without_a_form_nothing_asks_for_an_answer(name: str) -> None:
    root = tree(html(name))
    assert not classed(root, "reply")
    assert not list(root.iter("form"))
    assert ("I commenti sono chiusi." in text_of(root)) == (name == "closed-it")


def test_the_form_sends_the_fields_under_the_names_it_was_given() -> None:
    names = {"text": "message", "name": "who", "honeypot": "fax", "page": "where", "parent": "to"}
    renamed = FormView("post", "https://f.example/?a=1&b=2", names, "https://rete.example/p/")
    root = drawn(comments=comments(renamed))
    form = next(root.iter("form"))
    fields = {f.get("name"): f for f in (*form.iter("input"), *form.iter("textarea"))}
    assert set(fields) == {"message", "who", "email", "url", "fax", "where", "to"}
    assert form.get("action") == "https://f.example/?a=1&b=2"
    assert fields["where"].get("value") == "https://rete.example/p/"
    assert fields["fax"].get("tabindex") == "-1"
    assert fields["message"].get("required") is not None
    cancel = [b for b in form.iter("button") if b.get("type") == "button"]
    assert [b.get("hidden") is not None for b in cancel] == [True]


def test_links_of_strangers_are_not_vouched_for() -> None:
    [section] = classed(drawn(), "conversation")
    outward = [a for a in section.iter("a") if (a.get("href") or "").startswith("http")]
    assert len(outward) > 8
    assert all({"nofollow", "ugc", "noopener"} <= set(a.get("rel").split()) for a in outward)


def test_pings_and_reactions_are_told_in_short() -> None:
    words = text_of(classed(drawn(), "conversation")[0])
    assert (
        "Pingback: Ancora sui nodi 17 mar 2016 Menzione: social.example Trackback: Senza indirizzo" in words
    )
    assert "Piace a Ivo, Nina Condiviso da Anonimo" in words


def test_pictures_of_commenters_come_from_the_site_itself() -> None:
    author = Author(name="Ada", avatar="/avatars/ada.png")
    talk = Conversation(count=1, threads=(comment(900, "Ada", "<p>x</p>", author=author),))
    [picture] = drawn(comments=comments(conversation=talk)).iter("img")
    assert (picture.get("src"), picture.get("alt")) == ("/avatars/ada.png", "")


def test_a_long_thread_is_rendered() -> None:
    many = Conversation(count=2000, threads=tuple(comment(n, "Ada", "<p>x</p>") for n in range(2000)))
    text = draw("post.html", {"page": page("post"), "post": post(comments=comments(conversation=many))})
    assert text.count("u-comment") == 2000


# --- Hostile text


def test_hostile_text_stays_text_wherever_it_is_put() -> None:
    author = Author(name=HOSTILE, url="https://x.example/?a=\"'><b>")
    talk = Conversation(
        count=1,
        threads=(
            comment(
                1,
                HOSTILE,
                "<p>x</p>",
                author=author,
                reply_to=HOSTILE,
                id=HOSTILE,
                source_url="https://x/'\"",
            ),
        ),
        pings=(
            Ping(
                id="p",
                anchor="ping-1",
                type="pingback",
                title=HOSTILE,
                url="https://y.example/?\"'>",
                host=HOSTILE,
                excerpt=HOSTILE,
                published=None,
            ),
        ),
    )
    hostile = post(
        title=HOSTILE,
        summary=HOSTILE,
        license=HOSTILE,
        tags=(tag(HOSTILE),),
        series=SeriesView(HOSTILE, 1, (card(1),)),
        translations=translations("en"),
        comments=comments(FormView("post", HOSTILE, {"text": HOSTILE}, HOSTILE), conversation=talk),
    )
    variables = {
        "page": page("post", title=HOSTILE, description=HOSTILE, absolute_url=HOSTILE),
        "post": hostile,
        "site": site(title=HOSTILE, author=HOSTILE, author_url=HOSTILE, license=HOSTILE),
    }
    text = draw("post.html", variables)
    root = tree(text)
    assert "49" not in re.sub(r"\d{3,}|v=\w+", "", text)
    assert [s.get("type") or s.get("src") for s in root.iter("script")] == [
        "application/ld+json",
        "/reply.js?v=0123abcd",
    ]
    assert not [e for e in root.iter() if "onerror" in e.attrib or e.get("src") == "x"]
    assert root.find("body/main/article/header/h1").text == HOSTILE


def test_hostile_text_stays_text_in_lists() -> None:
    hostile = replace(card(1), title=HOSTILE, summary=HOSTILE)
    text = draw(
        "term.html", {"page": page("term", title=HOSTILE), "term": tag(HOSTILE), **listing(posts=(hostile,))}
    )
    assert not [s for s in tree(text).iter("script") if s.get("type") != "application/ld+json"]
    assert text.count("&lt;script&gt;") >= 4


# --- Lists


def test_a_list_shows_titles_dates_and_comment_counts() -> None:
    cards = classed(tree(html("home-it")), "card")
    assert len(cards) == 10
    assert text_of(cards[1]).startswith("Perché i blog non sono morti 20 febbraio 2016 2 commenti Una rete")
    assert "1 commento " in text_of(cards[2])
    assert "comment" not in text_of(cards[3]).replace("silenzio dei commenti", "")
    assert "Nessun commento" in text_of(cards[0])


def test_the_pager_leads_both_ways_and_ends_at_the_ends() -> None:
    [pager] = classed(tree(html("home-it")), "pager")
    assert [(a.get("rel"), a.get("href")) for a in pager.iter("a")] == [("prev", "/"), ("next", "/page/3/")]
    assert "Pagina 2 di 5" in text_of(pager)
    assert not classed(tree(html("empty-it")), "pager")


def test_an_empty_list_says_so() -> None:
    assert "Qui non è stato ancora pubblicato nulla." in html("empty-it")


def test_the_term_index_counts() -> None:
    [terms] = classed(tree(html("terms-it")), "terms")
    assert [text_of(li) for li in terms.iter("li")][:2] == ["Rete 1", "Comunità 4"]


def test_archives_go_by_year_and_month_where_there_are_months() -> None:
    root = tree(html("archives-it"))
    assert [text_of(h) for h in root.iter("h2")] == ["2016 6", "2015 2", "2014 0"]
    assert [text_of(h) for h in root.iter("h3")] == ["marzo 3", "febbraio 3"]
    assert len(list(classed(root, "entries")[0])) == 3


def test_a_lost_reader_is_led_home_and_to_recent_posts() -> None:
    main = tree(html("404-it")).find("body/main")
    assert [a.get("href") for a in main.iter("a")] == ["/", *(f"/posts/{n}/" for n in range(5))]


# --- Style


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """WCAG 2.2, 1.4.3."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


SCHEMES = dict(
    zip(("light", "dark"), re.findall(r":root \{([^}]*--paper: #[^}]*--caution[^}]*)\}", STYLE), strict=True)
)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("ground", ["paper", "wash", "mark"])
def test_text_stands_out_by_wcag_aa_on_every_ground(scheme: str, ground: str) -> None:
    colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", SCHEMES[scheme]))
    texts = ("ink", "quiet", "accent", "accent-2", "note", "tip", "important", "warning", "caution")
    assert {name for name in texts if contrast(colours[name], colours[ground]) < 4.5} == set()


def test_the_theme_colour_of_the_browser_is_the_paper() -> None:
    for scheme, colours in SCHEMES.items():
        paper = re.search(r"--paper: (#\w+)", colours)
        assert paper
        assert f'content="{paper[1]}" media="(prefers-color-scheme: {scheme})"' in html("home-it")


def test_the_style_sheet_is_small_and_asks_nobody() -> None:
    assert len(STYLE.encode()) < 25_000
    assert not re.search(r"url\(|@import|//", re.sub(r"/\*.*?\*/", "", STYLE, flags=re.S))
    for demand in ("prefers-color-scheme: dark", "prefers-reduced-motion", "@media print", ":focus-visible"):
        assert demand in STYLE


def test_the_style_sheet_keeps_to_logical_sides() -> None:
    bare = re.sub(r"/\*.*?\*/", "", STYLE, flags=re.S)
    assert not re.findall(r"(?:margin|padding|border)-(?:left|right)|float:|[;{ ](?:left|right):", bare)


def test_every_property_used_is_declared() -> None:
    used = set(re.findall(r"var\((--[\w-]+)", STYLE))
    assert used <= set(re.findall(r"(--[\w-]+):", STYLE))
