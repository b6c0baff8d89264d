"""Which output paths can be written, and which get into each other's way.

Everything is found before the first byte is written, over all outputs of the site at once: a collision is
an error of the site, not of the moment when the second writer comes along. Paths are compared the way the
most forgetful file system would (macOS and Windows ignore case, macOS also the Unicode form), so that a
site that builds here can also be checked out, zipped and served there.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from unicodedata import normalize

from netblog.errors import Problem

MAX_PART = 255
"""Bytes of one file name: ext4, XFS, APFS (NAME_MAX)."""
MAX_PATH = 3000
"""Bytes of a whole path: PATH_MAX is 4096 on Linux, and the site's own folder comes before it."""

_PLAIN = re.compile(r"(?!\.)[\w-]+(?:\.[\w-]+)*(?:/(?!\.)[\w-]+(?:\.[\w-]+)*)*", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_WINDOWS_NAME = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|com[1-9¹²³]|lpt[1-9¹²³])(?:\..*)?", re.I)
_WINDOWS_PART = re.compile(r'[<>:"|?*]|[. ]$')
_RESERVED = re.compile(r"(?:^|/)(?:con|prn|aux|nul|com[1-9]|lpt[1-9])(?:[./]|$)", re.I)


def fold(path: str) -> str:
    """The form in which two paths are equal when some file system takes them for one."""
    if path.isascii():
        return path.lower()
    return normalize("NFC", normalize("NFD", path).casefold())


def ancestors(path: str) -> list[str]:
    """The folders above a path, outermost first: `a/b/c` -> [`a`, `a/b`]."""
    parts = path.split("/")
    return ["/".join(parts[:count]) for count in range(1, len(parts))]


def fault(path: str) -> str | None:
    """Why a relative path with forward slashes must not be written, or None when it may."""
    if len(path) <= MAX_PART and _PLAIN.fullmatch(path):
        return None
    if not path:
        return "is empty"
    if _CONTROL.search(path):
        return "contains a control character"
    if "\\" in path:
        return "contains a backslash"
    if path.startswith("/") or re.match(r"[A-Za-z]:/", path):
        return "is absolute"
    try:
        size = len(path.encode())
    except UnicodeEncodeError:
        return "is not valid Unicode"
    parts = path.split("/")
    if ".." in parts:
        return "contains '..'"
    if "" in parts or "." in parts:
        return "has an empty part or a part '.'"
    longest = max(parts, key=lambda part: len(part.encode()))
    if len(longest.encode()) > MAX_PART:
        return f"has a name of {len(longest.encode())} bytes ({MAX_PART} at most)"
    if size > MAX_PATH:
        return f"is {size} bytes long ({MAX_PATH} at most)"
    return None


def in_the_way(gone: Iterable[str], wanted: Iterable[str]) -> set[str]:
    """Of the paths that are to go, those that must go before the wanted ones can be written: a file where a
    folder must be, or the reverse, or one whose name differs only in case."""
    places = {fold(path) for path in wanted}
    folders = {folder for path in places for folder in ancestors(path)}
    return {
        path
        for path in gone
        if (folded := fold(path)) in places
        or folded in folders
        or any(folder in places for folder in ancestors(folded))
    }


def check_paths(outputs: Iterable[tuple[str, str]]) -> tuple[Problem, ...]:
    """Find outputs that cannot be written, or not beside each other.

    `outputs` are pairs of a path (relative to the output folder, forward slashes) and the source it comes
    from as a user would name it (`content/posts/x.md`, `the tag "Rete"`). Errors: unwritable paths, two
    outputs on one path (also when only case or Unicode form tells them apart), a file where another output
    needs a folder. One warning for all names that Windows does not allow.
    """
    problems: list[Problem] = []
    odd: list[str] = []
    files: dict[str, list[tuple[str, str]]] = defaultdict(list)
    folders: dict[str, tuple[str, str]] = {}
    for path, source in outputs:
        if found := fault(path):
            problems.append(_unwritable(path, source, found))
            continue
        if (_RESERVED.search(path) or not _PLAIN.fullmatch(path)) and (found := _windows_fault(path)):
            odd.append(f"the output path {path!r} of {source} cannot exist on Windows: {found}")
        folded = fold(path)
        files[folded].append((path, source))
        # Climbing stops at the first folder that is known: its own parents are known too.
        cut = folded.rfind("/")
        while cut > 0 and folded[:cut] not in folders:
            folders[folded[:cut]] = (path, source)
            cut = folded.rfind("/", 0, cut)
    problems += [_collision(claims) for claims in files.values() if len(claims) > 1]
    problems += [
        _file_as_folder(files[folded][0], folders[folded]) for folded in files.keys() & folders.keys()
    ]
    if odd:
        others = f", nor can {len(odd) - 1} more" if len(odd) > 1 else ""
        problems.append(Problem(odd[0] + others, severity="warning", code="output-windows"))
    return tuple(sorted(problems, key=lambda problem: problem.message))


def _unwritable(path: str, source: str, found: str) -> Problem:
    return Problem(
        f"the output path {path!r} of {source} {found}",
        hint="change its permalink, slug or file name",
        code="output-path",
    )


def _windows_fault(path: str) -> str | None:
    for part in path.split("/"):
        if _WINDOWS_NAME.fullmatch(part):
            return f"{part!r} is a reserved name there"
        if found := _WINDOWS_PART.search(part):
            return f"{part!r} has {found.group()!r} in it" if found.group() not in ". " else (
                f"{part!r} ends in {found.group()!r}"
            )
    return None


def _collision(claims: list[tuple[str, str]]) -> Problem:
    spellings = list(dict.fromkeys(path for path, _ in claims))
    sources = [source for _, source in claims]
    if len(spellings) == 1:
        message = f"{spellings[0]} would be written {_count(len(claims))}: by {_and(sources)}"
        hint = "give one of them another permalink or slug"
    else:
        told = _and([f"{path} (by {source})" for path, source in claims])
        message = f"{told} are one file where case and Unicode form do not count"
        hint = "give one of them a permalink or slug that differs in more than case or accents' encoding"
    return Problem(message, hint=hint, code="collision")


def _file_as_folder(file: tuple[str, str], child: tuple[str, str]) -> Problem:
    return Problem(
        f"{file[0]} (by {file[1]}) is a file where {child[0]} (by {child[1]}) needs a folder",
        hint="end the first one's permalink in '/', or rename one of them",
        code="collision",
    )


def _count(number: int) -> str:
    return "twice" if number == 2 else f"{number} times"


def _and(words: list[str]) -> str:
    return " and ".join((", ".join(words[:-1]), words[-1]))
