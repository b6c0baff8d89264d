"""The demo's comment files show all that the native format can say, and need no warning.

They are read as plain JSON here; what netblog makes of them is tested with its readers.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import datetime
from functools import cache
from typing import Any, get_args
from urllib.parse import urlsplit

from demo_site import ROOT, day, posts
from netblog.model.comment import CommentType, Format, Status

FIELDS = {
    *("id", "type", "page", "parent", "status", "published", "updated"),
    *("author", "content", "source", "likes"),
}


@cache
def records() -> tuple[dict[str, Any], ...]:
    """Every record of the demo's comment files."""
    found: list[dict[str, Any]] = []
    for path in sorted((ROOT / "content/comments").iterdir()):
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".jsonl":
            header, *rows = [json.loads(line) for line in text.splitlines()]
        else:
            header = json.loads(text)
            rows = header["comments"]
        assert (header["format"], header["version"]) == ("netblog-comments", 1), path
        assert header["site"].startswith("https://"), path
        found += rows
    return tuple(found)


def page_of(record: dict[str, Any]) -> str:
    """The address of the published post a record belongs to, by plain means."""
    known = {file.url: file.url for file in posts()}
    known |= {alias: file.url for file in posts() for alias in file.front.get("aliases", ())}
    known |= {file.path.relative_to(ROOT).as_posix() + "/": file.url for file in posts()}
    path = re.sub("/+", "/", urlsplit(record["page"]).path).removesuffix("index.html").rstrip("/") + "/"
    assert path in known, f"{record['id']}: nobody knows {record['page']}"
    return known[path]


def test_the_reference_article_has_its_tag_two_comments_and_one_pingback() -> None:
    article = next(file for file in posts("it") if file.name == "fare-rete")
    assert article.front["tags"] == ["Rete"]
    types = [record["type"] for record in records() if page_of(record) == article.url]
    assert sorted(types) == ["comment", "comment", "pingback"]


def test_every_comment_has_all_fields_of_the_format_and_no_others() -> None:
    for record in records():
        assert set(record) == FIELDS, record["id"]
        assert set(record["author"]) == {"name", "url", "avatar", "key", "owner"}, record["id"]
        assert set(record["content"]) == {"format", "body"}, record["id"]
        assert set(record["source"]) == {"system", "url"}, record["id"]


def test_comments_show_everything_the_format_can_say() -> None:
    rows = records()
    assert len(rows) >= 40
    assert {row["type"] for row in rows} == set(get_args(CommentType))
    assert {row["status"] for row in rows} == set(get_args(Status))
    assert {row["content"]["format"] for row in rows} == set(get_args(Format))
    assert any(row["author"]["owner"] for row in rows)
    text = "\n".join(row["content"]["body"] for row in rows)
    assert "List<int>" in text and "a < b" in text


def test_comment_ids_are_unique_and_no_comment_is_there_twice() -> None:
    ids = Counter(row["id"] for row in records())
    same = Counter((page_of(r), r["author"]["name"], r["published"], r["content"]["body"]) for r in records())
    assert max(ids.values()) == 1
    assert max(same.values()) == 1


def test_comment_dates_have_an_offset_and_replies_come_after_what_they_answer() -> None:
    times = {row["id"]: datetime.fromisoformat(row["published"]) for row in records() if row["published"]}
    assert all(time.utcoffset() is not None for time in times.values())
    for row in records():
        if row["parent"]:
            assert times[row["id"]] > times[row["parent"]], row["id"]


def test_nobody_comments_on_a_post_before_it_is_there() -> None:
    written = {file.url: day(file.front["date"]) for file in posts()}
    for row in records():
        if row["published"]:
            assert datetime.fromisoformat(row["published"]).date() >= written[page_of(row)], row["id"]


def test_pictures_of_commenters_are_on_this_site() -> None:
    avatars = {row["author"]["avatar"] for row in records()} - {None}
    assert avatars
    for avatar in avatars:
        assert (ROOT / "static" / avatar[1:]).is_file(), avatar


def test_nobody_can_be_written_to_or_traced_from_the_comment_files() -> None:
    for path in sorted((ROOT / "content/comments").iterdir()):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"[\w.]+@[\w.]+|\b\d{1,3}(\.\d{1,3}){3}\b", text), path
        hosts = {urlsplit(url).hostname or "" for url in re.findall(r"https?://[^\"\s<\\]+", text)}
        assert hosts and all(host.endswith(".example") for host in hosts), hosts


def test_every_comment_finds_its_page_and_its_parent_there() -> None:
    pages = {row["id"]: page_of(row) for row in records()}
    assert len(set(pages.values())) >= 8
    for row in records():
        if row["parent"]:
            assert pages[row["parent"]] == pages[row["id"]], row["id"]


def test_one_thread_is_deep_and_one_deleted_comment_has_living_replies() -> None:
    rows = {row["id"]: row for row in records()}
    depths = []
    for identity in rows:
        chain = [identity]
        while (parent := rows[chain[-1]]["parent"]) is not None:
            assert parent not in chain, f"{identity} answers itself"
            chain.append(parent)
        depths.append(len(chain))
    assert max(depths) >= 6
    gone = {row["id"] for row in rows.values() if row["status"] == "deleted"}
    assert any(row["parent"] in gone and row["status"] == "approved" for row in rows.values())


def test_the_comment_in_the_readme_has_the_same_fields() -> None:
    example = re.search(r"```json\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    assert example
    assert [set(record) for record in json.loads(example[1])["comments"]] == [FIELDS]
