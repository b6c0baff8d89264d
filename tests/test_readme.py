"""What the README and the documentation tell people to type is typed here, and what they claim is looked up."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

import click
import msgspec
import pytest

import netblog
from netblog.cli import main
from netblog.model import config as model
from netblog.model import view
from netblog.readers.config import read_config
from netblog.rules import scope
from netblog.themes import filters, translate
from sites import Site

ROOT = Path(__file__).parent.parent
PAGES = ROOT / "docs/content/pages"
TEXTS = sorted(
    [
        *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")),
        *(ROOT / "docs/content").rglob("*.md"),
        *(ROOT / "content").rglob("*.md"),
    ]
)

STARTED_ELSEWHERE = {"make", "pip", "python3", "cd", "rsync", ".venv/bin/python"}


def fenced(text: str, language: str) -> list[str]:
    """The code blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.M | re.S)


def section(text: str, heading: str) -> str:
    """What stands below a heading, up to the next of its level."""
    level = heading.partition(" ")[0]
    return re.split(rf"^{re.escape(heading)}.*$", text, maxsplit=1, flags=re.M)[1].partition(f"\n{level} ")[0]


def rows(text: str) -> list[list[str]]:
    """The cells of a table's body."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines[2:]]


def typed(text: str) -> list[str]:
    """The lines behind a `$` of the console blocks."""
    lines = "".join(fenced(text, "console")).splitlines()
    return [line[2:].partition("  #")[0].strip() for line in lines if line.startswith("$ ")]


@pytest.fixture
def shell(tmp_path: Path) -> Any:
    """Run lines in one shell, as somebody would who has netblog installed; what they printed."""
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "netblog").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m netblog "$@"\n')
    (programs / "netblog").chmod(0o755)
    env = {
        **os.environ,
        "PATH": f"{programs}:{os.environ['PATH']}",
        "PYTHONPATH": str(Path(netblog.__file__).parent.parent),
    }
    home = tmp_path / "home"
    home.mkdir()

    def shell(lines: list[str]) -> str:
        script = "set -e\n" + "\n".join(lines)
        done = subprocess.run(
            ["sh", "-c", script], cwd=home, env=env, capture_output=True, text=True, check=False, timeout=120
        )
        assert done.returncode == 0 and done.stderr == "", f"{script}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    shell.home = home  # type: ignore[attr-defined]
    return shell


# -- what is typed -------------------------------------------------------------------------------------


def test_the_readme_makes_a_blog(shell: Any) -> None:
    install, *lines = typed(section((ROOT / "README.md").read_text("utf-8"), "## Your own blog"))
    assert install == "pip install ."  # tests/test_wheel.py does that
    assert len(lines) > 1
    assert shell(lines).count("Built ") == 2
    assert (shell.home / "x/public/posts/title/index.html").exists()


def test_the_two_commands_of_the_readme_are_there() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    wanted = typed(section((ROOT / "README.md").read_text("utf-8"), "## Two commands"))
    assert [line.split()[:2] for line in wanted] == [["make", "site"], ["make", "test"]]
    for line in typed((ROOT / "CONTRIBUTING.md").read_text("utf-8")):
        assert re.search(rf"^{line.split()[1]}:", makefile, re.M)


def test_the_comments_of_the_readme_appear_on_the_page(tmp_path: Path) -> None:
    (example,) = fenced((ROOT / "README.md").read_text("utf-8"), "json")
    site = Site(tmp_path, {"content/comments/first.json": example})
    site.post("hello")
    assert site.built(strict=True).comments == 1
    page = site.page("posts/hello/index.html")
    assert "A <code>List&lt;int&gt;</code> survives, and so does <em>emphasis</em>." in page


def test_getting_started_gets_started(shell: Any) -> None:
    text = (PAGES / "getting-started.md").read_text("utf-8")
    told = shell(typed(text))
    assert "content/posts/a-quiet-morning.md" in told and "Built 1 post, 1 page and 1 comment" in told
    (front,) = fenced(text, "markdown")
    written = (shell.home / "blog/content/posts/a-quiet-morning.md").read_text("utf-8")
    times = r"date: [0-9:+ -]+"
    assert re.sub(times, "", written).strip() == re.sub(times, "", front).strip()


def test_the_comments_of_the_documentation_are_read(tmp_path: Path) -> None:
    example = fenced((PAGES / "comments.md").read_text("utf-8"), "json")[0]
    page = json.loads(example)["comments"][0]["page"]
    site = Site(tmp_path, {"content/comments/all.json": example})
    site.post("fare-rete", aliases=[page])
    assert site.built(strict=True).comments == 1


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_examples_of_settings_are_settings(path: Path) -> None:
    for example in fenced(path.read_text("utf-8"), "toml"):
        values = tomllib.loads(example)
        if values.keys() <= set(model.Config.__struct_fields__):
            read_config(example.encode(), path.name)
        else:
            assert path.name in ("themes.md", "a-theme-is-a-folder.md") or "+++" in example, example


# -- commands ------------------------------------------------------------------------------------------


def commands(group: click.Group = main, name: str = "") -> Iterator[tuple[str, click.Command]]:
    for short, command in group.commands.items():
        full = f"{name} {short}".strip()
        if isinstance(command, click.Group):
            yield from commands(command, full)
        else:
            yield full, command


COMMANDS = dict(commands())
MANUAL = (PAGES / "command-line.md").read_text("utf-8")
COMING = {row[0].strip("`").split()[1] for row in rows(section(MANUAL, "## Coming"))}


def test_what_is_coming_is_not_there() -> None:
    assert COMING and not COMING & main.commands.keys()


def test_the_manual_has_a_section_for_every_command() -> None:
    sections = {
        " ".join(word for word in found.split() if word.islower())
        for found in re.findall(r"^## `netblog (.*?)`", MANUAL, re.M)
    }
    assert sections == COMMANDS.keys()


@pytest.mark.parametrize("name", COMMANDS)
def test_the_manual_has_every_option(name: str) -> None:
    told = [re.findall(r"`(-[^`]+)`", row[0]) for row in rows(section(MANUAL, f"## `netblog {name}"))]
    real = [
        list(option.opts)
        for option in COMMANDS[name].params
        if isinstance(option, click.Option) and not option.hidden
    ]
    assert sorted(told) == sorted(real)


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_commands_that_are_spoken_of_are_there_or_coming(path: Path) -> None:
    text = path.read_text("utf-8")
    lines = [line for line in typed(text) + fenced(text, "bash") if "netblog" in line]
    spoken = [*re.findall(r"`(netblog [^`]+)`", text), *lines]
    for line in spoken:
        for part in re.findall(r"netblog ((?:[^&|;>\n)]|\n(?!netblog))+)", line):
            words = part.split()
            if words[0] in COMING:
                assert "coming" in text.lower() or "arrivando" in text, f"{line}: say that it is coming"
            elif words[0].isupper() or words[0].startswith("-"):
                continue
            else:
                name = words[0] if words[0] != "new" else " ".join(words[:2])
                assert name in COMMANDS, line
                known = {word for option in COMMANDS[name].params for word in option.opts} | {"--help"}
                assert {word for word in words[1:] if word.startswith("-")} <= known, line


def test_nothing_else_is_to_be_typed() -> None:
    for path in TEXTS:
        for line in typed(path.read_text("utf-8")):
            for part in re.split(r" && ", line):
                assert part.split()[0] in {"netblog", *STARTED_ELSEWHERE}, f"{path}: {line}"


# -- settings ------------------------------------------------------------------------------------------


def tables(struct: type[msgspec.Struct] = model.Config, name: str = "") -> Iterator[tuple[str, type[msgspec.Struct]]]:
    """Every table of netblog.toml by its heading, with the struct that says what is in it."""
    wild = {"taxonomies": "NAME", "terms": "SLUG", "languages": "CODE"}
    for field, hint in get_type_hints(struct).items():
        heading = f"{name}.{field}".strip(".")
        inner = get_args(hint)[-1] if get_origin(hint) is dict else hint
        if get_origin(inner) is tuple:
            inner = get_args(inner)[0]
        if not (isinstance(inner, type) and issubclass(inner, msgspec.Struct)):
            continue
        if get_origin(hint) is dict and field in wild:
            heading = f"{heading}.{wild[field]}"
        yield heading, inner
        yield from tables(inner, heading)


TABLES = dict(tables())
SETTINGS = (PAGES / "configuration.md").read_text("utf-8")


def test_every_table_has_a_section() -> None:
    told = set(re.findall(r"^## `\[(.+?)\]`", SETTINGS, re.M))
    assert told == {*TABLES, "deploy.NAME"}


@pytest.mark.parametrize("name", TABLES)
def test_every_setting_is_told_with_its_default(name: str) -> None:
    told = {row[0].strip("`"): row[1] for row in rows(section(SETTINGS, f"## `[{name}]`"))}
    hints = get_type_hints(TABLES[name])
    plain = [
        field
        for field in msgspec.structs.fields(TABLES[name])
        if get_origin(hints[field.name]) is not dict and not hasattr(hints[field.name], "__struct_fields__")
    ]
    assert list(told) == [field.name for field in plain]
    for field in plain:
        default = "" if field.required else field.default
        shown = default if isinstance(default, str) else json.dumps(default)
        # Where the default is made of other things, the manual says in words of which.
        assert told[field.name] == f"`{shown}`" or (shown == "" and "`" not in told[field.name]), field.name


# -- what templates are handed, and the rooms of the house ---------------------------------------------


VIEWS = {
    "`site`": {name for name in vars(scope.SiteScope) if not name.startswith("_")},
    "`page`": set(view.PageView.__dataclass_fields__),
    "`post`": set(view.PostView.__dataclass_fields__),
    "a card (`posts`, `post.related`, `site.recent(n)`)": set(view.CardView.__dataclass_fields__),
    "`post.comments`": set(view.CommentsView.__dataclass_fields__) | {"threads", "pings", "reactions", "html"},
    "`pager`": set(view.Pager.__dataclass_fields__),
    "a term": set(view.TermView.__dataclass_fields__),
    "`post.series`": set(view.SeriesView.__dataclass_fields__),
    "`groups`": set(view.ArchiveGroup.__dataclass_fields__),
}


@pytest.mark.parametrize("name", VIEWS)
def test_the_manual_tells_themes_all_that_they_are_handed(name: str) -> None:
    text = (PAGES / "themes.md").read_text("utf-8")
    found = re.search(rf"^{re.escape(name)}\n: (.*?)\n\n", text, re.M | re.S)
    assert found is not None
    assert set(re.findall(r"`(\w+)", found[1])) == VIEWS[name]


def test_the_manual_tells_themes_every_filter_and_function() -> None:
    told = section((PAGES / "themes.md").read_text("utf-8"), "## Functions and filters")
    assert set(re.findall(r"`\\\|(\w+)", told)) == set(filters.FILTERS)
    assert set(translate.functions(translate.Translator())) <= set(re.findall(r"`(\w+)[(`]", told))


def test_every_room_and_every_rule_is_in_the_plan_of_the_house() -> None:
    plan = (ROOT / "docs/architecture.md").read_text("utf-8")
    rooms = section(plan, "## Rooms")
    for path in sorted((ROOT / "src/netblog").iterdir()):
        if path.suffix == ".py" or path.is_dir():
            name = path.name if path.is_file() else f"{path.name}/"
            assert name.startswith("__") or f" {name} " in rooms, name
    for path in (ROOT / "src/netblog/rules").glob("[a-z]*.py"):
        assert f"`{path.stem}`" in rooms, path.name


def test_the_documentation_builds_without_a_warning(tmp_path: Path) -> None:
    assert Site.copy(ROOT / "docs", tmp_path / "docs").built(strict=True, now=None).pages > 10
