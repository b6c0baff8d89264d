"""All rules of the blog as one set, ready for an engine."""

from __future__ import annotations

from netblog.engine import Ruleset
from netblog.rules import (
    assets,
    catalog,
    conversation,
    data,
    feeds,
    links,
    manifest,
    pages,
    relations,
    settings,
    sources,
    summary,
    templates,
    views,
)
from netblog.rules.codec import codec_for

RULES = Ruleset.of(
    sources,
    settings,
    catalog,
    relations,
    conversation,
    templates,
    data,
    assets,
    links,
    views,
    pages,
    feeds,
    manifest,
    summary,
    codec=codec_for,
)
