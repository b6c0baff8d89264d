"""Every command as a person meets it: what it prints, where, and with which exit status."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

import netblog
from netblog import __version__
from netblog.cli import main
from netblog.readers.config import read_config
from sites import Site, comment

Run = Callable[..., Result]


def commands(group: click.Group = main, name: str = "") -> Iterator[tuple[str, click.Command]]:
    """Every command with its full name."""
    for short, command in group.commands.items():
        full = f"{name} {short}".strip()
        yield full, command
        if isinstance(command, click.Group):
            yield from commands(command, full)


COMMANDS = dict(commands())


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run netblog in an empty folder. Nothing may end in a traceback."""
    monkeypatch.chdir(tmp_path)

    def run(*args: str, status: int = 0) -> Result:
        result = CliRunner().invoke(main, args, catch_exceptions=False)
        assert result.exit_code == status, result.output
        assert "Traceback" not in result.output
        return result

    return run


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """A small site in the folder that commands run in."""
    site = Site(tmp_path)
    site.post("hello", "The first words.", tags=["Rete"])
    site.post("later", date="2999-01-01")
    site.post("sketch", draft=True)
    site.write("content/pages/about.md", "---\ntitle: About\n---\nWe.\n")
    site.comments(comment(1, "/posts/hello/"))
    return site


# -- help ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", COMMANDS)
def test_help_describes_every_option_and_argument(name: str, run: Run) -> None:
    command = COMMANDS[name]
    shown = run(*name.split(), "--help").stdout
    assert command.help and command.help.split(".")[0].split("\n")[0] in shown
    for parameter in command.params:
        if isinstance(parameter, click.Option) and not parameter.hidden:
            assert parameter.help, parameter.name
            assert parameter.help.endswith(".")
            for option in parameter.opts:
                assert re.search(rf"(?<![\w-]){option}(?![\w-])", shown)
        elif isinstance(parameter, click.Argument):
            assert (parameter.metavar or parameter.name or "").upper() in shown


def test_help_of_the_program_lists_every_command(run: Run) -> None:
    shown = run("--help").stdout
    assert all(re.search(rf"^  {name} +\S", shown, re.M) for name in COMMANDS if " " not in name)
    assert run("-h").stdout == shown


def test_the_version(run: Run) -> None:
    assert run("--version").stdout == f"netblog, version {__version__}\n"


@pytest.mark.parametrize("args", [("biuld",), ("build", "--bogus"), ("why",), ("new", "post"), ("new", "thing", "x")])
def test_wrong_usage_is_2_and_says_how_it_is_right(args: tuple[str, ...], run: Run) -> None:
    result = run(*args, status=2)
    assert "--help" in result.stderr and result.stdout == ""


# -- init ----------------------------------------------------------------------------------------------


def test_init_makes_a_site_that_builds_without_a_warning(run: Run, tmp_path: Path) -> None:
    made = run("init", "blog").stdout
    assert "netblog.toml" in made and "cd blog && netblog build" in made
    assert "1 post, 1 page and 1 comment" in run("build", "-s", "blog", "--strict").stdout
    assert "It will outlive" in (tmp_path / "blog/public/posts/hello/index.html").read_text()


def test_init_in_this_folder_overwrites_nothing(run: Run, tmp_path: Path) -> None:
    mine = tmp_path / "content/posts/hello.md"
    mine.parent.mkdir(parents=True)
    mine.write_text("---\ntitle: Mine\ndate: 2024-01-01\n---\nMine.\n")
    made = run("init").stdout
    assert "hello.md" not in made and "cd " not in made
    assert "Mine." in mine.read_text()
    run("build", "--strict")


def test_init_where_a_site_is_changes_nothing(run: Run, site: Site) -> None:
    before = site.read("netblog.toml")
    result = run("init", status=2)
    assert "already" in result.stderr and "hint:" in result.stderr
    assert site.read("netblog.toml") == before and not (site.root / ".gitignore").exists()


