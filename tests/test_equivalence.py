"""The invariant: an incremental build equals a clean one byte for byte, and a second build writes nothing."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from equivalence import Editor
from equivalence_more import Attacker
from netblog.errors import NetblogError
from netblog.model.report import BuildReport
from sites import Site, tree

ROUNDS = 12


def differences(one: dict[str, bytes], other: dict[str, bytes]) -> list[str]:
    return sorted(path for path in {**one, **other} if one.get(path) != other.get(path))


def attempt(site: Site, options: dict[str, object]) -> BuildReport | list[tuple[object, ...]]:
    """Build; a configuration or theme that cannot be used gives its problems."""
    try:
        return site.build(**options)
    except NetblogError as error:
        return [(p.message, p.path, p.line) for p in error.problems]


def compare(editor: Editor, elsewhere: Path) -> None:
    """One round: build, compare with a clean build of the same sources, build again."""
    site, options = editor.site, {**editor.options}
    output = str(options.get("output", "public"))
    told = f"after {editor.log[-40:]} with {options}"
    before = tree(site.root / output)
    built = attempt(site, options)
    clean = Site.copy(site.root, elsewhere)
    fresh = attempt(clean, options)
    if isinstance(built, list) or isinstance(fresh, list):
        assert built == fresh, told
        return
    assert [(p.message, p.path, p.line) for p in built.problems] == [
        (p.message, p.path, p.line) for p in fresh.problems
    ], told
    assert built.ok == fresh.ok, told
    if not built.ok:
        assert differences(site.tree() if output == "public" else tree(site.root / output), before) == [], told
        return
    assert (built.posts, built.comments, built.withheld) == (fresh.posts, fresh.comments, fresh.withheld), (
        told
    )
    assert differences(tree(site.root / output), tree(elsewhere / output)) == [], told
    options.pop("clean", None)
    again = site.build(**options)
    assert (again.written, again.removed, again.rules_run) == ((), (), 0), told


def run(folder: Path, seed: int, rounds: int, check: bool = False, kind: type[Editor] = Editor) -> Editor:
    editor = kind(Site(folder / "site"), seed)
    editor.start()
    editor.site.built()
    for _ in range(rounds):
        editor.step()
        if check:
            editor.options = {**editor.options, "check": True}
        compare(editor, folder / "clean")
    return editor


@pytest.mark.parametrize("seed", range(4))
def test_random_edits_leave_what_a_clean_build_makes(tmp_path: Path, seed: int) -> None:
    print(f"seed {seed}")
    run(tmp_path, seed, ROUNDS)


@pytest.mark.parametrize("seed", range(3))
def test_anything_that_happens_between_two_builds_leaves_what_a_clean_build_makes(tmp_path: Path, seed: int) -> None:
    print(f"seed {seed}")
    run(tmp_path, seed, ROUNDS, kind=Attacker)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(200, 205))
def test_anything_that_happens_often_leaves_what_a_clean_build_makes(tmp_path: Path, seed: int) -> None:
    print(f"seed {seed}")
    run(tmp_path, seed, 20, kind=Attacker)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 114))
def test_many_random_edits_leave_what_a_clean_build_makes(tmp_path: Path, seed: int) -> None:
    print(f"seed {seed}")
    run(tmp_path, seed, ROUNDS)


def test_every_rule_is_pure_and_every_value_survives_being_stored(tmp_path: Path) -> None:
    run(tmp_path, 7, 6, check=True)


@pytest.mark.parametrize("seed", [1, 2])
def test_any_number_of_workers_makes_the_same_bytes(tmp_path: Path, seed: int) -> None:
    editor = Editor(Site(tmp_path / "site"), seed)
    editor.start()
    for _ in range(60):
        editor.add_post()
    editor.site.built(jobs=1)
    one = editor.site.tree()
    for jobs in (2, 3):
        shutil.rmtree(editor.site.root / "public")
        shutil.rmtree(editor.site.root / ".netblog")
        editor.site.built(jobs=jobs)
        assert differences(one, editor.site.tree()) == []
