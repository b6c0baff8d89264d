"""Folders as they are found: links, pipes, odd names, things that change their kind between builds.

A build of any of them ends, soon, with a site or with an error that names the file; it never hangs, never
crashes, and never publishes what lies outside of the site.
"""

from __future__ import annotations

import os
import shutil
import time
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from netblog.errors import OutputError
from sites import CONFIG, Site, tree

PAGE = "---\ntitle: A page\ndate: 2026-01-02\n---\nWords.\n"


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """The block must end that soon."""
    before = time.monotonic()
    yield
    assert time.monotonic() - before < seconds


@pytest.fixture
def site(tmp_path: Path) -> Site:
    site = Site(tmp_path / "site")
    site.post("plain")
    return site


def assert_sound(site: Site, elsewhere: Path) -> None:
    """The next build equals a clean one, which is tried, and then there is nothing to do."""
    built = site.build()
    clean = Site.copy(site.root, elsewhere)
    fresh = clean.build()
    assert [(p.path, p.message) for p in built.problems] == [(p.path, p.message) for p in fresh.problems]
    assert not [problem for problem in built.problems if problem.code == "bug"]
    if built.ok:
        assert site.tree() == clean.tree()
        again = site.built()
        assert (again.written, again.removed, again.rules_run) == ((), (), 0)


# -- links -----------------------------------------------------------------------------------------


def test_a_link_to_a_file_inside_the_site_is_that_file(site: Site, tmp_path: Path) -> None:
    site.write("drafts/real.md", PAGE)
    (site.root / "content/posts/linked.md").symlink_to("../../drafts/real.md")
    site.built()
    assert "Words." in site.page("posts/linked/index.html")
    site.replace("drafts/real.md", "Words.", "Other words.")
    assert "posts/linked/index.html" in site.wrote()
    assert "Other words." in site.page("posts/linked/index.html")
    assert_sound(site, tmp_path / "clean")


