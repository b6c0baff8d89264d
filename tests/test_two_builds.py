"""Two builds at once in one site: the second waits for the first, and nothing is torn."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from netblog.engine import SiteLock
from sites import Site, tree

HOLDER = textwrap.dedent(
    """
    import sys, time
    from pathlib import Path
    from netblog.engine import SiteLock
    with SiteLock(Path(sys.argv[1])):
        print("held", flush=True)
        time.sleep(60)
    """
)


def start(root: Path, posts: int = 12) -> Site:
    site = Site(root)
    for number in range(posts):
        site.post(f"p{number}", tags=["a"])
    return site


def command(site: Site, *more: str) -> subprocess.Popen[str]:
    words = [sys.executable, "-m", "netblog", "build", "--source", str(site.root), "--json", *more]
    return subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def finished(process: subprocess.Popen[str]) -> tuple[dict[str, object], str]:
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    report: dict[str, object] = json.loads(out)
    return report, err


def hold(site: Site) -> subprocess.Popen[str]:
    """A process that has the site's lock, as a build has it."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(site.root / ".netblog/lock")], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_builds_at_once_take_turns_and_only_the_first_has_work(tmp_path: Path) -> None:
    site = start(tmp_path / "site")
    clean = Site.copy(site.root, tmp_path / "clean")
    clean.built()
    reports = [finished(process)[0] for process in [command(site) for _ in range(3)]]
    written = sorted(len(report["written"]) for report in reports)  # type: ignore[arg-type]
    assert written == [0, 0, len(clean.tree())]
    assert site.tree() == clean.tree()


def test_builds_at_once_for_two_addresses_never_mix_their_pages(tmp_path: Path) -> None:
    site = start(tmp_path / "site")
    trees = []
    for name in ("one", "two"):
        clean = Site.copy(site.root, tmp_path / name)
        clean.built(base_url=f"https://{name}.example/")
        trees.append(clean.tree())
    running = [
        command(site, "--base-url", f"https://{name}.example/") for name in ("one", "two", "one", "two")
    ]
    for process in running:
        finished(process)
    assert site.tree() in trees
    # Whoever was last, the cache knows what is there.
    site.built(base_url="https://one.example/")
    assert site.tree() == trees[0]


def test_a_build_says_that_it_waits_and_goes_on_when_the_holder_is_killed(tmp_path: Path) -> None:
    site = start(tmp_path / "site")
    holder = hold(site)
    try:
        waiting = command(site)
        assert waiting.stderr is not None
        said = waiting.stderr.readline()
        assert "another" in said
        assert waiting.poll() is None
        assert not (site.root / "public").exists()
    finally:
        holder.kill()
        holder.communicate()
    finished(waiting)
    assert (site.root / "public/index.html").exists()


def test_a_lock_file_left_behind_by_anybody_locks_nothing(tmp_path: Path) -> None:
    site = start(tmp_path / "site", posts=1)
    site.write(".netblog/lock", "12345")
    site.built()


def test_what_stands_in_the_place_of_the_lock_does_not_stop_a_build(tmp_path: Path) -> None:
    site = start(tmp_path / "site", posts=1)
    site.write(".netblog/lock/folder/file", "x")
    site.built()
    assert tree(site.root / "public")


def test_a_lock_is_given_up_for_in_the_end(tmp_path: Path) -> None:
    told: list[str] = []
    with (
        SiteLock(tmp_path / "lock"),
        pytest.raises(Exception, match="another netblog has been building this site"),
        SiteLock(tmp_path / "lock", timeout=0.1, waiting=lambda: told.append("waiting")),
    ):
        pass
    assert told == ["waiting"]