@pytest.mark.parametrize(
    "title",
    [
        'He said "hi" \\ it\'s',
        "two\nlines",
        "tab\tbell\x07del\x7f",
        "nel\x85sep\u2028bom\ufeff",
        "emoji 🎉 é {braces}",
        "# [x] = 1",
        "",
    ],
)
def test_init_writes_odd_answers_as_they_are(title: str, run: Run, tmp_path: Path) -> None:
    run("init", "--title", title, "--author", title)
    assert tomllib.loads((tmp_path / "netblog.toml").read_text("utf-8"))["site"]["title"] == title
    run("build", "--strict")


@pytest.mark.parametrize(
    ("option", "answer"),
    [
        ("--timezone", "Mars/Base"),
        ("--timezone", "../../etc/passwd"),
        ("--url", "example.com"),
        ("--url", ""),
        ("--url", "https://[::1"),
        ("--language", "x"),
        ("--language", "klingon please"),
        ("--title", "half \udcff"),
    ],
)
def test_init_with_an_answer_that_cannot_be_writes_nothing(
    option: str, answer: str, run: Run, tmp_path: Path
) -> None:
    said = run("init", "blog", option, answer, status=2).stderr
    assert said.startswith("error: ") and option[2:] in said and "hint:" in said
    assert "netblog.toml:" not in said
    assert list(tmp_path.iterdir()) == []


def test_init_below_a_file_is_an_error_in_words(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert "cannot be written" in run("init", "file/blog", status=1).stderr


# -- new -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "path"),
    [
        ("Fare rete: città", "content/posts/fare-rete-città.md"),
        ("日本語の題", "content/posts/日本語の題.md"),
        ("C++ & C#", "content/posts/c-plus-plus-c-sharp.md"),
        ("../../etc/passwd", "content/posts/etc-passwd.md"),
        (' "quoted": [yes] # no ', "content/posts/quoted-yes-no.md"),
        ("two\nlines\x85\x07 🎉", "content/posts/two-lines.md"),
    ],
)
def test_a_new_post_is_called_after_its_title_and_builds(
    title: str, path: str, run: Run, site: Site
) -> None:
    assert run("new", "post", title).stdout == f"{path}\n"
    site.write(path, site.read(path) + "Words.\n")
    report = site.build(now=None, strict=True)
    assert report.ok and report.posts == 2, report.problems
    found = json.loads(site.page("feed.json"))["items"]
    assert title.strip() in [item["title"] for item in found] or "\n" in title


def test_a_new_post_has_what_was_asked_for(run: Run, site: Site) -> None:
    asked = ("--tag", "Rete", "-t", 'a, "b"', "--draft", "--bundle", "--slug", "Mio Post")
    assert run("new", "post", "Title", *asked).stdout == "content/posts/mio-post/index.md\n"
    written = site.read("content/posts/mio-post/index.md")
    assert 'tags: ["Rete", "a, \\"b\\""]' in written and "draft: true" in written
    assert site.build(now=None, strict=True).ok
    assert site.build(now=None, strict=True, drafts=True).posts == 3


def test_a_new_page_has_no_date(run: Run, site: Site) -> None:
    assert run("new", "page", "Colophon").stdout == "content/pages/colophon.md\n"
    assert site.read("content/pages/colophon.md") == '---\ntitle: "Colophon"\n---\n\n'
    assert site.build(strict=True).pages == 2


def test_a_new_post_in_another_language(run: Run, site: Site) -> None:
    assert "no language 'it'" in run("new", "post", "Ciao", "--lang", "it", status=2).stderr
    site.write("netblog.toml", site.read("netblog.toml") + '[languages.it]\ntitle = "Filo"\n')
    assert run("new", "post", "Ciao", "--lang", "it").stdout == "content/posts/ciao.it.md\n"
    assert run("new", "post", "Hi", "--lang", "en").stdout == "content/posts/hi.md\n"
    assert site.build(now=None, strict=True).ok
    assert (site.root / "public/it/posts/ciao/index.html").exists()


