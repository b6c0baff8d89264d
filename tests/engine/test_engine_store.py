"""The cache, whatever becomes of its file: no damage ever makes a wrong value or an unforeseen exception."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
from pathlib import Path
from random import Random

import pytest
from bench import FILE, OPTION, Bench, text

from netblog.engine import Fetch, Key, Owned, Store, StoreDamaged, rule
from netblog.engine.rows import Row
from netblog.errors import ContentError, NetblogError, Problem

STAMP = (1, 2, 3, 4)


@rule
def word(fetch: Fetch, name: str) -> str:
    found = text(fetch, name)
    if found == "bad":
        raise ContentError(Problem(f"{name} is bad"))
    return found.strip()


@rule
def long(fetch: Fetch, name: str) -> dict[str, str]:
    return {"word": fetch(word(name)), "body": fetch(word(name)) * 300}


@rule
def total(fetch: Fetch) -> tuple[str, ...]:
    return tuple(it["word"] for it in fetch.all([long(f"f{number}") for number in range(6)]))


@rule
def lenient(fetch: Fetch) -> str:
    try:
        return "".join(fetch(total()))
    except NetblogError:
        return "nothing"


@rule
def setting(fetch: Fetch) -> str:
    return str(fetch(OPTION("mood"))) + fetch(word("f0"))


GOALS: tuple[Key[object], ...] = (total(), lenient(), setting(), long("f3"))


def site(root: Path) -> Bench:
    bench = Bench(root, [word, long, total, lenient, setting])
    bench.options["mood"] = "good"
    bench.write(**{f"f{number}": f"word{number} " for number in range(6)})
    return bench


def built(root: Path) -> tuple[Bench, bytes]:
    """A site that was built, edited and built again, and its cache file."""
    bench = site(root)
    bench.build(*GOALS)
    store = bench.store()
    for number in range(8):
        store.own(f"out{number}.html", bytes(16), STAMP)
    engine = bench.engine(store)
    engine.update()
    engine.commit()
    store.close()
    bench.write(f1="bad")
    bench.build(*GOALS)
    bench.write(f1="other")
    bench.build(*GOALS)
    return bench, bench.cache.read_bytes()


def check_after(bench: Bench, damaged: bytes, what: str) -> None:
    """Build over a damaged cache: as it stands, after an edit, and after another that reaches through everything."""
    bench.write(f0="word0 ", f2="word2 ")
    bench.cache.write_bytes(damaged)
    for suffix in ("-journal", "-wal", "-shm"):
        bench.cache.with_name(bench.cache.name + suffix).unlink(missing_ok=True)
    edits: list[dict[str, str]] = [{}, {"f2": f"new{what}"}, {"f0": f"first{what}"}]
    for edit in edits:
        bench.write(**edit)
        words = tuple(text_of(bench, number) for number in range(6))
        found, _ = bench.build(*GOALS)
        assert found == {
            total(): words,
            lenient(): "".join(words),
            setting(): "good" + words[0],
            long("f3"): {"word": words[3], "body": words[3] * 300},
        }, what


def text_of(bench: Bench, number: int) -> str:
    return (bench.root / "files" / f"f{number}").read_text().strip()


def test_a_cache_cut_short_anywhere_costs_a_rebuild_and_nothing_else(tmp_path: Path) -> None:
    bench, whole = built(tmp_path)
    random = Random(1)
    cuts = [0, 1, 15, 16, 99, 100, 101, 512, 4095, 4096, 4097, len(whole) - 4096, len(whole) - 1]
    cuts += [random.randrange(len(whole)) for _ in range(10)]
    for cut in cuts:
        check_after(bench, whole[:cut], f"cut at {cut}")


def flipped(whole: bytes, random: Random, count: int = 1) -> tuple[bytes, str]:
    damaged = bytearray(whole)
    places = [random.randrange(len(whole)) for _ in range(count)]
    for place in places:
        damaged[place] ^= 1 << random.randrange(8) if random.random() < 0.5 else random.randrange(1, 256)
    return bytes(damaged), f"flipped at {places}"


def test_a_flipped_byte_is_noticed_or_does_not_matter(tmp_path: Path) -> None:
    bench, whole = built(tmp_path)
    for seed in range(120):
        check_after(bench, *flipped(whole, Random(seed)))
    assert bench.resets > 10, "some damage shows only in the middle of a build"


def test_so_is_a_pointer_that_names_another_row(tmp_path: Path) -> None:
    """The tree of pages loses one row and shows another twice."""
    bench, whole = built(tmp_path)
    for page in range(4096, len(whole), 4096):
        kind, cells = whole[page], int.from_bytes(whole[page + 3 : page + 5], "big")
        if kind not in (10, 13) or cells < 2:
            continue
        for lost in range(min(cells, 6)):
            damaged = bytearray(whole)
            at = page + 8 + 2 * lost
            other = page + 8 + 2 * ((lost + 1) % cells)
            damaged[at : at + 2] = whole[other : other + 2]
            check_after(bench, bytes(damaged), f"row {lost} of page {page // 4096} lost")


@pytest.mark.slow
def test_hundreds_more_flips_are_noticed(tmp_path: Path) -> None:
    bench, whole = built(tmp_path)
    for seed in range(1000, 1600):
        check_after(bench, *flipped(whole, Random(seed), 1 + seed % 5))


def test_a_file_that_never_was_a_cache_is_replaced_with_one_warning(tmp_path: Path) -> None:
    bench, _ = built(tmp_path)
    check_after(bench, b"To whom it may concern\n" * 900, "garbage")
    bench.cache.write_bytes(b"To whom it may concern\n" * 900)
    bench.build(*GOALS)
    assert len(bench.warnings) == 1
    assert "damaged" in bench.warnings[0]
    bench.build(*GOALS)
    assert bench.warnings == []


def test_a_whole_cache_is_used(tmp_path: Path) -> None:
    bench, _ = built(tmp_path)
    assert bench.build(*GOALS)[1] == set()
    assert bench.resets == 0


def test_what_a_lost_node_leaves_behind_is_damage(tmp_path: Path) -> None:
    bench, _ = built(tmp_path)
    db = sqlite3.connect(bench.cache)
    db.execute("delete from node where key like 'word%f4'")
    db.commit()
    db.close()
    bench.write(f4="changed")
    found, _ = bench.build(*GOALS)
    assert found[total()][4] == "changed"
    assert bench.resets == 1


def test_a_lost_input_is_damage(tmp_path: Path) -> None:
    bench, _ = built(tmp_path)
    db = sqlite3.connect(bench.cache)
    db.execute("delete from input where id = (select id from node where key like 'file%f4')")
    db.commit()
    db.close()
    bench.write(f4="changed")
    assert bench.build(*GOALS)[0][total()][4] == "changed"
    assert bench.resets == 1


@pytest.mark.parametrize("higher", [1, 256, 65536])
def test_a_rank_that_was_tampered_with_is_damage(tmp_path: Path, higher: int) -> None:
    bench, _ = built(tmp_path)
    db = sqlite3.connect(bench.cache)
    db.execute("update node set rank = rank + ? where key like 'word%'", (higher,))
    db.commit()
    db.close()
    bench.write(f4="changed")
    bench.build(*GOALS)
    assert bench.resets == 1


def test_the_reasons_and_the_ledger_are_checked_too(tmp_path: Path) -> None:
    bench, _ = built(tmp_path)
    bench.write(f4="changed")
    bench.build(*GOALS)
    db = sqlite3.connect(bench.cache)
    db.execute("update reason set fields = 'moonlight'")
    db.execute("update output set digest = x'00' where path = 'out3.html'")
    db.commit()
    db.close()
    store = bench.store()
    with pytest.raises(StoreDamaged):
        bench.engine(store).reasons(total())
    with pytest.raises(StoreDamaged):
        store.owned()
    store.reset()
    assert set(store.owned()) == {f"out{number}.html" for number in range(8)} - {"out3.html"}
    store.close()


def test_a_cache_of_another_format_is_replaced_and_its_ledger_kept(tmp_path: Path) -> None:
    bench, _ = built(tmp_path)
    db = sqlite3.connect(bench.cache)
    db.execute("update meta set value = x'ff' where name = 'format'")
    db.commit()
    db.close()
    assert bench.build(*GOALS)[1] != set()
    assert len(bench.warnings) == 1
    assert "another version" in bench.warnings[0]
    store = bench.store()
    assert len(store.owned()) == 8
    store.close()


def test_another_toolchain_builds_everything_and_keeps_the_ledger_without_a_word(tmp_path: Path) -> None:
    bench, _ = built(tmp_path)
    bench.toolchain = b"2"
    found, ran = bench.build(*GOALS)
    assert set(GOALS) <= ran
    assert bench.warnings == []
    store = bench.store()
    assert store.owned()["out3.html"] == Owned(bytes(16), STAMP)
    store.close()
    assert bench.build(*GOALS) == (found, set())


def test_a_cache_that_cannot_be_written_is_kept_in_memory_with_one_warning(tmp_path: Path) -> None:
    bench = site(tmp_path)
    (tmp_path / ".netblog").write_text("a file where the folder should be")
    for _ in range(2):
        found, ran = bench.build(*GOALS)
        assert found[setting()] == "goodword0"
        assert set(GOALS) <= ran
        assert len(bench.warnings) == 1
        assert "cannot be written" in bench.warnings[0]


def test_a_cache_in_memory_can_be_begun_again(tmp_path: Path) -> None:
    (tmp_path / ".netblog").write_text("")
    store = Store(tmp_path / ".netblog" / "cache.sqlite", b"1")
    store.own("a", bytes(16), STAMP)
    store.intend(["a"])
    store.reset()
    assert store.owned() == {"a": Owned(bytes(16), None)}
    assert len(store.problems) == 1
    store.close()


def test_a_read_only_cache_leaves_its_ledger_readable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bench, _ = built(tmp_path)
    # Root may write everything, and the suite may be run by root.
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    store = bench.store()
    assert len(store.owned()) == 8
    assert len(store.problems) == 1
    store.close()


def test_an_error_of_the_database_while_committing_is_damage(tmp_path: Path) -> None:
    bench, _ = built(tmp_path)
    for table in ("node", "input", "value", "reason", "meta"):
        bench.write(f5="before")
        bench.build(*GOALS)
        store = bench.store()
        engine = bench.engine(store)
        bench.write(f5="after")
        engine.update()
        store._db.execute(f"drop table {table}")
        with pytest.raises(StoreDamaged):
            engine.commit()
        store.reset()
        assert len(store.owned()) == 8, table
        store.close()
        assert bench.build(*GOALS)[0][total()][5] == "after"


def test_errors_of_the_database_in_the_ledger_are_damage(tmp_path: Path) -> None:
    store = Store(tmp_path / "cache", b"1")
    store._db.execute("drop table output")
    with pytest.raises(StoreDamaged):
        store.own("a", bytes(16), STAMP)
    with pytest.raises(StoreDamaged):
        store.disown("a")
    with pytest.raises(StoreDamaged):
        store.intend(["a"])
    store.reset()
    assert store.owned() == {}
    store.close()


def test_damage_inside_a_rule_is_not_taken_for_the_rule_s_failure(tmp_path: Path) -> None:
    bench, _ = built(tmp_path)
    db = sqlite3.connect(bench.cache)
    db.execute("update value set data = x'4e'")
    db.commit()
    db.close()
    bench.write(f0="edited")
    store = bench.store()
    engine = bench.engine(store)
    with pytest.raises(StoreDamaged):
        engine.update()
    store.close()


def test_what_is_intended_is_durable_at_once_and_what_is_owned_at_the_commit(tmp_path: Path) -> None:
    path = tmp_path / "cache"
    store = Store(path, b"1")
    store.own("page", b"d" * 16, STAMP)
    store.commit(nodes=[], inputs=[], values=[], gone=[], reasons=[], meta={"note": b"n"})
    store.intend(["page", "new"])
    store.own("page", b"e" * 16, STAMP)
    store.disown("new")
    store.close()
    store = Store(path, b"1")
    assert store.owned() == {"page": Owned(b"d" * 16, None), "new": Owned(b"", None)}
    assert store.meta("note") == b"n"
    store.own("page", b"e" * 16, STAMP)
    store.forget()
    assert store.owned()["page"].digest == b"d" * 16
    store.close()


def test_intentions_may_follow_on_what_is_owned(tmp_path: Path) -> None:
    store = Store(tmp_path / "cache", b"1")
    store.own("page", b"d" * 16, STAMP)
    store.intend(["page"])
    store.close()
    store = Store(tmp_path / "cache", b"1")
    assert store.owned() == {"page": Owned(b"d" * 16, None)}
    store.close()


KILLED = """
    import os, signal, sys
    from pathlib import Path
    sys.path.insert(0, sys.argv[4])
    from test_engine_store import GOALS, site
    from netblog.engine import Store

    bench = site(Path(sys.argv[1]))
    bench.write(f3="edited")
    point, count = sys.argv[2], int(sys.argv[3])
    store = bench.store()

    def die(*_):
        os.kill(os.getpid(), signal.SIGKILL)

    engine = bench.engine(store)
    engine.update()
    if point == "wave":
        die()
    engine.bring(GOALS)
    if point == "ledger":
        store.own("page", bytes(16), (1, 2, 3, 4))
        die()
    if point == "commit":
        steps = 0
        def step():
            global steps
            steps += 1
            if steps >= count:
                die()
        store._db.set_progress_handler(step, 20)
    elif point == "statement":
        seen = []
        def traced(statement):
            seen.append(statement)
            if len(seen) >= count:
                die()
        store._db.set_trace_callback(traced)
    engine.commit()
"""


@pytest.mark.parametrize(
    ("point", "count"),
    [("wave", 0), ("ledger", 0), *(("commit", n) for n in (1, 5, 20)), *(("statement", n) for n in (1, 3, 9, 14))],
)
def test_a_build_killed_at_any_point_leaves_the_last_one(tmp_path: Path, point: str, count: int) -> None:
    bench = site(tmp_path)
    before, _ = bench.build(*GOALS)
    arguments = [sys.executable, "-c", textwrap.dedent(KILLED), str(tmp_path), point, str(count)]
    done = subprocess.run([*arguments, str(Path(__file__).parent)], env=dict(os.environ), check=False, timeout=60)
    assert done.returncode == -signal.SIGKILL
    bench.write(f3="word3 ")
    assert bench.build(*GOALS) == (before, set())
    assert bench.warnings == []
    bench.write(f3="edited")
    assert bench.build(*GOALS)[0][total()][3] == "edited"
    assert bench.resets == 0
    assert FILE("f3") in {Key.parse(row.key) for row in _rows(bench)}


def _rows(bench: Bench) -> list[Row]:
    store = bench.store()
    try:
        return list(store.all_nodes())
    finally:
        store.close()
