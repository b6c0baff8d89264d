"""The engine against running everything afresh, in random worlds; and wrong engines, which must not pass."""

from __future__ import annotations

from pathlib import Path

import bench
import pytest
import worlds
import wrong_engines

from netblog.engine import build
from netblog.errors import NetblogError

SEEDS = 150
PATIENCE = 400


@pytest.mark.parametrize("tens", range(0, SEEDS, 10))
def test_every_build_of_a_random_site_comes_to_what_a_first_build_comes_to(tens: int) -> None:
    for seed in range(tens, tens + 10):
        worlds.live(seed)


@pytest.mark.slow
def test_a_thousand_more_random_sites_do_too() -> None:
    for seed in range(10_000, 11_000):
        worlds.live(seed)


def test_so_does_a_build_shared_among_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "BATCH", 2)
    for seed in range(12):
        worlds.live(seed, jobs=3, builds=4)


def test_the_worlds_hold_failures_and_values_and_much_work() -> None:
    assert sum(worlds.live(seed) for seed in range(20)) > 400


@pytest.mark.parametrize("scene", bench.SCENES, ids=lambda scene: scene.__name__)
def test_a_scene_in_which_one_step_decides(scene: bench.Scene, tmp_path: Path) -> None:
    scene(tmp_path)


def _fails(tmp_path: Path) -> bool:
    """Whether the engine as it is now is found out."""
    for number, scene in enumerate(bench.SCENES):
        try:
            scene(tmp_path / str(number))
        except (Exception, NetblogError):
            return True
    for seed in range(PATIENCE):
        try:
            worlds.live(seed)
        except Exception:
            return True
    return False


@pytest.mark.parametrize("name", wrong_engines.FAULTS)
def test_an_engine_is_found_out_in_which(name: str, tmp_path: Path) -> None:
    with wrong_engines.FAULTS[name]():
        assert _fails(tmp_path)


def test_clean_at_the_rank_of_the_wave_is_the_same_as_clean_below_it(tmp_path: Path) -> None:
    """Not a fault: what is affected at the wave's own rank reads what lies below, so it has joined the wave already."""
    with wrong_engines.clean_at_the_wave():
        for number, scene in enumerate(bench.SCENES):
            scene(tmp_path / str(number))
        for seed in range(60):
            worlds.live(seed)
