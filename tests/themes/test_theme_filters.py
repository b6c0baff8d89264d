from datetime import UTC, date, datetime, timedelta, timezone
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from netblog.errors import TemplateError
from netblog.themes.bundle import Bundle, TemplateSource
from netblog.themes.environment import render
from netblog.themes.translate import Translator

ROME = ZoneInfo("Europe/Rome")
MOMENT = datetime(2016, 3, 14, 9, 26, 53, tzinfo=ROME)


def out(expression: str, value: Any, lang: str = "it") -> str:
    bundle = Bundle("t.html", {"t.html": TemplateSource("templates/t.html", f"{{{{ {expression} }}}}")})
    return render(bundle, {"v": value, "page": SimpleNamespace(lang=lang)}, Translator())


@pytest.mark.parametrize(
    ("expression", "lang", "expected"),
    [
        ("v|date", "it", "14 marzo 2016"),
        ("v|date", "en", "March 14, 2016"),
        ("v|date('short')", "it", "14/03/16"),
        ("v|date('medium')", "it", "14 mar 2016"),
        ("v|date('full')", "it", "lunedì 14 marzo 2016"),
        ("v|date('d MMMM')", "it", "14 marzo"),
        ("v|date('HH:mm xxx')", "it", "09:26 +01:00"),
        ("v|date(skeleton='MMMd')", "it", "14 mar"),
        ("v|date(skeleton='MMMd')", "en", "Mar 14"),
        ("v|date", "ja", "2016年3月14日"),
        ("v|date", "pt-BR", "14 de março de 2016"),
        ("v|date", "it-XX", "14 marzo 2016"),
        ("v|date", "tlh", "March 14, 2016"),
        ("v|time", "it", "09:26"),
        ("v|time('medium')", "it", "09:26:53"),
        ("v|iso", "it", "2016-03-14T09:26:53+01:00"),
    ],
)
def test_dates_are_written_in_the_language_of_the_page(expression: str, lang: str, expected: str) -> None:
    assert out(expression, MOMENT, lang) == expected


def test_one_instant_in_two_zones_is_written_as_each_clock_shows_it() -> None:
    there = MOMENT.astimezone(timezone(timedelta(hours=-11)))
    assert there == MOMENT
    assert [out("v|date('d MMM HH:mm')", m) for m in (MOMENT, there)] == ["14 mar 09:26", "13 mar 21:26"]
    assert [out("v|date", m) for m in (MOMENT, there)] == ["14 marzo 2016", "13 marzo 2016"]


def test_the_hour_that_comes_twice_keeps_its_offset() -> None:
    first = datetime(2016, 10, 30, 2, 30, tzinfo=ROME)
    assert [out("v|date('HH:mm xxx')", m) for m in (first, first.replace(fold=1))] == [
        "02:30 +02:00",
        "02:30 +01:00",
    ]


def test_bare_dates_and_iso_text_are_dates_too() -> None:
    assert out("v|date", date(2016, 3, 14)) == "14 marzo 2016"
    assert out("v|date", "2016-03-14") == "14 marzo 2016"
    assert out("v|iso", "2016-03-14T09:26:53Z") == "2016-03-14T09:26:53+00:00"


def test_no_date_is_no_text() -> None:
    for expression in ("v|date", "v|time", "v|iso", "v|number"):
        assert out(expression, None) == ""


def test_an_offset_rfc_3339_cannot_write_is_given_in_utc() -> None:
    assert out("v|iso", datetime(1860, 1, 1, tzinfo=ROME)) == "1859-12-31T23:10:04+00:00"
    assert out("v|iso", datetime(2016, 3, 14, 9, 26, 53, 999)) == "2016-03-14T09:26:53+00:00"
    assert out("v|iso", datetime(9, 1, 2, tzinfo=UTC)) == "0009-01-02T00:00:00+00:00"


@pytest.mark.parametrize(
    ("value", "lang", "expected"),
    [
        (999, "it", "999"),
        (12345, "it", "12.345"),
        (12345, "en", "12,345"),
        (-1500.25, "en", "-1,500.25"),
        (1000, "xx", "1,000"),
    ],
)
def test_numbers_are_written_in_the_language_of_the_page(value: float, lang: str, expected: str) -> None:
    assert out("v|number", value, lang) == expected


def test_a_whole_number_and_a_decimal_of_the_same_worth_do_not_share_a_cache() -> None:
    assert out("v|number", 5000.0, "en") == out("v|number", 5000, "en") == "5,000"


@pytest.mark.parametrize("value", ["yesterday", "2016-02-30", 12, [], True])
def test_what_is_not_a_date_is_an_error_that_shows_it(value: object) -> None:
    with pytest.raises(TemplateError) as caught:
        out("v|date", value)
    [problem] = caught.value.problems
    assert problem.message == f"{value!r} is not a date"
    assert (problem.path, problem.line) == ("templates/t.html", 1)


def test_what_is_not_a_number_is_an_error() -> None:
    with pytest.raises(TemplateError, match="'12' is not a number"):
        out("v|number", "12")


def test_a_skeleton_the_language_does_not_know_is_an_error_with_others() -> None:
    with pytest.raises(TemplateError) as caught:
        out("v|date(skeleton='Z')", MOMENT)
    assert caught.value.problems[0].message == "CLDR has no date skeleton 'Z' in 'it'"
    assert "yMMMd" in str(caught.value.problems[0].hint)


def test_a_missing_date_is_told_by_its_name() -> None:
    with pytest.raises(TemplateError, match="there is no key 'gone' here"):
        out("v.gone|date", {})


@pytest.mark.parametrize(
    ("license", "expected"),
    [
        ("https://creativecommons.org/licenses/by-sa/4.0/", "CC BY-SA 4.0"),
        ("https://creativecommons.org/licenses/by-nc-nd/2.5/it/", "CC BY-NC-ND 2.5 IT"),
        ("https://creativecommons.org/licenses/by/4.0/deed.it", "CC BY 4.0"),
        ("https://creativecommons.org/publicdomain/zero/1.0/", "CC0 1.0"),
        ("https://example.org/terms", "example.org"),
        ("All rights reserved", "All rights reserved"),
    ],
)
def test_licences_are_called_by_their_short_names(license: str, expected: str) -> None:
    assert out("v|license_name", license) == expected
