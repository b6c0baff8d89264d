"""The native comment format: what is read, what is mended, what is left out, and what is refused."""

from __future__ import annotations

import json
import re
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hostile import AVATARS, BODIES, DATES, IDS, NAMES, PAGES, URLS, WRONG
from hypothesis import given, settings
from hypothesis import strategies as st

from netblog.errors import CommentError
from netblog.model.comment import Author, Comment, CommentFile
from netblog.readers.comments import Reader, encode_comments, read_comments

HANG = 30
"""Seconds of work after which something is taken to hang. Speed is measured in benchmarks/."""

ROME = ZoneInfo("Europe/Rome")
PATH = "content/comments/wp.json"


def record(number: int = 1, **changes: Any) -> dict[str, Any]:
    whole: dict[str, Any] = {
        "id": f"wp:{number}",
        "type": "comment",
        "page": "/2016/03/fare-rete/",
        "parent": None,
        "status": "approved",
        "published": "2016-03-14T09:26:53+01:00",
        "updated": None,
        "author": {
            "name": "Ada",
            "url": "https://ada.example/",
            "avatar": None,
            "key": "h:9f3c",
            "owner": False,
        },
        "content": {"format": "html", "body": "<p>Ciao</p>"},
        "source": {"system": "wordpress", "url": None},
        "likes": 0,
    }
    return whole | changes


def export(*records: object, **changes: Any) -> bytes:
    head = {"format": "netblog-comments", "version": 1, "site": "https://example.com/", "comments": records}
    return json.dumps(head | changes).encode()


def lines(*records: object) -> bytes:
    head = {"format": "netblog-comments", "version": 1, "site": "https://example.com/"}
    return "".join(json.dumps(line) + "\n" for line in (head, *records)).encode()


def read(data: bytes) -> CommentFile:
    return read_comments(data, PATH, ROME)


def messages(file: CommentFile) -> list[str]:
    return [problem.message for problem in file.problems]


def test_the_reader_of_the_native_format_is_a_reader_like_those_of_other_systems() -> None:
    reader: Reader = read_comments
    assert reader(export(), PATH, ROME) == CommentFile(site="https://example.com/")


def test_a_record_as_the_format_says_is_read_without_a_word() -> None:
    file = read(export(record(812, likes=3, updated="2016-03-15T00:00:00Z")))
    assert file.problems == ()
    assert file.dropped == ()
    assert file.comments == (
        Comment(
            id="wp:812",
            type="comment",
            page="/2016/03/fare-rete/",
            parent=None,
            status="approved",
            published=datetime(2016, 3, 14, 9, 26, 53, tzinfo=ROME),
            updated=datetime(2016, 3, 15, 1, 0, 0, tzinfo=ROME),
            author=Author("Ada", "https://ada.example/", None, "h:9f3c", False),
            html="<p>Ciao</p>",
            source_system="wordpress",
            source_url=None,
            likes=3,
            origin=f"{PATH}#/comments/0",
        ),
    )


def test_json_lines_hold_the_same_comments_and_say_on_which_line() -> None:
    file = read(lines(record(1), record(2, parent="wp:1")))
    assert [comment.id for comment in file.comments] == ["wp:1", "wp:2"]
    assert [comment.origin for comment in file.comments] == [f"{PATH}#2", f"{PATH}#3"]
    assert file.site == "https://example.com/"


def test_blank_lines_and_a_byte_order_mark_do_no_harm() -> None:
    assert len(read(b"\xef\xbb\xbf\n\n" + export(record()) + b"\n\n").comments) == 1
    file = read(b"\n" + lines(record(1)).replace(b"\n", b"\r\n\r\n"))
    assert [comment.origin for comment in file.comments] == [f"{PATH}#4"]


def test_a_header_alone_is_a_file_without_comments() -> None:
    assert read(lines()).comments == ()


@pytest.mark.parametrize(
    ("form", "body", "html"),
    [
        ("html", "<p>a <b>b</b> List<int></p>", "<p>a <b>b</b> List&lt;int&gt;</p>"),
        (
            "markdown",
            "a *b* `List<int>` <b>c</b>",
            "<p>a <em>b</em> <code>List&lt;int&gt;</code> &lt;b&gt;c&lt;/b&gt;</p>\n",
        ),
        (
            "markdown",
            "![alt](https://x.example/)",
            '<p>!<a href="https://x.example/" rel="nofollow ugc noopener">alt</a></p>\n',
        ),
        ("markdown", "[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>\n"),
        ("markdown", "# Big", "<p><strong>Big</strong></p>\n"),
        ("markdown", "I <3 you, a<b>c", "<p>I &lt;3 you, a&lt;b&gt;c</p>\n"),
        (
            "text",
            "a <b>b</b>\nc & d\n\n\n e https://x.example/",
            "<p>a &lt;b&gt;b&lt;/b&gt;<br>c &amp; d</p>\n<p>e https://x.example/</p>",
        ),
        ("text", "", ""),
    ],
)
def test_a_body_of_each_format_ends_in_safe_html(form: str, body: str, html: str) -> None:
    (comment,) = read(export(record(content={"format": form, "body": body}))).comments
    assert comment.html == html


