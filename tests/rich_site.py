"""A small site that has one of everything, below a path of its host: what the tests of the output read."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image

from markup import Built
from sites import Site, comment

URL = "https://blog.example/notes/"

CONFIG = f"""\
[site]
url = "{URL}"
title = "Notes & queries"
description = "A blog <about> nets."
language = "en"
author = "Ada Byron"
author_url = "https://ada.example/"
timezone = "Europe/Rome"
license = "https://creativecommons.org/licenses/by/4.0/"

[content]
per_page = 3

[feeds]
id_base = "blog.example,2026-01-01"

[taxonomies.tags.terms.rete]
description = "All about nets."

[taxonomies.people]
title = "Persons & places"
path = "who"

[comments.form]
kind = "post"
action = "https://forms.example/answer"

[languages.it]
title = "Note e domande"
description = "Un blog sulle reti."

[languages.ar]
title = "ملاحظات"

[menus]
main = [
    {{ name = "Home", url = "/", lang = "en" }},
    {{ name = "About", url = "pages/about.md", lang = "en" }},
    {{ name = "Tags", url = "/tags/", lang = "en" }},
    {{ name = "Inizio", url = "/it/", lang = "it" }},
    {{ name = "Chi siamo", url = "pages/about.it.md", lang = "it" }},
    {{ name = "Code", url = "https://code.example/" }},
]
"""

FULL = """\
First words with *emphasis* and [a link](../../pages/about.md?a=1&b=2#part "About").

<!--more-->

![A net](net.png) and ![a knot](/pics/knot.png)

## Comments

> [!WARNING]
> Mind the gap.

Text with a note[^n], <script>window.mine = 1</script> a ~~lapse~~ and https://other.example/x.

| a | b |
|---|---|
| 1 | 2 |

```python
print("hi")
```

<form action="https://forms.example/x"><input name="q"></form>

[^n]: The note, with [an anchor](#comments-here).

### Deeper {#comments-here}

Term
: Definition
"""


def png(width: int, height: int) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), (20, 90, 100)).save(out, "PNG")
    return out.getvalue()


def write_rich(root: Path) -> Site:
    site = Site(root, {"netblog.toml": CONFIG})
    site.write("static/pics/knot.png", png(8, 6))
    site.write("content/posts/full/net.png", png(40, 30))
    front = (
        'title: "Fish & <chips>"\ndate: 2026-03-05 10:00\nupdated: 2026-03-07 08:30\ntags: [Rete, "C++"]\n'
        "categories: [Essays]\npeople: [Grace]\nseries: Nets\nimage: net.png\naliases: [/old/fish/, /2020/fish.html]\n"
        "description: 'How \"it\" began.'\n"
    )
    site.write("content/posts/full/index.md", f"---\n{front}---\n{FULL}")
    italian = front.replace('"Fish & <chips>"', "Pesce fritto").replace("series: Nets\n", "series: Reti\n")
    italian = italian.replace("aliases: [/old/fish/, /2020/fish.html]\n", "").replace("[Essays]", "[Saggi]")
    site.write(
        "content/posts/full/index.it.md", f"---\n{italian}---\n{FULL.replace('about.md', 'about.it.md')}"
    )
    site.post("nets", "## Knots\n\nRope.", tags=["Rete"], series="Nets", date="2026-02-10")
    site.post("ropes", "Rope and rope.", tags=["Rete"], series="Nets", date="2026-02-11")
    for number in range(1, 5):
        site.post(f"post-{number}", f"Word {number}.", date=f"2025-0{number}-01 09:00", tags=["Rete"])
    site.post("città", "Muri.", title="La città", date="2025-06-01", comments=False)
    site.write("content/posts/rete.it.md", "---\ntitle: Rete\ndate: 2026-01-05\ntags: Rete\n---\nUn filo.\n")
    site.write(
        "content/posts/shabaka.ar.md", "---\ntitle: شبكة\ndate: 2026-01-06\n---\nخيط.\n\n> [!NOTE]\n> مهم.\n"
    )
    site.write("content/pages/about.md", "---\ntitle: About\n---\nWe knot.\n\n## Part\n\nOf us.\n")
    site.write("content/pages/about.it.md", "---\ntitle: Chi siamo\n---\nAnnodiamo.\n\n## Part\n\nNoi.\n")
    page = "/notes/it/posts/full/"
    site.comments(
        comment(1, page, "Bello."),
        comment(2, page, "Grazie.", parent="wp:1", published="2026-02-02T23:30:00Z"),
        comment(
            3,
            page,
            type="pingback",
            title="Altrove",
            author={"name": "Altrove", "url": "https://a.example/p"},
        ),
        comment(4, "/notes/posts/nets/", "One."),
    )
    return site


def built_rich(root: Path) -> Built:
    write_rich(root).built()
    return Built(root / "public", URL)
