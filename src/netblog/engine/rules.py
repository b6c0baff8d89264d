"""Rules are pure functions of what they fetch; a ruleset is all of them by name."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from types import ModuleType
from typing import Any, Concatenate, Generic, ParamSpec, Protocol, TypeVar, cast, get_type_hints, overload

from netblog.engine.digest import PLAIN, Codec
from netblog.engine.keys import Key

P = ParamSpec("P")
V = TypeVar("V")
T = TypeVar("T")


class Fetch(Protocol):
    """What a rule is handed: the only way to learn anything. Every call is recorded as a read."""

    def __call__(self, key: Key[T]) -> T:
        """The value of a key, brought up to date first. Raises what the key's rule raised."""
        ...

    def all(self, keys: Iterable[Key[T]]) -> list[T]:
        """The values of many keys. All of them are run; then the union of their problems is raised."""
        ...


class Rule(Generic[P, V]):
    """A rule and, called with arguments, the key of its value for them."""

    def __init__(self, function: Callable[Concatenate[Fetch, P], V], keep: bool) -> None:
        self.function: Callable[..., V] = function
        self.name = function.__name__
        self.keep = keep
        self._alone: Key[V] = Key(self.name)
        self.__doc__ = function.__doc__

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> Key[V]:
        return Key(self.name, cast("tuple[str, ...]", args)) if args else self._alone


@overload
def rule(function: Callable[Concatenate[Fetch, P], V]) -> Rule[P, V]: ...
@overload
def rule(*, keep: bool) -> Callable[[Callable[Concatenate[Fetch, P], V]], Rule[P, V]]: ...
def rule(function: Any = None, *, keep: bool = True) -> Any:
    """Make a function a rule. Its arguments are strings; its return annotation names the type of its value.

    With `keep=False` the value is an artifact (bytes): it goes to the engine's sink and only its digest is kept.
    """
    if function is None:
        return lambda function: Rule(function, keep)
    return Rule(function, keep)


class Ruleset:
    """Rules by name, each with the codec of its values."""

    def __init__(self, rules: Iterable[Rule[..., Any]], codec: Callable[[Any], Codec] = lambda _: PLAIN) -> None:
        self.rules: dict[str, Rule[..., Any]] = {}
        self._codec = codec
        self._codecs: dict[str, Codec] = {}
        for found in rules:
            if self.rules.setdefault(found.name, found) is not found:
                raise ValueError(f"two rules are called {found.name}")

    @classmethod
    def of(cls, *modules: ModuleType, codec: Callable[[Any], Codec] = lambda _: PLAIN) -> Ruleset:
        """All rules found in modules; one that is imported into another module counts once."""
        found: dict[int, Rule[..., Any]] = {}
        for module in modules:
            for value in vars(module).values():
                if isinstance(value, Rule):
                    found[id(value)] = value
        return cls(found.values(), codec)

    def __contains__(self, name: str) -> bool:
        return name in self.rules

    def __getitem__(self, name: str) -> Rule[..., Any]:
        return self.rules[name]

    def codec(self, name: str) -> Codec:
        """The codec of a rule's values, made when it is first needed."""
        codec = self._codecs.get(name)
        if codec is None:
            hints = get_type_hints(self.rules[name].function)
            codec = self._codecs[name] = self._codec(hints.get("return", Any))
        return codec