def test_a_format_is_never_guessed() -> None:
    file = read(
        export(record(content={"body": "<p>x</p>"}), record(2, content={"format": "bbcode", "body": "x"}))
    )
    assert file.comments == ()
    assert file.dropped == (("no text", 2),)
    assert f"{PATH}#/comments/0/content/format: nothing should be one of html, markdown, text" in messages(
        file
    )
    assert f'{PATH}#/comments/1/content/format: "bbcode" should be one of html, markdown, text' in messages(
        file
    )


def test_a_naive_date_is_the_sites_time_and_all_of_them_are_one_warning() -> None:
    file = read(export(*(record(n, published="2016-07-14T09:26:53") for n in range(30))))
    assert file.comments[0].published == datetime(2016, 7, 14, 7, 26, 53, tzinfo=UTC)
    (problem,) = file.problems
    assert problem.message == (
        f"{PATH}#/comments/0/published: 30 dates have no offset from UTC, read as Europe/Rome time"
    )
    assert problem.severity == "warning"


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2016-03-14T09:26:53.1230000+01:00", datetime(2016, 3, 14, 8, 26, 53, 123000, tzinfo=UTC)),
        ("2016-03-14 09:26:53 +0100", datetime(2016, 3, 14, 8, 26, 53, tzinfo=UTC)),
        ("2016-03-14T09:26Z", datetime(2016, 3, 14, 9, 26, tzinfo=UTC)),
        ("2016-03-14", datetime(2016, 3, 13, 23, 0, tzinfo=UTC)),
    ],
)
def test_dates_of_other_hands_are_understood(written: str, moment: datetime) -> None:
    (comment,) = read(export(record(published=written))).comments
    assert comment.published == moment


def test_a_wrong_date_costs_the_date_and_not_the_comment() -> None:
    file = read(export(record(1), record(2, published="2024-02-30T10:00:00Z")))
    assert file.comments[1].published is None
    assert messages(file) == [
        f'{PATH}#/comments/1/published: "2024-02-30T10:00:00Z" is no date, the comment is shown without one'
    ]


def test_a_number_for_an_id_is_taken_as_its_digits() -> None:
    file = read(export(record(id=812), record(id=813, parent=812)))
    assert [(comment.id, comment.parent) for comment in file.comments] == [("812", None), ("813", "812")]
    assert len(file.problems) == 3


def test_unknown_types_are_dropped_and_counted_without_a_warning() -> None:
    file = read(export(record(1, type="note"), record(2, type="note"), record(3, type="order"), record(4)))
    assert [comment.id for comment in file.comments] == ["wp:4"]
    assert file.dropped == (("unknown type 'note'", 2), ("unknown type 'order'", 1))
    assert file.problems == ()


def test_a_thousand_unknown_types_do_not_make_a_thousand_lines() -> None:
    file = read(export(*(record(n, type=f"t{n}") for n in range(1_000))))
    assert len(file.dropped) <= 21
    assert sum(count for _, count in file.dropped) == 1_000


def test_of_two_records_with_one_id_the_later_counts() -> None:
    file = read(export(record(1), record(2), record(1, status="deleted")))
    assert [(comment.id, comment.status) for comment in file.comments] == [
        ("wp:1", "deleted"),
        ("wp:2", "approved"),
    ]
    assert file.dropped == (("duplicate", 1),)


def test_the_text_of_a_deleted_comment_goes_no_further() -> None:
    (comment,) = read(export(record(status="deleted"))).comments
    assert comment.html == ""


def test_a_like_needs_no_text_and_a_comment_does() -> None:
    file = read(export(record(1, type="like", content=None), record(2, content=None)))
    assert [comment.type for comment in file.comments] == ["like"]
    assert file.dropped == (("no text", 1),)
    assert messages(file) == [f"{PATH}#/comments/1: the comment is left out: no text"]