def test_a_link_to_a_folder_inside_the_site_is_that_folder(site: Site, tmp_path: Path) -> None:
    site.write("shared/one.md", PAGE)
    (site.root / "content/posts/more").symlink_to(site.root / "shared")
    site.built()
    site.write("shared/two.md", PAGE.replace("A page", "Two"))
    site.remove("shared/one.md")
    report = site.built()
    assert any("one" in path for path in report.removed)
    assert any("two" in path for path in report.written)
    shutil.rmtree(tmp_path / "clean", ignore_errors=True)


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_nothing_outside_of_the_site_is_published_through_a_link(
    site: Site, tmp_path: Path, kind: str
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.md").write_text(PAGE.replace("Words", "Secret words"))
    (outside / "secret.txt").write_text("Secret words")
    for folder, name in (("content/posts", "secret.md"), ("static", "secret.txt")):
        (site.root / folder).mkdir(parents=True, exist_ok=True)
        (site.root / folder / "link").symlink_to(outside if kind == "folder" else outside / name)
        if kind == "file":
            (site.root / folder / name).symlink_to(outside / name)
    report = site.build()
    assert not [problem for problem in report.problems if problem.code == "bug"]
    for data in tree(site.root / "public").values():
        assert b"Secret" not in data


FOLDERS = (
    "content",
    "content/posts",
    "content/comments",
    "static",
    "templates",
    "templates/partials",
    "themes",
    "themes/x",
    "themes/x/static",
    "locales",
)


@pytest.mark.parametrize("folder", FOLDERS)
@pytest.mark.parametrize("target", ["outside", "nowhere"])
def test_a_folder_that_is_a_link_out_of_the_site_is_an_error_and_not_an_empty_folder(
    site: Site, tmp_path: Path, folder: str, target: str
) -> None:
    site.built()
    before = site.tree()
    if folder.startswith("themes"):
        site.write("netblog.toml", CONFIG + '[theme]\nname = "x"\n')
    if folder == "themes/x/static":
        site.write("themes/x/theme.toml", 'name = "x"\nparent = "default"\n')
    for path in ("s.txt", "post.html", "comments.html", "en.po", "theme.toml", "x/theme.toml"):
        Site.at(tmp_path / "outside").write(path, "secret")
    if (site.root / folder).exists():
        site.remove(folder)
    (site.root / folder).parent.mkdir(parents=True, exist_ok=True)
    (site.root / folder).symlink_to(tmp_path / target)
    report = site.build()
    assert [(it.path, it.message) for it in report.problems] == [(folder, "this link leads out of the site")]
    assert site.tree() == before
    (site.root / folder).unlink()
    assert not [it for it in site.build().problems if "link" in it.message]


def test_a_folder_that_is_a_link_to_nothing_inside_the_site_is_an_error(site: Site) -> None:
    site.built()
    before = site.tree()
    (site.root / "content").rename(site.root / "away")
    (site.root / "content").symlink_to("missing")
    report = site.build()
    assert [(it.path, it.message) for it in report.problems] == [("content", "this link leads nowhere")]
    assert site.tree() == before
    (site.root / "content").unlink()
    (site.root / "content").symlink_to("away")
    assert site.wrote() == set()


def test_a_folder_that_cannot_be_read_is_no_empty_folder(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.built()
    before = site.tree()
    real = os.scandir

    def refuse(path: str) -> object:
        if str(path).endswith("content/posts"):
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", refuse)
    report = site.build()
    assert [(it.path, it.message) for it in report.problems] == [
        ("content/posts", "this folder cannot be read: Permission denied")
    ]
    assert site.tree() == before
    monkeypatch.undo()
    assert site.wrote() == set()


def test_links_that_go_round_in_circles_are_walked_once(site: Site) -> None:
    posts = site.root / "content/posts"
    (posts / "loop").symlink_to(posts)
    (posts / "up").symlink_to(site.root)
    (posts / "self.md").symlink_to(posts / "self.md")
    (posts / "a").mkdir()
    (posts / "b").mkdir()
    (posts / "a/to-b").symlink_to(posts / "b")
    (posts / "b/to-a").symlink_to(posts / "a")
    with within(60):
        report = site.build()
    assert not [problem for problem in report.problems if problem.code == "bug"]


def test_a_link_that_changes_its_target_is_noticed(site: Site, tmp_path: Path) -> None:
    site.write("drafts/one.md", PAGE)
    site.write("drafts/two.md", PAGE.replace("Words", "Phrase"))
    link = site.root / "content/posts/linked.md"
    link.symlink_to("../../drafts/one.md")
    site.built()
    link.unlink()
    link.symlink_to("../../drafts/two.md")
    site.built()
    assert "Phrase" in site.page("posts/linked/index.html")
    assert_sound(site, tmp_path / "clean")


@pytest.mark.parametrize("inside", [True, False])
def test_an_output_folder_that_is_a_link_is_followed_inside_the_site_only(
    site: Site, tmp_path: Path, inside: bool
) -> None:
    target = site.root / "elsewhere" if inside else tmp_path / "elsewhere"
    target.mkdir()
    (site.root / "public").symlink_to(target)
    if inside:
        site.built()
        assert (target / "index.html").exists()
        assert site.wrote() == set()
    else:
        with pytest.raises(OutputError, match="leads out of the site"):
            site.build()
        assert list(target.iterdir()) == []


def test_a_folder_of_the_output_replaced_by_a_link_leads_no_write_out(site: Site, tmp_path: Path) -> None:
    site.built()
    outside = tmp_path / "outside"
    shutil.copytree(site.root / "public/posts", outside)
    before = tree(outside)
    shutil.rmtree(site.root / "public/posts")
    (site.root / "public/posts").symlink_to(outside)
    site.post("plain", "Other words.")
    site.built()
    assert tree(outside) == before
    assert not (site.root / "public/posts").is_symlink()
    assert "Other words." in site.page("posts/plain/index.html")


# -- names -----------------------------------------------------------------------------------------

NFC, NFD = (unicodedata.normalize(form, "caffè-größe") for form in ("NFC", "NFD"))


@pytest.mark.parametrize(
    "name",
    [
        "two words",
        " leading",
        "trailing ",
        "a#b",
        "a?b",
        "a%20b",
        "a&b",
        "quo\"te'",
        "back\\slash",
        "-rf",
        "日本語",
        NFC,
        NFD,
        "CON",
        "nul",
        "aux.en",
        "index",
        "x" * 245,
        "é" * 120,
        "a.b.c",
        "...",
        "{{ x }}",
        "<b>",
        "a:b",
        "a|b",
        "😀",
        "\u202eright-to-left",
        "zero\u200bwidth",
        "con.it",
        "public",
        "netblog.toml",
        "a*b",
        "~",
    ],
)
def test_a_post_may_have_any_name(site: Site, tmp_path: Path, name: str) -> None:
    """It is published at a safe path, or refused with its name; and that is the same in the next build."""
    site.write(f"content/posts/{name}.md", PAGE)
    site.write(f"static/{name}.txt", "a note")
    with within(60):
        assert_sound(site, tmp_path / "clean")


@pytest.mark.parametrize(
    "name", [b"new\nline", b"tab\there", b"esc\x1b[31m", b"latin-\xe9", b"unit\x1fsep", b"del\x7f"]
)
def test_a_name_that_no_url_can_hold_is_passed_over(site: Site, tmp_path: Path, name: bytes) -> None:
    folder = os.fsencode(site.root / "content/posts")
    Path(os.fsdecode(folder + b"/" + name + b".md")).write_text(PAGE)
    Path(os.fsdecode(folder + b"/" + name + b".png")).write_bytes(b"picture")
    assert_sound(site, tmp_path / "clean")
    assert site.build().posts == 1


def test_two_forms_of_one_name_are_an_error_that_names_both(site: Site) -> None:
    site.write(f"content/posts/{NFC}.md", PAGE)
    site.write(f"content/posts/{NFD}.md", PAGE)
    report = site.build()
    assert not report.ok
    assert not [problem for problem in report.problems if problem.code == "bug"]


def test_two_names_that_differ_by_case_only_are_an_error(site: Site) -> None:
    site.write("static/Note.txt", "one")
    site.write("static/note.txt", "two")
    report = site.build()
    assert not report.ok
    assert any("Note.txt" in problem.message for problem in report.problems)


def test_a_rename_that_changes_case_only_moves_the_page(site: Site, tmp_path: Path) -> None:
    site.write("static/Note.txt", "a note")
    site.built()
    (site.root / "static/Note.txt").rename(site.root / "static/note.txt")
    (site.root / "content/posts/plain.md").rename(site.root / "content/posts/Plain.md")
    report = site.built()
    assert "note.txt" in report.written
    assert "Note.txt" in report.removed
    assert_sound(site, tmp_path / "clean")


# -- kinds -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "content/posts/pipe.md",
        "content/comments/pipe.json",
        "static/pipe.txt",
        "data/pipe.yaml",
        "templates/post.html",
        "content/posts/x/index.md",
        "locales/en.po",
        "templates/partials/head.html",
        "content/posts/pipe.png",
    ],
)
def test_a_pipe_is_never_opened(site: Site, tmp_path: Path, path: str) -> None:
    (site.root / path).parent.mkdir(parents=True, exist_ok=True)
    os.mkfifo(site.root / path)
    with within(60):
        site.built()
        assert site.wrote() == set()
    # A link to a pipe is no better.
    (site.root / path).rename(site.root / "pipe")
    (site.root / path).symlink_to(site.root / "pipe")
    with within(60):
        assert not [problem for problem in site.build().problems if problem.code == "bug"]


