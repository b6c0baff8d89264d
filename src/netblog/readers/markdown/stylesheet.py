"""Writes the style sheet of highlighted code, light and dark, with colours that can be read.

The colours come from two Pygments styles. Where one has too little contrast with its background it is
moved towards black or white, in small steps, until it has WCAG 2.2's 4.5:1 (success criterion 1.4.3), so no
later version of Pygments can make code hard to read. Colours are custom properties, so that the dark
set is not a second copy of every rule, and a theme can change one.
"""

from __future__ import annotations

from functools import cache

LIGHT = "tango"
DARK = "github-dark"
CONTRAST = 4.5
_BACKGROUNDS = {LIGHT: "f6f7f9", DARK: "161b22"}
_TEXT = {LIGHT: "1f2328", DARK: "e6edf3"}


@cache
def highlight_css() -> str:
    """The CSS for `.highlight`: light, dark by the reader's preference, and dark by `data-theme="dark"`."""
    light, dark = _colours(LIGHT), _colours(DARK)
    groups: dict[tuple[str, str, str], list[str]] = {}
    for name, (colour, font) in light.items():
        look = (colour, dark[name][0], font)
        if look != (_TEXT[LIGHT], _TEXT[DARK], ""):
            groups.setdefault(look, []).append(name)
    variables: dict[str, list[str]] = {
        LIGHT: [f"--code-bg:#{_BACKGROUNDS[LIGHT]}", f"--code:#{_TEXT[LIGHT]}"],
        DARK: [f"--code-bg:#{_BACKGROUNDS[DARK]}", f"--code:#{_TEXT[DARK]}"],
    }
    rules = []
    for (bright, dim, font), names in groups.items():
        variable = f"--code-{names[0]}"
        variables[LIGHT].append(f"{variable}:#{bright}")
        variables[DARK].append(f"{variable}:#{dim}")
        selectors = ",".join(f".highlight .{name}" for name in names)
        rules.append(f"{selectors}{{color:var({variable}){font}}}\n")
    at_night = ";".join(variables[DARK])
    return (
        f":root{{{';'.join(variables[LIGHT])}}}\n"
        f'@media (prefers-color-scheme: dark){{:root:not([data-theme="light"]){{{at_night}}}}}\n'
        f':root[data-theme="dark"]{{{at_night}}}\n'
        ".highlight{background:var(--code-bg);color:var(--code)}\n"
        ".highlight pre{background:none;color:inherit;overflow-x:auto}\n" + "".join(rules)
    )


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours (`rrggbb`), 1 to 21. Source: WCAG 2.2, "contrast ratio"."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    def linear(channel: int) -> float:
        share = channel / 255
        return share / 12.92 if share <= 0.04045 else float(((share + 0.055) / 1.055) ** 2.4)

    red, green, blue = (linear(channel) for channel in bytes.fromhex(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _readable(colour: str, background: str) -> str:
    """The colour nearest to `colour`, towards black or white, with enough contrast on `background`."""
    goal = 255 if _luminance(background) < 0.18 else 0
    channels = list(bytes.fromhex(colour))
    for step in range(101):
        moved = bytes(round(channel + (goal - channel) * step / 100) for channel in channels).hex()
        if contrast(moved, background) >= CONTRAST:
            return moved
    return "ffffff" if goal else "000000"


def _colours(style_name: str) -> dict[str, tuple[str, str]]:
    """For each CSS class, its colour in a style and its font declarations."""
    from pygments.styles import get_style_by_name
    from pygments.token import STANDARD_TYPES

    style = get_style_by_name(style_name)
    background = _BACKGROUNDS[style_name]
    colours = {}
    for kind, name in STANDARD_TYPES.items():
        # Names, punctuation and white space have no spans, see `highlight`.
        if name in ("", "n", "p", "w", "x"):
            continue
        look = style.style_for_token(kind)
        font = ";font-weight:bold" if look["bold"] else ""
        font += ";font-style:italic" if look["italic"] else ""
        colours[name] = (_readable(look["color"] or _TEXT[style_name], background), font)
    return colours
