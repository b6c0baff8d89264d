"""Reads the dates people write into aware times in the site's one time zone.

One zone governs parsing, permalinks, display and feeds, so every date is brought there as soon as it is
read. A date without an offset is local to the site. Where clocks go back and a local time happens twice,
the earlier one is meant; where they go forward and it never happens, it is read with the offset in force
before the change, as a clock not yet put forward would show it (PEP 495, fold 0): 02:30 becomes 03:30. A
bare date is that day's midnight and keeps its day, whatever the zone does at midnight.

`datetime.fromisoformat` is not used: it takes forms nobody means in front matter (`2016W01`) and refuses
many that people write (`2014-8-1 9:05`), and its messages do not say what is wrong.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from netblog.readers.source import brief

HINT = "write 2024-03-14 or 2024-03-14 09:26"

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_MONTH_NUMBERS = {name[:3].lower(): number for number, name in enumerate(_MONTHS, 1)}
_MONTH = "(?P<month>" + "|".join(f"{name[:3]}(?:{name[3:]})?" for name in _MONTHS) + "|Sept)"
_TIME = r"(?P<time>([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]+))?)?)"
_ZONE = r"(?:UTC|GMT)?[+-][0-9]{1,2}(?::?[0-9]{2})?|[A-Za-z][A-Za-z_/]*"
_ISO = re.compile(
    r"(?P<date>([0-9]{4,9})([-/])([0-9]{1,2})\3([0-9]{1,2}))"
    rf"(?:(?:[Tt]|[ \t]+){_TIME}[ \t]*(?P<zone>{_ZONE})?)?"
)
# RFC 5322 section 3.3 (RFC 2822's successor), and the same with the month first as Astro's starter writes it.
_WORDS = re.compile(
    r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,?[ \t]+)?"
    rf"(?P<date>(?:(?P<day>[0-9]{{1,2}})[ \t-]+{_MONTH}\.?,?[ \t-]+"
    rf"|{_MONTH.replace('month', 'month2')}\.?[ \t]+(?P<day2>[0-9]{{1,2}}),?[ \t]+)(?P<year>[0-9]{{4,9}}))"
    rf"(?:,?[ \t]+{_TIME}[ \t]*(?P<zone>{_ZONE})?)?",
    re.IGNORECASE,
)
_OFFSET = re.compile(r"(?:UTC|GMT)?([+-])([0-9]{1,2}?):?([0-9]{2})?", re.IGNORECASE)
# RFC 5322 section 4.3 fixes these names; all others mean different times in different places.
_NAMED_HOURS = {"z": 0, "utc": 0, "gmt": 0, "ut": 0}
_NAMED_HOURS |= {"est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7}
_NAME = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:[-_ ]+(?=[^.])|(?=\.|$))")


class DateError(ValueError):
    """A text is not a date, or names one that does not exist; `str()` is a sentence without its stop."""


def parse_date(value: str | date, zone: ZoneInfo) -> datetime:
    """The moment `value` names, as an aware datetime in `zone`.

    `value` is text, a `date` (that day's midnight in `zone`) or a `datetime` (naive means `zone`). Text may
    be `2024-03-14`, `2024/3/14`, either with a time (`T` or spaces; seconds and a fraction are optional;
    digits after the sixth are dropped) and an offset (`Z`, `UTC`, `+0100`, `+01:00`, `+01`), as RFC 3339
    section 5.6 and its relaxed kin have it, or a date in English words as in RFC 5322 section 3.3.
    Raises DateError, for times too near the ends of the years 1 to 9999 to be told in UTC as well.
    """
    if isinstance(value, datetime):
        shown = value.isoformat(" ")
        return _settled(value if value.tzinfo else value.replace(tzinfo=zone), zone, shown)
    if isinstance(value, date):
        return midnight(value, zone)
    text = value.strip()
    match = _ISO.fullmatch(text)
    if match is not None:
        day = _day(match["date"], int(match[2]), int(match[4]), int(match[5]))
        clock, first = match["time"], 7
    else:
        match = _WORDS.fullmatch(text) if len(text) < 100 else None
        if match is None:
            raise DateError(f'"{brief(text)}" is not a date ({HINT})')
        name = match["month"] or match["month2"]
        number = _MONTH_NUMBERS[name[:3].lower()]
        day = _day(match["date"], int(match["year"]), number, int(match["day"] or match["day2"]))
        clock, first = match["time"], match.re.groupindex["time"] + 1
    if clock is None:
        return midnight(day, zone)
    hour, minute = int(match[first]), int(match[first + 1])
    second = int(match[first + 2] or 0)
    for number, top, name in ((hour, 23, "hours"), (minute, 59, "minutes"), (second, 59, "seconds")):
        if number > top:
            raise DateError(f"the time {brief(clock)} does not exist ({name} go from 0 to {top})")
    micro = int((match[first + 3] or "0")[:6].ljust(6, "0"))
    offset = match["zone"]
    info = zone if offset is None else _offset(offset)
    moment = datetime(day.year, day.month, day.day, hour, minute, second, micro, tzinfo=info)
    return _settled(moment, zone, text)


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The first moment of `day` in `zone`, never on another day.

    Raises DateError for the first or last days of the calendar, where UTC is in another year.
    """
    local = datetime(day.year, day.month, day.day, tzinfo=zone)
    settled = _settled(local, zone, day.isoformat())
    # Samoa had no 30 December 2011 at all: then the day as written is the lesser lie.
    return settled if settled.day == day.day else fixed(local)


def date_from_name(name: str) -> tuple[date, str] | None:
    """The date a file or folder name begins with, and the rest of the name, or None.

    `2014-08-19-slug.md` is 19 August 2014 and `slug.md`. A name that is nothing but a date stays whole:
    `2014-08-19.md` gives the date and `2014-08-19.md`. A date that does not exist is no date.
    """
    match = _NAME.match(name)
    if match is None:
        return None
    try:
        day = date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return None
    rest = name[match.end() :]
    return day, name if not rest or rest.startswith(".") else rest


def _day(text: str, year: int, month: int, day: int) -> date:
    if not 1 <= year <= 9999:
        raise DateError(f"the date {text} does not exist (years go from 1 to 9999)")
    if not 1 <= month <= 12:
        raise DateError(f"the date {text} does not exist (months go from 1 to 12)")
    days = monthrange(year, month)[1] if day > 28 else 28
    if not 1 <= day <= days:
        days = monthrange(year, month)[1]
        raise DateError(f"the date {text} does not exist ({_MONTHS[month - 1]} {year} has {days} days)")
    return date(year, month, day)


def _offset(text: str) -> timezone:
    hours = _NAMED_HOURS.get(text.lower())
    if hours is not None:
        return UTC if hours == 0 else timezone(timedelta(hours=hours))
    match = _OFFSET.fullmatch(text)
    if text.lower() in ("am", "pm"):
        raise DateError(f"a time is not written with {text} (hours go from 0 to 23)")
    if match is None:
        raise DateError(f"the time zone {brief(text)} is not understood (write an offset such as +01:00)")
    hours, minutes = int(match[2]), int(match[3] or 0)
    if hours > 23 or minutes > 59:
        raise DateError(f"the offset {text} does not exist (offsets go from -23:59 to +23:59)")
    delta = timedelta(hours=hours, minutes=minutes)
    return timezone(-delta if match[1] == "-" else delta)


def fixed(moment: datetime) -> datetime:
    """The same moment with a plain offset of whole minutes in place of its time zone.

    That is what RFC 3339 can write down, so a date read back from a cache is the date that was put in. Local
    mean times have offsets with seconds; they are rounded up, so that no midnight slips into the day before.
    """
    offset = moment.utcoffset() or timedelta()
    return moment.astimezone(timezone(-(-offset // timedelta(minutes=1)) * timedelta(minutes=1)))


def _settled(moment: datetime, zone: ZoneInfo, shown: str) -> datetime:
    """`moment` in `zone`, by way of UTC so that local times that never happened become real ones."""
    try:
        return fixed(moment.astimezone(UTC).astimezone(zone))
    except (OverflowError, ValueError):
        raise DateError(
            f"the date {brief(shown)} is too near the end of the calendar for its time zone"
        ) from None
