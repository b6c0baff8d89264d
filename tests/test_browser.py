"""The default theme in a real browser: with scripts and without, and asking nobody else for anything."""

from __future__ import annotations

import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import html5lib
import pytest

from markup import classed, only, text_of
from rich_site import write_rich

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs chromium; CI installs it")

POST = "/notes/it/posts/full/"
STEPS = """
<script>
addEventListener("load", function () {
  var seen = [], box = document.getElementById("respond");
  function note(what) {
    var focused = document.activeElement, around = box.parentNode.closest("li.comment");
    seen.push([what, around ? around.id : "home", box.querySelector("[data-parent-field]").value,
      box.querySelector(".cancel").hidden, document.getElementById("respond-heading").textContent,
      focused.id || focused.className].join("|"));
  }
  note("start");
  var links = document.querySelectorAll("a.reply");
  links[1].click(); note("second");
  links[0].click(); note("first");
  box.querySelector(".cancel").click(); note("cancelled");
  links[1].click();
  box.querySelector("textarea").dispatchEvent(new KeyboardEvent("keydown", {key: "Escape", bubbles: true}));
  note("escaped");
  document.documentElement.setAttribute("data-seen", seen.join(";"));
});
</script>
"""


@dataclass
class Served:
    """A built site on a port of its own, with the requests it got."""

    root: Path
    port: int
    asked: list[tuple[str, int]] = field(default_factory=list)

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"


class Handler(SimpleHTTPRequestHandler):
    served: Served

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        self.served.asked.append((self.path, int(code)))

    def end_headers(self) -> None:
        # Headless chromium cannot print a page with scripts switched off, but a page may forbid them all.
        if self.path.endswith("?noscript"):
            self.send_header("Content-Security-Policy", "script-src 'none'")
        super().end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    root = tmp_path_factory.mktemp("served")
    site = write_rich(root / "site")
    site.built()
    (root / "www").mkdir()
    (root / "site" / "public").rename(root / "www" / "notes")
    found = Served(root / "www" / "notes", 0)
    handler = type("Bound", (Handler,), {"served": found})
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=str(root / "www")))
    found.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield found
    server.shutdown()
    server.server_close()
    thread.join()


@dataclass(frozen=True)
class Visit:
    page: Any
    console: tuple[str, ...]
    asked: tuple[tuple[str, int], ...]


def visit(served: Served, path: str, folder: Path) -> Visit:
    """Load a page; the document as the browser has it afterwards, what the console said, what was asked for."""
    assert CHROMIUM
    before = len(served.asked)
    run = subprocess.run(
        [
            CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-extensions",
            "--disable-background-networking", "--disable-dev-shm-usage", "--enable-logging=stderr", "--v=0",
            "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1", "--virtual-time-budget=3000",
            f"--user-data-dir={folder}", "--dump-dom", served.url(path),
        ],
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    console = tuple(line for line in run.stderr.splitlines() if "CONSOLE" in line)
    page = html5lib.parse(run.stdout, namespaceHTMLElements=False)
    return Visit(page, console, tuple(served.asked[before:]))


@pytest.mark.parametrize(
    "path", ["/notes/", POST, "/notes/ar/posts/shabaka/", "/notes/archives/", "/notes/404.html"]
)
def test_a_page_loads_without_a_complaint_and_asks_only_its_own_host(
    served: Served, tmp_path: Path, path: str
) -> None:
    found = visit(served, path, tmp_path)
    assert found.console == ()
    assert found.asked
    assert all(asked.startswith("/notes/") and code in (200, 304) for asked, code in found.asked), found.asked
    assert any("style.css" in asked for asked, _ in found.asked)
    assert text_of(only(found.page, "h1"))


def test_a_complaint_and_a_missing_file_would_be_noticed(served: Served, tmp_path: Path) -> None:
    (served.root / "faulty.html").write_text(
        '<!doctype html><title>x</title><link rel="stylesheet" href="/lost.css"><script>lost()</script>'
    )
    found = visit(served, "/notes/faulty.html", tmp_path)
    assert any("lost is not defined" in line for line in found.console)
    assert ("/lost.css", 404) in found.asked


def driven(served: Served) -> str:
    """The path of a copy of the article with a script that answers comments."""
    text = (served.root / "it/posts/full/index.html").read_text(encoding="utf-8")
    (served.root / "it/posts/full/driven.html").write_text(
        text.replace("</body>", STEPS + "</body>"), encoding="utf-8"
    )
    return POST + "driven.html"


def test_the_reply_form_goes_to_the_comment_and_comes_back(served: Served, tmp_path: Path) -> None:
    found = visit(served, driven(served), tmp_path)
    assert found.console == ()
    assert (found.page.get("data-seen") or "").split(";") == [
        "start|home||true|Lascia un commento|kind-post",
        "second|comment-2|wp:2|false|Rispondi a Bea|respond-text",
        "first|comment-1|wp:1|false|Rispondi a Bea|respond-text",
        "cancelled|home||true|Lascia un commento|reply",
        "escaped|home||true|Lascia un commento|reply",
    ]
    assert text_of(classed(found.page, "cancel")[0]) == "Annulla risposta"
    section = classed(found.page, "conversation")[0]
    assert only(section, "section", id="respond") in list(section)


def test_without_scripts_the_page_holds_everything_and_reply_links_lead_to_the_form(
    served: Served, tmp_path: Path
) -> None:
    found = visit(served, driven(served) + "?noscript", tmp_path)
    assert found.page.get("data-seen") is None
    assert not any("reply.js" in asked for asked, _ in found.asked)
    assert [it.get("href") for it in classed(found.page, "reply")] == ["#respond", "#respond"]
    assert classed(found.page, "cancel")[0].get("hidden") is not None
    form = only(found.page, "form", method="post")
    assert {it.get("name") for it in form.iter() if it.get("required") is not None} == {"text", "name"}
    assert len(classed(found.page, "comment")) == 2


def test_nothing_sticks_out_of_a_narrow_screen(served: Served, tmp_path: Path) -> None:
    pages = [
        POST,
        "/notes/",
        "/notes/tags/",
        "/notes/archives/",
        "/notes/ar/posts/shabaka/",
        "/notes/404.html",
    ]
    frames = "".join(f'<iframe src="{path}" style="width:320px;height:600px"></iframe>' for path in pages)
    script = """<script>
    addEventListener("load", function () {
      var frames = [].slice.call(document.querySelectorAll("iframe"));
      document.documentElement.setAttribute("data-wide", frames.map(function (it) {
        return it.contentDocument.documentElement.scrollWidth;
      }).join(" "));
    });</script>"""
    (served.root / "narrow.html").write_text(f"<!doctype html><title>x</title>{frames}{script}")
    found = visit(served, "/notes/narrow.html", tmp_path)
    widths = [int(it) for it in re.findall(r"\d+", found.page.get("data-wide"))]
    assert len(widths) == len(pages)
    assert max(widths) <= 320, dict(zip(pages, widths, strict=True))
