"""Time netblog's builds, with Hugo over the same number of posts beside it where there is one.

usage: python benchmarks/builds.py N [--rounds R] [--hugo PROGRAM --hugo-site FOLDER]

cold            outputs and cache removed
nothing         again, nothing changed
body            one post's body edited
comment         one comment added to the export
template        a template of every post edited (an override of the theme's)

Wall seconds, medians over the rounds; the machine's speed and load change from hour to hour, so only the ratios
within one run mean anything. `../shared/bench/setup_peers.sh` makes the Hugo site; `race.py` there compares more.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from corpus import make


def timed(command: list[str], folder: Path) -> float:
    start = time.perf_counter()
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{command}: exit {done.returncode}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return time.perf_counter() - start


def wipe(site: Path) -> None:
    for name in ("public", ".netblog"):
        shutil.rmtree(site / name, ignore_errors=True)


def edit_body(site: Path) -> None:
    post = site / "content/posts/post-00042.md"
    post.write_text(post.read_text() + f"\nEdited at {time.time()}.\n")


def add_comment(site: Path) -> None:
    path = site / "content/comments/all.json"
    export = json.loads(path.read_text())
    export["comments"].append({**export["comments"][0], "id": f"wp:{time.time_ns()}"})
    path.write_text(json.dumps(export, indent=1))


def edit_template(site: Path) -> None:
    theme = Path(__file__).parents[1] / "themes/default/templates/post.html"
    override = site / "templates/post.html"
    override.parent.mkdir(exist_ok=True)
    override.write_text(theme.read_text() + f"{{# {time.time()} #}}")


STEPS: dict[str, Callable[[Path], None]] = {
    "cold": wipe,
    "nothing": lambda site: None,
    "body": edit_body,
    "comment": add_comment,
    "template": edit_template,
}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("number", type=int)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--hugo")
    parser.add_argument("--hugo-site", type=Path)
    given = parser.parse_args()
    netblog = [sys.executable, "-m", "netblog", "build", "--quiet"]
    with tempfile.TemporaryDirectory() as folder:
        site = Path(folder)
        make(site, given.number)
        seconds: dict[str, list[float]] = {}
        for _ in range(given.rounds):
            if given.hugo:
                shutil.rmtree(given.hugo_site / "public", ignore_errors=True)
                seconds.setdefault("hugo", []).append(timed([given.hugo, "--quiet"], given.hugo_site))
            for name, step in STEPS.items():
                step(site)
                seconds.setdefault(name, []).append(timed(netblog, site))
    peer = statistics.median(seconds["hugo"]) if given.hugo else None
    for name, found in seconds.items():
        ratio = f"  {statistics.median(found) / peer:6.3f} of Hugo" if peer else ""
        print(f"{name:10} {statistics.median(found):8.2f} s{ratio}")
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"largest process {peak:.0f} MB")


if __name__ == "__main__":
    main()
