"""Keys name what a build can ask for: a rule or an input, with string arguments.

A key carries the type of its value, so `fetch(card("posts/x.md"))` is known to be a Card.
"""

from __future__ import annotations

from typing import Generic, NamedTuple, TypeVar

V = TypeVar("V", covariant=True)

_SEPARATOR = "\x1f"
_ESCAPE = "\x1e"


class Key(NamedTuple, Generic[V]):
    """The name of a value: hashable, ordered, and reversible to text."""

    rule: str
    args: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.rule}({', '.join(self.args)})"

    def text(self) -> str:
        """The key as one string, for a store. `Key.parse` is its inverse."""
        text = _SEPARATOR.join((self.rule, *self.args))
        if text.count(_SEPARATOR) == len(self.args) and _ESCAPE not in text:
            return text
        # A file's name may hold anything.
        escaped = (arg.replace(_ESCAPE, _ESCAPE + "0").replace(_SEPARATOR, _ESCAPE + "1") for arg in self.args)
        return _SEPARATOR.join((self.rule, *escaped))

    @classmethod
    def parse(cls, text: str) -> Key[V]:
        rule, *args = text.split(_SEPARATOR)
        if _ESCAPE in text:
            args = [arg.replace(_ESCAPE + "1", _SEPARATOR).replace(_ESCAPE + "0", _ESCAPE) for arg in args]
        return cls(rule, tuple(args))


class Input(Generic[V]):
    """A kind of leaf. The engine is given a `Source` under its name."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __call__(self, *args: str) -> Key[V]:
        return Key(self.name, args)
