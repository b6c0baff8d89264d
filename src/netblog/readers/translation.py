"""Translates the keys of one header, netblog's own and foreign, into the typed front matter.

The words of other generators do not map one to one (`published: false` is a draft, `layout` may be a template
or nothing), so each that changes more than its name has a method of its own here; the rest are tables.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from netblog.errors import Problem
from netblog.model.post import FrontMatter
from netblog.readers import fields
from netblog.readers.keys import KNOWN, STOCK_LAYOUTS, meaning
from netblog.readers.nodes import MOST_PROBLEMS, Header, Mapping, Node, Pair, Scalar, what

_Reader = Callable[[Node, str], Any]
_SINGLE: dict[str, _Reader] = {
    "title": fields.title,
    "slug": fields.text,
    "permalink": fields.address,
    "series": fields.only,
    "description": fields.text,
    "image": fields.picture,
    "comments": fields.switch,
    "lang": fields.language,
    "id": fields.text,
    "template": fields.text,
    "weight": fields.whole,
    "license": fields.text,
}
_JOINED: dict[str, Callable[[Node, str], tuple[str, ...]]] = {
    "tags": fields.names,
    "categories": fields.names,
    "authors": fields.people,
    "aliases": fields.paths,
}
_DATES = frozenset(("date", "updated", "expires"))
# In a foreign key, a value of another shape means that the key is not what we take it for. Not in these.
_OWN = frozenset(KNOWN)
_FAMILIAR = _OWN | {"author", "tag", "category", "summary", "status"}
_GATES = frozenset(("draft", "unpublished", "publish", "expires"))
_WITHHELD = frozenset(("draft", "private", "pending", "hidden", "trash", "auto-draft", "unpublished"))
_PUBLIC = frozenset(("publish", "published", "public", "future"))
"""`future` is WordPress's word for a post with a date to come: the date withholds it."""


