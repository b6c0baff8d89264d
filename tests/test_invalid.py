"""Sites that cannot be built: what netblog says of each, to the letter, and that it leaves the last output alone.

A case is one text file in `tests/invalid/`. Its first line says what is wrong; a line `$ netblog build ...` gives
the command where it is not plain `netblog build`; then come the files that are laid over a good, built site:

    === content/posts/x.md              a file, up to the next such line
    === content/posts/x.md (escaped)    the same with Python's escapes, for bytes that editors spoil
    === link content/out -> ../outside  a symbolic link
    === remove netblog.toml             a file or folder taken away
    === report 1                        the exit status, and all that is printed, without the seconds, and
                                        with SITE for the site's folder and OUTSIDE for the one around it

`NETBLOG_GOLDEN=write pytest tests/test_invalid.py` writes the reports anew: read the diff, word for word.
"""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner

from netblog.cli import main
from sites import CONFIG, Site, tree

CASES = Path(__file__).parent / "invalid"
REWRITE = os.environ.get("NETBLOG_GOLDEN") == "write"


@dataclass(frozen=True)
class Case:
    """One file of `tests/invalid/`, taken apart."""

    title: str
    arguments: list[str]
    parts: list[tuple[str, str]]
    """What each `===` line says, with the text below it."""
    status: int
    report: str


def read_case(path: Path) -> Case:
    head, *parts = re.split(r"^=== (.+)\n", path.read_text(encoding="utf-8"), flags=re.M)
    found = list(zip(parts[::2], parts[1::2], strict=True))
    command = re.search(r"^\$ netblog (.+)$", head, re.M)
    last, report = found[-1]
    assert last.startswith("report"), f"{path.name} ends in no report"
    arguments = (command[1] if command else "build").split()
    return Case(head.partition("\n")[0], arguments, found[:-1], int(last.split()[1]), report)


def lay_out(case: Case, site: Site) -> None:
    for what, text in case.parts:
        words = what.split()
        if words[0] == "link":
            link = site.root / words[1]
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(words[3])
        elif words[0] == "remove":
            site.remove(words[1])
        elif words[-1] == "(escaped)":
            site.write(
                words[0], text.rstrip("\n").encode("latin-1").decode("unicode_escape").encode("latin-1")
            )
        else:
            site.write(what, text)


def run(case: Case, site: Site) -> tuple[int, str]:
    """The exit status, and what is printed as it is documented here."""
    command, *options = case.arguments
    done = CliRunner().invoke(main, [command, "--source", str(site.root), *options])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    printed = done.stderr + done.stdout
    root = site.root.resolve()
    printed = printed.replace(str(root), "SITE").replace(str(root.parent), "OUTSIDE")
    return done.exit_code, re.sub(r" in [0-9.]+ s\.", ".", printed)


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site that is built and well."""
    site = Site(tmp_path_factory.mktemp("good") / "site")
    site.write("netblog.toml", CONFIG)
    site.post("hello", "Hello.\n\n## Part\n\nMore.", tags=["rete"])
    site.write("static/note.txt", "a note")
    site.built()
    return site.root


@pytest.mark.parametrize("path", sorted(CASES.glob("*.txt")), ids=lambda path: path.stem)
def test_an_invalid_site_is_told_what_is_wrong_and_loses_nothing(
    good: Path, tmp_path: Path, path: Path
) -> None:
    case = read_case(path)
    shutil.copytree(good, tmp_path / "site")
    site = Site.at(tmp_path / "site")
    before = site.tree()
    lay_out(case, site)
    outside = tree(tmp_path)
    status, printed = run(case, site)
    if REWRITE:
        text = path.read_text(encoding="utf-8")
        path.write_text(
            f"{text[: text.rindex('=== report')]}=== report {status}\n{printed}", encoding="utf-8"
        )
        return
    assert printed == case.report
    assert (status, status in (1, 2)) == (case.status, True)
    assert site.tree() == before, "the output of the last good build was touched"
    # Beside the cache, nothing at all was written or removed.
    sources = {name for name in outside if "/.netblog/" not in name}
    assert {name for name in tree(tmp_path) if "/.netblog/" not in name} == sources


@pytest.mark.slow
@pytest.mark.parametrize("path", sorted(CASES.glob("*.txt")), ids=lambda path: path.stem)
def test_an_invalid_site_that_was_never_built_is_told_the_same(tmp_path: Path, path: Path) -> None:
    """Nothing that the last build left in the cache changes what is said, and no output appears."""
    if REWRITE:
        pytest.skip("the reports are being written")
    case = read_case(path)
    site = Site(tmp_path / "site")
    site.post("hello", "Hello.\n\n## Part\n\nMore.", tags=["rete"])
    site.write("static/note.txt", "a note")
    lay_out(case, site)
    status, printed = run(case, site)
    assert (status, printed) == (case.status, case.report)
    assert not (site.root / "public").is_dir() or not any((site.root / "public").iterdir())
