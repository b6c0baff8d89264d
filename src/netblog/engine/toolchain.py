"""The digest of everything that makes the outputs besides the inputs: this program and its libraries.

It is computed from what is installed, so no version number has to be remembered: editing a rule, upgrading
Markdown or changing Python starts a fresh cache by itself.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from hashlib import blake2b
from pathlib import Path


def toolchain(package: Path, distributions: Iterable[str]) -> bytes:
    """16 bytes over the sources below `package`, Python's version, and the installed versions of libraries.

    `distributions` are project names as pip knows them. Their versions are read off the names of the
    .dist-info folders on sys.path: importlib.metadata would open every one of them.
    """
    digest = blake2b(digest_size=16)
    digest.update(sys.version.encode())
    for path in sorted(package.rglob("*.py")):
        digest.update(str(path.relative_to(package)).encode() + b"\0")
        digest.update(blake2b(path.read_bytes(), digest_size=16).digest())
    wanted = {_normal(name) for name in distributions}
    found = set()
    for folder in sys.path:
        try:
            names = os.listdir(folder or ".")
        except OSError:
            continue
        for name in names:
            if name.endswith(".dist-info") and _normal(name.partition("-")[0]) in wanted:
                found.add(name)
    digest.update("\n".join(sorted(found)).encode())
    return digest.digest()


def _normal(name: str) -> str:
    return name.lower().replace("-", "_").replace(".", "_")
