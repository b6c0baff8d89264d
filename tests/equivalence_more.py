"""More edits for the equivalence test: whatever else a page may depend on, and what goes wrong in between.

Settings of every table, themes with parents, templates that include at run time, data files in every format,
files that become folders, links, posts that break and are mended, the clock, the command line's switches in
turn, and a cache that is thrown away.
"""

from __future__ import annotations

import json
import os
import shutil
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

from equivalence import Editor, picture
from netblog.errors import NetblogError
from sites import CONFIG, NOW, comment, export

TABLES: dict[str, dict[str, tuple[str, ...]]] = {
    "content": {
        "per_page": ("2", "3", "5"),
        "permalink": ('"/posts/{slug}/"', '"/{year}/{month}/{slug}/"', '"/p/{name}.html"'),
        "page_permalink": ('"/{slug}/"', '"/pages/{slug}/"'),
        "known_keys": ("[]", '["odd"]'),
    },
    "build": {"broken_links": ('"warn"', '"warn"', '"ignore"', '"error"'), "drafts": ("false", "true")},
    "markdown": {
        "smart_quotes": ("false", "true"),
        "highlight": ("true", "false"),
        "toc_depth": ("2", "3"),
        "heading_links": ("true", "false"),
        "footnotes": ("true", "false"),
    },
    "feeds": {
        "content": ('"full"', '"excerpt"'),
        "length": ("2", "20"),
        "atom": ("true", "false"),
        "id_base": ('""', '"a.example,2020-01-01"'),
    },
    "comments": {
        "enabled": ("true", "true", "false"),
        "depth": ("1", "2", "5"),
        "order": ('"oldest"', '"newest"'),
        "close_after_days": ("0", "60", "100"),
        "url_map": ('""', '"moved.csv"'),
        "sources": ('["content/comments/*.json"]', '["content/comments/*.json", "more/*.json"]'),
        "legacy_domains": ("[]", '["old.example"]'),
    },
    "comments.form": {"kind": ('"none"', '"mailto"'), "action": ('"a@b.example"',)},
    "related": {"count": ("0", "2", "4"), "words_weight": ("0.0", "0.5"), "max_share": ("0.2", "0.9")},
    "images": {"dimensions": ("true", "false"), "lazy": ("true", "false")},
    "taxonomies.tags": {"path": ('"tags"', '"t"'), "per_page": ("0", "1"), "feed": ("true", "false")},
    "theme": {"name": ('"default"', '"mine"', '"child"')},
    "theme.options": {"credit": ("true", "false")},
    "languages.it": {"title": ('""', '"Blog"'), "name": ('""', '"Italo"')},
    "menus": {
        "main": (
            "[]",
            '[{name = "About", url = "pages/about.md"}]',
            '[{name = "T", url = "/tags/"}, {name = "I", url = "https://x.example/", lang = "it"}]',
        )
    },
}

ZONES = ('timezone = "Europe/Rome"', 'timezone = "Asia/Tokyo"', 'timezone = "UTC"')


