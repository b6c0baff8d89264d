"""Whatever becomes of `.netblog/`, a build ends with the right site and at most one warning.

The cache is only a memory: losing it may cost time, and never a page, a traceback or a wrong word.
"""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from netblog import engine, workshop
from netblog.engine import Store, StoreDamaged
from netblog.errors import NetblogError
from netblog.model.report import BuildReport
from netblog.report import render_summary
from netblog.why import last_build
from sites import Site, comment, tree

CACHE = ".netblog/cache.sqlite"


def start(root: Path) -> Site:
    """A built site with a little of everything."""
    site = Site(root)
    for number in range(3):
        site.post(f"p{number}", f"See [one](p{(number + 1) % 3}.md).\n\n## Part\n\nWords.", tags=["a", "C++"])
    site.comments(comment(1, "/posts/p0/"), comment(2, "/posts/p0/", parent="wp:1"))
    site.write("static/note.txt", "a note")
    site.built()
    return site


def edit(site: Site) -> None:
    """A change that many pages show: the damage is met on the way."""
    site.post("p1", "Other words.", title="Another", tags=["a", "b"])


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return start(tmp_path_factory.mktemp("damage") / "site").root


@pytest.fixture(scope="module")
def after(before: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What a clean build makes after the edit."""
    clean = Site.copy(before, tmp_path_factory.mktemp("clean") / "site")
    edit(clean)
    clean.built()
    return clean.tree()


@pytest.fixture
def site(before: Path, tmp_path: Path) -> Site:
    root = tmp_path / "site"
    shutil.copytree(before, root)
    return Site.at(root)


def assert_recovers(site: Site, after: dict[str, bytes], *, warned: bool | None = True) -> BuildReport:
    """Edit and build: the right tree, one warning about the cache at most, and nothing to do afterwards.

    `warned` None: the damage may lie where nothing is read, or be mended without a word.
    """
    edit(site)
    report = site.build()
    assert report.ok
    codes = [problem.code for problem in report.problems]
    assert codes in ([["cache"]] if warned else [[]] if warned is False else [["cache"], []])
    assert tree(site.root / "public") == after
    assert_quiet(site)
    return report


def assert_quiet(site: Site) -> None:
    """The cache has been mended: another build has nothing to do or to say."""
    again = site.build()
    assert (again.problems, again.written, again.removed, again.rules_run) == ((), (), (), 0)


@pytest.mark.parametrize("left", [0, 1, 15, 100, 1024, 4096, 5000, 0.5, 0.9, 0.999])
def test_a_truncated_cache_costs_one_warning(site: Site, after: dict[str, bytes], left: float) -> None:
    file = site.root / CACHE
    size = left if isinstance(left, int) else int(file.stat().st_size * left)
    os.truncate(file, size)
    # An empty file is how SQLite begins, and one byte is empty to it.
    assert_recovers(site, after, warned=size > 1)


@pytest.mark.parametrize("seed", range(14))
def test_flipped_bytes_are_noticed_where_they_are_read(
    site: Site, after: dict[str, bytes], seed: int
) -> None:
    dice = random.Random(seed)
    file = site.root / CACHE
    data = bytearray(file.read_bytes())
    # One lonely byte, then more and more of them; the header's page among the first.
    places = [dice.randrange(100) if seed < 3 else dice.randrange(len(data)) for _ in range(1 << seed % 7)]
    for place in places:
        data[place] ^= dice.randrange(1, 256)
    file.write_bytes(data)
    assert_recovers(site, after, warned=None)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 160))
def test_many_more_flipped_bytes_are_noticed(site: Site, after: dict[str, bytes], seed: int) -> None:
    test_flipped_bytes_are_noticed_where_they_are_read(site, after, seed)


@pytest.mark.parametrize(
    "garbage", [b"garbage", os.urandom(20_000), b"SQLite format 3\0" + b"\xff" * 9000, b"\0" * 8192]
)
def test_garbage_in_place_of_the_cache_costs_one_warning(
    site: Site, after: dict[str, bytes], garbage: bytes
) -> None:
    (site.root / CACHE).write_bytes(garbage)
    assert_recovers(site, after)


def test_a_page_of_zeros_is_noticed(site: Site, after: dict[str, bytes]) -> None:
    file = site.root / CACHE
    data = file.read_bytes()
    for page in range(1, len(data) // 4096, 3):
        data = data[: page * 4096] + bytes(4096) + data[page * 4096 + 4096 :]
    file.write_bytes(data)
    assert_recovers(site, after)


TABLES = ("node", "input", "value", "reason", "output", "meta")


@pytest.mark.parametrize("table", TABLES)
def test_a_table_that_is_gone_is_noticed(site: Site, after: dict[str, bytes], table: str) -> None:
    with sqlite3.connect(site.root / CACHE) as db:
        db.execute(f"drop table {table}")
    db.close()
    assert_recovers(site, after)


@pytest.mark.parametrize("table", TABLES)
def test_a_table_that_is_half_empty_never_makes_a_wrong_page(
    site: Site, after: dict[str, bytes], table: str
) -> None:
    with sqlite3.connect(site.root / CACHE) as db:
        order = {"meta": "name", "reason": "key", "output": "path"}.get(table, "id")
        chosen = [row[0] for row in db.execute(f"select {order} from {table} order by {order}")][::2]
        db.executemany(f"delete from {table} where {order} = ?", [(it,) for it in chosen])
    db.close()
    assert_recovers(site, after, warned=None)


def test_reads_that_were_exchanged_between_rows_are_noticed(site: Site, after: dict[str, bytes]) -> None:
    with sqlite3.connect(site.root / CACHE) as db:
        db.execute(
            "update node set reads = (select reads from node where key like 'manifest%') where rank > 2"
        )
    db.close()
    assert_recovers(site, after)


def test_another_format_is_begun_again_with_a_word(site: Site, after: dict[str, bytes]) -> None:
    with sqlite3.connect(site.root / CACHE) as db:
        db.execute("update meta set value = x'39' where name = 'format'")
    db.close()
    assert "another version" in assert_recovers(site, after).problems[0].message


def test_another_toolchain_is_begun_again_without_a_word(site: Site, after: dict[str, bytes]) -> None:
    with sqlite3.connect(site.root / CACHE) as db:
        db.execute("update meta set value = x'39' where name = 'toolchain'")
    db.close()
    # A ledger that was kept, too: what is no longer made is still known as ours.
    site.remove("static/note.txt")
    wanted = {path: data for path, data in after.items() if path != "note.txt"}
    assert assert_recovers(site, wanted, warned=False).removed == ("note.txt",)


def test_a_folder_in_place_of_the_cache_file(site: Site, after: dict[str, bytes]) -> None:
    (site.root / CACHE).unlink()
    (site.root / CACHE / "sub").mkdir(parents=True)
    edit(site)
    for _ in range(2):
        report = site.built()
        assert [problem.code for problem in report.problems] == ["cache"]
        assert tree(site.root / "public") == after
    assert report.written == ()


def test_a_file_in_place_of_the_cache_folder(site: Site, after: dict[str, bytes]) -> None:
    shutil.rmtree(site.root / ".netblog")
    site.write(".netblog", "not a folder")
    edit(site)
    for _ in range(2):
        report = site.built()
        assert [problem.code for problem in report.problems] == ["cache"]
        assert tree(site.root / "public") == after
    assert report.written == ()
    assert site.read(".netblog") == "not a folder"


def test_a_cache_that_is_read_only(
    site: Site, after: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As root no mode forbids writing, so SQLite is asked to."""
    file = site.root / CACHE
    real = sqlite3.connect

    def connect(path: str | Path, **more: object) -> sqlite3.Connection:
        if str(path) == str(file):
            return real(f"file:{file}?mode=ro", uri=True, **more)  # type: ignore[call-overload,no-any-return]
        return real(path, **more)  # type: ignore[call-overload,no-any-return]

    monkeypatch.setattr(sqlite3, "connect", connect)
    edit(site)
    for _ in range(2):
        report = site.built()
        assert [problem.code for problem in report.problems] == ["cache"]
        assert tree(site.root / "public") == after
    assert report.written == ()


@pytest.mark.parametrize("gone", [(".netblog",), ("public",), (".netblog", "public"), (CACHE,)])
def test_what_was_deleted_is_made_again_without_a_word(
    site: Site, after: dict[str, bytes], gone: tuple[str, ...]
) -> None:
    for path in gone:
        site.remove(path)
    assert_recovers(site, after, warned=False)


def test_a_cache_deleted_with_nothing_changed_writes_nothing(site: Site) -> None:
    site.remove(".netblog")
    assert site.wrote() == set()
    assert_quiet(site)


def test_an_output_deleted_with_nothing_changed_is_written_whole(site: Site) -> None:
    whole = site.tree()
    site.remove("public")
    assert site.wrote() == set(whole)
    assert site.tree() == whole
    assert_quiet(site)


Fault = Callable[[pytest.MonkeyPatch], None]


def failing(method: str, at: int) -> Fault:
    """The store reports damage at its n-th call of a method, once: as late as one likes in a build."""

    def plant(patch: pytest.MonkeyPatch) -> None:
        real, calls = getattr(Store, method), [0]

        def call(self: Store, *args: object, **more: object) -> object:
            calls[0] += 1
            if calls[0] == at:
                raise StoreDamaged
            return real(self, *args, **more)

        patch.setattr(Store, method, call)

    return plant


@pytest.mark.parametrize(
    ("method", "at"),
    [
        *(("inputs", 1), ("nodes", 1), ("nodes", 5), ("nodes_by_id", 2), ("nodes_by_id", 9)),
        *(("values", 1), ("values", 8), ("meta", 1), ("owned", 1), ("owned", 2)),
        *(("intend", 1), ("own", 1), ("own", 3), ("commit", 1), ("next_id", 1)),
    ],
)
def test_damage_met_at_any_moment_of_a_build_begins_it_again(
    site: Site, after: dict[str, bytes], monkeypatch: pytest.MonkeyPatch, method: str, at: int
) -> None:
    with monkeypatch.context() as patch:
        failing(method, at)(patch)
        edit(site)
        report = site.built()
    assert [problem.code for problem in report.problems] == ["cache"]
    assert tree(site.root / "public") == after
    assert_quiet(site)


def test_a_disk_that_keeps_nothing_is_left_alone(
    site: Site, after: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Store.commit

    def commit(self: Store, **more: object) -> None:
        if self._on_disk:
            raise StoreDamaged
        real(self, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(Store, "commit", commit)
    edit(site)
    report = site.built()
    assert [problem.code for problem in report.problems] == ["cache"]
    assert tree(site.root / "public") == after


def test_damage_of_the_cache_hides_no_problem_of_the_site(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = site.tree()
    site.post("p1", date="2024-02-30")
    with monkeypatch.context() as patch:
        failing("commit", 1)(patch)
        report = site.build()
    assert not report.ok
    assert sorted(problem.code for problem in report.problems) == ["cache", "date"]
    assert site.tree() == whole


def test_the_reason_why_is_not_asked_of_a_damaged_cache(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    failing("values", 1)(monkeypatch)
    with pytest.raises(NetblogError, match="the cache is damaged"), last_build(site.root):
        pass


def test_intents_that_were_never_settled_are_settled_by_the_next_build(
    site: Site, after: dict[str, bytes]
) -> None:
    """As a killed build leaves them: for a file with its old bytes, with strange ones, for one that is not there."""
    db = sqlite3.connect(site.root / CACHE)
    db.close()
    store = Store(site.root / CACHE, toolchain())
    assert store.problems == []
    store.intend(
        ["public//index.html", "public//posts/p1/index.html", "public//never.html", "public//stray.html"]
    )
    store.close()
    site.write("public/posts/p1/index.html", "half a fi")
    site.write("public/stray.html", "half a fi")
    site.write(".netblog/staging/left-over-9", "half a fi")
    assert_recovers(site, after, warned=False)
    assert list((site.root / ".netblog/staging").iterdir()) == []
    assert not (site.root / ".netblog/rescued").exists()


def toolchain() -> bytes:
    return engine.toolchain(Path(workshop.__file__).parent, workshop._LIBRARIES)


@pytest.mark.parametrize("kind", ["file", "link", "full"])
def test_the_staging_folder_may_be_anything(
    site: Site, after: dict[str, bytes], kind: str, tmp_path: Path
) -> None:
    staging = site.root / ".netblog/staging"
    shutil.rmtree(staging, ignore_errors=True)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "mine.txt").write_text("mine")
    if kind == "file":
        staging.write_text("not a folder")
    elif kind == "link":
        staging.symlink_to(elsewhere)
    else:
        (staging / "sub/folder").mkdir(parents=True)
        (staging / "sub/folder/x").write_text("x")
    assert_recovers(site, after, warned=False)
    assert (elsewhere / "mine.txt").read_text() == "mine"


def test_with_the_ledger_lost_nothing_is_overwritten_without_a_copy(
    site: Site, after: dict[str, bytes]
) -> None:
    (site.root / CACHE).write_bytes(b"garbage")
    site.write("public/posts/p1/index.html", "written by hand")
    report = assert_recovers(site, after)
    assert ".netblog/rescued/posts/p1/index.html" in report.rescued
    assert site.read(".netblog/rescued/posts/p1/index.html") == "written by hand"


def test_pages_that_outlived_the_cache_are_named(site: Site) -> None:
    """Without the ledger nobody knows whose they are: they are told and left alone."""
    shutil.rmtree(site.root / ".netblog")
    site.remove("content/posts/p2.md")
    site.replace("content/posts/p1.md", "p2.md", "p0.md")
    site.write("public/CNAME", "blog.example")
    report = site.built()
    assert {"posts/p2/index.html", "CNAME"} == set(report.strangers)
    assert "public holds 2 files that this build did not make" in render_summary(report)
    assert (site.root / "public/posts/p2/index.html").exists() and site.built().strangers == ()
