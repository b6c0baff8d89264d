"""Digests of values, and a canonical encoding of plain ones.

Never hash pickle or marshal: equal values can serialise differently there. The encoding here tags every value
with its type, sorts sets, keeps the order of mappings (a reader can see it), and decodes without running any code.
"""

from __future__ import annotations

import struct
from hashlib import blake2b
from typing import Any, Protocol

SIZE = 16


def digest_of(data: bytes) -> bytes:
    """The 16-byte BLAKE2b digest (RFC 7693) of encoded bytes."""
    return blake2b(data, digest_size=SIZE).digest()


class Codec(Protocol):
    """Turns the values of one rule into bytes and back. Equal values must have equal bytes."""

    def encode(self, value: Any) -> bytes: ...

    def decode(self, data: bytes) -> Any: ...

    def differences(self, old: bytes, new: bytes) -> tuple[str, ...]:
        """The names of what differs between two encoded values; () where parts have no names."""
        ...


class PlainCodec:
    """None, bool, int, float, str, bytes, tuple, list, dict and frozenset, each under its own tag."""

    def encode(self, value: Any) -> bytes:
        out: list[bytes] = []
        _encode(value, out)
        return b"".join(out)

    def decode(self, data: bytes) -> Any:
        value, end = _decode(data, 0)
        if end != len(data):
            raise ValueError("bytes after the end of the value")
        return value

    def differences(self, old: bytes, new: bytes) -> tuple[str, ...]:
        before, after = self.decode(old), self.decode(new)
        if not isinstance(before, dict) or not isinstance(after, dict):
            return ()
        parts = [{key: self.encode(item) for key, item in value.items()} for value in (before, after)]
        return tuple(str(key) for key in {**before, **after} if parts[0].get(key) != parts[1].get(key))


def _sized(tag: bytes, data: bytes) -> bytes:
    return tag + struct.pack(">Q", len(data)) + data


def _encode(value: Any, out: list[bytes]) -> None:
    kind = type(value)
    if value is None:
        out.append(b"N")
    elif kind is bool:
        out.append(b"T" if value else b"F")
    elif kind is int:
        out.append(_sized(b"i", value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True)))
    elif kind is float:
        out.append(b"f" + struct.pack(">d", value))
    elif kind is str:
        out.append(_sized(b"s", value.encode("utf-8", "surrogatepass")))
    elif kind is bytes:
        out.append(_sized(b"b", value))
    elif kind is tuple or kind is list:
        out.append((b"t" if kind is tuple else b"l") + struct.pack(">Q", len(value)))
        for item in value:
            _encode(item, out)
    elif kind is dict:
        out.append(b"d" + struct.pack(">Q", len(value)))
        for key, item in value.items():
            _encode(key, out)
            _encode(item, out)
    elif kind is frozenset:
        out.append(b"x" + struct.pack(">Q", len(value)))
        out.extend(sorted(PLAIN.encode(item) for item in value))
    else:
        raise TypeError(f"a value of type {kind.__name__} cannot be stored")


def _decode(data: bytes, at: int) -> tuple[Any, int]:
    tag, at = data[at : at + 1], at + 1
    if tag in b"NTF" and tag:
        return {b"N": None, b"T": True, b"F": False}[tag], at
    (size,) = struct.unpack_from(">Q", data, at) if tag != b"f" else (0,)
    if tag == b"f":
        return struct.unpack_from(">d", data, at)[0], at + 8
    at += 8
    if tag in b"isb":
        body = data[at : at + size]
        if len(body) != size:
            raise ValueError("the value ends early")
        at += size
        if tag == b"i":
            return int.from_bytes(body, "big", signed=True), at
        return body.decode("utf-8", "surrogatepass") if tag == b"s" else body, at
    if tag == b"d":
        mapping = {}
        for _ in range(size):
            key, at = _decode(data, at)
            mapping[key], at = _decode(data, at)
        return mapping, at
    items = []
    for _ in range(size):
        item, at = _decode(data, at)
        items.append(item)
    kinds: dict[bytes, Any] = {b"t": tuple, b"l": list, b"x": frozenset}
    return kinds[tag](items), at


PLAIN = PlainCodec()