class Attacker(Editor):
    """All the edits of `Editor`, and those."""

    def start(self) -> None:
        self.settings: dict[str, dict[str, str]] = {
            "content": {"per_page": "3"},
            "build": {"broken_links": '"warn"'},
            "languages.it": {},
        }
        self.head = CONFIG
        super().start()
        self.write_settings()
        self.site.write("moved.csv", "/ancient/,/posts/post-1/\n")
        self.site.write("themes/mine/theme.toml", 'name = "mine"\nparent = "default"\n')
        self.site.write("themes/child/theme.toml", 'name = "child"\nparent = "mine"\n')

    def write_settings(self) -> None:
        lines = [self.head]
        for table, values in self.settings.items():
            lines += [f"[{table}]", *(f"{key} = {value}" for key, value in values.items())]
        self.site.write("netblog.toml", "\n".join(lines) + "\n")

    # -- configuration and command line ------------------------------------------------------------

    def edit_config(self) -> None:
        roll = self.dice.random()
        if roll < 0.1:
            self.head = CONFIG.replace(ZONES[0], self.dice.choice(ZONES))
        elif roll < 0.2:
            self.head = CONFIG.replace("A test", self.dice.choice(["A test", "Another"]))
        elif roll < 0.3:
            self.head = CONFIG.replace('"Ada"', self.dice.choice(['"Ada"', '"Bea"']))
        elif roll < 0.35:
            self.head = CONFIG.replace('"en"', self.dice.choice(['"en"', '"it"']))
        elif roll < 0.45:
            self.head = CONFIG.replace("blog.example/", self.dice.choice(["blog.example/", "blog.example/sub/"]))
        else:
            table = self.dice.choice(sorted(TABLES))
            key = self.dice.choice(sorted(TABLES[table]))
            self.settings.setdefault(table, {})[key] = self.dice.choice(TABLES[table][key])
            if self.dice.random() < 0.2 and table != "comments.form":
                self.settings.pop(table)
        if "comments.form" in self.settings:
            self.settings["comments.form"].setdefault("action", '"a@b.example"')
        self.write_settings()

    def toggle_options(self) -> None:
        choices: list[dict[str, Any]] = [
            {},
            {},
            {"drafts": True},
            {"future": True},
            {"base_url": "https://preview.example/x/"},
            {"output": "public2"},
            {"jobs": 2},
            {"clean": True},
            {"strict": True},
            {"overrides": {"content.per_page": 1}},
        ]
        self.options = {**self.dice.choice(choices), **({"now": self.options["now"]} if "now" in self.options else {})}

    def move_clock(self) -> None:
        self.options["now"] = NOW + timedelta(days=self.dice.choice([-400, -90, -10, 0, 0, 20, 90, 2500]))

    # -- posts -------------------------------------------------------------------------------------

    def edit_expiry(self) -> None:
        self.change(self.any_post(), "expires", self.dice.choice([None, "2026-05-01", "2026-06-15 10:00"]))

    def edit_odd_keys(self) -> None:
        key, values = self.dice.choice(
            [
                ("weight", ["1", "5", None]),
                ("image", ["/pic.png", "pic.png", "https://x.example/a.png", None]),
                ("author", ['"Zed"', None]),
                ("id", [f'"id-{self.dice.randint(1, 30)}"', None]),
                ("updated", ["2026-05-20", None]),
                ("odd", ["1", None]),
                ("categories", ['["Big", "small"]', '"Big"', None]),
                ("lang", ['"it"', '"de"', None]),
                ("permalink", [f'"/fixed/{self.dice.randint(1, 9)}/"', None]),
                ("extra", ["{a: 1}", "{a: [1, {b: no}]}", None]),
            ]
        )
        self.change(self.any_post(), key, self.dice.choice(values))

    def edit_rare_words(self) -> None:
        path = self.any_post()
        word = self.dice.choice(
            [
                "<!--more-->",
                "> [!NOTE]\n> x",
                "# Top",
                "![static](/pic.png)",
                "![late](late.png)",
                "[late](../pages/late.md#part)",
                "[up](../pages/about.md)",
                "```klingon\nx\n```",
                "{{ x }} {% y %}",
                "\x02\x30\x03",
                "[rel](../post-1/)",
                "[abs](/posts/post-2/)",
            ]
        )
        self.site.write(path, self.site.read(path) + f"\n\n{word}\n")

    def toggle_late(self) -> None:
        """What posts link to comes and goes."""
        path, data = self.dice.choice(
            [
                ("content/posts/late.png", picture(self.dice.randint(1, 50), 9)),
                ("content/pages/late.md", b"---\ntitle: Late\n---\n## Part\n\nx\n"),
                ("static/pic.png", picture(self.dice.randint(1, 50), 9)),
                ("static/highlight.css", b"/* mine */"),
                ("static/robots.txt", b"mine"),
                ("static/_redirects", b"mine"),
                ("static/reply.js", b"mine"),
                ("content/pages/about.it.md", b"---\ntitle: Chi\n---\nNoi.\n"),
                ("static/avatar.png", picture(8, 8)),
            ]
        )
        if (self.site.root / path).exists():
            self.site.remove(path)
        else:
            self.site.write(path, data)

    def translate(self) -> None:
        path = self.any_post()
        if path.endswith(".md") and not path.endswith(".it.md"):
            self.site.write(f"{path[:-3]}.it.md", self.site.read(path))

    def to_bundle_and_back(self) -> None:
        path = self.any_post()
        folder, name = path.rsplit("/", 1)
        if name == "index.md" and not folder.endswith("trip"):
            self.site.write(f"{folder}.md", self.site.read(path))
            self.site.remove(folder)
        elif name.count(".") == 1 and name != "index.md":
            self.site.write(f"{path[:-3]}/index.md", self.site.read(path))
            self.site.write(f"{path[:-3]}/pic.png", picture(5, 5))
            self.site.remove(path)

    def recase(self) -> None:
        path = self.any_post()
        folder, name = path.rsplit("/", 1)
        if "/" not in folder.removeprefix("content/posts") and name != "index.md":
            (self.site.root / path).rename(self.site.root / folder / name.swapcase().replace(".MD", ".md"))

    def link_post(self) -> None:
        self.count += 1
        self.site.write("apart/linked.md", f"---\ntitle: L {self.words(1)}\ndate: 2026-01-01\n---\n{self.words(3)}\n")
        link = self.site.root / "content/posts/linked.md"
        if link.is_symlink():
            link.unlink()
        else:
            link.symlink_to("../../apart/linked.md")

    def other_bytes(self) -> None:
        path = self.site.root / self.any_post()
        data = path.read_bytes()
        path.write_bytes(self.dice.choice([data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"), data + b"\n"]))

    def break_and_mend(self) -> None:
        """Something that is an error comes, or goes."""
        path, text = self.dice.choice(
            [
                ("content/posts/broken.md", "---\ndate: 2024-02-30\n---\n"),
                ("content/posts/broken.md", "---\ntitle: [\n---\n"),
                ("content/posts/post-1/index.md", "---\ntitle: Twice\ndate: 2026-01-01\n---\n"),
                ("templates/term.html", "{{ nothing.here }}"),
                ("templates/term.html", "{% if %}"),
                ("data/broken.json", "{"),
                ("content/comments/broken.json", "{"),
                ("themes/mine/templates/home.html", '{% include "absent.html" %}'),
                ("locales/en.po", "msgid broken"),
            ]
        )
        if (self.site.root / path).exists():
            self.site.remove(path)
        elif not self.broken():
            self.site.write(path, text)

    def broken(self) -> bool:
        names = ("content/posts/broken.md", "data/broken.json", "content/comments/broken.json", "locales/en.po")
        return any((self.site.root / name).exists() for name in names)

    def mend(self) -> None:
        for path in (
            "content/posts/broken.md",
            "content/posts/post-1/index.md",
            "templates/term.html",
            "data/broken.json",
            "content/comments/broken.json",
            "themes/mine/templates/home.html",
            "locales/en.po",
        ):
            if (self.site.root / path).exists():
                self.site.remove(path)

    # -- themes, templates, data -------------------------------------------------------------------

    def edit_theme(self) -> None:
        name, text = self.dice.choice(
            [
                ("themes/mine/templates/partials/foot.html", self.words(1)),
                ("themes/child/templates/partials/foot.html", "child " + self.words(1)),
                ("templates/partials/foot.html", "site " + self.words(1)),
                (
                    "themes/mine/templates/archives.html",
                    '{% extends "base.html" %}{% block main %}'
                    '{% include ["partials/foot.html", "404.html"] %}{% endblock %}',
                ),
                (
                    "themes/mine/templates/terms.html",
                    '{% extends "base.html" %}{% block main %}'
                    '{% set n = "partials/" ~ (site.data.team[0].file|default("foot")) ~ ".html" %}'
                    '{% include n ignore missing %}{% endblock %}',
                ),
                (
                    "themes/mine/templates/partials/macros.html",
                    "{% macro m(x) %}<i>{{ x }} {{ site.title }} {{ site.recent(1)[0].title }}"
                    + self.words(1)
                    + "</i>{% endmacro %}",
                ),
                (
                    "themes/child/templates/archive.html",
                    '{% extends "base.html" %}{% block main %}'
                    '{% from "partials/macros.html" import m %}{{ m(page.title) }}'
                    "{% for it in site.terms('tags') %}{{ it.name }}{{ it.count }}{% endfor %}"
                    "{% for n in site.data %}{{ n }}{% endfor %}{% endblock %}",
                ),
                ("themes/mine/static/extra.css", self.words(1)),
                ("themes/child/static/style.css", self.words(1)),
                ("themes/mine/locales/it.po", f'msgid "Tags"\nmsgstr "{self.words(1)}"\n'),
                ("themes/child/theme.toml", 'name = "child"\nparent = "default"\n'),
                ("themes/child/theme.toml", 'name = "child"\nparent = "mine"\n'),
                ("themes/default/theme.toml", 'name = "default"\n[options]\ncredit = false\n'),
            ]
        )
        if (self.site.root / name).exists() and "theme.toml" not in name and self.dice.random() < 0.4:
            self.site.remove(name)
        elif "themes/default" not in name:
            self.site.write(name, text)
        elif self.dice.random() < 0.3:
            theme = Path(__file__).parents[1] / "themes/default"
            if (self.site.root / "themes/default").exists():
                self.site.remove("themes/default")
            else:
                shutil.copytree(theme, self.site.root / "themes/default")
                self.site.write("themes/default/static/style.css", self.words(2))

    def edit_data(self) -> None:
        for ending in ("yaml", "json", "toml"):
            if (self.site.root / f"data/team.{ending}").exists():
                self.site.remove(f"data/team.{ending}")
        row = {"name": self.words(1), "file": self.dice.choice(["foot", "absent", "macros"])}
        ending = self.dice.choice(["yaml", "json"])
        self.site.write(f"data/team.{ending}", json.dumps([row]))
        if self.dice.random() < 0.3:
            self.site.write(f"data/more/{self.words(1)}.toml", "a = 1\n")

    def edit_map(self) -> None:
        if not (self.site.root / "moved.csv").is_dir():
            self.site.write("moved.csv", f"/ancient/,/posts/post-{self.dice.randint(1, 4)}/\n")

    def more_comments(self) -> None:
        page = self.dice.choice(["/ancient/", "https://old.example/posts/post-2/", "/nowhere/", "/posts/POST-1"])
        record = comment(self.dice.randint(0, 9), page, self.words(3), type=self.dice.choice(["comment", "mention"]))
        path = self.dice.choice(["more/x.json", "content/comments/y.json", "content/comments/sub/z.json"])
        if (self.site.root / path).exists() and self.dice.random() < 0.5:
            self.site.remove(path)
        else:
            self.site.write(path, export(record))

    def file_to_folder(self) -> None:
        path = self.dice.choice(["static/note.txt", "data/team.yaml", "templates/partials/foot.html", "moved.csv"])
        full = self.site.root / path
        if full.is_dir():
            self.site.remove(path)
            self.site.write(path, "- name: x\n")
        elif full.exists():
            self.site.remove(path)
            self.site.write(f"{path}/inner.txt", "inner")

    def restore_anything(self) -> None:
        """Any source put back as it was, with its old time; or one swapped with another by renaming."""
        files = [
            p
            for top in ("content", "data", "static", "templates", "themes", "locales")
            for p in sorted((self.site.root / top).rglob("*"))
            if p.is_file() and not p.is_symlink()
        ]
        if not files:
            return
        path = self.dice.choice(files)
        name = path.relative_to(self.site.root).as_posix()
        if name in self.saved:
            data, mtime = self.saved.pop(name)
            path.write_bytes(data)
            os.utime(path, ns=(mtime, mtime))
            return
        self.saved[name] = (path.read_bytes(), path.stat().st_mtime_ns)
        other = self.dice.choice([it for it in files if it.suffix == path.suffix])
        if other != path and path.suffix in (".css", ".txt", ".png"):
            between = path.with_name("between")
            path.rename(between)
            other.rename(path)
            between.rename(other)

    # -- the cache ---------------------------------------------------------------------------------

    def lose_cache(self) -> None:
        if self.dice.random() < 0.3:
            shutil.rmtree(self.site.root / ".netblog", ignore_errors=True)

    def build_between(self) -> None:
        """A build with other switches that nobody compares: what it leaves behind must mislead nobody."""
        kept, self.options = self.options, {}
        self.toggle_options()
        with suppress(NetblogError):
            self.site.build(**self.options)
        self.options = kept

    EDITS = (
        *Editor.EDITS,
        *("edit_config",) * 6,
        *("toggle_options",) * 2,
        *("edit_theme",) * 5,
        *("toggle_late",) * 3,
        *("edit_rare_words",) * 2,
        *("edit_odd_keys",) * 3,
        *("mend",) * 6,
        *("restore_anything",) * 2,
        "break_and_mend",
        "move_clock",
        "edit_expiry",
        "translate",
        "to_bundle_and_back",
        "recase",
        "link_post",
        "other_bytes",
        "edit_map",
        "more_comments",
        "file_to_folder",
        "lose_cache",
        "build_between",
    )
