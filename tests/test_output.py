"""The output folder: what is written, what is swept, and what is never touched."""

from __future__ import annotations

import errno
import os
import stat
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netblog.errors import OutputError
from netblog.model.paths import fault, fold
from netblog.output import OutputFolder, Published, Stamp, check_paths, digest_of
from netblog.output.ledger import stamp_of
from netblog.output.tree import Tree

HANG = 30
"""Seconds of work after which something is taken to hang. Speed is measured in benchmarks/."""


@dataclass(frozen=True)
class Line:
    digest: bytes
    stamp: Stamp | None


@dataclass
class PaperLedger:
    """A ledger in memory; what is not committed is lost when a build dies, but for its intents."""

    lines: dict[str, Line] = field(default_factory=dict)
    now: dict[str, Line] = field(default_factory=dict)

    def owned(self) -> dict[str, Line]:
        return dict(self.lines)

    def intend(self, paths: Iterable[str]) -> None:
        for path in paths:
            old = self.lines.get(path)
            self.lines[path] = Line(old.digest if old else b"", None)
            self.now[path] = self.lines[path]

    def own(self, path: str, digest: bytes, stamp: Stamp) -> None:
        self.now[path] = Line(digest, stamp)

    def disown(self, path: str) -> None:
        self.now.pop(path, None)

    def commit(self) -> None:
        self.lines = dict(self.now)


@dataclass
class Desk:
    """A site folder, with all it takes to publish into it."""

    root: Path
    ledger: PaperLedger = field(default_factory=PaperLedger)
    output: str = "public"

    @property
    def public(self) -> Path:
        return self.root / self.output

    def folder(self) -> OutputFolder:
        return OutputFolder(self.root, Path(self.output), Path(".netblog/staging"), self.ledger)

    def publish(self, files: Mapping[str, str | bytes]) -> Published:
        folder = self.folder()
        folder.begin()
        data = {path: text.encode() if isinstance(text, str) else text for path, text in files.items()}
        wanted = {path: digest_of(text) for path, text in data.items()}
        for path in folder.missing(wanted):
            folder.stage(path, wanted[path], data[path])
        assert folder.missing(wanted) == ()
        published = folder.publish(wanted)
        self.ledger.commit()
        return published

    def settle(self, files: Mapping[str, str | bytes]) -> None:
        """Build the same again, so long after that the clock tells any further change."""
        time.sleep(0.15)
        assert self.publish(files) == Published((), len(files), (), ())

    def tree(self) -> dict[str, str]:
        return read(self.public)

    def rescued(self) -> dict[str, str]:
        return read(self.root / ".netblog/rescued")


def read(folder: Path) -> dict[str, str]:
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            found[name] = f"-> {path.readlink()}"
        elif path.is_file():
            found[name] = path.read_text()
        elif not any(path.iterdir()):
            found[name + "/"] = ""
    return found


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    (tmp_path / "site").mkdir()
    return Desk(tmp_path / "site")


# Writing


def test_a_first_build_writes_everything(desk: Desk) -> None:
    published = desk.publish({"index.html": "home", "posts/a/index.html": "a"})
    assert published == Published(("index.html", "posts/a/index.html"), 0, (), ())
    assert desk.tree() == {"index.html": "home", "posts/a/index.html": "a"}


def test_a_second_build_of_the_same_writes_nothing(desk: Desk) -> None:
    files = {"index.html": "home", "posts/a/index.html": "a"}
    desk.publish(files)
    before = {path: (desk.public / path).stat() for path in files}
    assert desk.publish(files) == Published((), 2, (), ())
    assert {path: (desk.public / path).stat() for path in files} == before


def test_only_what_changed_is_written(desk: Desk) -> None:
    desk.publish({"a.html": "1", "b.html": "1"})
    assert desk.publish({"a.html": "1", "b.html": "2"}).written == ("b.html",)
    assert desk.tree() == {"a.html": "1", "b.html": "2"}


