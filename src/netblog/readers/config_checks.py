"""The rules of netblog.toml that a type cannot express: ranges, addresses, zones, languages, permalinks.

They look at the values as the file gives them, not at a Config, so that they can be told together with
mistakes of type elsewhere; whatever has a wrong type is passed over here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

import msgspec

from netblog.readers.keys import KNOWN, meaning, nearest
from netblog.readers.langtags import is_language_tag, meant
from netblog.readers.source import brief
from netblog.readers.tomlish import Path

POST_FIELDS = ("year", "month", "day", "slug", "name", "section")
PAGE_FIELDS = POST_FIELDS[3:]

_FIELD = re.compile(r"\{([^{}]*)\}")
_HOST = re.compile(r"(?:[^\s/?#@:\[\]<>\"'\\^`{|}%.]+\.?)+|\[[0-9A-Fa-f:.]+\]")
_PORT_TOP = 65535


class Flaw(msgspec.Struct, frozen=True):
    """Something wrong at a path of the configuration."""

    path: Path
    message: str
    hint: str | None = None
    on_key: bool = False
    """Whether the key is at fault rather than its value."""
    severity: Literal["error", "warning"] = "error"


def label(path: Path) -> str:
    """How messages name a place: `[site] title`, `[menus] main, item 1: url`, `[build]`."""
    words: list[str] = []
    for depth, part in enumerate(path):
        if isinstance(part, int):
            words[-1] += f", item {part + 1}" + (":" if depth + 1 < len(path) else "")
        else:
            words.append(brief(part))
    if len(words) == 1 or not words:
        return f"[{words[0]}]" if words else "the configuration"
    tables = next((n for n, word in enumerate(words) if ", item" in word), len(words) - 1)
    return f"[{'.'.join(words[:tables])}] {' '.join(words[tables:])}"


def heading(path: Path) -> str:
    """How messages name a table: `[comments.form]`, `[menus] main, item 1`."""
    if any(isinstance(part, int) for part in path):
        return label(path)
    return f"[{'.'.join(brief(str(part)) for part in path)}]"


def checks(values: dict[str, Any]) -> Iterator[Flaw]:
    """Every breach of the rules in the tables of a file."""
    for path, check in _CHECKS.items():
        value: Any = values
        for part in path:
            value = value.get(part) if isinstance(value, dict) else None
        if value is not None:
            yield from check(path, value)
    taxonomies, languages = values.get("taxonomies"), values.get("languages")
    if isinstance(taxonomies, dict):
        yield from _taxonomies(taxonomies)
    if isinstance(languages, dict):
        yield from _languages(languages, values.get("site"))


_Check = Callable[[Path, Any], Iterator[Flaw]]


def _between(low: float, high: float) -> _Check:
    def check(path: Path, value: Any) -> Iterator[Flaw]:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return
        # Written so that a NaN fails.
        if not low <= value <= high:
            shown = "a number so long" if isinstance(value, int) and abs(value) > 10**18 else value
            yield Flaw(path, f"{label(path)} must be from {low} to {high}, not {shown}")

    return check


def _url(path: Path, value: Any) -> Iterator[Flaw]:
    if not isinstance(value, str):
        return
    hint = "write it with its scheme: https://example.com/"
    fault = _url_fault(value)
    if fault:
        yield Flaw(path, f'{label(path)} must be an absolute URL: "{brief(value)}" {fault}', hint)


def _url_fault(value: str) -> str | None:
    if any(char.isspace() or ord(char) < 0x20 for char in value):
        return "has a blank in it"
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:
        return "is not one, or has a port that is not a number up to 65535"
    if parts.scheme not in ("http", "https"):
        return f"begins with {parts.scheme}:" if parts.scheme else "has no http: or https:"
    if parts.username is not None or parts.password is not None:
        return "has a user name in it"
    if not parts.hostname or not _HOST.fullmatch(parts.netloc.removesuffix(f":{port}")):
        return "has no host name"
    if parts.query or parts.fragment or value.endswith(("?", "#")):
        return "has a query or a fragment"
    return None


def _author_url(path: Path, value: Any) -> Iterator[Flaw]:
    if isinstance(value, str) and value and not re.match(r"(?:https?://|mailto:|/)\S+$|/$", value):
        message = f'{label(path)} must be an absolute URL or a path: "{brief(value)}" is neither'
        yield Flaw(path, message, "write https://example.com/ or /about/")


def _timezone(path: Path, value: Any) -> Iterator[Flaw]:
    if not isinstance(value, str):
        return
    try:
        ZoneInfo(value)
    except (ValueError, LookupError, OSError):
        pass
    else:
        return
    names = available_timezones()
    if not names:
        message = f'{label(path)}: "{brief(value)}" cannot be looked up, for this machine has no time zones'
        yield Flaw(path, message, "install them: pip install tzdata")
        return
    cities = {name.rsplit("/", 1)[-1]: name for name in sorted(names, reverse=True)}
    wanted = value.strip().replace(" ", "_")
    city = nearest(wanted.rsplit("/", 1)[-1], cities)
    guess = nearest(wanted, names) or (cities[city] if city else None)
    hint = f"did you mean {guess}?" if guess else "write an IANA name such as Europe/Rome or UTC"
    yield Flaw(path, f'{label(path)}: there is no time zone "{brief(value)}"', hint)


def _language(path: Path, value: Any) -> Iterator[Flaw]:
    if isinstance(value, str):
        yield from _tag(path, value, on_key=False)


def _tag(path: Path, value: str, on_key: bool) -> Iterator[Flaw]:
    if not is_language_tag(value):
        guess = meant(value)
        hint = f"did you mean {guess}?" if guess else "write a tag such as it or pt-BR"
        where = "[languages]" if on_key else label(path)
        yield Flaw(path, f'{where}: "{brief(value)}" is not a language tag', hint, on_key)


def _permalink(path: Path, value: Any) -> Iterator[Flaw]:
    if not isinstance(value, str):
        return
    known = PAGE_FIELDS if path[-1] == "page_permalink" else POST_FIELDS
    listed = " ".join(f"{{{name}}}" for name in known)
    named = _FIELD.findall(value)
    for name in named:
        if name not in known:
            # Without what Python's format strings would take: {day:02}.
            guess = nearest(re.split(r"[!:.\[]", name)[0], known)
            hint = f"did you mean {{{guess}}}?" if guess else f"the fields are {listed}"
            if name in POST_FIELDS:
                hint = f"a page need not have a date; the fields are {listed}"
            yield Flaw(path, f"{label(path)} has an unknown field {{{brief(name)}}}", hint)
    bare = _FIELD.sub("", value)
    if "{" in bare or "}" in bare:
        yield Flaw(path, f"{label(path)} has a brace without its partner", f"the fields are {listed}")
    elif not value.startswith("/"):
        hint = f"write /{value.lstrip('/')}" if "://" not in value else "the site's address is in [site] url"
        yield Flaw(path, f"{label(path)} must begin with /", hint)
    elif re.search(r"[\s?#\\\x00-\x1f]", bare) or re.search(r"//|/\.{1,2}(?:/|$)", value):
        yield Flaw(path, f'{label(path)} is not a path: "{brief(value)}"', "write it as /posts/{slug}/")
    elif set(named) <= set(known) and not {"slug", "name"}.intersection(named):
        yield Flaw(path, f"{label(path)} gives every file the same URL", "add {slug} or {name}")


def _filled(path: Path, value: Any) -> Iterator[Flaw]:
    if isinstance(value, str) and not value.strip():
        yield Flaw(path, f"{label(path)} must not be empty")


def _taxonomies(tables: dict[str, Any]) -> Iterator[Flaw]:
    for name in tables:
        path: Path = ("taxonomies", name)
        if name in ("tags", "categories"):
            pass
        elif not re.fullmatch(r"\w[\w-]*", name):
            hint = "write it in letters, digits, - and _, as front matter will"
            yield Flaw(path, f'a taxonomy cannot be called "{brief(name)}"', hint, on_key=True)
        elif name in KNOWN or meaning(name):
            what = meaning(name) if name not in KNOWN else None
            known = f"is read as {what}" if what in KNOWN else "has a meaning of its own"
            message = f"a taxonomy cannot be called {name}: in front matter, that key {known}"
            yield Flaw(path, message, "choose another name", on_key=True)
        yield from _between(0, 100_000)((*path, "per_page"), _inner(tables[name], "per_page"))


def _languages(tables: dict[str, Any], site: Any) -> Iterator[Flaw]:
    main = _inner(site, "language") or "en"
    for code in tables:
        path: Path = ("languages", code)
        yield from _tag(path, code, on_key=True)
        if isinstance(main, str) and code.lower() == main.lower():
            message = f"[languages.{code}] describes the site's own language, so it has no effect"
            hint = "put its title and description into [site]"
            yield Flaw(path, message, hint, on_key=True, severity="warning")


def _inner(table: Any, key: str) -> Any:
    return table.get(key) if isinstance(table, dict) else None


_CHECKS: dict[Path, _Check] = {
    ("site", "url"): _url,
    ("site", "author_url"): _author_url,
    ("site", "language"): _language,
    ("site", "timezone"): _timezone,
    ("content", "permalink"): _permalink,
    ("content", "page_permalink"): _permalink,
    ("content", "per_page"): _between(1, 100_000),
    ("build", "output"): _filled,
    ("build", "jobs"): _between(0, 1024),
    ("theme", "name"): _filled,
    ("markdown", "toc_depth"): _between(1, 6),
    ("feeds", "length"): _between(1, 100_000),
    ("comments", "depth"): _between(1, 20),
    ("comments", "close_after_days"): _between(0, 100_000),
    ("related", "count"): _between(0, 100),
    ("related", "terms_weight"): _between(0, 1000),
    ("related", "words_weight"): _between(0, 1000),
    ("related", "max_share"): _between(0, 1),
}