def test_a_new_post_never_overwrites(run: Run, site: Site) -> None:
    before = site.read("content/posts/hello.md")
    result = run("new", "post", "Hello", status=1)
    assert "there already" in result.stderr and "--slug" in result.stderr
    assert site.read("content/posts/hello.md") == before


@pytest.mark.parametrize("title", ["", "   ", "\n", "half \udcff"])
def test_a_post_needs_a_title(title: str, run: Run, site: Site) -> None:
    before = sorted(site.root.rglob("*"))
    assert "title" in run("new", "post", title, status=2).stderr
    assert sorted(site.root.rglob("*")) == before


def test_new_where_no_site_is(run: Run) -> None:
    assert "netblog init" in run("new", "post", "x", status=2).stderr


# -- build ---------------------------------------------------------------------------------------------


def test_build_says_what_there_is_and_what_was_withheld(run: Run, site: Site) -> None:
    result = run("build")
    assert result.stderr == ""
    assert re.match(
        r"Built 1 post, 1 page and 1 comment in \S+ s: \d+ files written, 0 unchanged, 0 removed\.\n",
        result.stdout,
    )
    assert "content/posts/sketch.md (Sketch): a draft" in result.stdout
    assert "content/posts/later.md (Later): not before 2999-01-01" in result.stdout


def test_build_with_drafts_and_future(run: Run, site: Site) -> None:
    assert "Built 3 posts" in run("build", "--drafts", "--future").stdout
    assert "2 removed" not in run("build", "--drafts").stdout
    assert not (site.root / "public/posts/later/index.html").exists()


def test_build_says_on_stderr_what_is_wrong_and_publishes_nothing(run: Run, site: Site) -> None:
    run("build")
    before = site.tree()
    site.post("broken", date="2024-02-30")
    site.write("content/posts/worse.md", "---\ntitle: [\n---\n")
    result = run("build", status=1)
    assert "content/posts/broken.md:3:" in result.stderr and "content/posts/worse.md:" in result.stderr
    assert "Nothing was published: 2 errors" in result.stdout
    assert site.tree() == before


def test_build_strict_makes_a_warning_fail(run: Run, site: Site) -> None:
    site.post("odd", titel="x")
    result = run("build")
    assert "warning: " in result.stderr and "1 warning" in result.stdout
    strict = run("build", "--strict", status=1)
    assert strict.stderr == result.stderr and "Nothing was published" in strict.stdout


def test_build_quiet_prints_problems_only(run: Run, site: Site) -> None:
    result = run("build", "--quiet")
    assert result.output == ""
    site.post("odd", titel="x")
    result = run("build", "-q")
    assert result.stdout == "" and "warning: " in result.stderr


def test_build_json_is_told_of_a_configuration_too(run: Run, site: Site) -> None:
    site.write("netblog.toml", "[sit]\n")
    report = json.loads(run("build", "--json", status=2).stdout)
    assert (report["format"], report["ok"], report["errors"]) == ("netblog-report", False, 1)
    assert report["problems"][0]["line"] == 1


@pytest.mark.parametrize("more", [(), ("--quiet",), ("--verbose",), ("--explain",), ("--strict",)])
def test_build_json_is_one_object_on_stdout(more: tuple[str, ...], run: Run, site: Site) -> None:
    site.post("odd", titel="x")
    result = run("build", "--json", *more, status=int("--strict" in more))
    report: dict[str, Any] = json.loads(result.stdout)
    assert report["format"] == "netblog-report" and report["warnings"] == 1
    assert report["ok"] is ("--strict" not in more)
    assert "warning: " in result.stderr
    assert bool(report["explained"]) == ("--explain" in more)


def test_build_clean_makes_everything_again_and_changes_nothing(run: Run, site: Site) -> None:
    run("build")
    before = site.tree()
    again, clean = (json.loads(run("build", "--json", *more).stdout) for more in ((), ("--clean",)))
    assert again["rules_run"] == 0 and clean["rules_run"] > 50
    assert again["written"] == clean["written"] == [] and site.tree() == before


