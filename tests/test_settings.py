"""Settings that are easily read and then forgotten: each does to the site what its documentation says."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from sites import Site, comment

FORM = '[comments.form]\nkind = "post"\naction = "https://inbox.example/"\n'


def test_the_form_closes_so_many_days_after_the_post_and_the_conversation_stays(tmp_path: Path) -> None:
    site = Site(tmp_path)
    site.post("old", date="2026-01-02 10:00")
    site.post("new", date="2026-05-30 10:00")
    site.comments(comment(1, "/posts/old/"))
    site.write("netblog.toml", site.read("netblog.toml") + "[comments]\nclose_after_days = 90\n" + FORM)
    site.built(now=datetime(2026, 6, 1, tzinfo=UTC))
    assert 'id="respond"' in site.page("posts/new/index.html")
    old = site.page("posts/old/index.html")
    assert "Well said." in old and 'id="respond"' not in old
    # The day comes without anybody touching a file.
    written = site.wrote(now=datetime(2026, 9, 1, tzinfo=UTC))
    assert written == {"posts/new/index.html"} and 'id="respond"' not in site.page("posts/new/index.html")


def test_images_load_late_unless_they_are_told_not_to(tmp_path: Path) -> None:
    site = Site(tmp_path)
    site.post("x", "![a](https://a.example/1.png)\n\n![b](https://a.example/2.png)")
    site.built()
    page = site.page("posts/x/index.html")
    assert page.count('loading="lazy"') == 1 and page.index("1.png") < page.index('loading="lazy"')
    site.write("netblog.toml", site.read("netblog.toml") + "[images]\nlazy = false\n")
    assert "posts/x/index.html" in site.wrote()
    assert 'loading="lazy"' not in site.page("posts/x/index.html")