class Translation:
    """One header being read: what was found so far."""

    def __init__(
        self, header: Header, zone: ZoneInfo, known: Collection[str], taxonomies: Collection[str]
    ) -> None:
        self.header, self.zone, self.known, self.taxonomies = header, zone, known, taxonomies
        self.values: dict[str, Any] = {}
        self.lines: dict[str, int] = {}
        self.own: set[str] = set()
        """Keys given in netblog's own spelling."""
        self.terms: dict[str, tuple[str, ...]] = {}
        self.unknown: list[tuple[str, int]] = []
        self.problems: list[Problem] = []
        self.publish: datetime | None = None
        self.publish_line = 0

    def read(self, pair: Pair) -> None:
        """Take in one key; what is wrong with it goes to `problems`."""
        key = pair.key
        means = meaning(key)
        own = key.lower() in _OWN
        try:
            if not own and key in self.taxonomies:
                self._add_terms(key, pair)
            elif not own and (key in self.known or means == ""):
                return
            elif means is None:
                self.unknown.append((key, pair.line))
            else:
                self._known(pair, means, own)
        except fields.Wrong as wrong:
            shown = means is None or key.lower() in _FAMILIAR or means in _GATES or wrong.code == "date"
            if wrong.foreign or not shown:
                self.unknown.append((key, pair.line))
            else:
                self._problem(wrong)

    def finish(self) -> FrontMatter:
        """The front matter, after the last key."""
        values = self.values
        for field in _JOINED:
            if field in values:
                values[field] = fields.distinct(values[field])
        # Hugo shows nothing before publishDate: a later one is the date here, an earlier one has no effect.
        if self.publish is not None and ("date" not in values or self.publish > values["date"]):
            values["date"] = self.publish
            self.lines["date"] = self.publish_line
        if self.terms:
            values["taxonomies"] = {name: fields.distinct(terms) for name, terms in self.terms.items()}
        return FrontMatter(**values, unknown=tuple(self.unknown), lines=self.lines)

    def _known(self, pair: Pair, means: str, own: bool) -> None:
        if means in _SINGLE:
            self._set(means, _SINGLE[means](pair.value, pair.key), pair, own)
        elif means in _DATES:
            self._set(means, fields.moment(pair.value, pair.key, self.zone), pair, own)
        elif means in _JOINED:
            found = _JOINED[means](pair.value, pair.key)
            if found:
                self.values[means] = self.values.get(means, ()) + found
                self.lines.setdefault(means, pair.line)
        else:
            _OTHERWISE[means](self, pair, own)

    def _set(self, field: str, value: Any, pair: Pair, own: bool) -> None:
        if value is None or (field in self.lines and (not own or field in self.own)):
            return
        self.values[field] = value
        self.lines[field] = pair.line
        if own:
            self.own.add(field)

    def _problem(self, wrong: fields.Wrong) -> None:
        if len(self.problems) == MOST_PROBLEMS:
            return
        node = wrong.node
        problem = self.header.problem(wrong.message, node.line, node.column, wrong.hint, wrong.code)
        self.problems.append(problem)

    def _add_terms(self, name: str, pair: Pair) -> None:
        found = fields.names(pair.value, pair.key)
        if found:
            self.terms[name] = self.terms.get(name, ()) + found
            self.lines.setdefault(name, pair.line)

    def _draft(self, pair: Pair, own: bool) -> None:
        self._withhold(fields.truth(pair.value, pair.key), pair)

    def _unpublished(self, pair: Pair, own: bool) -> None:
        node = pair.value
        if isinstance(node, Scalar) and node.text[:1].isdigit() and not isinstance(node.value, int):
            self._set("date", fields.moment(node, pair.key, self.zone), pair, False)
            return
        published = fields.truth(node, pair.key)
        self._withhold(None if published is None else not published, pair)

    def _status(self, pair: Pair, own: bool) -> None:
        word = (fields.text(pair.value, pair.key) or "publish").lower()
        if word in _WITHHELD:
            self._withhold(True, pair)
        elif word not in _PUBLIC:
            self.unknown.append((pair.key, pair.line))

    def _withhold(self, draft: bool | None, pair: Pair) -> None:
        if draft is not None:
            if draft or "draft" not in self.lines:
                self.lines["draft"] = pair.line
            self.values["draft"] = draft or self.values.get("draft", False)

    def _publish(self, pair: Pair, own: bool) -> None:
        self.publish = fields.moment(pair.value, pair.key, self.zone)
        self.publish_line = pair.line

    def _no_comments(self, pair: Pair, own: bool) -> None:
        if fields.truth(pair.value, pair.key):
            self._set("comments", "off", pair, False)

    def _layout(self, pair: Pair, own: bool) -> None:
        if isinstance(pair.value, Scalar) and isinstance(pair.value.value, bool):
            return
        layout = fields.text(pair.value, pair.key)
        if layout is None:
            return
        if layout.endswith(".html"):
            self._set("template", layout, pair, False)
        elif layout.lower() not in STOCK_LAYOUTS and "." not in layout:
            self.unknown.append((pair.key, pair.line))

    def _extra(self, pair: Pair, own: bool) -> None:
        node = pair.value
        if isinstance(node, Mapping):
            found = fields.plain(node)
            before = self.values.get("extra", {})
            self.values["extra"] = {**before, **found} if own else {**found, **before}
            self.lines.setdefault("extra", pair.line)
        elif not (isinstance(node, Scalar) and node.value is None):
            message = f"{pair.key} must be a mapping, not {what(node)}"
            raise fields.Wrong(node, message, "put its keys below it, indented")

    def _taxonomies(self, pair: Pair, own: bool) -> None:
        node = pair.value
        if isinstance(node, Scalar) and node.value is None:
            return
        if not isinstance(node, Mapping):
            message = f"taxonomies must be a mapping, not {what(node)}"
            raise fields.Wrong(node, message, "write tags: [one, two] below it, indented")
        for inner in node.pairs:
            means = meaning(inner.key)
            try:
                if means in ("tags", "categories", "authors"):
                    self._known(inner, means, True)
                elif inner.key in self.taxonomies:
                    self._add_terms(inner.key, inner)
                else:
                    self.unknown.append((f"taxonomies.{inner.key}", inner.line))
            except fields.Wrong as wrong:
                self._problem(wrong)


_OTHERWISE: dict[str, Callable[[Translation, Pair, bool], None]] = {
    "draft": Translation._draft,
    "unpublished": Translation._unpublished,
    "status": Translation._status,
    "publish": Translation._publish,
    "no_comments": Translation._no_comments,
    "layout": Translation._layout,
    "extra": Translation._extra,
    "taxonomies": Translation._taxonomies,
}
