"""Reads a YAML header into nodes, by YAML 1.2's core schema, with limits that hold for any input.

PyYAML's own loaders read YAML 1.1 (`no` is false, `1:30` is 90), let a second key silently replace the
first, forget where values stood, and its C composer recurses per level, so that 50,000 brackets end the
process. So only libyaml's event stream is used, as fast as the C loader, and the tree is built here with a
stack of our own: depth is checked before it is reached, and an alias is counted with all it stands for
before anything walks it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from netblog.errors import ContentError, Problem
from netblog.readers.nodes import (
    DEPTH_LIMIT,
    MOST_PROBLEMS,
    Header,
    Mapping,
    Node,
    Pair,
    Scalar,
    Sequence,
    Value,
)
from netblog.readers.source import brief
from netblog.readers.yaml_messages import translate

ALIAS_LIMIT = 10_000
"""Values that all aliases and merges of a header may stand for together."""

_Parser: Callable[[str], Any] = yaml.SafeLoader
if yaml.__with_libyaml__:
    # Bare of the loader's resolver and constructor, which would cost as much as the parsing.
    _Parser = yaml.cyaml.CParser  # type: ignore[attr-defined]

# YAML 1.2.2 section 10.3.2, the core schema.
_WORDS: dict[str, Value] = {"": None, "~": None, "null": None, "Null": None, "NULL": None}
_WORDS |= {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INTEGER = re.compile(r"[-+]?[0-9]+")
_BASED = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_LONGEST_NUMBER = 64
_MAY_BE_TYPED = frozenset("0123456789+-.~tTfFnN")
_CORE_TAGS = frozenset(
    f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null", "seq", "map", "timestamp")
)
_TEXT_TAGS = ("!", "tag:yaml.org,2002:str")
# Line ends to YAML 1.1 but not to YAML 1.2 nor to any editor's line numbers.
_TOO_DEEP = f"lists and mappings are nested deeper than {DEPTH_LIMIT} levels"
_OLD_BREAKS = re.compile("[\x85\u2028\u2029]")


class _Frame:
    """A list or mapping being built; `key` waits for its value."""

    __slots__ = ("anchor", "column", "height", "is_map", "items", "key", "line", "merges", "seen", "weight")

    def __init__(self, is_map: bool, anchor: str | None, line: int, column: int) -> None:
        self.is_map, self.anchor, self.line, self.column = is_map, anchor, line, column
        self.items: list[Any] = []
        self.key: Scalar | None = None
        self.seen: dict[str, int] = {}
        self.merges: list[Node] = []
        self.weight = 1
        """Values it stands for, aliases counted in full."""
        self.height = 1
        """Levels below and with it."""


def parse_yaml(header: Header) -> tuple[Node | None, tuple[Problem, ...]]:
    """The tree of a YAML document, None if it is empty, and what is wrong but can be read past.

    Read past are a key given twice (the first holds) and unknown tags (the value is read as if untagged), the
    first MOST_PROBLEMS of them.
    Raises ContentError, with line and column, for all else: syntax, a second document, more levels than
    DEPTH_LIMIT, aliases to nothing or standing for more than ALIAS_LIMIT values, and a header too long.
    """
    header.refuse_size()
    text = header.text if header.text.isascii() else _OLD_BREAKS.sub(" ", header.text)
    try:
        return _Tree(header).build(_Parser(text))
    except yaml.YAMLError as error:
        raise ContentError(translate(error, header)) from None


def core_value(text: str) -> Value:
    """What a plain scalar means; text where the core schema has no other type for it."""
    if text and text[0] not in _MAY_BE_TYPED:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if len(text) > _LONGEST_NUMBER:
        return text
    if _INTEGER.fullmatch(text):
        number = int(text)
        return number if -(2**63) <= number < 2**63 else text
    if _BASED.fullmatch(text):
        number = int(text, 0)
        return number if number < 2**63 else text
    if _FLOAT.fullmatch(text):
        real = float(text)
        return real if abs(real) != float("inf") else text
    return text


class _Tree:
    def __init__(self, header: Header) -> None:
        self.header = header
        self.problems: list[Problem] = []
        self.anchors: dict[str, tuple[Node, int, int]] = {}
        """Node, weight, height."""
        self.spent = 0

    def build(self, parser: Any) -> tuple[Node | None, tuple[Problem, ...]]:
        next_event = parser.get_event
        first = self.header.line
        stack: list[_Frame] = []
        root: Node | None = None
        started = False
        while True:
            event = next_event()
            kind = type(event)
            if kind is ScalarEvent:
                mark = event.start_mark
                text = event.value
                line, column = mark.line + first, mark.column + 1
                if event.tag is None:
                    node: Node = Scalar(text, core_value(text) if event.implicit[0] else text, line, column)
                else:
                    self._check_tag(event.tag, line, column)
                    node = Scalar(text, text if event.tag in _TEXT_TAGS else core_value(text), line, column)
                if event.anchor:
                    self.anchors[event.anchor] = (node, 1, 0)
            elif kind is MappingStartEvent or kind is SequenceStartEvent:
                mark = event.start_mark
                line, column = mark.line + first, mark.column + 1
                if len(stack) >= DEPTH_LIMIT:
                    self._refuse(_TOO_DEEP, line, column)
                if event.tag is not None:
                    self._check_tag(event.tag, line, column)
                stack.append(_Frame(kind is MappingStartEvent, event.anchor, line, column))
                continue
            elif kind is MappingEndEvent or kind is SequenceEndEvent:
                frame = stack.pop()
                node = self._close(frame)
                if stack:
                    stack[-1].weight += frame.weight
                    stack[-1].height = max(stack[-1].height, frame.height + 1)
            elif kind is AliasEvent:
                mark = event.start_mark
                node = self._alias(event.anchor, stack, mark.line + first, mark.column + 1)
            elif kind is DocumentStartEvent:
                if started:
                    line = event.start_mark.line + first
                    self._refuse("the front matter holds a second YAML document", line, 1)
                started = True
                continue
            elif kind is StreamEndEvent:
                return root, tuple(self.problems)
            else:
                continue
            if not stack:
                root = node
            elif stack[-1].is_map:
                self._pair(stack[-1], node)
            else:
                stack[-1].items.append(node)

    def _pair(self, frame: _Frame, node: Node) -> None:
        key = frame.key
        if key is None:
            if not isinstance(node, Scalar):
                hint = "put it in quotes if it begins with [, { or a template's {{"
                self._refuse("a key must be text, not a list or mapping", node.line, node.column, hint)
            else:
                frame.key = node
            return
        frame.key = None
        name = key.text
        if name == "<<":
            frame.merges.append(node)
        elif name in frame.seen:
            message = f"the key {brief(name)} is given twice (first on line {frame.seen[name]})"
            self._note(message, key.line, key.column, "delete one of them")
        else:
            frame.seen[name] = key.line
            frame.items.append(Pair(name, key.line, key.column, node))

    def _close(self, frame: _Frame) -> Node:
        for merged in frame.merges:
            for pair in self._merged(merged):
                # YAML's merge type: what the mapping says itself, and the earlier source, win.
                if pair.key not in frame.seen:
                    frame.seen[pair.key] = pair.line
                    frame.items.append(pair)
        make: Callable[..., Node] = Mapping if frame.is_map else Sequence
        node = make(tuple(frame.items), frame.line, frame.column)
        frame.weight += len(frame.items)
        if frame.anchor:
            self.anchors[frame.anchor] = (node, frame.weight, frame.height)
        return node

    def _merged(self, node: Node) -> Iterator[Pair]:
        for source in node.items if isinstance(node, Sequence) else (node,):
            if isinstance(source, Mapping):
                yield from source.pairs
            else:
                hint = "write <<: *name, where &name marks a mapping"
                self._refuse("only mappings can be merged with <<", source.line, source.column, hint)

    def _alias(self, name: str, stack: list[_Frame], line: int, column: int) -> Node:
        if name not in self.anchors:
            shown = brief(name)
            hint = f'put the value in quotes, if it is text: "*{shown}..."'
            self._refuse(f"the alias *{shown} has no anchor &{shown} before it", line, column, hint)
        node, weight, height = self.anchors[name]
        self.spent += weight
        if self.spent > ALIAS_LIMIT:
            self._refuse(f"the aliases stand for more than {ALIAS_LIMIT} values", line, column)
        if len(stack) + height > DEPTH_LIMIT:
            self._refuse(_TOO_DEEP, line, column)
        if stack:
            stack[-1].weight += weight
            stack[-1].height = max(stack[-1].height, height + 1)
        return node

    def _check_tag(self, tag: str, line: int, column: int) -> None:
        if tag not in _CORE_TAGS and tag != "!":
            shown = tag.replace("tag:yaml.org,2002:", "!!")
            message = f"the YAML tag {brief(shown)} is not known"
            hint = "remove it, or put the value in quotes if it is text that begins with !"
            self._note(message, line, column, hint)

    def _note(self, message: str, line: int, column: int, hint: str) -> None:
        self.problems.append(self.header.problem(message, line, column, hint))
        if len(self.problems) == MOST_PROBLEMS:
            raise ContentError(self.problems)

    def _refuse(self, message: str, line: int, column: int, hint: str | None = None) -> None:
        raise ContentError([*self.problems, self.header.problem(message, line, column, hint)])
