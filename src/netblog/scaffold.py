"""New sites and new posts: files with everything filled in, and nothing overwritten."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from netblog.errors import ConfigError, ContentError, Problem
from netblog.model.urls import slugify
from netblog.readers.config import read_config
from netblog.workshop import read_settings

# Raw in a string, TOML 1.0 refuses the first of these, and YAML 1.2 the others or takes them for line breaks.
_NEVER_RAW = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


def _text(value: str) -> str:
    """A JSON string, which is a TOML basic string and a YAML double-quoted scalar as well."""
    return _NEVER_RAW.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(value, ensure_ascii=False))


def init(folder: Path, *, title: str, url: str, language: str, author: str, timezone: str) -> tuple[str, ...]:
    """Make a site in `folder`; return the files made. Raises ConfigError where one is already, or for bad values."""
    if (folder / "netblog.toml").exists():
        raise ConfigError(Problem(f"there is a netblog.toml in {folder} already", hint="nothing was changed"))
    answers = {"title": title, "url": url, "language": language, "author": author, "timezone": timezone}
    for name, answer in answers.items():
        _readable(name, answer)
    host = re.split(r"[/?#]", url.partition("://")[2])[0].rpartition("@")[2].partition(":")[0] or "example.com"
    settings = f"""\
# The settings of this blog. `netblog config` shows all of them with their values.
[site]
url = {_text(url)}
title = {_text(title)}
description = ""
language = {_text(language)}
author = {_text(author)}
timezone = {_text(timezone)}

[feeds]
# Part of every entry's id. Leave it as it is, even when the domain changes.
id_base = {_text(f"{host},{datetime.now():%Y-%m-%d}")}

[menus]
main = [
    {{ name = "Archives", url = "/archives/" }},
    {{ name = "About", url = "pages/about.md" }},
]
"""
    try:
        found, problems = read_config(settings.encode(), "netblog.toml", {})
    except ConfigError as error:
        problems = error.problems
    if problems:
        # There is no file yet to point into: the answers are what is wrong.
        raise ConfigError(
            replace(it, path=None, line=None, column=None, source=None, severity="error") for it in problems
        )
    now = datetime.now(ZoneInfo(found.site.timezone))
    files = {
        "netblog.toml": settings,
        "content/posts/hello.md": _HELLO.format(date=now.isoformat(sep=" ", timespec="minutes")),
        "content/pages/about.md": _ABOUT,
        "content/comments/comments.json": _COMMENTS.format(
            site=_text(found.site.url), date=_text(now.isoformat(timespec="seconds"))
        ),
        ".gitignore": "/public/\n/.netblog/\n",
    }
    missing = {name: text for name, text in files.items() if not (folder / name).exists()}
    _write(folder, missing)
    return tuple(missing)


def new(
    root: Path,
    kind: str,
    title: str,
    *,
    slug: str | None = None,
    tags: tuple[str, ...] = (),
    lang: str | None = None,
    draft: bool = False,
    bundle: bool = False,
) -> Path:
    """Make a post or page and return its path.

    Raises ContentError where the file is there already, ConfigError for a title or language that cannot be.
    """
    settings = read_settings(root)
    title = title.strip()
    for name, answer in {"title": title, "slug": slug or "", "tag": "".join(tags)}.items():
        _readable(name, answer)
    if not title:
        raise ConfigError(Problem(f"the {kind} has no title", hint=f'write netblog new {kind} "A title"'))
    if lang and lang != settings.site.language and lang not in settings.languages:
        raise ConfigError(
            Problem(f"the site has no language {lang!r}", hint=f"add [languages.{lang}] to netblog.toml")
        )
    ending = "" if lang in (None, settings.site.language) else f".{lang}"
    name = slugify(slug or title)
    path = root / "content" / f"{kind}s" / (f"{name}/index{ending}.md" if bundle else f"{name}{ending}.md")
    if path.exists():
        raise ContentError(Problem("this file is there already", str(path), hint="choose another --slug"))
    lines = [f"title: {_text(title)}"]
    if kind == "post":
        now = datetime.now(ZoneInfo(settings.site.timezone))
        lines.append(f"date: {now.isoformat(sep=' ', timespec='minutes')}")
        lines.append(f"tags: [{', '.join(_text(tag) for tag in tags if tag.strip())}]")
    if draft:
        lines.append("draft: true")
    _write(path.parent, {path.name: "---\n" + "\n".join(lines) + "\n---\n\n"})
    return path


def _readable(name: str, answer: str) -> None:
    """Bytes of the command line that are no UTF-8 reach Python as halves of surrogates, which no file can hold."""
    try:
        answer.encode()
    except UnicodeEncodeError:
        raise ConfigError(Problem(f"the {name} is not UTF-8", hint="set your terminal to UTF-8")) from None


def _write(folder: Path, files: Mapping[str, str]) -> None:
    """Write texts below `folder`. Raises ContentError where the file system refuses."""
    for name, text in files.items():
        path = folder / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            # Exclusively: what came into being since we looked is not ours to overwrite.
            with path.open("x", encoding="utf-8", newline="\n") as file:
                file.write(text)
        except OSError as error:
            raise ContentError(Problem(f"cannot be written: {error.strerror}", str(path))) from None


_HELLO = """\
---
title: Hello
date: {date}
tags: [first]
---

This is the first post. It lives in `content/posts/hello.md`: change it, run `netblog build` again, and only the
pages that show the change are made again.

<!--more-->

The comment below this post comes from `content/comments/comments.json`. Bring your own from another system and
they appear here as plain, threaded HTML, without a script and without a service.
"""

_ABOUT = """\
---
title: About
---

Who writes here, and why.
"""

_COMMENTS = """\
{{
  "format": "netblog-comments",
  "version": 1,
  "site": {site},
  "comments": [
    {{
      "id": "example:1",
      "type": "comment",
      "page": "/posts/hello/",
      "parent": null,
      "status": "approved",
      "published": {date},
      "updated": null,
      "author": {{ "name": "Ada", "url": "https://ada.example/", "avatar": null, "key": null, "owner": false }},
      "content": {{ "format": "text", "body": "The first comment. It will outlive the software that took it." }},
      "source": {{ "system": "netblog", "url": null }},
      "likes": 0
    }}
  ]
}}
"""
