"""Random edits of a site: everything an author, an editor, git or a careless hand may do between two builds."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from zlib import compress, crc32

from sites import CONFIG, Site, comment, export

WORDS = [
    "network",
    "people",
    "share",
    "post",
    "friend",
    "magic",
    "question",
    "answer",
    "candle",
    "flame",
    "barrier",
    "island",
    "coffee",
    "cookie",
]
TAGS = ["rete", "C++", "C#", "city", "日本語", "JavaScript", "javascript", "music"]


def picture(width: int, height: int, shade: int = 0) -> bytes:
    """A whole grey PNG of this size: readers of images refuse half a one, and then no page has its size."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + kind + data + crc32(kind + data).to_bytes(4, "big")

    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes((8, 0, 0, 0, 0))
    rows = (b"\0" + bytes((shade,)) * width) * height
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", compress(rows)) + chunk(b"IEND", b"")


class Editor:
    """Edits one site at random; the same seed makes the same edits."""

    def __init__(self, site: Site, seed: int) -> None:
        self.site = site
        self.dice = random.Random(seed)
        self.log: list[str] = []
        self.saved: dict[str, tuple[bytes, int]] = {}
        self.options: dict[str, object] = {}
        self.count = 0

    def start(self) -> None:
        site = self.site
        site.write(
            "netblog.toml",
            CONFIG + '\n[content]\nper_page = 3\n\n[languages.it]\n\n[build]\nbroken_links = "warn"\n',
        )
        for _ in range(6):
            self.add_post()
        site.write("content/pages/about.md", "---\ntitle: About\n---\nAbout us. See [home](/).\n")
        site.write("data/team.yaml", "- name: Ada\n")
        site.write("static/note.txt", "a note")
        site.write("content/posts/trip/index.md", "---\ntitle: Trip\ndate: 2026-02-02\n---\n![a](pic.png)\n")
        site.write("content/posts/trip/pic.png", picture(30, 20))
        self.write_comments()
        site.write(
            "templates/page.html",
            '{% extends "base.html" %}{% block main %}<h1>{{ post.title }}</h1>{{ post.content }}'
            "{% for it in site.data.team %}<p>{{ it.name }}</p>{% endfor %}"
            "{% for it in site.recent(2) %}<p>{{ it.title }}</p>{% endfor %}{% endblock %}",
        )

    # -- choosing ----------------------------------------------------------------------------------

    def posts(self) -> list[str]:
        folder = self.site.root / "content" / "posts"
        return sorted(p.relative_to(self.site.root).as_posix() for p in folder.rglob("*.md"))

    def any_post(self) -> str:
        return self.dice.choice(self.posts())

    def words(self, number: int) -> str:
        return " ".join(self.dice.choice(WORDS) for _ in range(number))

    def change(self, path: str, key: str, value: str | None) -> None:
        """Set, or with None remove, one line of a post's front matter."""
        _, head, body = self.site.read(path).split("---\n", 2)
        lines = [line for line in head.splitlines() if not line.startswith(f"{key}:")]
        if value is not None:
            lines.append(f"{key}: {value}")
        self.site.write(path, "---\n" + "\n".join(lines) + "\n---\n" + body)

    # -- edits of posts ----------------------------------------------------------------------------

    def add_post(self) -> None:
        self.count += 1
        lang = self.dice.choice(["", "", "", ".it"])
        others = self.posts()
        link = ""
        if others and self.dice.random() < 0.5:
            target = os.path.relpath(self.dice.choice(others), "content/posts")
            link = f"\n[see]({target}#part)\n"
        tags = ", ".join(f'"{tag}"' for tag in self.dice.sample(TAGS, 2))
        self.site.write(
            f"content/posts/post-{self.count}{lang}.md",
            f'---\ntitle: "{self.words(3)} {self.count}"\n'
            f"date: 2026-0{self.dice.randint(1, 5)}-1{self.dice.randint(0, 9)} 10:00\n"
            f"tags: [{tags}]\n---\n{self.words(20)}\n\n"
            f"## Part\n\n{self.words(10)}[^1]\n\n[^1]: {self.words(4)}\n{link}\n"
            "```python\nx = 1\n```\n",
        )

    def edit_body(self) -> None:
        path = self.any_post()
        self.site.write(path, self.site.read(path) + f"\n{self.words(8)}\n")

    def edit_lead(self) -> None:
        path = self.any_post()
        _, head, body = self.site.read(path).split("---\n", 2)
        self.site.write(path, f"---\n{head}---\n{self.words(6)}\n\n{body}")

    def edit_title(self) -> None:
        self.change(self.any_post(), "title", f'"{self.words(3)}"')

    def edit_tags(self) -> None:
        tags = ", ".join(f'"{tag}"' for tag in self.dice.sample(TAGS, self.dice.randint(0, 3)))
        self.change(self.any_post(), "tags", f"[{tags}]")

    def edit_date(self) -> None:
        year = self.dice.choice(["2025", "2026", "2026", "2031"])
        self.change(
            self.any_post(), "date", f"{year}-0{self.dice.randint(1, 9)}-0{self.dice.randint(1, 9)} 08:00"
        )

    def edit_slug(self) -> None:
        self.count += 1
        self.change(self.any_post(), "slug", self.dice.choice([None, f"slug-{self.count}"]))

    def edit_series(self) -> None:
        self.change(self.any_post(), "series", self.dice.choice([None, "First", "Second"]))

    def edit_aliases(self) -> None:
        self.count += 1
        self.change(self.any_post(), "aliases", self.dice.choice([None, f"[/old/{self.count}/]"]))

    def toggle_draft(self) -> None:
        self.change(self.any_post(), "draft", self.dice.choice([None, "true"]))

    def edit_description(self) -> None:
        self.change(self.any_post(), "description", self.dice.choice([None, f'"{self.words(5)}"']))

    def edit_template(self) -> None:
        self.site.write("templates/special.html", '{% extends "post.html" %}')
        self.change(self.any_post(), "template", self.dice.choice([None, "special.html"]))

    def edit_comment_switch(self) -> None:
        self.change(self.any_post(), "comments", self.dice.choice([None, "false", "closed"]))

    def delete_post(self) -> None:
        if len(self.posts()) > 4:
            path = self.any_post()
            self.site.remove(path)

    def rename_post(self) -> None:
        path = self.any_post()
        if "/trip/" not in path:
            self.count += 1
            target = f"content/posts/renamed-{self.count}.md"
            (self.site.root / path).rename(self.site.root / target)

    def save_or_restore(self) -> None:
        """Keep a copy of a post with its time, or put an old one back, as `git checkout` and backups do."""
        if self.saved and self.dice.random() < 0.6:
            path, (data, mtime) = self.dice.choice(sorted(self.saved.items()))
            self.site.write(path, data)
            os.utime(self.site.root / path, ns=(mtime, mtime))
        else:
            path = self.any_post()
            full = self.site.root / path
            self.saved[path] = (full.read_bytes(), full.stat().st_mtime_ns)

    def swap_same_size(self) -> None:
        """Other bytes of the same length under the old modification time."""
        full = self.site.root / self.any_post()
        old = full.stat().st_mtime_ns
        text = full.read_text(encoding="utf-8")
        pair = self.dice.choice(
            [("candle", "coffee"), ("friend", "people"), ("flame", "magic"), ("share", "flame")]
        )
        full.write_text(text.replace(*pair), encoding="utf-8")
        os.utime(full, ns=(old, old))

    # -- edits of everything else ------------------------------------------------------------------

    def write_comments(self) -> None:
        records = []
        for number in range(self.dice.randint(0, 6)):
            name = Path(self.any_post()).name.split(".")[0]
            parent = f"wp:{number - 1}" if number and self.dice.random() < 0.5 else None
            status = self.dice.choice(["approved", "approved", "approved", "spam", "deleted"])
            kind = self.dice.choice(["comment", "comment", "comment", "pingback", "like"])
            page = f"/posts/{name}/"
            records.append(comment(number, page, self.words(5), parent=parent, status=status, type=kind))
        self.site.write("content/comments/all.json", export(*records))

    def second_export(self) -> None:
        path = "content/comments/more.json"
        if (self.site.root / path).exists():
            self.site.remove(path)
        else:
            name = Path(self.any_post()).name.split(".")[0]
            self.site.write(path, export(comment(900, f"/posts/{name}/", self.words(4))))

    def edit_config(self) -> None:
        text = self.site.read("netblog.toml")
        if "[languages.it]\ntitle" in text and self.dice.random() < 0.5:
            text = text.replace('[languages.it]\ntitle = "Blog"', "[languages.it]")
        old, new = self.dice.choice(
            [
                ('title = "A test blog"', 'title = "Another blog"'),
                ('title = "Another blog"', 'title = "A test blog"'),
                ("per_page = 3", "per_page = 2"),
                ("per_page = 2", "per_page = 3"),
                ('url = "https://blog.example/"', 'url = "https://blog.example/sub/"'),
                ('url = "https://blog.example/sub/"', 'url = "https://blog.example/"'),
                ("[languages.it]\n\n", '[languages.it]\ntitle = "Blog"\n\n'),
                ('author = "Ada"', 'author = "Bea"'),
                ('author = "Bea"', 'author = "Ada"'),
            ]
        )
        if old in new and new in text:
            # A key given twice would be an error, which is not what is looked for here.
            return
        self.site.write(
            "netblog.toml", text.replace(old, new) + ("\n# a comment\n" if self.dice.random() < 0.2 else "")
        )

    def toggle_override(self) -> None:
        """A template of the theme overridden, or the override taken away."""
        theme = Path(__file__).parents[1] / "themes" / "default" / "templates"
        name = self.dice.choice(sorted(path.name for path in theme.glob("*.html")))
        path = f"templates/{name}"
        if name == "page.html":
            return
        if (self.site.root / path).exists():
            self.site.remove(path)
        else:
            self.site.write(path, (theme / name).read_text(encoding="utf-8") + f"<!-- {self.words(1)} -->")

    def edit_override(self) -> None:
        # Inside a block: of a template that extends another, nothing else is shown.
        word = f"<!-- {self.words(1)} -->{{% endblock %}}"
        self.site.replace("templates/page.html", "{% endblock %}", word)

    def edit_data(self) -> None:
        self.site.write("data/team.yaml", f"- name: {self.words(1)}\n")

    def edit_static(self) -> None:
        name = self.dice.choice(["note.txt", "style.css", "more.txt", "404.html"])
        path = f"static/{name}"
        if (self.site.root / path).exists() and self.dice.random() < 0.5:
            self.site.remove(path)
        else:
            self.site.write(path, self.words(3))

    def edit_image(self) -> None:
        path = "content/posts/trip/pic.png"
        if (self.site.root / path).exists() and self.dice.random() < 0.3:
            self.site.remove(path)
        elif (self.site.root / "content/posts/trip").exists():
            self.site.write(path, picture(self.dice.randint(1, 99), 20))

    def edit_catalogue(self) -> None:
        self.site.write(
            "locales/it.po",
            'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'
            f'msgid "Archives"\nmsgstr "{self.words(1)}"\n',
        )

    def toggle_options(self) -> None:
        self.options = self.dice.choice([{}, {}, {"drafts": True}, {"future": True}])

    # -- edits of the output -----------------------------------------------------------------------

    def outputs(self) -> list[Path]:
        folder = self.site.root / "public"
        return sorted(path for path in folder.rglob("*") if path.is_file())

    def delete_output(self) -> None:
        if files := self.outputs():
            self.dice.choice(files).unlink()

    def tamper_with_output(self) -> None:
        if files := self.outputs():
            self.dice.choice(files).write_bytes(b"tampered")

    def delete_all_output(self) -> None:
        if self.dice.random() < 0.2:
            shutil.rmtree(self.site.root / "public", ignore_errors=True)

    EDITS = (
        "add_post",
        "edit_body",
        "edit_body",
        "edit_lead",
        "edit_title",
        "edit_tags",
        "edit_date",
        "edit_slug",
        "edit_series",
        "edit_aliases",
        "toggle_draft",
        "edit_description",
        "edit_template",
        "edit_comment_switch",
        "delete_post",
        "rename_post",
        "save_or_restore",
        "save_or_restore",
        "swap_same_size",
        "write_comments",
        "second_export",
        "edit_config",
        "toggle_override",
        "edit_override",
        "edit_data",
        "edit_static",
        "edit_image",
        "edit_catalogue",
        "toggle_options",
        "delete_output",
        "tamper_with_output",
        "delete_all_output",
    )

    def step(self) -> None:
        """One to three edits."""
        for _ in range(self.dice.randint(1, 3)):
            name = self.dice.choice(self.EDITS)
            self.log.append(name)
            edit: Callable[[], None] = getattr(self, name)
            edit()