def test_build_for_another_url(run: Run, site: Site) -> None:
    run("build", "--base-url", "https://preview.example/blog")
    page = site.page("posts/hello/index.html")
    assert "https://preview.example/blog/posts/hello/" in page and 'href="/blog/' in page
    assert "https://blog.example/" not in page
    assert "absolute URL" in run("build", "--base-url", "nonsense", status=2).stderr


def test_build_into_another_folder(run: Run, site: Site) -> None:
    run("build", "--output", "www")
    assert (site.root / "www/index.html").exists() and not (site.root / "public").exists()
    for unsafe in ("/", ".", "content", "content/posts"):
        assert "hint:" in run("build", "-o", unsafe, status=2).stderr
    assert site.read("content/posts/hello.md")


def test_build_elsewhere(run: Run, tmp_path: Path) -> None:
    Site(tmp_path / "there").post("hello")
    run("build", "--source", "there")
    assert (tmp_path / "there/public/posts/hello/index.html").exists()


def test_the_number_of_jobs_changes_nothing(run: Run, site: Site) -> None:
    for number in range(20):
        site.post(f"post-{number}")
    run("build", "--jobs", "1")
    alone = site.tree()
    assert json.loads(run("build", "-j", "2", "--clean", "--json").stdout)["jobs"] == 2
    assert site.tree() == alone
    run("build", "--jobs", "-1", status=2)
    run("build", "--jobs", "many", status=2)


def test_build_explain_says_why_in_words(run: Run, site: Site) -> None:
    run("build")
    site.replace("content/posts/hello.md", "The first words.", "Other words.")
    told = run("build", "--explain").stdout
    assert re.search(r"^  posts/hello/index\.html: .*content/posts/hello\.md", told, re.M)
    assert "about" not in told


def test_build_verbose_names_every_file(run: Run, site: Site) -> None:
    told = run("build", "--verbose").stdout
    assert all(f"  wrote {path}\n" in told for path in site.tree())


def test_build_without_a_site_says_what_to_do(run: Run) -> None:
    result = run("build", status=2)
    assert "there is no netblog.toml" in result.stderr and "netblog init" in result.stderr


def test_build_with_a_wrong_configuration_lists_all_that_is_wrong(run: Run, site: Site) -> None:
    site.write("netblog.toml", '[site]\ntitel = "x"\ntimezone = "Mars"\n[bulid]\n')
    said = run("build", status=2).stderr
    assert "netblog.toml:2:1" in said and "netblog.toml:3:" in said and "[build]" in said


def test_a_folder_in_place_of_the_configuration_is_said_in_words(run: Run, site: Site) -> None:
    (site.root / "netblog.toml").unlink()
    (site.root / "netblog.toml").mkdir()
    assert "netblog.toml is not a file" in run("build", status=2).stderr


# -- why -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "what",
    [
        "/posts/hello/",
        "/posts/hello",
        "posts/hello/",
        "https://blog.example/posts/hello/",
        "https://blog.example/posts/hello/#part",
        "posts/hello/index.html",
        "public/posts/hello/index.html",
        "./public/posts/hello/index.html",
        "content/posts/hello.md",
    ],
)
def test_why_takes_any_name_of_an_output(what: str, run: Run, site: Site) -> None:
    site.build()
    told = run("why", what).stdout
    assert told.startswith("posts/hello/index.html is made from content/posts/hello.md.\n")
    assert "It was last made because it had not been made before." in told


def test_why_names_the_change(run: Run, site: Site) -> None:
    site.build()
    site.replace("content/posts/hello.md", '"Hello"', '"Goodbye"')
    site.build()
    told = run("why", "/posts/hello/").stdout
    assert "It was last made because " in told and "title" in told.split("It reads:")[0]
    assert "content/posts/hello.md" in told.split("It reads:")[1]