def test_a_file_nobody_wants_any_more_is_removed_with_its_folder(desk: Desk) -> None:
    desk.publish({"index.html": "home", "posts/a/index.html": "a"})
    assert desk.publish({"index.html": "home"}).removed == ("posts/a/index.html",)
    assert desk.tree() == {"index.html": "home"}
    assert not (desk.public / "posts").exists()


def test_a_folder_with_a_file_of_the_user_stays(desk: Desk) -> None:
    desk.publish({"posts/a/index.html": "a"})
    (desk.public / "posts/a/photo.jpg").write_text("mine")
    desk.publish({"index.html": "home"})
    assert desk.tree() == {"index.html": "home", "posts/a/photo.jpg": "mine"}


def test_staging_does_nothing_for_a_file_that_is_in_place(desk: Desk) -> None:
    desk.publish({"a.html": "1"})
    desk.settle({"a.html": "1"})
    folder = desk.folder()
    folder.stage("a.html", digest_of(b"1"), b"1")
    assert list((desk.root / ".netblog").rglob("*")) == [desk.root / ".netblog/staging"]


def test_staging_is_empty_after_publishing(desk: Desk) -> None:
    desk.publish({"a.html": "1"})
    assert list((desk.root / ".netblog/staging").iterdir()) == []


def test_files_staged_by_forked_workers_are_published(desk: Desk) -> None:
    folder = desk.folder()
    folder.begin()
    data = {f"p/{number}.html": str(number).encode() for number in range(40)}
    wanted = {path: digest_of(text) for path, text in data.items()}
    workers = []
    for share in range(3):
        if not (worker := os.fork()):
            for path in list(data)[share::3]:
                folder.stage(path, wanted[path], data[path])
            os._exit(0)
        workers.append(worker)
    assert [os.waitpid(worker, 0)[1] for worker in workers] == [0, 0, 0]
    assert folder.missing(wanted) == ()
    assert len(folder.publish(wanted).written) == 40
    assert desk.tree() == {path: text.decode() for path, text in data.items()}


def test_the_last_staging_of_a_path_with_the_wanted_digest_counts(desk: Desk) -> None:
    folder = desk.folder()
    folder.stage("a.html", digest_of(b"2"), b"2")
    folder.stage("a.html", digest_of(b"1"), b"1")
    folder.publish({"a.html": digest_of(b"2")})
    assert desk.tree() == {"a.html": "2"}


def test_an_empty_file_and_one_of_several_megabytes_arrive(desk: Desk) -> None:
    big = bytes(range(256)) * 12_000
    desk.publish({"empty.txt": b"", "big.bin": big})
    assert (desk.public / "empty.txt").read_bytes() == b""
    assert (desk.public / "big.bin").read_bytes() == big
    assert desk.publish({"empty.txt": b"", "big.bin": big}).unchanged == 2


def test_publishing_what_was_never_made_is_refused_before_anything_is_touched(desk: Desk) -> None:
    desk.publish({"a.html": "1", "b.html": "1"})
    folder = desk.folder()
    folder.stage("a.html", digest_of(b"2"), b"2")
    with pytest.raises(OutputError, match=r"c\.html was never made"):
        folder.publish({"a.html": digest_of(b"2"), "c.html": digest_of(b"3")})
    assert desk.tree() == {"a.html": "1", "b.html": "1"}


def test_publishing_a_path_out_of_the_folder_is_refused(desk: Desk) -> None:
    folder = desk.folder()
    folder.stage("../evil.html", digest_of(b"1"), b"1")
    with pytest.raises(OutputError, match=r"contains '\.\.'"):
        folder.publish({"../evil.html": digest_of(b"1")})
    assert not (desk.root / "evil.html").exists()


def test_a_ledger_that_names_paths_out_of_the_folder_deletes_nothing(desk: Desk) -> None:
    desk.publish({"a.html": "1"})
    precious = desk.root / "precious.txt"
    precious.write_text("mine")
    desk.ledger.now["public//../precious.txt"] = Line(b"", None)
    desk.ledger.now[f"public//{precious}"] = Line(b"", None)
    desk.ledger.commit()
    desk.publish({"a.html": "1"})
    assert precious.read_text() == "mine"


