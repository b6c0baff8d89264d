"""Whole builds killed with SIGKILL, at steps spread over all there are.

Whatever the moment: every file of `public/` is whole, of the old site or of the new; the next build makes what a
clean one makes, and the one after it has nothing to do. The killed builds are forked from a process that has
imported netblog, so that a hundred of them cost seconds.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import killed_build
from sites import Site, comment, tree


def start(root: Path) -> Site:
    site = Site(root)
    for number in range(4):
        site.post(f"p{number}", f"See [one](p{(number + 1) % 4}.md).\n\nWords.", tags=["a", "C++"])
    site.comments(comment(1, "/posts/p0/"), comment(2, "/posts/p0/", parent="wp:1"))
    site.write("static/old.txt", "an old note")
    site.write("static/place/sub.txt", "in a folder")
    return site


def edit(site: Site) -> None:
    """Posts added, changed, removed and renamed, a file that becomes a folder, and a folder that becomes a file."""
    site.post("p1", "Other words.", title="Another", tags=["a", "b"])
    site.remove("content/posts/p2.md")
    (site.root / "content/posts/p3.md").rename(site.root / "content/posts/moved.md")
    site.post("p0", "No link any more.", tags=["C++"])
    site.post("fresh")
    site.remove("static/old.txt")
    site.write("static/old.txt/now-a-folder.txt", "a note")
    site.remove("static/place")
    site.write("static/place", "now a file")


def run(root: Path, jobs: int, last: int, where: str = "parent") -> tuple[int, str]:
    """Fork a build that kills itself; (0, the steps it passed) when it lived, (signal, '') when it died."""
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            os.close(read)
            os.dup2(write, 1)
            sys.stdout = os.fdopen(1, "w")
            killed_build.PARENT = os.getpid()
            sys.argv = ["killed_build.py", str(root), str(jobs), str(last), where]
            killed_build.main()
            sys.stdout.flush()
            status = 0
        finally:
            os._exit(status)
    os.close(write)
    # The end of the pipe comes when the build and all its workers have let go of it: none is left behind.
    with os.fdopen(read) as said:
        text = said.read()
    _, status = os.waitpid(pid, 0)
    return (os.WTERMSIG(status) if os.WIFSIGNALED(status) else -os.WEXITSTATUS(status), text)


class Case:
    """A site before an edit (or before any build), as it is copied for each kill, and what shall come of it."""

    def __init__(self, folder: Path, built: bool) -> None:
        self.folder = folder
        self.root = folder / "before"
        site = start(self.root)
        if built:
            site.built()
            edit(site)
        self.old = tree(self.root / "public")
        clean = Site.copy(self.root, folder / "clean")
        clean.built()
        self.new = clean.tree()

    def fresh(self) -> Site:
        root = self.folder / "site"
        shutil.rmtree(root, ignore_errors=True)
        shutil.copytree(self.root, root)
        return Site.at(root)

    def steps(self, jobs: int, where: str = "parent") -> int:
        status, text = run(self.fresh().root, jobs, 0, where)
        assert status == 0
        return int(text)

    def assert_survives(self, last: int, jobs: int) -> None:
        """Kill at this step, look at what is left, and build again."""
        site = self.fresh()
        status, _ = run(site.root, jobs, last)
        assert status == signal.SIGKILL, f"step {last}: {status}"
        for path, data in tree(site.root / "public").items():
            assert data in (self.old.get(path), self.new.get(path)), f"step {last}: {path} is torn"
        self.assert_heals(site, f"step {last}")

    def assert_heals(self, site: Site, told: str) -> None:
        report = site.built()
        assert report.problems == (), told
        assert report.rescued == (), told
        assert tree(site.root / "public") == self.new, told
        assert list((site.root / ".netblog/staging").iterdir()) == [], told
        again = site.built()
        assert (again.written, again.removed, again.rules_run) == ((), (), 0), told


@pytest.fixture(scope="module", params=["cold", "edited"])
def case(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    yield Case(tmp_path_factory.mktemp(request.param), built=request.param == "edited")


def spread(total: int, count: int) -> list[int]:
    """Steps over the whole of a build, and the last ones all, where the commit is."""
    return sorted(
        {1 + total * n // count for n in range(count)} - {total + 1} | set(range(total - 7, total + 1))
    )


def test_a_build_killed_at_any_step_leaves_whole_files_and_the_next_one_heals_it(case: Case) -> None:
    total = case.steps(1)
    assert total > 60
    for last in spread(total, 24):
        case.assert_survives(last, jobs=1)


@pytest.mark.slow
def test_a_build_killed_at_steps_all_through_it_heals(case: Case) -> None:
    steps = case.steps(1)
    for last in sorted({1 + steps * number // 20 for number in range(20)}):
        case.assert_survives(last, jobs=1)


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """Enough posts for worker processes to be worth their while."""
    folder = tmp_path_factory.mktemp("large")
    template = start(folder / "before")
    for number in range(50):
        template.post(f"many{number}", tags=["c"])
    return Case(folder, built=False)


def test_a_parent_killed_among_its_workers_leaves_none_behind(large: Case) -> None:
    total = large.steps(2)
    assert total > 200, "the workers sent nothing home"
    for last in (7, total // 3, total // 2, total - 150):
        before = time.monotonic()
        large.assert_survives(last, jobs=2)
        assert time.monotonic() - before < 60


@pytest.mark.parametrize("last", [1, 2, 9])
def test_a_killed_worker_costs_nothing_but_time(large: Case, last: int) -> None:
    site = large.fresh()
    status, _ = run(site.root, 2, last, "worker")
    assert status == 0
    assert tree(site.root / "public") == large.new
    large.assert_heals(site, f"worker's step {last}")


@pytest.mark.slow
def test_a_real_command_killed_at_any_time_is_healed_by_the_next(large: Case) -> None:
    """Not at steps but at moments, the interpreter's own beginning and end among them."""
    died = 0
    for wait in (0.3, 0.6, 0.9, 1.2):
        site = large.fresh()
        command = [
            sys.executable,
            "-m",
            "netblog",
            "build",
            "--source",
            str(site.root),
            "--jobs",
            "2",
            "--quiet",
        ]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        time.sleep(wait)
        process.kill()
        process.communicate()
        died += process.returncode == -signal.SIGKILL
        # The command has the real clock, which is past all dates here; so what it wrote is new and whole.
        for path, data in tree(site.root / "public").items():
            assert data == large.new[path], f"after {wait} s: {path} is torn"
        large.assert_heals(site, f"after {wait} s")
    assert died
