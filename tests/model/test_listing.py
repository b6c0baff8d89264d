"""The one order, pages, archives, neighbours."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netblog.model.listing import (
    Month,
    archive_groups,
    neighbours,
    newest_first,
    newest_key,
    page_path,
    paginate,
)

DAY = datetime(2016, 3, 14, 9, 26, tzinfo=UTC)
DATES = st.datetimes(timezones=st.just(UTC))


def test_the_newest_comes_first_then_the_id_decides_and_the_undated_are_last() -> None:
    rows = [
        ("page", None),
        ("b", DAY),
        ("a", DAY),
        ("new", DAY + timedelta(seconds=1)),
        ("old", DAY.min.replace(tzinfo=UTC)),
    ]
    assert newest_first(rows) == ("new", "a", "b", "old", "page")


def test_moments_are_compared_not_clock_faces() -> None:
    rome = datetime(2016, 3, 14, 10, 0, tzinfo=ZoneInfo("Europe/Rome"))
    assert newest_first([("utc", DAY), ("rome", rome)]) == ("utc", "rome")


def test_far_microseconds_stay_apart() -> None:
    far = datetime(9998, 1, 1, tzinfo=UTC)
    assert newest_key(far, "a") > newest_key(far + timedelta(microseconds=1), "a")


@given(st.lists(st.tuples(st.text(max_size=3), DATES), unique_by=lambda row: row[0]), st.randoms())
def test_the_order_does_not_depend_on_the_order_given(
    rows: list[tuple[str, datetime]], random: object
) -> None:
    shuffled = list(rows)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert newest_first(shuffled) == newest_first(rows)


@given(st.lists(st.integers()), st.integers(-1, 12))
def test_pages_cover_every_item_once_in_order(items: list[int], per_page: int) -> None:
    pages = paginate(items, per_page)
    assert [item for page in pages for item in page] == items
    assert len(pages) >= 1
    if per_page > 0:
        assert all(len(page) == per_page for page in pages[:-1])
        assert len(pages[-1]) <= per_page
        assert not items or pages[-1]


def test_the_first_page_is_the_listing_itself() -> None:
    assert page_path("/tags/rete/", 1) == "/tags/rete/"
    assert page_path("/tags/rete/", 2) == "/tags/rete/page/2/"
    assert page_path("/", 12) == "/page/12/"
    with pytest.raises(ValueError, match="counted from 1, not 0"):
        page_path("/", 0)


def test_archives_are_years_of_months_newest_first() -> None:
    rows = [
        ("a", datetime(2015, 12, 31, tzinfo=UTC)),
        ("b", datetime(2016, 3, 1, tzinfo=UTC)),
        ("c", datetime(2016, 3, 2, tzinfo=UTC)),
        ("d", datetime(2016, 11, 2, tzinfo=UTC)),
    ]
    years = archive_groups(rows)
    assert [year.year for year in years] == [2016, 2015]
    assert years[0].months == (Month(11, ("d",)), Month(3, ("c", "b")))
    assert years[0].ids == ("d", "c", "b")


def test_a_post_is_filed_under_the_day_of_its_own_zone() -> None:
    midnight = datetime(2016, 1, 1, tzinfo=ZoneInfo("Asia/Tokyo"))
    assert archive_groups([("a", midnight)])[0].year == 2016


def test_neighbours_are_the_next_older_and_the_next_newer() -> None:
    assert neighbours(("c", "b", "a")) == {"c": ("b", None), "b": ("a", "c"), "a": (None, "b")}
    assert neighbours(()) == {}
