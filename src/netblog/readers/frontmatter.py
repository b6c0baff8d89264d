"""Parts a content file into front matter and body, and reads the front matter into its typed form.

A value that is wrong is a problem with its place, and the rest is read on, so that one run shows all there
is to mend; only a header that cannot be parsed at all ends the reading. Foreign keys are translated (see
`keys`): netblog's own spelling wins over a foreign one, lists from both are joined, and where two keys
disagree on whether a post may be seen, it may not.

A file that opens with `---` has front matter if a closing `---` (or YAML's `...`) follows. If none does, it
is an unclosed block when the next line looks like a key, and a thematic break otherwise. If one does, but
a blank line follows the first and nothing between the two looks like a key, both are thematic breaks.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

from netblog.errors import ContentError, Problem
from netblog.model.post import FrontMatter
from netblog.readers.nodes import Header, Mapping, Scalar, what
from netblog.readers.source import Source
from netblog.readers.tomlish import TomlError, toml_nodes
from netblog.readers.translation import Translation

_OPENING = re.compile(r"(?:[ \t]*+\n)*+(---|\+\+\+)[ \t]*+(?:\n|\Z)")
_CLOSING = {"---": re.compile(r"^(?:---|\.\.\.)[ \t]*+$", re.M), "+++": re.compile(r"^\+\+\+[ \t]*+$", re.M)}
_KEY_LINE = {
    "---": re.compile(
        r"""^(?:"[^"\n]*"|'[^'\n]*'|\w[^\s:#]*(?: [^\s:#]+){0,2})[ \t]*:(?:[ \t]|$)""", re.M
    ),
    "+++": re.compile(r"""^(?:["'\w][^\n=]*=|\[)""", re.M),
}


class Split(msgspec.Struct, frozen=True):
    """A content file in its two parts."""

    kind: Literal["yaml", "toml"] | None
    """None where there is no front matter."""
    header: str
    """The text between the marks."""
    header_line: int
    """1-based line of the header's first line."""
    body: str
    body_line: int
    """1-based line of the body's first line."""


def split(source: Source) -> Split:
    """Part `source` at its front-matter marks. Raises ContentError for a block that is not closed."""
    text = source.text
    opening = _OPENING.match(text)
    if opening is None:
        return Split(None, "", 1, text, 1)
    mark = opening[1]
    start = opening.end()
    closing = _CLOSING[mark].search(text, start)
    if closing is None:
        if not _KEY_LINE[mark].match(text, start):
            return Split(None, "", 1, text, 1)
        line = text.count("\n", 0, opening.start(1)) + 1
        message = f"the front matter opened by {mark} is not closed"
        hint = f"put {mark} on a line of its own after the last key"
        raise ContentError(Problem(message, source.path, line, 1, hint, source=mark, code="front-matter"))
    header = text[start : closing.start()]
    if header[:1] == "\n" and header.strip() and not _KEY_LINE[mark].search(header):
        return Split(None, "", 1, text, 1)
    header_line = text.count("\n", 0, start) + 1
    body_line = header_line + header.count("\n") + 1
    kind: Literal["yaml", "toml"] = "yaml" if mark == "---" else "toml"
    return Split(kind, header, header_line, text[closing.end() + 1 :], body_line)


def read_front_matter(
    split: Split,
    path: str,
    zone: ZoneInfo,
    known_keys: Collection[str] = (),
    taxonomies: Collection[str] = (),
) -> tuple[FrontMatter, tuple[Problem, ...]]:
    """The front matter of the file `path`, and what is wrong with its values.

    `zone` is the site's; `known_keys` are keys of the author's own, neither used nor collected in `unknown`
    (foreign spellings among them lose their meaning here); `taxonomies` names the site's taxonomies beside
    tags and categories. Raises ContentError only if the header cannot be parsed.
    """
    if split.kind is None:
        return FrontMatter(), ()
    header = Header(split.header, path, split.header_line)
    root, problems = _parse(split.kind, header)
    if root is None:
        return FrontMatter(), problems
    translation = Translation(header, zone, known_keys, taxonomies)
    for pair in root.pairs:
        translation.read(pair)
    return translation.finish(), (*problems, *translation.problems)


def _parse(kind: str, header: Header) -> tuple[Mapping | None, tuple[Problem, ...]]:
    if kind == "toml":
        header.refuse_size()
        try:
            return toml_nodes(header.text, header.line), ()
        except TomlError as error:
            line = error.line + header.line - 1
            raise ContentError(header.problem(error.message, line, error.column, error.hint)) from None
    from netblog.readers.yamlish import parse_yaml

    root, problems = parse_yaml(header)
    if root is None or (isinstance(root, Scalar) and root.value is None):
        return None, problems
    if not isinstance(root, Mapping):
        toml = isinstance(root, Scalar) and re.match(r"\w+ *=", root.text)
        hint = "TOML goes between +++ lines" if toml else "write it as key: value"
        message = f"the front matter must be keys with values, not {what(root)}"
        raise ContentError([*problems, header.problem(message, root.line, root.column, hint)])
    return root, problems
