"""How values of the blog become bytes: msgspec's JSON, typed by each rule's return annotation.

The annotation is the type tag, so equal bytes mean equal values of one rule, and decoding runs no code of the
cache's choosing. JSON rather than MessagePack, because there a date would lose its UTC offset. Mappings keep their
order, which is part of their value: what a reader finds in the cache is what the rule returned, to the last key.
Sets have no order to keep and are refused (`tests/test_rules.py`).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import msgspec

_ENCODER = msgspec.json.Encoder()


class TypedCodec:
    """Encodes and decodes values of one type."""

    def __init__(self, type_: Any) -> None:
        self._decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(type_)

    def encode(self, value: Any) -> bytes:
        return _ENCODER.encode(value)

    def decode(self, data: bytes) -> Any:
        return self._decoder.decode(data)

    def differences(self, old: bytes, new: bytes) -> tuple[str, ...]:
        """The names of the fields (of a struct) or keys (of a mapping) that differ; () where there are none."""
        before, after = msgspec.json.decode(old), msgspec.json.decode(new)
        if not isinstance(before, dict) or not isinstance(after, dict):
            return ()
        names = dict.fromkeys([*before, *after])
        return tuple(str(name) for name in names if before.get(name) != after.get(name))


@lru_cache(maxsize=512)
def codec_for(type_: Any) -> TypedCodec:
    return TypedCodec(type_)
