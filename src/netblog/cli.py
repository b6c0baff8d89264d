"""The command line: options in, one call, a report out. Every command here is a few lines long.

Exit status: 0 fine; 1 the site has errors, all of them listed; 2 wrong usage or configuration.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import click

from netblog import __version__
from netblog.errors import ConfigError, NetblogError, OutputError

F = TypeVar("F", bound=Callable[..., Any])

WAITING = "another build of this site is running; waiting for it\n"
CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


def told(command: F) -> F:
    """Turn what netblog raises into words and an exit status."""

    @wraps(command)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except NetblogError as error:
            from netblog.report import render_problems, say

            say(render_problems(error.problems))
            sys.exit(2 if isinstance(error, ConfigError | OutputError) else 1)
        except BrokenPipeError:
            raise
        except OSError as error:
            from netblog.report import say

            say(f"error: {error.filename or 'the system'}: {error.strerror or error}\n")
            sys.exit(1)
        except KeyboardInterrupt:
            click.echo("stopped; the output is as it was", err=True)
            sys.exit(130)

    return wrapper  # type: ignore[return-value]


source_option = click.option(
    "--source",
    "-s",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(),
    show_default="this folder",
    help="The site's folder, the one with netblog.toml.",
)


@click.group(context_settings=CONTEXT)
@click.version_option(__version__, prog_name="netblog")
def main() -> None:
    """netblog: a static site generator for blogs whose conversation survives."""


@main.command()
@source_option
@click.option("--output", "-o", help="Where to build, from the site's folder, instead of [build] output.")
@click.option("--drafts", is_flag=True, help="Publish drafts too.")
@click.option("--future", is_flag=True, help="Publish posts dated in the future too.")
@click.option("--base-url", help="The site's URL for this build, instead of [site] url.")
@click.option("--strict", is_flag=True, help="Treat every warning as an error.")
@click.option("--clean", is_flag=True, help="Forget the cache and make everything again.")
@click.option("--jobs", "-j", type=click.IntRange(0), help="Worker processes; 0 means one per processor.")
@click.option("--explain", is_flag=True, help="Say of every written file why it was made again.")
@click.option("--check-rules", is_flag=True, hidden=True, help="Run every rule twice and compare.")
@click.option("--json", "as_json", is_flag=True, help="Print one machine-readable report on stdout.")
@click.option("--verbose", "-v", is_flag=True, help="List every file, and cut no list.")
@click.option("--quiet", "-q", is_flag=True, help="Print problems only.")
@told
def build(source: Path, as_json: bool, verbose: bool, quiet: bool, check_rules: bool, **given: Any) -> None:
    """Build the site: content -> public/. Only what changed is made again."""
    from netblog import pipeline, report
    from netblog.workshop import BuildOptions

    options = BuildOptions(check=check_rules, **given)
    try:
        built = pipeline.build(source, options, report.progress, lambda: report.say(WAITING))
    except NetblogError as error:
        if as_json:
            click.echo(report.failure_json(error.problems), nl=False)
        raise
    built = replace(built, problems=report.quoted(source, built.problems))
    report.say(report.render_problems(built.problems))
    if as_json:
        click.echo(report.report_json(built), nl=False)
    elif not quiet:
        report.say(report.render_summary(built, verbose), sys.stdout)
    sys.exit(0 if built.ok else 1)


@main.command()
@source_option
@click.argument("url")
@told
def why(source: Path, url: str) -> None:
    """Why an output was last made, and what it read. URL is a path of the site, a full URL or a file."""
    from netblog import report
    from netblog.why import why as explain

    report.say(report.render_explanation(explain(source, url)), sys.stdout)


@main.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), default=Path())
@click.option("--title", default="My blog", show_default=True, help="The blog's title.")
@click.option("--url", default="https://example.com/", show_default=True, help="Where it will be published.")
@click.option("--language", default="en", show_default=True, help="Its language, as a BCP 47 tag.")
@click.option("--author", default="", help="Who writes it.")
@click.option("--timezone", default="UTC", show_default=True, help="Its time zone, an IANA name.")
@told
def init(folder: Path, **answers: str) -> None:
    """Make a new site in FOLDER that builds at once. Nothing that is there is overwritten."""
    from netblog import scaffold

    made = scaffold.init(folder, **answers)
    click.echo(f"Made {len(made)} files in {folder}:")
    for path in made:
        click.echo(f"  {path}")
    click.echo(f"\nNext: {'' if folder == Path() else f'cd {folder} && '}netblog build")


@main.group()
def new() -> None:
    """Make a new post or page with its front matter filled in."""


@new.command("post")
@source_option
@click.argument("title")
@click.option("--slug", help="The file's name; made from the title otherwise.")
@click.option("--tag", "-t", "tags", multiple=True, help="A tag; may be given several times.")
@click.option("--lang", help="A further language of the site.")
@click.option("--draft", is_flag=True, help="Mark it as a draft.")
@click.option("--bundle", is_flag=True, help="Make a folder with an index.md, for images beside the post.")
@told
def new_post(source: Path, title: str, **given: Any) -> None:
    """Make content/posts/SLUG.md for TITLE."""
    from netblog import scaffold

    click.echo(scaffold.new(source, "post", title, **given))


@new.command("page")
@source_option
@click.argument("title")
@click.option("--slug", help="The file's name; made from the title otherwise.")
@click.option("--lang", help="A further language of the site.")
@told
def new_page(source: Path, title: str, **given: Any) -> None:
    """Make content/pages/SLUG.md for TITLE."""
    from netblog import scaffold

    click.echo(scaffold.new(source, "page", title, **given))


@main.command()
@source_option
@click.option(
    "--effective", is_flag=True, help="Every setting with its value, defaults included (the default)."
)
@click.option("--schema", is_flag=True, help="The JSON Schema of netblog.toml.")
@told
def config(source: Path, effective: bool, schema: bool) -> None:
    """Show the configuration as netblog understands it, or its schema."""
    from netblog.readers.config import config_schema, config_toml
    from netblog.workshop import read_settings

    if schema:
        click.echo(json.dumps(config_schema(), indent=2, ensure_ascii=False))
    else:
        click.echo(config_toml(read_settings(source)), nl=False)


@main.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the completion script for SHELL: eval "$(netblog completion bash)"."""
    from click.shell_completion import get_completion_class

    script = get_completion_class(shell)
    assert script is not None
    click.echo(script(main, {}, "netblog", "_NETBLOG_COMPLETE").source())