@pytest.mark.parametrize("field", ["id", "page", "status"])
def test_what_cannot_be_missed_is_missed_with_its_place(field: str) -> None:
    whole = record(1)
    del whole[field]
    file = read(export(record(2), whole))
    assert [comment.id for comment in file.comments] == ["wp:2"]
    assert file.dropped == ((f"no {field}", 1),)
    assert f"{PATH}#/comments/1" in messages(file)[0]


def test_a_mail_address_is_not_carried_on_as_a_key() -> None:
    (comment,) = read(
        export(record(author={"name": "Ada", "key": "ada@example.org", "email": "a@b.c"}))
    ).comments
    assert comment.author == Author("Ada")


def test_bad_records_are_listed_up_to_twenty_with_their_lines_and_then_counted() -> None:
    data = b'{"format": "netblog-comments", "version": 1, "comments": [\n'
    data += b",\n".join(json.dumps(record(n, likes="many")).encode() for n in range(50)) + b"\n]}"
    file = read(data)
    assert len(file.comments) == 50
    assert [problem.line for problem in file.problems[:20]] == list(range(2, 22))
    assert file.problems[0].path == PATH
    assert file.problems[0].message == f'{PATH}#/comments/0/likes: "many" should be a number'
    assert messages(file)[20:] == [f"30 more problems of this kind in {PATH}"]
    assert {problem.severity for problem in file.problems} == {"warning"}


def test_a_broken_line_of_json_lines_costs_only_itself() -> None:
    data = (
        lines(record(1)) + b'{"id": "wp:2", \n[]\n' + b"[" * 100_000 + b"\n" + json.dumps(record(3)).encode()
    )
    file = read(data)
    assert [comment.id for comment in file.comments] == ["wp:1", "wp:3"]
    assert file.dropped == (("not JSON", 2), ("not an object", 1))
    assert [problem.line for problem in file.problems] == [3, 4, 5]


def test_half_an_emoji_does_not_cost_the_file() -> None:
    data = export(record(content={"format": "text", "body": "a\ud83d b\U0001f600 c\\ud83d"}))
    for whole in (data, lines(json.loads(data)["comments"][0])):
        file = read(whole)
        assert file.comments[0].html == "<p>a\ufffd b\U0001f600 c\\ud83d</p>"
        assert file.problems == ()


def test_a_text_that_is_too_long_is_cut_with_a_warning() -> None:
    file = read(export(record(content={"format": "text", "body": "word " * 20_000})))
    assert len(file.comments[0].html) < 66_000
    assert messages(file) == [
        f"{PATH}#/comments/0/content/body: the text is longer than 65536 characters, the rest is cut off"
    ]


HEAD = '{"format": "netblog-comments", "version": 1'


