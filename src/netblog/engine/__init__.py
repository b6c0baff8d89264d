"""The build engine: rules, traces and a store. It knows no blog and needs only the standard library.

    rules say what to make      keys.py rules.py          inputs are what is read     inputs.py
    build.py brings up to date  node.py traces.py         store.py remembers          pool.py shares the work
"""

from netblog.engine.build import Brought, Engine
from netblog.engine.digest import PLAIN, Codec, PlainCodec, digest_of
from netblog.engine.inputs import Files, Moments, Observation, Source, Trees, Values
from netblog.engine.keys import Input, Key
from netblog.engine.lock import SiteLock
from netblog.engine.node import Cause, Ran
from netblog.engine.rows import Owned, StoreDamaged
from netblog.engine.rules import Fetch, Rule, Ruleset, rule
from netblog.engine.store import Store
from netblog.engine.toolchain import toolchain
from netblog.engine.traces import Reason

__all__ = [
    "PLAIN",
    "Brought",
    "Cause",
    "Codec",
    "Engine",
    "Fetch",
    "Files",
    "Input",
    "Key",
    "Moments",
    "Observation",
    "Owned",
    "PlainCodec",
    "Ran",
    "Reason",
    "Rule",
    "Ruleset",
    "SiteLock",
    "Source",
    "Store",
    "StoreDamaged",
    "Trees",
    "Values",
    "digest_of",
    "rule",
    "toolchain",
]
