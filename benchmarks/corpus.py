"""Fill a folder with a site of N deterministic posts and comments: the material of `benchmarks/builds.py`.

usage: python benchmarks/corpus.py FOLDER N [--words W] [--comments C] [--seed S]

Posts have headings, lists, quotes, tables, links and highlighted code; three of 200 tags each; every tenth has
comments. The same arguments make the same bytes on every machine.
"""

from __future__ import annotations

import argparse
import json
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

WORDS = [
    "harbour",
    "letter",
    "winter",
    "orchard",
    "signal",
    "lantern",
    "copper",
    "meadow",
    "railway",
    "kitchen",
    "window",
    "market",
    "shelter",
    "garden",
    "mirror",
    "pocket",
    "engine",
    "paper",
    "bridge",
    "story",
    "basket",
    "candle",
    "village",
    "river",
    "thread",
    "border",
    "island",
    "circle",
    "season",
    "answer",
    "corner",
    "ladder",
    "needle",
    "summer",
    "travel",
    "engine",
    "silver",
    "number",
    "button",
    "forest",
    "ribbon",
    "pencil",
    "castle",
]
CODE = {
    "python": "def total(prices):\n    return sum(price for price in prices if price > 0)\n",
    "rust": 'fn main() {\n    println!("{}", (1..=10).sum::<u32>());\n}\n',
    "js": "export const load = async (id) => (await fetch(`/api/${id}`)).json();\n",
}
CONFIG = """\
[site]
url = "https://bench.example/"
title = "Bench"
language = "en"
timezone = "UTC"
"""


def sentence(dice: random.Random) -> str:
    words = [dice.choice(WORDS) for _ in range(dice.randint(6, 16))]
    mark = dice.random()
    if mark < 0.15:
        words[1] = f"**{words[1]}**"
    elif mark < 0.3:
        words[2] = f"[{words[2]}](https://example.org/{words[2]})"
    return " ".join(words).capitalize() + "."


def block(dice: random.Random) -> str:
    kind = dice.random()
    if kind < 0.62:
        return " ".join(sentence(dice) for _ in range(dice.randint(3, 6)))
    if kind < 0.75:
        return "## " + " ".join(dice.choice(WORDS) for _ in range(4)).capitalize()
    if kind < 0.87:
        return "\n".join("- " + sentence(dice) for _ in range(4))
    if kind < 0.92:
        return "> " + sentence(dice)
    if kind < 0.97:
        language = dice.choice(sorted(CODE))
        return f"```{language}\n{CODE[language]}```"
    return "| what | how many |\n|---|---|\n" + "\n".join(
        f"| {dice.choice(WORDS)} | {dice.randint(1, 99)} |" for _ in range(4)
    )


def post(number: int, words: int, seed: int) -> str:
    dice = random.Random(seed * 1_000_003 + number)
    title = f"{' '.join(dice.choice(WORDS) for _ in range(4)).capitalize()} {number}"
    date = datetime(2010, 1, 1, tzinfo=UTC) + timedelta(hours=7 * number % (24 * 365 * 15))
    tags = ", ".join(f"topic-{tag:03}" for tag in dice.sample(range(200), 3))
    blocks: list[str] = []
    while sum(len(it.split()) for it in blocks) < words:
        blocks.append(block(dice))
    body = "\n\n".join(blocks)
    return f'---\ntitle: "{title}"\ndate: {date:%Y-%m-%d %H:%M}\ntags: [{tags}]\n---\n\n{body}\n'


def comments(posts: int, number: int, seed: int) -> str:
    dice = random.Random(seed)
    records = [
        {
            "id": f"wp:{n}",
            "type": "comment",
            "page": f"/posts/post-{dice.randrange(0, posts, 10):05}/",
            "parent": None,
            "status": "approved",
            "published": (datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=n)).isoformat(),
            "updated": None,
            "author": {"name": dice.choice(WORDS), "url": None, "avatar": None, "key": None, "owner": False},
            "content": {"format": "text", "body": sentence(dice)},
            "source": {"system": "wordpress", "url": None},
            "likes": 0,
        }
        for n in range(number)
    ]
    head = {"format": "netblog-comments", "version": 1, "site": "https://bench.example/"}
    return json.dumps({**head, "comments": records}, indent=1)


def make(folder: Path, number: int, words: int = 600, said: int | None = None, seed: int = 7) -> None:
    """Write the site of `number` posts into `folder`."""
    posts = folder / "content" / "posts"
    posts.mkdir(parents=True, exist_ok=True)
    (folder / "netblog.toml").write_text(CONFIG)
    for n in range(number):
        (posts / f"post-{n:05}.md").write_text(post(n, words, seed))
    talk = folder / "content" / "comments"
    talk.mkdir(exist_ok=True)
    (talk / "all.json").write_text(comments(number, number // 2 if said is None else said, seed))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("number", type=int)
    parser.add_argument("--words", type=int, default=600)
    parser.add_argument("--comments", type=int)
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args()
    make(given.folder, given.number, given.words, given.comments, given.seed)


if __name__ == "__main__":
    main()