@pytest.mark.parametrize(
    ("data", "message", "place"),
    [
        (b"", "the file is empty", None),
        (b" \n\t ", "the file is empty", None),
        (b"\xef\xbb\xbf", "the file is empty", None),
        (b"{", "the JSON is broken: it ends before it is complete", (1, 2)),
        (
            f'{HEAD},\n "comments": [\n  {{"id": "wp'.encode(),
            "the JSON is broken: it ends before it is complete",
            (3, 13),
        ),
        (f'{HEAD}, "comments": [\nNaN]}}'.encode(), "the JSON is broken: invalid character", (2, 1)),
        (f'{HEAD}, "comments": []}} x'.encode(), "the JSON is broken: trailing characters", (1, 63)),
        (
            f'{HEAD}, "comments": ['.encode() + b"[" * 100_000,
            "the JSON is nested too deeply to be comments",
            None,
        ),
        (b"[" * 100_000, "an object with comments should be here", None),
        (b"[]", "an object with comments should be here", None),
        (b"null", "an object with comments should be here", None),
        (b"12", "an object with comments should be here", None),
        (b'"' + b"x" * 100_000, "the JSON is broken: it ends before it is complete", (1, 100_002)),
        (f'{HEAD}, "comments": {{}}}}'.encode(), '"comments" should be a list', None),
        (f'{HEAD}, "coments": []}}'.encode(), 'there is no "comments" in it', None),
        (f'{HEAD}, "comments": []}}'.encode("utf-16"), "the file is not UTF-8 but UTF-16 or UTF-32", None),
        (f'{HEAD}, "comments": []}}'.encode("utf-16-be"), "the file is not UTF-8 but UTF-16 or UTF-32", None),
        (f'{HEAD}, "comments": []}}'.encode("utf-32"), "the file is not UTF-8 but UTF-16 or UTF-32", None),
        (f'{HEAD},\n"site": "\xe9"}}'.encode("latin-1"), "the file is not UTF-8", (2, 10)),
        (b"\x1f\x8b\x08\x00abc", "the file is compressed", None),
        (b'{"comments": []}', "this is not netblog's own comment format: it says no format", None),
        (
            b'{"version":1,"users":[],"posts":[]}\n{"id":1}',
            "this is not netblog's own comment format: it says no format",
            None,
        ),
        (
            b'{"format": "netblog-posts", "comments": []}',
            'this is not netblog\'s own comment format: the format is "netblog-posts"',
            None,
        ),
        (
            b'{"format": {"a": 1}, "comments": []}',
            "this is not netblog's own comment format: the format is \"{'a': 1}\"",
            None,
        ),
        (
            b'{"format": "netblog-comments", "version": 2, "comments": []}',
            "version 2 is newer than this netblog reads",
            None,
        ),
        (
            b'{"format": "netblog-comments", "version": "1", "comments": []}',
            'the version should be 1, not "1"',
            None,
        ),
        (
            b'{"format": "netblog-comments", "version": true, "comments": []}',
            'the version should be 1, not "True"',
            None,
        ),
        (b'{"format": "netblog-comments", "comments": []}', "it says no version", None),
        (
            b'{"format": "netblog-comments", "version": 0, "comments": []}',
            'the version should be 1, not "0"',
            None,
        ),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_file_that_cannot_be_read_is_one_clear_error(
    data: bytes, message: str, place: tuple[int, int] | None
) -> None:
    with pytest.raises(CommentError) as caught:
        read(data)
    (problem,) = caught.value.problems
    assert problem.message == message
    assert problem.path == PATH
    assert problem.severity == "error"
    assert (problem.line, problem.column) == (place or (None, None))


def test_an_export_of_another_system_is_told_where_to_go() -> None:
    with pytest.raises(CommentError) as caught:
        read(b'{"version": 1, "comments": [], "commenters": []}')
    assert "must be converted first" in (caught.value.problems[0].hint or "")


def test_a_key_given_twice_counts_as_it_was_given_last() -> None:
    data = export(record(1)).replace(b'"likes": 0', b'"likes": 1, "likes": 2')
    assert read(data).comments[0].likes == 2


PLACES = (
    *(("type",), ("page",), ("parent",), ("status",), ("published",), ("updated",), ("likes",), ("id",)),
    *(("author",), ("author", "name"), ("author", "url"), ("author", "avatar"), ("author", "key")),
    *(("author", "owner"), ("content",), ("content", "format"), ("content", "body")),
    *(("source",), ("source", "system"), ("source", "url")),
)


def planted(place: tuple[str, ...], value: object) -> dict[str, Any]:
    whole = record(1)
    if len(place) == 1:
        whole[place[0]] = value
    else:
        whole[place[0]] = whole[place[0]] | {place[1]: value}
    return whole


def test_no_value_of_a_wrong_type_in_any_field_costs_another_comment() -> None:
    for place in PLACES:
        values = [value for value in WRONG if value is not None]
        file = read(
            export(
                *(
                    planted(place, v) | ({} if place == ("id",) else {"id": f"x:{n}"})
                    for n, v in enumerate(values)
                ),
                record(999),
            )
        )
        assert file.comments[-1].id == "wp:999"
        assert all(type(comment.likes) is int and comment.html is not None for comment in file.comments)
        assert all(isinstance(comment.author, Author) for comment in file.comments)


def test_a_wrong_value_where_none_is_needed_costs_only_itself() -> None:
    for place in (
        ("parent",),
        ("published",),
        ("updated",),
        ("likes",),
        ("author", "url"),
        ("source",),
        ("author",),
    ):
        file = read(export(planted(place, [1])))
        assert len(file.comments) == 1, place
        assert messages(file)[0].startswith(f"{PATH}#/comments/0/{'/'.join(place)}: "), place


def test_no_hostile_value_of_any_field_comes_out_hostile() -> None:
    hostile = [
        *(planted(("author", "name"), value) for value in NAMES),
        *(planted(("author", "url"), value) for value in URLS),
        *(planted(("source", "url"), value) for value in URLS),
        *(planted(("author", "avatar"), value) for value in AVATARS),
        *(planted(("id",), value) for value in IDS),
        *(planted(("parent",), value) for value in IDS),
        *(planted(("page",), value) for value in PAGES),
        *(planted(("published",), value) for value in DATES),
        *(planted(("content", "body"), value) for value in BODIES),
        *(planted(("content",), {"format": "markdown", "body": value}) for value in BODIES),
        *(planted(("content",), {"format": "text", "body": value}) for value in BODIES),
    ]
    for number, value in enumerate(hostile):
        if value["id"] == "wp:1":
            value["id"] = f"h:{number}"
    file = read(export(*hostile))
    assert len(file.comments) > 2_000
    control = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
    for comment in file.comments:
        for url in (comment.author.url, comment.source_url):
            assert url is None or re.match(r"https?://[^\s@\\]+$", url), url
        assert comment.author.avatar in (None, "/relative")
        for text in (comment.id, comment.parent or "", comment.author.name, comment.page, comment.html):
            assert not control.search(text), text
        assert not re.search(
            r"<(?!/?(?:a|abbr|b|blockquote|br|cite|code|del|em|hr|i|ins|kbd|li|ol|p|pre|q|s|strong|sub|sup|ul)\b)",
            comment.html,
        )
        assert comment.published is None or comment.published.astimezone(UTC) + timedelta(days=2)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_any_bytes_are_comments_or_one_error(data: bytes) -> None:
    with pytest.raises(CommentError) as caught:
        read(data)
    assert len(caught.value.problems) == 1


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(list(record())), inner, max_size=4)
    ),
    max_leaves=8,
)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(json_values, max_size=4),
    st.lists(st.dictionaries(st.sampled_from(list(record())), json_values, max_size=3), max_size=4),
)
def test_any_json_for_records_is_comments_and_warnings(
    values: list[Any], changes: list[dict[str, Any]]
) -> None:
    records = [*values, *(record(n) | change for n, change in enumerate(changes)), record(999)]
    for data in (export(*records), lines(*records)):
        file = read(data)
        assert file.comments[-1].id == "wp:999"
        assert len(file.comments) + sum(count for _, count in file.dropped) == len(records)


