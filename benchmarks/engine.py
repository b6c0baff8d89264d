"""The engine alone: 100,000 keys with 700,000 reads over 10,000 files. Run it with `python benchmarks/engine.py`.

Three builds, each by a new engine: the first, one without an edit, and one after an edit that is cut off after
three keys. What is timed is the engine's own work: the rules do next to nothing.
"""

from __future__ import annotations

import argparse
import cProfile
import gc
import pstats
import resource
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from netblog.engine import Engine, Fetch, Files, Input, Key, Ruleset, Store, rule

FILE: Input[bytes | None] = Input("file")
FILES = 10_000
LAYERS = 7
"""Of cells, each of which reads nine or ten keys of the layer below."""


@rule
def raw(fetch: Fetch, number: str) -> str:
    return (fetch(FILE(f"{number}.txt")) or b"").decode()


@rule
def meta(fetch: Fetch, number: str) -> str:
    return fetch(raw(number)).strip()


@rule
def title(fetch: Fetch, number: str) -> str:
    return fetch(meta(number)).partition(" ")[0]


@rule
def cell(fetch: Fetch, layer: str, number: str) -> int:
    below, at = int(layer) - 1, int(number)
    reads = [str(read % FILES) for read in range(at, at + 9 + (at % 7 < 4))]
    if below < 0:
        return sum(len(fetch(title(read))) for read in reads)
    return sum(fetch(cell(str(below), read)) for read in reads) % 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--profile", action="store_true", help="tell where the time goes")
    options = parser.parse_args()
    # As a build of a site has it: see pipeline.py.
    gc.set_threshold(200_000, 20, 1000)
    with tempfile.TemporaryDirectory() as folder:
        run(Path(folder), options.profile)


def run(root: Path, profile: bool) -> None:
    (root / "files").mkdir()
    for number in range(FILES):
        (root / "files" / f"{number}.txt").write_text(f"title{number} and a body\n")
    # A stamp this fresh proves nothing, and every file would be read again.
    time.sleep(2.5)
    goals: list[Key[int]] = [cell(str(LAYERS - 1), str(number)) for number in range(FILES)]

    def build(label: str, expected: int) -> None:
        with timed(f"{label}: open and update", profile):
            store = Store(root / "cache" / "cache.sqlite", b"benchmark")
            engine = Engine(Ruleset([raw, meta, title, cell]), {"file": Files(root / "files")}, store)
            engine.update()
        with timed(f"{label}: bring {len(goals):,} keys", profile):
            brought = engine.bring(goals)
        with timed(f"{label}: commit", profile):
            engine.commit()
        assert len(brought.digests) == len(goals)
        assert len(engine.state.ran) == expected, f"{len(engine.state.ran)} keys ran"
        store.close()

    build("first build", FILES * (3 + LAYERS))
    build("no edit", 0)
    (root / "files" / "77.txt").write_text("title77 and another body\n")
    build("one edit", 3)
    size = (root / "cache" / "cache.sqlite").stat().st_size
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"{'cache on disk':<40} {size / 1e6:8.0f} MB\n{'peak memory':<40} {peak / 1e3:8.0f} MB")


@contextmanager
def timed(label: str, profile: bool) -> Iterator[None]:
    profiler = cProfile.Profile() if profile else None
    began = time.perf_counter()
    if profiler:
        profiler.enable()
    yield
    if profiler:
        profiler.disable()
    print(f"{label:<40} {(time.perf_counter() - began) * 1000:8.0f} ms")
    if profiler:
        pstats.Stats(profiler).sort_stats("tottime").print_stats(14)


if __name__ == "__main__":
    main()