def test_a_pipe_in_place_of_the_configuration_is_never_opened(site: Site) -> None:
    site.remove("netblog.toml")
    os.mkfifo(site.root / "netblog.toml")
    with within(60), pytest.raises(Exception, match=r"netblog\.toml"):
        site.build()


def test_a_pipe_in_the_output_is_moved_away_unread(site: Site) -> None:
    site.built()
    (site.root / "public/index.html").unlink()
    os.mkfifo(site.root / "public/index.html")
    with within(60):
        report = site.built()
    assert report.rescued == (".netblog/rescued/index.html",)


Change = Callable[[Site], None]


def to_folder(site: Site) -> None:
    site.remove("content/posts/x.md")
    site.write("content/posts/x.md/inside.md", PAGE)


def to_file(site: Site) -> None:
    site.remove("content/posts/dir")
    site.write("content/posts/dir", "a file")


def comments_to_file(site: Site) -> None:
    site.remove("content/comments")
    site.write("content/comments", "a file")


def static_to_folder(site: Site) -> None:
    site.remove("static/a")
    site.write("static/a/b/c.txt", "deep")


def content_gone(site: Site) -> None:
    site.remove("content")


def template_to_folder(site: Site) -> None:
    site.remove("templates/post.html")
    site.write("templates/post.html/x", "x")


@pytest.mark.parametrize(
    "change", [to_folder, to_file, comments_to_file, static_to_folder, content_gone, template_to_folder]
)
def test_what_changes_its_kind_between_builds_is_what_it_is_now(
    site: Site, tmp_path: Path, change: Change
) -> None:
    site.write("content/posts/x.md", PAGE)
    site.write("content/posts/dir/y.md", PAGE)
    site.write("content/comments/all.json", '{"format": "netblog-comments", "version": 1, "comments": []}')
    site.write("static/a", "a file")
    site.write("templates/post.html", '{% extends "base.html" %}')
    site.built()
    change(site)
    assert_sound(site, tmp_path / "clean")


