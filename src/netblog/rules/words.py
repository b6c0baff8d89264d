"""The graph in a blogger's words: what each key is called when `why` and `--explain` speak of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from netblog.engine import Reason

_FIELDS = {
    "lead": "the first paragraph",
    "html": "the text",
    "body": "the text",
    "links": "the links",
    "headings": "the headings",
    "front": "the front matter",
    "terms": "the tags",
    "entry": "the front matter",
    "aliases": "the aliases",
    "spots": "the list of published posts",
    "words": "the length",
    "older": "the previous post",
    "newer": "the next post",
    "related": "the recommended posts",
    "translations": "the translations",
    "series": "the series",
    "conversation": "the comments",
    "comment_count": "the number of comments",
    "tags": "the tags",
    "absolute_url": "the address",
    "url": "the address",
    "minutes": "the reading time",
    "atom": "the feed entry",
    "json": "the feed entry",
    "site": "[site]",
}

_KEYS: dict[str, Callable[..., str]] = {
    "file": lambda path: path,
    "tree": lambda folder, *_: f"the list of files in {folder}/",
    "option": lambda name: "the command line's settings" if name == "overrides" else f"--{name}",
    "reached": lambda moment: f"the date {moment[:16].replace('T', ' ')}",
    "document": lambda path: f"content/{path}",
    "placement": lambda path: f"the front matter of content/{path}",
    "spot": lambda path: f"the place of content/{path}",
    "listed": lambda path: f"what lists show of content/{path}",
    "resolved": lambda path: f"the links of content/{path}",
    "target": lambda path: f"the address and anchors of content/{path}",
    "relations": lambda path: f"the neighbours and relatives of content/{path}",
    "relations_table": lambda: "which posts are neighbours and relatives",
    "related_table": lambda: "the recommended posts",
    "registry": lambda: "the list of published posts",
    "order": lambda lang: f"the order of posts ({lang})",
    "published": lambda path: f"the place of content/{path}",
    "joined": lambda: "the comments",
    "talk": lambda path: f"the comments on content/{path}",
    "comment_file": lambda path: path,
    "comment_files": lambda: "the list of comment files",
    "bundle": lambda name: f"the template {name} or one it includes",
    "template_source": lambda name: f"the template {name}",
    "chain": lambda: "the theme",
    "catalogue": lambda lang: f"the theme's words in {lang}",
    "config": lambda: "netblog.toml",
    "label": lambda taxonomy, _lang, slug: f"the name of {taxonomy}/{slug}",
    "term": lambda taxonomy, _lang, slug: f"the posts of {taxonomy}/{slug}",
    "labels": lambda taxonomy, _lang: f"the list of {taxonomy}",
    "term_index": lambda: "which posts bear which terms",
    "entry": lambda path: f"the feed entry of content/{path}",
    "fingerprint": lambda path: f"the static file {path}",
    "static_files": lambda: "the list of static files",
    "data": lambda name: f"site.data.{name}",
    "home_slice": lambda _lang, number: f"the posts on page {number} of the home page",
    "home_total": lambda _lang: "the number of pages of the home page",
    "newest": lambda _lang: "the list of the newest posts",
    "recent": lambda _lang, _count: "the list of the newest posts",
    "period": lambda _lang, when: f"the list of posts of {when}",
    "periods": lambda _lang: "the number of posts in a year or month",
    "sitemap_places": lambda: "the list of pages",
    "post_page": lambda path: f"the page of content/{path}",
}

_SETTINGS = [
    "site",
    "content",
    "build",
    "theme",
    "markdown",
    "feeds",
    "comments",
    "related",
    "images",
    "menus",
    "taxonomies",
    "editions",
    "base",
    "reading",
]


_WHOLE = ("file", "tree", "bundle", "template_source", "registry", "periods", "term_index")
"""Keys whose name says it all: what their values are made of means nothing to an author."""


def name_of(rule: str, args: tuple[str, ...]) -> str:
    """What a key is called: `content/posts/x.md`, `the template post.html`."""
    if rule in _SETTINGS:
        return f"[{rule}] in netblog.toml" if rule not in ("editions", "base", "reading") else "netblog.toml"
    describe = _KEYS.get(rule)
    return describe(*args) if describe else f"{rule.replace('_', ' ')} {' '.join(args)}".strip()


def change_of(rule: str, args: tuple[str, ...], fields: tuple[str, ...]) -> str:
    """What changed about a key, as the subject of "changed": `the title of content/posts/x.md`."""
    name = name_of(rule, args)
    if not fields or len(fields) > 3 or rule in _WHOLE:
        return name
    parts = list(dict.fromkeys(_FIELDS.get(field, f"the {field.replace('_', ' ')}") for field in fields))
    words = parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
    for path in args[:1]:
        if path.endswith((".md", ".markdown")):
            return f"{words} of content/{path}"
    return f"{words} ({name})"


def cause_of(reasons: Sequence[Reason]) -> str:
    """Why a key was made again, as a clause: `the title of content/posts/x.md changed`."""
    first = reasons[0]
    if first.kind == "missing":
        return "the file was gone or had been changed by somebody else"
    if first.read is None:
        return "it had not been made before"
    named = next((step for step in reasons if step.read and _speaks(step)), None)
    step = named or first
    assert step.read is not None
    if step.read.rule == "file":
        return f"{name_of(*step.read)} changed"
    return f"{change_of(step.read.rule, step.read.args, step.fields)} changed"


def _speaks(step: Reason) -> bool:
    """Whether a step names what changed in words an author uses."""
    return 0 < len(step.fields) <= 3 and all(field in _AUTHORS for field in step.fields)


_AUTHORS = frozenset(
    [
        "title",
        "date",
        "updated",
        "description",
        "summary",
        "tags",
        "terms",
        "series",
        "authors",
        "image",
        "draft",
        "slug",
        "aliases",
        "conversation",
        "comment_count",
        "older",
        "newer",
        "related",
        "translations",
        "comments",
    ]
)


def steps_of(reasons: Sequence[Reason]) -> tuple[str, ...]:
    """How a change reached a key, nearest first."""
    found = []
    for step in reasons:
        if step.read is not None:
            found.append(f"{change_of(step.read.rule, step.read.args, step.fields)} changed")
        elif step.kind == "input":
            found.append(f"{name_of(step.key.rule, step.key.args)} was edited")
    return tuple(dict.fromkeys(found))
