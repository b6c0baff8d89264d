"""Dates as people write them, in the site's zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netblog.readers.dates import DateError, date_from_name, midnight, parse_date

ROME = ZoneInfo("Europe/Rome")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2016-01-01", "2016-01-01T00:00:00+01:00"),
        ("2016/01/01", "2016-01-01T00:00:00+01:00"),
        ("2016-7-1", "2016-07-01T00:00:00+02:00"),
        (" 2016-01-01\n", "2016-01-01T00:00:00+01:00"),
        ("2016-01-01 10:00:00 -0400", "2016-01-01T15:00:00+01:00"),
        ("2016-01-01 10:00:00 +0100", "2016-01-01T10:00:00+01:00"),
        ("2014-08-19T08:23", "2014-08-19T08:23:00+02:00"),
        ("2014-8-1 9:05", "2014-08-01T09:05:00+02:00"),
        ("2014-08-19t08:23:15z", "2014-08-19T10:23:15+02:00"),
        ("2014-08-19T08:23:15Z", "2014-08-19T10:23:15+02:00"),
        ("2014-08-19T08:23:15.5Z", "2014-08-19T10:23:15.500000+02:00"),
        ("2014-08-19T08:23:15,25Z", "2014-08-19T10:23:15.250000+02:00"),
        ("2014-08-19T08:23:15.123456789+05:30", "2014-08-19T04:53:15.123456+02:00"),
        ("2014-08-19 08:23:15 +02", "2014-08-19T08:23:15+02:00"),
        ("2014-08-19 08:23:15 UTC", "2014-08-19T10:23:15+02:00"),
        ("2014-08-19 08:23:15 UTC+02:00", "2014-08-19T08:23:15+02:00"),
        ("2014-08-19 08:23:15 GMT-1", "2014-08-19T11:23:15+02:00"),
        ("2014-08-19 08:23 -00:00", "2014-08-19T10:23:00+02:00"),
        ("Mon, 02 Jan 2006 15:04:05 MST", "2006-01-02T23:04:05+01:00"),
        ("Mon, 02 Jan 2006 15:04:05 -0700", "2006-01-02T23:04:05+01:00"),
        ("2 January 2006", "2006-01-02T00:00:00+01:00"),
        ("Jul 08 2022", "2022-07-08T00:00:00+02:00"),
        ("March 14, 2024", "2024-03-14T00:00:00+01:00"),
        ("14 Sept. 2024 09:26", "2024-09-14T09:26:00+02:00"),
        ("2024-02-29", "2024-02-29T00:00:00+01:00"),
        ("0001-01-02", "0001-01-02T00:00:04+00:50"),
        ("9999-12-31", "9999-12-31T00:00:00+01:00"),
    ],
)
def test_a_date_is_read(text: str, expected: str) -> None:
    assert parse_date(text, ROME).isoformat() == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("2024-02-30", "the date 2024-02-30 does not exist (February 2024 has 29 days)"),
        ("2023-2-29", "the date 2023-2-29 does not exist (February 2023 has 28 days)"),
        ("2024-04-31 10:00", "the date 2024-04-31 does not exist (April 2024 has 30 days)"),
        ("2024-01-00", "the date 2024-01-00 does not exist (January 2024 has 31 days)"),
        ("2024-13-01", "the date 2024-13-01 does not exist (months go from 1 to 12)"),
        ("2024-00-01", "the date 2024-00-01 does not exist (months go from 1 to 12)"),
        ("31 Feb 2024", "the date 31 Feb 2024 does not exist (February 2024 has 29 days)"),
        ("0000-01-01", "the date 0000-01-01 does not exist (years go from 1 to 9999)"),
        ("10000-01-01", "the date 10000-01-01 does not exist (years go from 1 to 9999)"),
        ("2024-01-01 24:03:15", "the time 24:03:15 does not exist (hours go from 0 to 23)"),
        ("2024-01-01 23:60", "the time 23:60 does not exist (minutes go from 0 to 59)"),
        ("2024-01-01T23:59:60Z", "the time 23:59:60 does not exist (seconds go from 0 to 59)"),
        ("2024-01-01 10:00 +25:00", "the offset +25:00 does not exist (offsets go from -23:59 to +23:59)"),
        ("2024-01-01 10:00 +01:75", "the offset +01:75 does not exist (offsets go from -23:59 to +23:59)"),
        ("2024-01-01 10:00 CET", "the time zone CET is not understood (write an offset such as +01:00)"),
        ("2024-01-01 10:00 PM", "a time is not written with PM (hours go from 0 to 23)"),
        ("tomorrow", '"tomorrow" is not a date (write 2024-03-14 or 2024-03-14 09:26)'),
        ("", '"" is not a date (write 2024-03-14 or 2024-03-14 09:26)'),
        ("14/03/2024", '"14/03/2024" is not a date (write 2024-03-14 or 2024-03-14 09:26)'),
        ("2024-03/14", '"2024-03/14" is not a date (write 2024-03-14 or 2024-03-14 09:26)'),
        ("1403164800", '"1403164800" is not a date (write 2024-03-14 or 2024-03-14 09:26)'),
        ("24-03-14", '"24-03-14" is not a date (write 2024-03-14 or 2024-03-14 09:26)'),
        ("2024-03-14T10", '"2024-03-14T10" is not a date (write 2024-03-14 or 2024-03-14 09:26)'),
        ("٢٠٢٤-03-14", '"٢٠٢٤-03-14" is not a date (write 2024-03-14 or 2024-03-14 09:26)'),
        (
            "0001-01-01T00:00:00+14:00",
            "the date 0001-01-01T00:00:00+14:00 is too near the end of the calendar for its time zone",
        ),
        (
            "9999-12-31 23:59:59 -0500",
            "the date 9999-12-31 23:59:59 -0500 is too near the end of the calendar for its time zone",
        ),
        ("0001-01-01", "the date 0001-01-01 is too near the end of the calendar for its time zone"),
        ("x" * 100, f'"{"x" * 60}..." is not a date (write 2024-03-14 or 2024-03-14 09:26)'),
    ],
)
def test_what_is_no_date_is_said_in_a_sentence(text: str, message: str) -> None:
    with pytest.raises(DateError) as caught:
        parse_date(text, ROME)
    assert str(caught.value) == message


def test_dates_and_datetimes_are_taken_too() -> None:
    assert parse_date(date(2016, 1, 1), ROME) == datetime(2016, 1, 1, tzinfo=ROME)
    assert parse_date(datetime(2016, 1, 1, 10), ROME) == datetime(2016, 1, 1, 10, tzinfo=ROME)
    found = parse_date(datetime(2016, 1, 1, 10, tzinfo=timezone(timedelta(hours=-4))), ROME)
    assert found.isoformat() == "2016-01-01T15:00:00+01:00"


def test_a_time_that_was_skipped_is_read_with_the_offset_before() -> None:
    assert parse_date("2024-03-31 02:30", ROME).isoformat() == "2024-03-31T03:30:00+02:00"


def test_of_a_time_that_happened_twice_the_first_is_meant() -> None:
    assert parse_date("2024-10-27 02:30", ROME).isoformat() == "2024-10-27T02:30:00+02:00"
    assert parse_date("2024-10-27 02:30 +01:00", ROME).isoformat() == "2024-10-27T02:30:00+01:00"


def test_a_bare_date_keeps_its_day_where_midnight_was_skipped() -> None:
    zone = ZoneInfo("America/Sao_Paulo")
    assert parse_date("2018-11-04", zone).isoformat() == "2018-11-04T01:00:00-02:00"


def test_a_bare_date_keeps_its_day_where_the_day_was_skipped() -> None:
    assert parse_date("2011-12-30", ZoneInfo("Pacific/Apia")).date() == date(2011, 12, 30)


ZONES = st.sampled_from(["UTC", "Europe/Rome", "America/New_York", "Asia/Kathmandu"]).map(ZoneInfo)


@given(st.dates(date(2, 1, 1), date(9999, 12, 30)), ZONES)
def test_a_bare_date_never_shifts_day(day: date, zone: ZoneInfo) -> None:
    assert midnight(day, zone).date() == day == parse_date(day.isoformat(), zone).date()


@given(st.datetimes(datetime(2, 1, 1), datetime(9999, 12, 30), timezones=st.just(UTC)), ZONES)
def test_what_isoformat_writes_is_read_back(moment: datetime, zone: ZoneInfo) -> None:
    assert parse_date(moment.isoformat(), zone) == moment
    found = parse_date(moment.isoformat(" "), zone)
    assert found == moment and datetime.fromisoformat(found.isoformat()).utcoffset() == found.utcoffset()


@given(st.text("0123456789-/: TZ+.,JanMar", max_size=30), ZONES)
def test_no_text_ends_in_a_traceback(text: str, zone: ZoneInfo) -> None:
    try:
        found = parse_date(text, zone)
    except DateError as error:
        assert str(error) and not str(error).endswith(".")
    else:
        found.astimezone(UTC)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("2014-08-19-slug.md", (date(2014, 8, 19), "slug.md")),
        ("2014-8-1_a b.md", (date(2014, 8, 1), "a b.md")),
        ("2014-08-19 - slug.it.md", (date(2014, 8, 19), "slug.it.md")),
        ("2014-08-19-trip", (date(2014, 8, 19), "trip")),
        ("2014-08-19", (date(2014, 8, 19), "2014-08-19")),
        ("2014-08-19.md", (date(2014, 8, 19), "2014-08-19.md")),
        ("2014-08-19.it.md", (date(2014, 8, 19), "2014-08-19.it.md")),
        ("2014-02-30-slug.md", None),
        ("0000-01-01-slug.md", None),
        ("2014-08-191-slug.md", None),
        ("2014-08-19slug.md", None),
        ("2014-08-19-", None),
        ("2014-08-19-.md", None),
        ("2014-08-slug.md", None),
        ("slug-2014-08-19.md", None),
        ("20140819-slug.md", None),
    ],
)
def test_the_date_of_a_name(name: str, expected: tuple[date, str] | None) -> None:
    assert date_from_name(name) == expected