def test_a_file_that_may_not_be_read_is_named(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """As root every file may be read, so opening it is made to fail."""
    import builtins

    whole = (site.built(), site.tree())[1]
    real = builtins.open

    def refuse(path: object, *more: object, **named: object) -> object:
        if str(path).endswith(("locked.md", "locked.txt")):
            raise PermissionError(13, "Permission denied", str(path))
        return real(path, *more, **named)  # type: ignore[call-overload]

    site.write("content/posts/locked.md", PAGE)
    site.write("static/locked.txt", "a note")
    monkeypatch.setattr(builtins, "open", refuse)
    report = site.build()
    assert not report.ok
    assert [(p.path, p.message) for p in report.problems] == [
        ("content/posts/locked.md", "cannot be read: Permission denied"),
        ("static/locked.txt", "cannot be read: Permission denied"),
    ]
    assert site.tree() == whole
    monkeypatch.undo()
    assert "posts/locked/index.html" in site.wrote()


@pytest.mark.parametrize(
    "path", ["content/posts/e.md", "content/comments/e.json", "data/e.yaml", "data/e.json"]
)
def test_an_empty_file_is_a_page_or_an_error_that_names_it(site: Site, tmp_path: Path, path: str) -> None:
    site.write(path, "")
    report = site.build()
    assert report.ok or [problem.path for problem in report.problems] == [path]
    assert_sound(site, tmp_path / "clean")


def test_an_empty_configuration_is_a_site(tmp_path: Path) -> None:
    site = Site(tmp_path / "site", {"netblog.toml": ""})
    report = site.built()
    assert "index.html" in report.written


def test_a_site_of_nothing_but_its_configuration_is_built(tmp_path: Path) -> None:
    site = Site(tmp_path / "site", {"netblog.toml": CONFIG})
    assert "index.html" in site.wrote()


# -- sizes -----------------------------------------------------------------------------------------


def test_folders_nested_as_deep_as_paths_allow_are_walked(site: Site, tmp_path: Path) -> None:
    """3,000 levels are more than a path can name; what lies too deep to be named is passed over, or named."""
    home = os.open(site.root / "content/posts", os.O_RDONLY)
    levels = 3000
    try:
        here = os.dup(home)
        for level in range(levels):
            os.mkdir("d", dir_fd=here)
            below = os.open("d", os.O_RDONLY, dir_fd=here)
            os.close(here)
            here = below
            if level in (20, 2900):
                handle = os.open("deep.md", os.O_WRONLY | os.O_CREAT, dir_fd=here)
                os.write(handle, PAGE.encode())
                os.close(handle)
        os.close(here)
        with within(60):
            report = site.build()
        assert not [problem for problem in report.problems if problem.code == "bug"]
    finally:
        unnest(home)
        os.close(home)
    assert_sound(site, tmp_path / "clean")


def unnest(home: int) -> None:
    """Remove folders too deep for shutil: each is moved up to the top before its own content is."""
    number = 0
    while True:
        try:
            below = os.open("d", os.O_RDONLY, dir_fd=home)
        except FileNotFoundError:
            return
        for name in os.listdir(below):  # noqa: PTH208
            if name != "d":
                os.unlink(name, dir_fd=below)
        number += 1
        if "d" in os.listdir(below):  # noqa: PTH208
            os.rename("d", "up", src_dir_fd=below, dst_dir_fd=home)
        os.close(below)
        os.rmdir("d", dir_fd=home)
        if "up" in os.listdir(home):
            os.rename("up", "d", src_dir_fd=home, dst_dir_fd=home)


def test_many_folders_side_by_side_with_nothing_in_them_cost_little(site: Site) -> None:
    for number in range(3000):
        (site.root / f"content/posts/folder-{number}").mkdir()
    with within(60):
        site.built()
        assert site.wrote() == set()


def test_a_post_of_a_hundred_megabytes_is_refused(site: Site) -> None:
    site.write("content/posts/huge.md", PAGE + "Words and more words.\n" * 5_000_000)
    report = site.build()
    assert [(problem.path, problem.code) for problem in report.problems] == [("content/posts/huge.md", "size")]


def test_a_static_file_of_thirty_megabytes_is_copied(site: Site) -> None:
    site.write("static/big.bin", bytes(30_000_000))
    with within(60):
        site.built()
    assert (site.root / "public/big.bin").stat().st_size == 30_000_000
    assert site.wrote() == set()
