"""What people install is the wheel, so the wheel is built, installed and used, far away from this source tree."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from pathlib import Path
from shutil import which

import pytest

from netblog import __version__

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

ROOT = Path(__file__).parent.parent
OLDEST, NEWEST = 11, 14
"""Minor versions of Python 3 that are looked for."""


def run(*command: str | Path, cwd: Path, status: int = 0) -> str:
    """Run without a trace of the source tree in the environment; what it printed."""
    unwanted = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "PIP_CONSTRAINT", "PIP_BUILD_CONSTRAINT")
    env = {name: value for name, value in os.environ.items() if name not in unwanted}
    done = subprocess.run(
        [str(word) for word in command], cwd=cwd, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == status, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def interpreters() -> list[Path]:
    """The other versions of Python on this machine, wherever pyenv or the system put them."""
    found = {}
    for minor in range(OLDEST, NEWEST + 1):
        kept = sorted((Path.home() / ".pyenv/versions").glob(f"3.{minor}.*/bin/python3"))
        on_path = which(f"python3.{minor}")
        for path in [*kept, *([Path(on_path)] if on_path else [])]:
            asked = subprocess.run(
                [path, "-c", "import sys, venv; print(sys.version_info[1])"],
                capture_output=True,
                text=True,
                check=False,
            )
            if asked.stdout.strip() == str(minor) != str(sys.version_info[1]):
                found.setdefault(minor, path)
    return list(found.values())


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sdist, and the wheel that was built out of it."""
    folder = tmp_path_factory.mktemp("dist")
    # The build backend is part of the test extra, so that nothing need be fetched.
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ROOT, cwd=folder)
    return folder


def wheel_of(dist: Path) -> Path:
    (wheel,) = dist.glob("netblog-*.whl")
    return wheel


def use(python: Path, folder: Path) -> None:
    """Make a site with an installed netblog, build it, edit it, build it again."""
    netblog = python.parent / "netblog"
    where = run(python, "-c", "import netblog; print(netblog.__file__)", cwd=folder).strip()
    assert Path(where).is_relative_to(python.parent.parent) and not Path(where).is_relative_to(ROOT)
    assert run(netblog, "--version", cwd=folder) == f"netblog, version {__version__}\n"
    run(netblog, "init", "x", "--title", "From a wheel", cwd=folder)
    site = folder / "x"
    first = json.loads(run(netblog, "build", "--strict", "--json", cwd=site))
    assert (first["ok"], first["posts"], first["comments"]) == (True, 1, 1)
    page = (site / "public/posts/hello/index.html").read_text("utf-8")
    assert "From a wheel" in page and "It will outlive the software" in page and "/style.css?v=" in page
    theme = ROOT / "themes/default/static/style.css"
    assert (site / "public/style.css").read_bytes() == theme.read_bytes()
    again = json.loads(run(netblog, "build", "--json", cwd=site))
    assert (again["written"], again["rules_run"]) == ([], 0)
    run(netblog, "new", "post", "Ciao, mondo", cwd=site)
    third = json.loads(run(netblog, "build", "--strict", "--json", cwd=site))
    assert "posts/ciao-mondo/index.html" in third["written"]
    assert "posts/ciao-mondo/index.html is made from" in run(netblog, "why", "/posts/ciao-mondo/", cwd=site)


def test_an_installed_wheel_makes_and_builds_a_site(dist: Path, tmp_path: Path) -> None:
    run(sys.executable, "-m", "venv", "--without-pip", tmp_path / "venv", cwd=tmp_path)
    python = tmp_path / "venv/bin/python"
    # Only then the libraries: pip would find this very netblog among them, and count it as installed.
    run(sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--quiet", "--no-deps", "--no-index",
        wheel_of(dist), cwd=tmp_path)  # fmt: skip
    (packages,) = (tmp_path / "venv/lib").glob("python3*/site-packages")
    paths = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (packages / "libraries.pth").write_text("".join(f"{path}\n" for path in sorted(paths)))
    use(python, tmp_path)


@pytest.mark.parametrize("interpreter", interpreters(), ids=lambda path: f"{path}")
def test_an_installed_wheel_works_with_another_python(
    interpreter: Path, dist: Path, tmp_path: Path
) -> None:
    run(interpreter, "-m", "venv", tmp_path / "venv", cwd=tmp_path)
    python = tmp_path / "venv/bin/python"
    run(python, "-m", "pip", "install", "--quiet", "--quiet", "--disable-pip-version-check",
        "--constraint", ROOT / "constraints.txt", wheel_of(dist), cwd=tmp_path)  # fmt: skip
    use(python, tmp_path)


def test_the_wheel_holds_the_package_and_the_theme_and_nothing_else(dist: Path) -> None:
    names = set(zipfile.ZipFile(wheel_of(dist)).namelist())
    source = {path.relative_to(ROOT / "src").as_posix() for path in (ROOT / "src/netblog").rglob("*.py")}
    theme = {
        f"netblog/_bundle/{path.relative_to(ROOT).as_posix()}"
        for path in (ROOT / "themes").rglob("*")
        if path.is_file()
    }
    info = {name for name in names if name.startswith(f"netblog-{__version__}.dist-info/")}
    assert names == source | theme | info | {"netblog/py.typed"}


def test_the_sdist_holds_what_the_tests_need(dist: Path) -> None:
    (path,) = dist.glob("netblog-*.tar.gz")
    with tarfile.open(path) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    made = {"public", ".netblog", "__pycache__"}
    needed = {
        path.relative_to(ROOT).as_posix()
        for folder in ("src", "tests", "themes", "content", "static", "data", "docs", ".ci")
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and not made & set(path.relative_to(ROOT).parts)
    }
    needed |= {"pyproject.toml", "netblog.toml", "Makefile", "constraints.txt", "README.md", "LICENSE"}
    needed |= {"CHANGELOG.md", "CONTRIBUTING.md", ".gitignore"}
    assert needed <= names, sorted(needed - names)
    assert not {name for name in names if made & set(name.split("/"))}
