"""The tests are tested: each of these faults is planted in netblog, and random edits must find it.

A comparison that has never failed proves nothing. The faults are those a build system dies of: a read that is
not recorded, a stamp that is trusted too far, an early cut-off that is too early, outputs that nobody looks at,
values that do not come out of the cache as they went in. Without a fault, the same edits find nothing.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest

import netblog.engine.settle
import netblog.engine.traces
import netblog.rules.codec
import netblog.rules.pages
import sites
from equivalence import Editor
from netblog.engine import Engine, Files, Key, Observation
from netblog.engine.fetching import Fetcher
from netblog.engine.inputs import ABSENT
from netblog.engine.node import Node
from netblog.engine.traces import Traces
from netblog.output import OutputFolder
from netblog.rules.codec import TypedCodec
from netblog.rules.scope import SiteScope
from sites import Site
from test_equivalence import compare

ROUNDS, SEEDS = 12, 3

Patch = pytest.MonkeyPatch
Plant = Callable[[Patch], None]


class Focused(Editor):
    """Edits that matter to one fault, in a site that shows a little more than the usual one."""

    def start(self) -> None:
        super().start()
        self.site.write("data/order.yaml", "zebra: 1\nant: 2\nmole: 3\n")
        self.site.write("content/pages/more.md", "---\ntitle: More\n---\nMore.\n")
        page = self.site.read("templates/page.html")
        names = "{% for name in site.data.order %}<b>{{ name }}</b>{% endfor %}"
        self.site.write("templates/page.html", page.replace("{% endblock %}", names + "{% endblock %}"))

        trip = "content/posts/trip/index.md"
        self.site.write(trip, self.site.read(trip) + "\n[notes](notes.txt), [more](../../pages/more.md)\n")

    def toggle_notes(self) -> None:
        """What a post links to beside it comes and goes."""
        path = "content/posts/trip/notes.txt"
        if (self.site.root / path).exists():
            self.site.remove(path)
        else:
            self.site.write(path, "notes")

    def toggle_linked(self) -> None:
        """The page that a post links to is withheld, or published again."""
        withheld = "draft: true" in self.site.read("content/pages/more.md")
        self.change("content/pages/more.md", "draft", None if withheld else "true")


# -- reads -----------------------------------------------------------------------------------------


def unrecorded(wanted: Callable[[Node], bool]) -> Plant:
    """Reads of some keys leave no mark in the trace of the rule that reads them."""

    def plant(patch: Patch) -> None:
        real = Fetcher.__call__

        def call(self: Fetcher, key: Key[Any]) -> Any:
            reads = self._engine._frame.reads
            value = real(self, key)
            if reads and reads[-1][0].key == key and wanted(reads[-1][0]):
                reads.pop()
            return value

        patch.setattr(Fetcher, "__call__", call)

    return plant


def unread(rule: str) -> Plant:
    return unrecorded(lambda node: node.key.rule == rule)


def is_absent_file(node: Node) -> bool:
    return node.key.rule == "file" and node.digest == ABSENT


# -- stamps ----------------------------------------------------------------------------------------


def trusting(trusted: Callable[[tuple[int, ...], tuple[int, ...]], bool]) -> Plant:
    """A file counts as unchanged on the word of less than its whole stamp."""

    def plant(patch: Patch) -> None:
        real = Files.observe

        def observe(self: Files, args: tuple[str, ...], known: Observation | None) -> Observation:
            if known is not None and known.stamp:
                try:
                    found = Path(self._full(args[0])).stat()
                except OSError:
                    return real(self, args, known)
                if trusted(struct.unpack("<qqqQ", known.stamp), (found.st_size, found.st_mtime_ns)):
                    return known
            return real(self, args, known)

        patch.setattr(Files, "observe", observe)

    return plant


# -- outputs ---------------------------------------------------------------------------------------


def no_sweep(patch: Patch) -> None:
    patch.setattr(OutputFolder, "_sweep", lambda self, paths, rescued: [])


def unwatched(lost: bool) -> Plant:
    """What the ledger says of an output is believed without looking: of its bytes, or even that it exists."""

    def plant(patch: Patch) -> None:
        real = OutputFolder._stale

        def stale(self: OutputFolder, wanted: Mapping[str, bytes]) -> list[str]:
            found = []
            for path in real(self, wanted):
                owned = self.owned.get(path)
                there = (self.folder / path).exists()
                if owned is not None and owned.digest == wanted[path] and there != lost:
                    self._intact[path] = (owned.digest, owned.stamp or (0, 0, 0, 0))
                else:
                    found.append(path)
            return found

        patch.setattr(OutputFolder, "_stale", stale)

    return plant


# -- values ----------------------------------------------------------------------------------------


def sorted_mappings(patch: Patch) -> None:
    patch.setattr(netblog.rules.codec, "_ENCODER", msgspec.json.Encoder(order="sorted"))


def lost_offsets(patch: Patch) -> None:
    """Dates come out of the cache in UTC, with the hands of the clock where they were."""
    real = TypedCodec.decode

    def decode(self: TypedCodec, data: bytes) -> Any:
        return real(self, re.sub(rb'(T\d\d:\d\d:\d\d)\+\d\d:\d\d"', rb'\1Z"', data))

    patch.setattr(TypedCodec, "decode", decode)


def partial_digest(patch: Patch) -> None:
    """Documents are compared by their beginning only."""
    real = netblog.engine.settle.digest_of

    def digest_of(data: bytes) -> bytes:
        return real(data[:300] if data.startswith(b'{"path":"p') else data)

    patch.setattr(netblog.engine.settle, "digest_of", digest_of)
    patch.setattr(netblog.engine.traces, "digest_of", digest_of)


def global_site(patch: Patch) -> None:
    """`site` is made once and serves all pages of a build, as if it were one of the environment's globals."""
    made: list[SiteScope] = []
    real = sites.build

    def scope(*args: Any) -> SiteScope:
        made.append(made[0] if made else SiteScope(*args))
        return made[0]

    def build(*args: Any, **more: Any) -> Any:
        # Each build is a process of its own outside of tests.
        made.clear()
        return real(*args, **more)

    patch.setattr(netblog.rules.pages, "SiteScope", scope)
    patch.setattr(sites, "build", build)