# Files that became folders, and other changes of shape


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"a": "file"}, {"a/b": "below"}),
        ({"a/b": "below"}, {"a": "file"}),
        ({"a/b/c/d": "1", "a/x": "2"}, {"a": "file", "z": "z"}),
        ({"a": "file"}, {"a/b/c": "1", "a/d": "2"}),
        ({"a": "1", "b/c": "2"}, {"a/c": "2", "b": "1"}),
        ({"About.html": "x"}, {"about.html": "x"}),
        ({"Tags/Rete/index.html": "x"}, {"tags/rete/index.html": "x"}),
        ({"Über.html": "x"}, {"U\u0308ber.html": "y"}),
    ],
)
def test_outputs_change_their_shape_both_ways(
    desk: Desk, before: dict[str, str], after: dict[str, str]
) -> None:
    for files in (before, after, before):
        published = desk.publish(files)
        assert desk.tree() == dict(sorted(files.items()))
        assert published.rescued == ()


def test_a_name_that_changes_only_its_case_is_removed_before_it_is_written(desk: Desk) -> None:
    # On a file system without case the new name finds the old file; to it, this looks like a file in place.
    desk.publish({"About.html": "x"})
    (desk.public / "about.html").write_text("x")
    assert desk.folder().missing({"about.html": digest_of(b"x")}) == ("about.html",)


# Changed by somebody else


def test_a_deleted_file_is_missing_and_comes_back(desk: Desk) -> None:
    desk.publish({"a.html": "1", "b.html": "1"})
    (desk.public / "a.html").unlink()
    assert desk.folder().missing({"a.html": digest_of(b"1"), "b.html": digest_of(b"1")}) == ("a.html",)
    assert desk.publish({"a.html": "1", "b.html": "1"}).written == ("a.html",)


def test_a_deleted_output_folder_comes_back(desk: Desk) -> None:
    desk.publish({"p/a.html": "1"})
    (desk.public / "p/a.html").unlink()
    (desk.public / "p").rmdir()
    desk.public.rmdir()
    assert desk.publish({"p/a.html": "1"}).written == ("p/a.html",)


def test_a_tampered_file_is_written_again_and_the_tampering_kept(desk: Desk) -> None:
    desk.publish({"a.html": "1"})
    (desk.public / "a.html").write_text("2")
    published = desk.publish({"a.html": "1"})
    assert published == Published(("a.html",), 0, (), (".netblog/rescued/a.html",))
    assert desk.tree() == {"a.html": "1"}
    assert desk.rescued() == {"a.html": "2"}


def test_tampering_that_keeps_size_and_mtime_is_noticed(desk: Desk) -> None:
    desk.publish({"a.html": "1"})
    file = desk.public / "a.html"
    before = file.stat()
    time.sleep(0.02)
    file.write_text("2")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert desk.folder().missing({"a.html": digest_of(b"1")}) == ("a.html",)


def test_a_touched_file_is_read_once_and_not_written(desk: Desk) -> None:
    desk.publish({"a.html": "1"})
    os.utime(desk.public / "a.html", (1, 1))
    desk.settle({"a.html": "1"})
    assert desk.ledger.owned()["public//a.html"].stamp == stamp_of((desk.public / "a.html").lstat())


def test_a_change_right_after_publishing_is_noticed(desk: Desk) -> None:
    # Within one tick of the kernel's clock a file changes and its times do not.
    for number in range(30):
        desk.publish({"a.html": str(number)})
        with (desk.public / "a.html").open("r+") as file:
            file.write("x")
        assert desk.folder().missing({"a.html": digest_of(str(number).encode())}) == ("a.html",)