@settings(max_examples=60, deadline=None)
@given(st.integers(min_value=0, max_value=len(export(record()))))
def test_a_file_cut_anywhere_is_one_error_at_its_end(length: int) -> None:
    data = export(record())
    if length == len(data):
        assert len(read(data).comments) == 1
        return
    with pytest.raises(CommentError) as caught:
        read(data[:length])
    (problem,) = caught.value.problems
    assert length == 0 or (problem.line == 1 and (problem.column or 0) >= len(data[:length].rstrip()))


def same(comment: Comment) -> dict[str, Any]:
    return {name: getattr(comment, name) for name in Comment.__struct_fields__ if name != "origin"}


def test_what_is_written_is_read_back_the_same_and_written_again_the_same() -> None:
    records = [
        record(3, published=None, author={"name": "Zoë \u201cZ\u201d", "url": "https://münchen.example/"}),
        record(
            2,
            parent="wp:1",
            status="pending",
            content={"format": "markdown", "body": "*a* `b<c>` \U0001f600"},
        ),
        record(1, type="pingback", likes=7, source={"system": "x", "url": "https://x.example/"}),
        *(
            record(n, content={"format": "html", "body": body})
            for n, body in enumerate(BODIES[::20], start=10)
        ),
    ]
    file = read(export(*records))
    data = encode_comments(file.comments, file.site)
    again = read(data)
    assert again.problems == ()
    assert again.site == file.site
    assert sorted(map(repr, map(same, again.comments))) == sorted(map(repr, map(same, file.comments)))
    assert encode_comments(again.comments, again.site) == data
    assert encode_comments(reversed(again.comments), again.site) == data
    assert [comment.id for comment in again.comments][-1] == "wp:3"
    assert data.count(b"\n") == len(file.comments) + 2


def test_a_date_from_before_the_time_zones_is_written_so_that_it_can_be_read() -> None:
    (comment,) = read(export(record(published="1850-06-01T12:00:00Z"))).comments
    assert comment.published is not None
    assert not (comment.published.utcoffset() or timedelta()).seconds % 60
    (again,) = read(encode_comments([comment])).comments
    assert again.published == comment.published


def test_no_comments_are_written_too() -> None:
    assert encode_comments([]) == b'{"format":"netblog-comments","version":1,"site":null,"comments":[]}\n'


def test_twenty_thousand_comments_are_read() -> None:
    body = (
        "<p>Hello there, this is an ordinary comment of somebody.</p>\n<p>With <em>two</em> paragraphs.</p>"
    )
    data = export(*(record(n, content={"format": "html", "body": body}) for n in range(20_000)))
    start = time.process_time()
    assert len(read(data).comments) == 20_000
    assert time.process_time() - start < HANG
