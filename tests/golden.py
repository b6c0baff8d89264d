"""The golden sites: small whole sites with the exact output they make, file by file.

Each folder of `tests/sites_golden/` but `theme` is a site; its `expected/` is what a build makes of the rest.
They share the tiny theme in `theme/`, so that edits of the default theme do not touch them. After a change
that is meant to change output, write the expected trees anew and read the diff:

    PYTHONPATH=src python tests/golden.py            all sites
    PYTHONPATH=src python tests/golden.py plain      one of them
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from sites import Site

FOLDER = Path(__file__).parent / "sites_golden"
SITES = tuple(sorted(path.name for path in FOLDER.iterdir() if (path / "netblog.toml").is_file()))


def lay_out(name: str, folder: Path) -> Site:
    """The sources of a golden site in a folder of their own, with the theme."""
    shutil.copytree(FOLDER / name, folder, ignore=shutil.ignore_patterns("expected"))
    shutil.copytree(FOLDER / "theme", folder / "themes" / "tiny")
    return Site.at(folder)


def write(name: str) -> int:
    """Write the expected tree of a site anew; how many files it has."""
    with tempfile.TemporaryDirectory() as folder:
        site = lay_out(name, Path(folder) / "site")
        site.built()
        expected = FOLDER / name / "expected"
        shutil.rmtree(expected, ignore_errors=True)
        shutil.copytree(site.root / "public", expected)
        return len(site.tree())


if __name__ == "__main__":
    for name in sys.argv[1:] or SITES:
        print(f"{name}: {write(name)} files")