def test_an_untouched_file_is_not_read(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def read(tree: Tree, path: str) -> bytes:
        raise AssertionError(f"{path} was read")

    desk.publish({"a.html": "1"})
    desk.settle({"a.html": "1"})
    monkeypatch.setattr(Tree, "digest", read)
    assert desk.publish({"a.html": "1"}).unchanged == 1
    assert desk.publish({"a.html": "2"}).written == ("a.html",)


def test_a_changed_file_nobody_wants_is_kept_aside(desk: Desk) -> None:
    desk.publish({"a.html": "1", "p/b.html": "1"})
    (desk.public / "p/b.html").write_text("mine")
    published = desk.publish({"a.html": "1"})
    assert published == Published((), 1, (), (".netblog/rescued/p/b.html",))
    assert desk.tree() == {"a.html": "1"}
    assert desk.rescued() == {"p/b.html": "mine"}


def test_a_file_of_the_user_with_equal_bytes_is_adopted(desk: Desk) -> None:
    desk.public.mkdir()
    (desk.public / "a.html").write_text("1")
    assert desk.publish({"a.html": "1"}) == Published((), 1, (), ())
    assert desk.publish({}).removed == ("a.html",)


def test_a_file_of_the_user_in_the_way_is_moved_aside(desk: Desk) -> None:
    desk.public.mkdir()
    (desk.public / "a.html").write_text("mine")
    (desk.public / "other.html").write_text("mine too")
    assert desk.publish({"a.html": "1"}).rescued == (".netblog/rescued/a.html",)
    assert desk.tree() == {"a.html": "1", "other.html": "mine too"}
    assert desk.rescued() == {"a.html": "mine"}


def test_rescued_things_never_overwrite_each_other(desk: Desk) -> None:
    for text in ("one", "two", "one", "three"):
        desk.publish({"a.html": "1"})
        (desk.public / "a.html").write_text(text)
    desk.publish({"a.html": "1"})
    assert desk.rescued() == {"a.html": "one", "a.html~2": "two", "a.html~3": "three"}


def test_rescued_things_of_different_shape_stand_beside_each_other(desk: Desk) -> None:
    desk.public.mkdir()
    (desk.public / "a").write_text("a file")
    desk.publish({"a/b": "1"})
    (desk.public / "a/b").write_text("mine")
    desk.publish({"a/b": "1"})
    assert desk.rescued() == {"a": "a file", "a~2/b": "mine"}


def test_a_folder_of_the_user_where_a_file_must_be_is_moved_whole(desk: Desk) -> None:
    (desk.public / "about/deep").mkdir(parents=True)
    (desk.public / "about/deep/x.txt").write_text("mine")
    assert desk.publish({"about": "1"}).rescued == (".netblog/rescued/about",)
    assert desk.rescued() == {"about/deep/x.txt": "mine"}


def test_a_folder_of_ours_with_a_file_of_the_user_becomes_a_file(desk: Desk) -> None:
    desk.publish({"a/b": "1", "a/c": "1"})
    (desk.public / "a/x.txt").write_text("mine")
    published = desk.publish({"a": "file"})
    assert published.removed == ("a/b", "a/c")
    assert desk.tree() == {"a": "file"}
    assert desk.rescued() == {"a/x.txt": "mine"}


def test_an_empty_folder_in_the_way_is_just_removed(desk: Desk) -> None:
    (desk.public / "about").mkdir(parents=True)
    assert desk.publish({"about": "1"}).rescued == ()
    assert desk.tree() == {"about": "1"}


def test_a_folder_put_in_place_of_an_unwanted_file_is_left_alone(desk: Desk) -> None:
    desk.publish({"a": "1"})
    (desk.public / "a").unlink()
    (desk.public / "a").mkdir()
    (desk.public / "a/x").write_text("mine")
    assert desk.publish({"b": "1"}) == Published(("b",), 0, (), ())
    assert desk.tree() == {"a/x": "mine", "b": "1"}


def test_a_named_pipe_in_the_way_is_moved_without_being_opened(desk: Desk) -> None:
    desk.public.mkdir()
    os.mkfifo(desk.public / "a.html")
    desk.publish({"a.html": "1"})
    assert desk.tree() == {"a.html": "1"}
    assert stat.S_ISFIFO((desk.root / ".netblog/rescued/a.html").stat().st_mode)


# Links


def test_a_linked_file_is_replaced_and_its_target_untouched(desk: Desk, tmp_path: Path) -> None:
    outside = tmp_path / "outside.html"
    outside.write_text("1")
    desk.public.mkdir()
    (desk.public / "a.html").symlink_to(outside)
    assert desk.publish({"a.html": "1"}).rescued == (".netblog/rescued/a.html",)
    assert not (desk.public / "a.html").is_symlink()
    assert outside.read_text() == "1"
    assert desk.rescued() == {"a.html": f"-> {outside}"}


def test_nothing_is_written_through_a_linked_folder(desk: Desk, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "a.html").write_text("theirs")
    desk.public.mkdir()
    (desk.public / "posts").symlink_to(outside)
    desk.publish({"posts/a.html": "1", "posts/b.html": "1"})
    assert desk.tree() == {"posts/a.html": "1", "posts/b.html": "1"}
    assert read(outside) == {"a.html": "theirs"}
    assert desk.rescued() == {"posts": f"-> {outside}"}


def test_a_folder_moved_away_and_linked_back_is_made_anew(desk: Desk, tmp_path: Path) -> None:
    files = {"posts/a.html": "1", "posts/b/c.html": "1"}
    desk.publish(files)
    (desk.public / "posts").rename(tmp_path / "moved")
    (desk.public / "posts").symlink_to(tmp_path / "moved")
    assert desk.publish(files).written == tuple(files)
    assert not (desk.public / "posts").is_symlink()
    assert desk.tree() == files == {f"posts/{path}": text for path, text in read(tmp_path / "moved").items()}


def test_nothing_is_deleted_through_a_linked_folder(desk: Desk, tmp_path: Path) -> None:
    desk.publish({"index.html": "home", "posts/a/b.html": "1"})
    (desk.public / "posts").rename(tmp_path / "moved")
    (desk.public / "posts").symlink_to(tmp_path / "moved")
    assert desk.publish({"index.html": "home"}) == Published((), 1, (), ())
    assert read(tmp_path / "moved") == {"a/b.html": "1"}
    assert (desk.public / "posts").is_symlink()


def test_a_link_put_in_while_the_site_is_rendered_is_not_followed(desk: Desk, tmp_path: Path) -> None:
    desk.publish({"posts/a.html": "1"})
    folder = desk.folder()
    wanted = {"posts/a.html": digest_of(b"2"), "posts/b.html": digest_of(b"2")}
    for path, digest in wanted.items():
        folder.stage(path, digest, b"2")
    assert folder.missing(wanted) == ()
    (desk.public / "posts").rename(tmp_path / "moved")
    (desk.public / "posts").symlink_to(tmp_path / "moved")
    folder.publish(wanted)
    assert read(tmp_path / "moved") == {"a.html": "1"}
    assert desk.tree() == {"posts/a.html": "2", "posts/b.html": "2"}


def test_an_empty_folder_behind_a_link_is_not_pruned(desk: Desk, tmp_path: Path) -> None:
    desk.publish({"index.html": "home", "posts/a/b.html": "1"})
    (desk.public / "posts/a/b.html").unlink()
    (desk.public / "posts").rename(tmp_path / "moved")
    (desk.public / "posts").symlink_to(tmp_path / "moved")
    desk.publish({"index.html": "home"})
    assert (tmp_path / "moved/a").is_dir()


def test_a_linked_staging_folder_is_not_emptied_through_the_link(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious/x").write_text("mine")
    (desk.root / ".netblog").mkdir()
    (desk.root / ".netblog/staging").symlink_to(tmp_path / "precious")
    desk.publish({"a.html": "1"})
    assert read(tmp_path / "precious") == {"x": "mine"}


# Killed builds and other misfortunes (test_output_crash.py kills at every step)


def test_a_file_cut_short_by_a_killed_worker_is_missing(desk: Desk) -> None:
    folder = desk.folder()
    folder.stage("a.html", digest_of(b"12345"), b"12345")
    [staged] = (desk.root / ".netblog/staging").iterdir()
    staged.write_bytes(b"123")
    assert folder.missing({"a.html": digest_of(b"12345")}) == ("a.html",)


def test_staging_left_by_a_killed_build_is_cleared(desk: Desk) -> None:
    desk.folder().stage("a.html", digest_of(b"1"), b"1")
    (desk.root / ".netblog/staging/odd").mkdir()
    (desk.root / ".netblog/staging/odd/file").write_text("?")
    desk.folder().begin()
    assert list((desk.root / ".netblog/staging").iterdir()) == []


def test_files_of_a_build_that_was_not_committed_are_known_for_ours(desk: Desk) -> None:
    folder = desk.folder()
    folder.stage("a.html", digest_of(b"1"), b"1")
    folder.publish({"a.html": digest_of(b"1")})
    desk.ledger.now = {}
    assert desk.publish({"a.html": "2"}) == Published(("a.html",), 0, (), ())
    folder = desk.folder()
    folder.stage("b.html", digest_of(b"1"), b"1")
    folder.publish({"a.html": digest_of(b"2"), "b.html": digest_of(b"1")})
    assert desk.publish({"a.html": "2"}) == Published((), 1, ("b.html",), ())


def test_a_second_output_folder_neither_sweeps_nor_forgets_the_first(desk: Desk) -> None:
    desk.publish({"a.html": "1", "old.html": "1"})
    desk.output = "preview"
    assert desk.publish({"a.html": "1"}).written == ("a.html",)
    desk.output = "public"
    assert desk.tree() == {"a.html": "1", "old.html": "1"}
    assert desk.publish({"a.html": "1"}) == Published((), 1, ("old.html",), ())


def test_a_nested_output_folder_is_not_swept_by_the_outer_one(desk: Desk) -> None:
    desk.output = "public/it"
    desk.publish({"a.html": "1"})
    desk.output = "public"
    desk.publish({"index.html": "1"})
    assert desk.tree() == {"index.html": "1", "it/a.html": "1"}


@pytest.mark.parametrize("culprit", [".netblog/staging", "public"])
def test_across_devices_files_are_copied_beside_and_renamed(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, culprit: str
) -> None:
    desk.public.mkdir()
    (desk.public / "p").mkdir()
    (desk.public / "p/a.html").write_text("mine")
    replace, rename = os.replace, os.rename

    def other_device(source: str, target: str) -> None:
        place = Path(source).relative_to(desk.root).as_posix()
        if place.startswith(culprit) and ".netblog-" not in place:
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV), source, None, target)
        replace(source, target)

    monkeypatch.setattr(os, "replace", other_device)
    monkeypatch.setattr(os, "rename", other_device)
    files = {"p/a.html": "1", "b.html": "2"}
    assert desk.publish(files).written == ("b.html", "p/a.html")
    assert desk.publish(files) == Published((), 2, (), ())
    assert desk.tree() == dict(sorted(files.items()))
    assert desk.rescued() == {"p/a.html": "mine"}
    assert sorted(desk.ledger.owned()) == ["public//b.html", "public//p/a.html"]
    monkeypatch.setattr(os, "rename", rename)


