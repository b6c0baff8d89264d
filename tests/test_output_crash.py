"""Builds that are killed with SIGKILL, at every step there is and at random moments.

Whatever the moment: no file in the output folder is ever part of one, nothing of the user is lost, and the
next build ends as if nothing had happened.
"""

from __future__ import annotations

import errno
import json
import os
import random
import signal
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from netblog.output import OutputFolder, Published, Stamp, digest_of

Files = Mapping[str, str]


@dataclass(frozen=True)
class Line:
    digest: bytes
    stamp: Stamp | None


class JsonLedger:
    """A ledger in one JSON file: intents go to disk at once, all else when it is committed."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.lines: dict[str, Line] = {}
        if file.exists():
            for path, (digest, stamp) in json.loads(file.read_text()).items():
                self.lines[path] = Line(bytes.fromhex(digest), tuple(stamp) if stamp else None)
        self._durable = dict(self.lines)

    def owned(self) -> Mapping[str, Line]:
        return dict(self.lines)

    def intend(self, paths: Iterable[str]) -> None:
        for path in paths:
            old = self._durable.get(path)
            self._durable[path] = self.lines[path] = Line(old.digest if old else b"", None)
        self._write(self._durable)

    def own(self, path: str, digest: bytes, stamp: Stamp) -> None:
        self.lines[path] = Line(digest, stamp)

    def disown(self, path: str) -> None:
        self.lines.pop(path, None)

    def commit(self) -> None:
        self._write(self.lines)

    def _write(self, lines: Mapping[str, Line]) -> None:
        text = json.dumps({path: (line.digest.hex(), line.stamp) for path, line in lines.items()})
        self.file.with_suffix(".new").write_text(text)
        self.file.with_suffix(".new").replace(self.file)


def no_step(step: str) -> None:
    pass


def build(root: Path, files: Files, step: Callable[[str], None] = no_step) -> Published:
    ledger = JsonLedger(root / "ledger.json")
    folder = OutputFolder(root, Path("public"), Path(".netblog/staging"), ledger, step=step)
    folder.begin()
    wanted = {path: digest_of(text.encode()) for path, text in files.items()}
    for path in folder.missing(wanted):
        step(f"stage {path}")
        folder.stage(path, wanted[path], files[path].encode())
    published = folder.publish(wanted)
    step("commit")
    ledger.commit()
    step("end")
    return published


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


def killed_at(number: int, work: Callable[[Callable[[str], None]], object]) -> bool:
    """Run in a process of its own that is killed at its n-th step; False when it came to its end before."""

    def step(_: str) -> None:
        nonlocal number
        number -= 1
        if number < 0:
            os.kill(os.getpid(), signal.SIGKILL)

    if not (child := os.fork()):
        status = 1
        try:
            work(step)
            status = 0
        finally:
            os._exit(status)
    status = os.waitpid(child, 0)[1]
    assert status == 0 or os.WTERMSIG(status) == signal.SIGKILL
    return status != 0


def long(text: str) -> str:
    return text * 20_000


OLD = {
    "index.html": long("old home"),
    "same.html": "same",
    "gone/a/index.html": "gone",
    "file": "a file that becomes a folder",
    "folder/one": "1",
    "folder/two/three": "3",
    "Case.html": "case",
    "edited.html": "as built",
    "dropped.html": "as built",
}
NEW = {
    "index.html": long("new home"),
    "same.html": "same",
    "fresh/b/index.html": long("fresh"),
    "file/in/it": "below",
    "folder": "a folder that became a file",
    "case.html": "case",
    "edited.html": "as built, again",
    "theirs.html": "ours",
    "linked/x.html": "x",
}


def lived_in(root: Path) -> Path:
    """A site built once, in which a user then did what users do."""
    root.mkdir()
    build(root, OLD)
    outside = root / "outside"
    outside.mkdir()
    (outside / "x.html").write_text("theirs")
    public = root / "public"
    (public / "edited.html").write_text("a user's edit")
    (public / "dropped.html").write_text("another edit")
    (public / "theirs.html").write_text("a user's page")
    (public / "linked").symlink_to("../outside")
    (public / "folder/notes.txt").write_text("a user's notes")
    return root


PRECIOUS = {"a user's edit", "another edit", "a user's page", "-> ../outside", "a user's notes"}


def kept(root: Path) -> set[str]:
    return set(read(root / "public").values()) | set(read(root / ".netblog/rescued").values())


def assert_whole_and_kept(root: Path) -> None:
    known = {*OLD.values(), *NEW.values(), *PRECIOUS, ""}
    assert set(read(root / "public").values()) <= known
    assert kept(root) >= PRECIOUS
    assert read(root / "outside") == {"x.html": "theirs"}


def assert_as_if_nothing_had_happened(root: Path, files: Files) -> None:
    found = read(root / "public")
    assert found.items() >= files.items()
    # What stands beside it is the user's, and only where no output needs the place.
    assert {found[path] for path in found.keys() - files.keys()} <= PRECIOUS
    assert files is OLD or found.keys() == files.keys()
    assert_whole_and_kept(root)
    ledger = JsonLedger(root / "ledger.json").owned()
    assert sorted(ledger) == sorted(f"public//{path}" for path in files)
    assert build(root, files) == Published((), len(files), (), ())


def steps_of(root: Path, files: Files) -> list[str]:
    steps: list[str] = []
    build(lived_in(root), files, steps.append)
    return steps


def test_the_scenario_meets_every_kind_of_step(tmp_path: Path) -> None:
    steps = {step.split()[0] for step in steps_of(tmp_path / "site", NEW)}
    assert steps == {"stage", "remove", "prune", "rescue", "intend", "place", "clear", "commit", "end"}
    assert_as_if_nothing_had_happened(tmp_path / "site", NEW)


@pytest.mark.parametrize("then", ["carry on", "go back", "start over"])
def test_a_build_killed_at_any_step_is_made_good_by_the_next(tmp_path: Path, then: str) -> None:
    steps = steps_of(tmp_path / "whole", NEW)
    for number in range(len(steps)):
        root = lived_in(tmp_path / f"killed-{number}")
        assert killed_at(number, lambda step, root=root: build(root, NEW, step))
        assert_whole_and_kept(root)
        if then == "start over":
            (root / "ledger.json").unlink()
            build(root, NEW)
            # Without a ledger nothing is ours: what nobody wants stays, but everything wanted is there.
            assert NEW.items() <= read(root / "public").items()
            assert_whole_and_kept(root)
            continue
        files = NEW if then == "carry on" else OLD
        build(root, files)
        assert_as_if_nothing_had_happened(root, files)


def test_a_first_build_killed_at_any_step_leaves_nothing_behind_when_there_is_less_to_build(
    tmp_path: Path,
) -> None:
    number = 0
    while True:
        root = tmp_path / f"killed-{number}"
        root.mkdir()
        if not killed_at(number, lambda step, root=root: build(root, NEW, step)):
            break
        build(root, {"index.html": "home"})
        assert read(root / "public") == {"index.html": "home"}
        assert read(root / ".netblog") == {"staging/": ""}
        number += 1
    assert number > 20


def test_a_build_killed_while_it_copies_across_devices_is_made_good_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace = os.replace

    def other_device(source: str | Path, target: str | Path) -> None:
        if "/staging/" in str(source):
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV), str(source), None, str(target))
        replace(source, target)

    monkeypatch.setattr(os, "replace", other_device)
    number = 0
    while True:
        root = lived_in(tmp_path / f"killed-{number}")
        if not killed_at(number, lambda step, root=root: build(root, NEW, step)):
            break
        assert_whole_and_kept(root)
        build(root, OLD)
        assert_as_if_nothing_had_happened(root, OLD)
        number += 1
    assert number > 30


def test_a_build_killed_in_the_middle_of_a_copy_leaves_only_what_the_next_sweeps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace = os.replace

    def other_device(source: str | Path, target: str | Path) -> None:
        if "/staging/" in str(source):
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV), str(source), None, str(target))
        replace(source, target)

    root = lived_in(tmp_path / "site")
    monkeypatch.setattr(os, "replace", other_device)
    assert killed_at(
        0, lambda step: build(root, NEW, lambda now: step(now) if now == "move fresh/b/index.html" else None)
    )
    [beside] = (root / "public/fresh/b").iterdir()
    assert beside.name.startswith(".netblog-")
    beside.write_text("hal")
    build(root, OLD)
    assert_as_if_nothing_had_happened(root, OLD)


def certified(generation: int, path: str) -> str:
    text = f"{generation} {path} " * random.Random(f"{generation}{path}").randrange(1, 4000)
    return f"{digest_of(text.encode()).hex()} {text}"


def assert_certified(folder: Path) -> None:
    for path in folder.rglob("*.html"):
        digest, _, text = path.read_text().partition(" ")
        assert digest == digest_of(text.encode()).hex(), path


def test_a_loop_of_builds_killed_at_random_moments_never_shows_a_partial_file(tmp_path: Path) -> None:
    def site(generation: int) -> dict[str, str]:
        dice = random.Random(generation)
        paths = ["index.html", f"q{generation % 3}.html"]
        paths += [f"p/{dice.randrange(30)}/index.html" for _ in range(15)]
        return {path: certified(generation if dice.random() < 0.7 else 0, path) for path in paths}

    root = tmp_path / "site"
    root.mkdir()
    dice = random.Random(7)
    for round in range(12):
        if not (child := os.fork()):
            try:
                for generation in range(round * 1000, round * 1000 + 999):
                    build(root, site(generation))
            finally:
                os._exit(1)
        until = time.monotonic() + dice.uniform(0.01, 0.12)
        while time.monotonic() < until:
            # A reader of the live folder: files may come and go under it, but each is whole.
            try:
                assert_certified(root / "public")
            except FileNotFoundError:
                continue
        os.kill(child, signal.SIGKILL)
        assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL
        assert_certified(root / "public")
        files = site(round)
        assert build(root, files).rescued == ()
        assert read(root / "public") == dict(sorted(files.items()))