# -- the wave --------------------------------------------------------------------------------------


def lame_wave(patch: Patch) -> None:
    """A changed key lets the first of its readers know, and none of the others."""
    real = Traces.readers
    patch.setattr(Traces, "readers", lambda self, node: real(self, node)[:1])


def careless_wave(patch: Patch) -> None:
    """What was run and came out otherwise does not let its readers know; inputs do."""
    real = Engine._push_readers

    def push(self: Engine, node: Node) -> None:
        if node.seen is not None:
            real(self, node)

    patch.setattr(Engine, "_push_readers", push)


def hasty_verification(patch: Patch) -> None:
    """A trace is believed when its first read holds."""
    real = netblog.engine.settle.unpack
    patch.setattr(netblog.engine.settle, "unpack", lambda packed: real(packed)[:1])


FAULTS: dict[str, tuple[Plant, str]] = {
    "published is read and not recorded": (unread("published"), "toggle_linked"),
    "listed is read and not recorded": (unread("listed"), "edit_title edit_description"),
    "relations is read and not recorded": (unread("relations"), "edit_tags add_post delete_post"),
    "talk is read and not recorded": (unread("talk"), "write_comments second_export"),
    "label is read and not recorded": (unread("label"), "edit_tags add_post edit_tags"),
    "bundle is read and not recorded": (unread("bundle"), "edit_override"),
    "template_source is read and not recorded": (unread("template_source"), "edit_override"),
    "absent files are read and not recorded": (unrecorded(is_absent_file), "toggle_override"),
    "static_files is read and not recorded": (unread("static_files"), "edit_static"),
    "fingerprint is read and not recorded": (unread("fingerprint"), "edit_static"),
    "attachment is read and not recorded": (unread("attachment"), "toggle_notes"),
    "image_size is read and not recorded": (unread("image_size"), "edit_image"),
    "config is read and not recorded": (unread("config"), "edit_config"),
    "editions is read and not recorded": (unread("editions"), "edit_config"),
    "data is read and not recorded": (unread("data"), "edit_data"),
    "catalogue is read and not recorded": (unread("catalogue"), "edit_catalogue"),
    "content_files is read and not recorded": (unread("content_files"), "add_post delete_post"),
    "home_slice is read and not recorded": (unread("home_slice"), "add_post edit_date"),
    "entry is read and not recorded": (unread("entry"), "edit_body edit_title"),
    "registry is read and not recorded": (unread("registry"), "add_post delete_post rename_post"),
    "recent is read and not recorded": (unread("recent"), "add_post edit_date delete_post"),
    "options are read and not recorded": (unread("option"), "toggle_options toggle_draft"),
    "folders are read and not recorded": (unread("tree"), "add_post edit_static"),
    "size and mtime are trusted": (trusting(lambda old, new: old[:2] == new), "swap_same_size"),
    "mtime alone is trusted": (trusting(lambda old, new: old[1] == new[1]), "swap_same_size"),
    "only a newer mtime is a change": (
        trusting(lambda old, new: old[1] >= new[1]),
        "save_or_restore edit_body",
    ),
    "size alone is trusted": (trusting(lambda old, new: old[0] == new[0]), "edit_image edit_config"),
    "what is no longer made is not removed": (no_sweep, "delete_post rename_post edit_slug"),
    "tampered outputs are not noticed": (unwatched(lost=False), "tamper_with_output"),
    "lost outputs are not noticed": (unwatched(lost=True), "delete_output"),
    "mappings are sorted in the cache": (sorted_mappings, "edit_override"),
    "dates lose their offset in the cache": (lost_offsets, "edit_title edit_override"),
    "digests are of the beginning only": (partial_digest, "edit_body"),
    "site is a global of the templates": (global_site, "edit_title edit_config"),
    "one reader of many is told": (lame_wave, "edit_title edit_tags"),
    "readers of what was run are not told": (careless_wave, "edit_title edit_tags"),
    "the first read stands for all": (hasty_verification, "edit_body edit_title write_comments"),
}


def search(folder: Path, seed: int, edits: str) -> int:
    """Rounds of edits until the comparison fails; 0 when it never does."""
    editor = Focused(Site(folder / "site"), seed)
    editor.EDITS = edits.split()
    editor.start()
    editor.site.built()
    for number in range(1, ROUNDS + 1):
        editor.step()
        try:
            compare(editor, folder / "clean")
        except AssertionError:
            return number
    return 0


@pytest.mark.parametrize("fault", FAULTS)
def test_random_edits_find_a_planted_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    plant, edits = FAULTS[fault]
    plant(monkeypatch)
    assert any(search(tmp_path / str(seed), seed, edits) for seed in range(SEEDS)), (
        f"{ROUNDS} rounds with each of {SEEDS} seeds, and nobody noticed that {fault}"
    )


@pytest.mark.parametrize("seed", range(2))
def test_the_same_edits_find_nothing_where_nothing_is_planted(tmp_path: Path, seed: int) -> None:
    edits = " ".join(sorted({name for _, names in FAULTS.values() for name in names.split()}))
    assert search(tmp_path, seed, edits) == 0
