"""The filters a theme may count on beyond Jinja's own: dates, numbers and licences in the page's language.

A cold build formats tens of thousands of dates, most of them the same few thousand days, and CLDR
formatting is slow; so each (moment, format, language) is formatted once per process. Keys are wall-clock
values, never aware datetimes: two of those are equal when they are the same instant, though they are
written differently.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from functools import lru_cache
from typing import Any

from jinja2 import Undefined, pass_context
from jinja2.runtime import Context

from netblog.errors import Problem, TemplateError

_NAMED = frozenset(("short", "medium", "long", "full"))
_CREATIVE_COMMONS = re.compile(
    r"https?://creativecommons\.org/(?:licenses|publicdomain)/([a-z-]+)/(\d\.\d)(?:/([a-z]{2}))?(?:/.*)?"
)


@pass_context
def format_date(context: Context, value: object, format: str = "long", skeleton: str = "") -> str:
    """A date in the page's language.

    `format` is short, medium, long, full or a CLDR pattern ("d MMMM y", UTS #35); `skeleton` names CLDR
    fields ("MMMd") that the language puts in its own order. Text in ISO 8601 is read first; None gives
    ''.
    """
    moment = _moment(value)
    if moment is None:
        return ""
    lang = _lang(context)
    if skeleton:
        return _date_skeleton(moment.date(), skeleton, lang)
    if format in _NAMED:
        return _date_named(moment.date(), format, lang)
    zone = moment.tzinfo
    return _date_pattern(moment.replace(tzinfo=None), moment.fold, zone, format, lang)


@pass_context
def format_time(context: Context, value: object, format: str = "short") -> str:
    """A time of day in the page's language; `format` as of `date`."""
    moment = _moment(value)
    if moment is None:
        return ""
    # Short times do not show the zone, so the day and the zone need not be in the key.
    if format == "short":
        return _time_short(moment.hour, moment.minute, _lang(context))
    return _time(moment.replace(tzinfo=None), moment.fold, moment.tzinfo, format, _lang(context))


def iso(value: object) -> str:
    """A moment as RFC 3339 and HTML want it, to the second: `2016-03-14T09:26:53+01:00`; None gives ''.

    Offsets with seconds, as of local mean time before railways, are not in RFC 3339: those are given in UTC.
    """
    moment = _moment(value)
    if moment is None:
        return ""
    offset = moment.utcoffset()
    if offset is None:
        moment = moment.replace(tzinfo=UTC)
    elif offset.seconds % 60 or offset.microseconds:
        moment = moment.astimezone(UTC)
    return moment.isoformat(timespec="seconds")


@pass_context
def number(context: Context, value: object) -> str:
    """A number in the page's language: `12.345,6` in Italian; None gives ''."""
    if value is None:
        return ""
    if isinstance(value, Undefined):
        str(value)  # raises, with the name that is missing
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        raise TemplateError(Problem(f"{value!r} is not a number", code="template-filter"))
    if type(value) is int and -1000 < value < 1000:
        return str(value)
    return _number(value, _lang(context))


def license_name(value: str) -> str:
    """What to call a licence: `CC BY-SA 4.0` for a Creative Commons URL, the host of another, else itself."""
    if match := _CREATIVE_COMMONS.fullmatch(value):
        code, version, country = match.groups()
        name = {"zero": "CC0", "mark": "Public Domain Mark"}.get(code, f"CC {code.upper()}")
        return f"{name} {version}" + (f" {country.upper()}" if country else "")
    if "://" in value:
        return value.partition("://")[2].partition("/")[0] or value
    return value


FILTERS: Mapping[str, Callable[..., Any]] = {
    "date": format_date,
    "time": format_time,
    "iso": iso,
    "number": number,
    "license_name": license_name,
}


def _lang(context: Context) -> str:
    page = context.resolve_or_missing("page")
    lang = getattr(page, "lang", "en")
    return lang if isinstance(lang, str) else "en"


def _moment(value: object) -> datetime | None:
    if isinstance(value, datetime) or value is None:
        return value
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)
    if isinstance(value, str):
        try:
            return datetime.fromisoformat(value)
        except ValueError:
            pass
    if isinstance(value, Undefined):
        str(value)  # raises, with the name that is missing
    hint = "write dates as 2016-03-14 or 2016-03-14T09:26:53Z"
    raise TemplateError(Problem(f"{value!r} is not a date", hint=hint, code="template-filter"))


@lru_cache(256)
def _locale(lang: str) -> Any:
    """The nearest locale CLDR knows: a page in a language without data still gets its dates, in English."""
    from babel import Locale, UnknownLocaleError

    tag = lang
    while tag:
        try:
            return Locale.parse(tag, sep="-")
        except (UnknownLocaleError, ValueError):
            tag = tag.rpartition("-")[0]
    return Locale("en")


@lru_cache(65536)
def _date_named(day: date, format: str, lang: str) -> str:
    from babel.dates import format_date

    return format_date(day, format, _locale(lang))


@lru_cache(65536)
def _date_skeleton(day: date, skeleton: str, lang: str) -> str:
    from babel.dates import format_skeleton

    try:
        return format_skeleton(skeleton, datetime(day.year, day.month, day.day), locale=_locale(lang))
    except KeyError:
        hint = "known to every language are: y, yMMM, yMMMM, yMMMd, MMMd, MMMMd, MMMEd, yMd, Md"
        raise TemplateError(
            Problem(f"CLDR has no date skeleton {skeleton!r} in {lang!r}", hint=hint, code="template-filter")
        ) from None


@lru_cache(65536)
def _date_pattern(wall: datetime, fold: int, zone: tzinfo | None, pattern: str, lang: str) -> str:
    from babel.dates import format_datetime

    return format_datetime(wall.replace(tzinfo=zone, fold=fold), pattern, locale=_locale(lang))


@lru_cache(4096)
def _time_short(hour: int, minute: int, lang: str) -> str:
    from babel.dates import format_time

    return format_time(datetime(2000, 1, 1, hour, minute), "short", locale=_locale(lang))


@lru_cache(65536)
def _time(wall: datetime, fold: int, zone: tzinfo | None, format: str, lang: str) -> str:
    from babel.dates import format_time

    return format_time(wall.replace(tzinfo=zone, fold=fold), format, locale=_locale(lang))


@lru_cache(4096, typed=True)
def _number(value: int | float | Decimal, lang: str) -> str:
    from babel.numbers import format_decimal

    return str(format_decimal(value, locale=_locale(lang)))