def test_why_of_the_unknown_suggests(run: Run, site: Site) -> None:
    assert "netblog build" in run("why", "/posts/hello/", status=1).stderr
    site.build()
    assert "did you mean /posts/hello/?" in run("why", "/post/helo/", status=1).stderr
    assert "hint: name a URL" in run("why", "qqq", status=1).stderr


# -- config and completion -----------------------------------------------------------------------------


@pytest.mark.parametrize("args", [(), ("--effective",)])
def test_the_effective_configuration_is_a_configuration(args: tuple[str, ...], run: Run, site: Site) -> None:
    site.write("netblog.toml", site.read("netblog.toml") + '[taxonomies.topics]\n[theme.options]\nfooter = "\\u0007"\n')
    shown = run("config", *args).stdout
    assert tomllib.loads(shown)["site"]["title"] == "A test blog"
    assert read_config(shown.encode(), "x")[0] == read_config(site.read("netblog.toml").encode(), "x")[0]


def test_the_schema_is_a_schema(run: Run) -> None:
    schema = json.loads(run("config", "--schema").stdout)
    assert schema["$schema"].startswith("https://json-schema.org/")
    tables = schema["$defs"]["Config"]["properties"]
    assert {"site", "content", "feeds", "menus"} <= tables.keys()
    assert all(ref in schema["$defs"] for ref in re.findall(r"#/\$defs/(\w+)", json.dumps(schema)))


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_is_a_script_its_shell_can_read(shell: str, run: Run) -> None:
    script = run("completion", shell).stdout
    assert "_NETBLOG_COMPLETE" in script
    if shutil.which(shell):
        done = subprocess.run([shell, "-n"], input=script, text=True, capture_output=True, check=False)
        assert done.returncode == 0 and done.stderr == ""


def test_completion_knows_commands_and_options(tmp_path: Path) -> None:
    for words, index, wanted in (("netblog bu", 1, "build"), ("netblog build --str", 2, "--strict")):
        asked = {"_NETBLOG_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(index)}
        code = "from netblog.cli import main; main(prog_name='netblog')"
        assert wanted in python("-c", code, cwd=tmp_path, **asked).stdout


def test_completion_for_no_shell_we_know(run: Run) -> None:
    run("completion", "csh", status=2)


# -- what a start costs --------------------------------------------------------------------------------


def python(*args: str, cwd: Path, **env: str) -> subprocess.CompletedProcess[str]:
    source = str(Path(netblog.__file__).parent.parent)
    return subprocess.run(
        [sys.executable, *args],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": source, **env},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def imported(cwd: Path, *args: str) -> set[str]:
    """The modules that are there when a command has run."""
    code = (
        "import sys\nfrom netblog.cli import main\n"
        f"try: main({list(args)!r})\nexcept SystemExit as end: assert not end.code, end.code\n"
        "print('\\nMODULES', *sys.modules)"
    )
    done = python("-c", code, cwd=cwd)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.rpartition("MODULES ")[2].split())


def test_help_imports_nothing_it_does_not_need(tmp_path: Path) -> None:
    modules = imported(tmp_path, "--help")
    heavy = {"jinja2", "babel", "markdown_it", "PIL", "uvicorn", "msgspec", "yaml", "rich", "netblog.pipeline"}
    assert "click" in modules and not modules & heavy


def test_a_build_that_changes_nothing_imports_nothing_that_makes_pages(site: Site) -> None:
    imported(site.root, "build")
    modules = imported(site.root, "build")
    heavy = {"markdown_it", "pygments", "PIL", "rich", "babel", "jinja2", "yaml", "nh3", "uvicorn", "starlette"}
    assert "netblog.pipeline" in modules and not modules & heavy


def test_python_m_netblog(tmp_path: Path) -> None:
    done = python("-m", "netblog", "--version", cwd=tmp_path)
    assert done.returncode == 0 and __version__ in done.stdout