def test_a_full_disk_is_told_in_words(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(handle: int, data: bytes) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    folder = desk.folder()
    monkeypatch.setattr(os, "write", full)
    with pytest.raises(OutputError, match=r"posts/a\.html: No space left on device"):
        folder.stage("posts/a.html", digest_of(b"1"), b"1")


def test_a_path_too_long_for_the_disk_is_told_in_words(desk: Desk) -> None:
    folder = desk.folder()
    path = "a" * 200 + "/" + "b" * 255
    folder.root.joinpath("public").write_text("a file in the folder's place")
    folder.stage(path, digest_of(b"1"), b"1")
    with pytest.raises(OutputError, match="cannot write the site"):
        folder.publish({path: digest_of(b"1")})


# Which folders are refused


@pytest.mark.parametrize(
    ("output", "fault"),
    [
        ("/", "the root of the file system"),
        (".", "the site's own folder"),
        ("", "the site's own folder"),
        ("public/..", "the site's own folder"),
        ("..", "holds the site's own folder"),
        ("../..", "holds the site's own folder"),
        ("content", "kept for the site's own content"),
        ("content/posts", "kept for the site's own content"),
        ("themes/mine", "kept for the site's own themes"),
        ("templates", "kept for the site's own templates"),
        ("static", "kept for the site's own static"),
        ("data", "kept for the site's own data"),
        (".git/pages", "kept for the site's own .git"),
        (".netblog", "kept for the site's own .netblog"),
        (".netblog/staging", "kept for the site's own .netblog"),
        ("netblog.toml", "kept for the site's own netblog.toml"),
        ("notes.txt", "is a file"),
        ("notes.txt/public", "is a file"),
        ("docs", "holds a netblog.toml"),
        ("repository", "holds a .git"),
        ("link-out", "leads out of the site through a symbolic link"),
        ("link-out/public", "leads out of the site through a symbolic link"),
        ("link-to-content", "kept for the site's own content"),
        ("loop", "symbolic link that leads nowhere"),
        ("../full", "is not empty"),
        ("nul\0", "is not a possible path"),
        ("a" * 300, "cannot be read (File name too long)"),
    ],
)
def test_an_unsafe_output_folder_is_refused(tmp_path: Path, output: str, fault: str) -> None:
    root = tmp_path / "site"
    for folder in ("content", "docs", "repository/.git", "../full", "../empty"):
        (root / folder).mkdir(parents=True)
    for file in ("netblog.toml", "notes.txt", "docs/netblog.toml", "../full/x"):
        (root / file).write_text("")
    (root / "link-out").symlink_to(tmp_path / "empty")
    (root / "link-to-content").symlink_to(root / "content")
    (root / "loop").symlink_to(root / "loop")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(OutputError) as caught:
        Desk(root, output=output).folder().check()
    assert fault in caught.value.problems[0].message
    assert caught.value.problems[0].hint
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("output", ["public", "a/b", "../empty", "../absent/deeper", "full", "link-in"])
def test_a_safe_output_folder_is_taken(tmp_path: Path, output: str) -> None:
    root = tmp_path / "site"
    for folder in ("content", "full", "../empty"):
        (root / folder).mkdir(parents=True)
    (root / "full/x").write_text("mine")
    (root / "link-in").symlink_to(root / "elsewhere")
    desk = Desk(root, output=output)
    desk.publish({"p/a.html": "1"})
    assert (root / output / "p/a.html").read_text() == "1"
    assert (root / "full/x").read_text() == "mine"


def test_a_folder_outside_that_we_filled_is_taken_again(desk: Desk, tmp_path: Path) -> None:
    desk.output = str(tmp_path / "www")
    desk.publish({"a.html": "1"})
    (tmp_path / "www/.git").mkdir()
    assert desk.publish({"a.html": "2"}).written == ("a.html",)
    assert (tmp_path / "www/.git").is_dir()


def test_a_site_reached_through_a_link_has_its_public_inside(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "alias").symlink_to(desk.root)
    linked = Desk(tmp_path / "alias", desk.ledger)
    linked.publish({"a.html": "1"})
    assert desk.publish({"a.html": "1"}) == Published((), 1, (), ())


# Paths


def messages(*outputs: tuple[str, str]) -> list[str]:
    return [problem.message for problem in check_paths(outputs) if problem.severity == "error"]


def test_ordinary_paths_pass() -> None:
    paths = ["index.html", "posts/città/index.html", "a b/c.html", ".well-known/x", "tags/c++/x", "日本/x"]
    assert check_paths((path, "somebody") for path in paths) == ()


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("", "is empty"),
        ("/etc/passwd", "is absolute"),
        ("C:/x", "is absolute"),
        ("../x", "contains '..'"),
        ("a/../../x", "contains '..'"),
        ("a/..", "contains '..'"),
        ("a\\b", "contains a backslash"),
        ("a\0b", "contains a control character"),
        ("a\nb", "contains a control character"),
        ("a\x9bb", "contains a control character"),
        ("a//b", "has an empty part"),
        ("a/", "has an empty part"),
        ("./a", "has an empty part or a part '.'"),
        ("x/" + "a" * 256, "has a name of 256 bytes"),
        ("è" * 128, "has a name of 256 bytes"),
        ("a/" * 1600 + "b", "is 3201 bytes long"),
        ("a\udc80b", "is not valid Unicode"),
    ],
)
def test_an_impossible_path_is_an_error_that_names_its_source(path: str, found: str) -> None:
    [message] = messages((path, "content/posts/x.md"))
    assert found in message
    assert "content/posts/x.md" in message


