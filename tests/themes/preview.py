"""Look at the theme: writes every made-up page below a folder and, with chromium about, photographs it.

PYTHONPATH=src python tests/themes/preview.py /tmp/preview [NAME ...] [--shots]
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from theme_views import THEME, contexts, draw

DARK = {"light": "1", "dark": "0"}
HIGHLIGHT = ".highlight .k { font-weight: 700 }"


def write(folder: Path) -> list[Path]:
    """Write the pages, in Italian and Arabic, and the static files beside them."""
    folder.mkdir(parents=True, exist_ok=True)
    for file in (THEME / "static").iterdir():
        shutil.copy(file, folder / file.name)
    (folder / "highlight.css").write_text(HIGHLIGHT, "utf-8")
    pages = []
    for lang in ("it", "ar"):
        for name, (template, variables) in contexts(lang).items():
            html = draw(template, variables).replace('href="/', 'href="').replace('src="/', 'src="')
            path = folder / (f"{name}.html" if lang == "it" else f"{name}.{lang}.html")
            path.write_text(html, "utf-8")
            pages.append(path)
    return pages


def photograph(path: Path, width: int, scheme: str, height: int) -> None:
    target = path.with_name(f"{path.stem}-{width}-{scheme}.png")
    # Headless chromium will not make a window narrower than 500 pixels, so a narrow page is framed.
    frame = path.with_name(f"frame-{path.stem}-{width}.html")
    style = f"width:{width}px;height:{height}px;border:0"
    frame.write_text(
        f'<!doctype html><body style="margin:0"><iframe src="{path.name}" style="{style}">', "utf-8"
    )
    command = [
        "chromium",
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--hide-scrollbars",
        f"--blink-settings=preferredColorScheme={DARK[scheme]}",
        f"--window-size={max(width, 500)},{height}",
        f"--screenshot={target}",
        frame.as_uri(),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=120)


if __name__ == "__main__":
    words = [word for word in sys.argv[2:] if not word.startswith("--")]
    for page in write(Path(sys.argv[1])):
        if "--shots" in sys.argv and (not words or page.stem in words):
            for width, height in ((360, 5200), (1280, 4200)):
                for scheme in DARK:
                    photograph(page, width, scheme, height)