def test_two_outputs_on_one_path_name_both_sources() -> None:
    assert messages(("x/index.html", "content/posts/a.md"), ("x/index.html", "content/posts/b.md")) == [
        "x/index.html would be written twice: by content/posts/a.md and content/posts/b.md"
    ]


def test_three_outputs_on_one_path_are_one_problem() -> None:
    assert messages(("x", "a.md"), ("x", "b.md"), ("y", "d.md"), ("x", "c.md")) == [
        "x would be written 3 times: by a.md, b.md and c.md"
    ]


@pytest.mark.parametrize(
    ("one", "other"),
    [("About.html", "about.html"), ("citt\u00e0", "citta\u0300"), ("Straße", "STRASSE"), ("a/B/c", "A/b/C")],
)
def test_paths_some_file_systems_take_for_one_collide(one: str, other: str) -> None:
    [message] = messages((one, "a.md"), (other, "b.md"))
    assert "(by a.md)" in message
    assert "(by b.md)" in message


def test_a_file_where_another_needs_a_folder_is_an_error() -> None:
    assert messages(("a", "a.md"), ("A/b/c.html", "b.md"), ("a/d.html", "c.md")) == [
        "a (by a.md) is a file where A/b/c.html (by b.md) needs a folder"
    ]


@pytest.mark.parametrize("path", ["con", "posts/NUL.html", "aux/x", "COM1", "a./b", "a /b", "what?", "a:b"])
def test_names_windows_refuses_are_warned_of(path: str) -> None:
    [problem] = check_paths([(path, "a.md")])
    assert problem.severity == "warning"
    assert "Windows" in problem.message


def test_many_names_windows_refuses_are_one_warning() -> None:
    [problem] = check_paths((f"a:{number}", "a.md") for number in range(40))
    assert problem.message.startswith("the output path 'a:0' of a.md cannot exist on Windows")
    assert problem.message.endswith("nor can 39 more")


@pytest.mark.parametrize("path", ["console/x", "null.html", "a.b/c", "com10", "aux-cables/x", ".x/y"])
def test_names_that_only_look_reserved_pass(path: str) -> None:
    assert check_paths([(path, "a.md")]) == ()


@given(st.text(max_size=30))
def test_any_path_is_judged_without_a_crash(path: str) -> None:
    check_paths([(path, "a.md"), (path.swapcase(), "b.md")])


@given(st.text(alphabet=st.sampled_from("ab/.\\\0é:"), max_size=12))
def test_a_path_that_passes_stays_inside_the_folder(path: str) -> None:
    if fault(path) is None:
        assert os.path.normpath(f"/out/{path}") == f"/out/{path}"


@given(st.text(max_size=20))
def test_folding_a_folded_path_changes_nothing(path: str) -> None:
    assert fold(fold(path)) == fold(path)


def test_fifteen_thousand_paths_are_checked_quickly() -> None:
    outputs = [(f"posts/a-post-number-{n}/index.html", f"content/{n}.md") for n in range(15_000)]
    before = time.process_time()
    assert check_paths(outputs) == ()
    assert time.process_time() - before < HANG
