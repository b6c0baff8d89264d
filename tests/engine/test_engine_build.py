"""What the engine runs and what it does not: reads, failures, cycles, cut-off, garbage, reasons."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import pytest
from bench import FILE, OPTION, Bench, outcome, text

from netblog.engine import Cause, Engine, Fetch, Files, Key, Reason, Rule, Ruleset, rule
from netblog.errors import ContentError, NetblogError, Problem, RuleError


@rule
def parsed(fetch: Fetch, name: str) -> dict[str, str]:
    """`title|body`, or a failure without a bar."""
    title, bar, body = text(fetch, name).partition("|")
    if not bar:
        raise ContentError(Problem(f"{name} has no bar", path=name))
    return {"title": title, "body": body}


@rule
def title(fetch: Fetch, name: str) -> str:
    return fetch(parsed(name))["title"]


@rule
def index(fetch: Fetch) -> str:
    return ",".join(fetch(title(name)) for name in text(fetch, "list").split())


@rule(keep=False)
def page(fetch: Fetch, name: str) -> bytes:
    return fetch(parsed(name))["body"].encode()


@rule
def safe(fetch: Fetch, name: str) -> str:
    try:
        return fetch(title(name))
    except ContentError:
        return "untitled"


@rule
def every(fetch: Fetch) -> list[str]:
    return fetch.all([title(name) for name in text(fetch, "list").split()])


@rule
def chosen(fetch: Fetch) -> str:
    """Reads `b` only if `a` says so."""
    return fetch(title("b")) if text(fetch, "a") == "b" else "none"


POSTS: list[Rule[..., Any]] = [parsed, title, index, page, safe, every, chosen]


@pytest.fixture
def posts(tmp_path: Path) -> Bench:
    bench = Bench(tmp_path, POSTS)
    bench.write(list="a b", a="A|one", b="B|two")
    return bench


def test_a_second_build_runs_nothing(posts: Bench) -> None:
    found, ran = posts.build(index(), page("a"), every())
    assert found[index()] == "A,B"
    assert ran == {index(), every(), title("a"), title("b"), parsed("a"), parsed("b"), page("a")}
    assert posts.build(index(), every())[1] == set()


def test_a_change_stops_where_it_no_longer_shows(posts: Bench) -> None:
    posts.build(index(), page("a"), page("b"))
    posts.write(a="A|changed")
    assert posts.build(index(), page("b"))[1] == {parsed("a"), title("a"), page("a")}
    posts.write(a="C|changed")
    assert posts.build(index())[1] == {parsed("a"), title("a"), page("a"), index()}


def test_reads_that_are_no_longer_read_no_longer_matter(posts: Bench) -> None:
    posts.build(index())
    posts.write(list="a")
    assert posts.build(index()) == ({index(): "A"}, {index()})
    posts.write(b="Z|zwei")
    assert posts.build(index()) == ({index(): "A"}, {parsed("b"), title("b")})
    posts.write(list="b a")
    assert posts.build(index()) == ({index(): "Z,A"}, {index()})


def test_nothing_after_the_first_difference_is_looked_at(posts: Bench) -> None:
    posts.write(a="b")
    assert posts.build(chosen())[0] == {chosen(): "B"}
    # Were `title(b)` verified although `a` differs, it would run, and fail.
    posts.write(a="x")
    store = posts.store()
    engine = posts.engine(store)
    seen: list[Key[object]] = []
    engine.on_run = seen.append
    engine.update()
    assert engine.fetch(chosen()) == "none"
    assert seen == [chosen()]
    assert engine.reads(chosen()) == (FILE("a"),)
    engine.commit()
    store.close()
    assert posts.build(chosen())[1] == set()


def test_a_read_behind_a_changed_condition_is_not_run(tmp_path: Path) -> None:
    """The key behind the condition changed as well, at a higher rank than its reader has come to."""

    @rule
    def deep(fetch: Fetch) -> str:
        raise_if = text(fetch, "deep")
        if raise_if == "boom":
            raise ContentError(Problem("boom"))
        return raise_if

    @rule
    def gate(fetch: Fetch) -> str:
        return fetch(deep()) if fetch(OPTION("open")) else "shut"

    bench = Bench(tmp_path, [deep, gate])
    bench.options["open"] = True
    bench.write(deep="fine")
    assert bench.build(gate())[0] == {gate(): "fine"}
    bench.options["open"] = False
    bench.write(deep="boom")
    assert bench.build(gate())[0] == {gate(): "shut"}
    assert bench.build(gate())[1] == set()


def test_a_file_that_appears_is_noticed_by_who_missed_it(posts: Bench) -> None:
    posts.write(list="a c")
    found, _ = posts.build(index(), safe("c"))
    assert found == {index(): ("c has no bar",), safe("c"): "untitled"}
    posts.write(c="C|three")
    assert posts.build(index(), safe("c"))[0] == {index(): "A,C", safe("c"): "C"}
    posts.write(c=None)
    assert posts.build(index(), safe("c"))[0] == {index(): ("c has no bar",), safe("c"): "untitled"}


def test_an_older_file_that_is_put_back_is_noticed(posts: Bench) -> None:
    path = posts.root / "files" / "a"
    os.utime(path, ns=(10**18, 10**18))
    posts.build(index())
    posts.write(a="X|new")
    assert posts.build(index())[0] == {index(): "X,B"}
    posts.write(a="A|one")
    os.utime(path, ns=(10**18, 10**18))
    assert posts.build(index())[0] == {index(): "A,B"}


def test_other_content_of_equal_size_and_time_is_noticed(posts: Bench) -> None:
    path = posts.root / "files" / "a"
    os.utime(path, ns=(10**18, 10**18))
    posts.build(index())
    time.sleep(0.15)
    posts.build(index())
    posts.write(a="Y|one")
    os.utime(path, ns=(10**18, 10**18))
    assert posts.build(index())[0] == {index(): "Y,B"}


def test_a_file_that_is_too_fresh_is_looked_at_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two writes within the clock's grain may have one stamp."""
    path = tmp_path / "f"
    path.write_text("one")
    stat = os.lstat(path)
    monkeypatch.setattr(os, "lstat", lambda _: stat)
    files = Files(tmp_path)
    now = stat.st_ctime_ns
    monkeypatch.setattr(time, "time_ns", lambda: now + 50_000_000)
    seen = files.observe(("f",), None)
    assert not seen.settled
    path.write_text("two")
    again = files.observe(("f",), seen)
    assert (again.digest != seen.digest, again.stamp == seen.stamp) == (True, True)
    assert files.value(("f",), again) == b"two"
    monkeypatch.setattr(time, "time_ns", lambda: now + 3_000_000_000)
    settled = files.observe(("f",), again)
    assert settled.settled
    assert files.observe(("f",), settled) is settled


def test_what_was_read_in_an_earlier_build_is_not_taken_for_the_file(tmp_path: Path) -> None:
    """Only so much is held between observing and fetching; none of it may be out of date."""
    files = Files(tmp_path)
    for number in range(70):
        (tmp_path / f"{number}").write_text("old")
        files.observe((f"{number}",), None)
    (tmp_path / "3").write_text("new")
    assert files.value(("3",), files.observe(("3",), None)) == b"new"


def test_a_file_that_changes_while_it_is_read_is_an_error_and_leaves_no_trace(tmp_path: Path) -> None:
    @rule
    def hasty(fetch: Fetch) -> str:
        fetch(looked())
        try:
            return text(fetch, "f")
        except NetblogError:
            return "changed"

    @rule
    def looked(fetch: Fetch) -> str:
        bench.write(f="after")
        return ""

    bench = Bench(tmp_path, [hasty, looked])
    bench.write(f="before" * 10)
    store = bench.store()
    engine = bench.engine(store)
    engine.update()
    node = engine.traces.node(FILE("f"))
    engine._observe(node)
    files = engine.sources["file"]
    assert isinstance(files, Files)
    files._fresh.clear()
    assert engine.fetch(hasty()) == "changed"
    engine.commit()
    store.close()
    assert bench.build(hasty())[0] == {hasty(): "after"}


def test_one_failure_fails_who_needs_it_and_nobody_else(posts: Bench) -> None:
    posts.write(a="no")
    found, _ = posts.build(index(), title("b"), title("a"))
    assert found == {index(): ("a has no bar",), title("b"): "B", title("a"): ("a has no bar",)}
    posts.write(a="A|one")
    found, ran = posts.build(index(), title("b"), title("a"))
    assert found == {index(): "A,B", title("b"): "B", title("a"): "A"}
    assert title("b") not in ran


def test_a_failure_is_tried_again_and_told_again_in_every_build(posts: Bench) -> None:
    posts.write(a="no")
    for _ in range(2):
        found, ran = posts.build(title("a"), title("b"))
        assert found[title("a")] == ("a has no bar",)
        assert parsed("a") in ran
    assert parsed("b") not in ran


def test_a_failure_that_nobody_asks_for_any_more_is_not_told(posts: Bench) -> None:
    posts.build(index())
    posts.write(a="no", list="b")
    store = posts.store()
    engine = posts.engine(store)
    engine.update()
    assert engine.bring([index()]).problems == ()
    engine.commit()
    store.close()
    assert posts.build(index()) == ({index(): "B"}, set())


def test_all_gathers_the_problems_of_all(posts: Bench) -> None:
    posts.write(list="a b c a", a="no", c="no")
    found, _ = posts.build(every(), index())
    assert found[every()] == ("a has no bar", "c has no bar")
    assert found[index()] == ("a has no bar",)


def test_failures_of_one_kind_stay_of_that_kind_and_others_become_common(tmp_path: Path) -> None:
    @rule
    def bad(fetch: Fetch, kind: str) -> str:
        raise {"content": ContentError, "rule": RuleError}[kind](Problem(f"a {kind} error"))

    @rule
    def group(fetch: Fetch, *kinds: str) -> list[str]:
        return fetch.all([bad(kind) for kind in kinds])

    bench = Bench(tmp_path, [bad, group])
    store = bench.store()
    engine = bench.engine(store)
    engine.update()
    with pytest.raises(ContentError):
        engine.fetch(group("content"))
    with pytest.raises(NetblogError) as caught:
        engine.fetch(group("content", "rule"))
    assert type(caught.value) is NetblogError
    assert len(caught.value.problems) == 2
    store.close()


def test_what_caught_a_failure_has_its_value_and_no_trace(posts: Bench) -> None:
    posts.write(a="no")
    assert posts.build(safe("a"))[0] == {safe("a"): "untitled"}
    found, ran = posts.build(safe("a"))
    assert found == {safe("a"): "untitled"}
    assert ran == {safe("a"), title("a"), parsed("a")}


def test_a_bug_in_a_rule_is_told_as_one_whoever_asked_for_the_key(tmp_path: Path) -> None:
    @rule
    def broken(fetch: Fetch) -> int:
        return 1 // len(text(fetch, "f"))

    @rule
    def above(fetch: Fetch) -> int:
        return fetch(broken())

    bench = Bench(tmp_path, [broken, above])
    store = bench.store()
    engine = bench.engine(store)
    engine.update()
    with pytest.raises(RuleError) as caught:
        engine.fetch(above())
    (problem,) = caught.value.problems
    assert "ZeroDivisionError" in problem.message
    assert problem.hint is not None
    assert problem.hint.endswith("it happened in broken()")
    assert isinstance(caught.value.__cause__, ZeroDivisionError)
    store.close()
    bench.write(f="x")
    assert bench.build(above())[0] == {above(): 1}


def test_a_key_of_no_rule_and_an_input_that_cannot_be_had_are_failures(tmp_path: Path) -> None:
    @rule
    def lost(fetch: Fetch) -> str:
        try:
            return str(fetch(OPTION("moon")))
        except NetblogError:
            return "no moon"

    bench = Bench(tmp_path, [lost])
    bench.options["moon"] = "full"
    assert bench.build(lost())[0] == {lost(): "full"}
    del bench.options["moon"]
    assert bench.build(lost())[0] == {lost(): "no moon"}
    bench.options["moon"] = "new"
    assert bench.build(lost())[0] == {lost(): "new"}
    (message,) = bench.build(Key("unheard"))[0][Key("unheard")]
    assert "unheard" in message


@rule
def around(fetch: Fetch, name: str) -> str:
    return fetch(around(text(fetch, name)))


def test_a_cycle_is_told_as_a_path_the_same_from_everywhere(tmp_path: Path) -> None:
    bench = Bench(tmp_path, [around])
    bench.write(start="b", b="c", c="a", a="b")
    cycle = "what is needed to make it needs itself: around(a) -> around(b) -> around(c) -> around(a)"
    for name in ("start", "a", "b", "c"):
        assert bench.build(around(name), commit=False)[0] == {around(name): (cycle,)}


def test_a_cycle_that_an_edit_made_is_found_and_another_edit_mends_it(tmp_path: Path) -> None:
    @rule
    def way(fetch: Fetch, name: str) -> str:
        onward = text(fetch, name)
        return fetch(way(onward)) if onward else "end"

    bench = Bench(tmp_path, [way])
    bench.write(a="b", b="c")
    goals = (way("a"), way("b"), way("c"))
    assert set(bench.build(*goals)[0].values()) == {"end"}
    bench.write(c="a")
    for _ in range(2):
        (found,) = set(bench.build(*goals)[0].values())
        assert found == ("what is needed to make it needs itself: way(a) -> way(b) -> way(c) -> way(a)",)
    bench.write(b="")
    assert set(bench.build(*goals)[0].values()) == {"end"}
    assert bench.build(*goals)[1] == set()


def test_who_catches_a_cycle_leaves_no_trace(tmp_path: Path) -> None:
    @rule
    def self_doubt(fetch: Fetch) -> str:
        try:
            return fetch(self_doubt())
        except RuleError:
            return text(fetch, "f") or "certain"

    bench = Bench(tmp_path, [self_doubt])
    assert bench.build(self_doubt()) == ({self_doubt(): "certain"}, {self_doubt()})
    bench.write(f="x")
    assert bench.build(self_doubt()) == ({self_doubt(): "x"}, {self_doubt()})


def test_an_artifact_goes_to_the_sink_and_can_be_made_again(posts: Bench) -> None:
    made: list[tuple[Key[object], object]] = []
    store = posts.store()
    engine = posts.engine(store, sink=lambda key, digest, value: made.append((key, value)))
    engine.update()
    engine.bring([page("a")])
    engine.commit()
    assert made == [(page("a"), b"one")]
    engine.rerun([page("a")])
    assert made == [(page("a"), b"one")] * 2
    assert engine.state.ran[-1].cause == Cause("missing")
    engine.commit()
    assert outcome(engine, page("a")) == ("page(a) is an artifact: its value is not kept, only its digest",)
    store.close()
    assert posts.build(title("a"))[1] == {title("a")}


def test_an_artifact_that_cannot_be_put_away_tells_why_when_it_is_made_again(posts: Bench) -> None:
    posts.build(page("a"))
    store = posts.store()

    def full(key: Key[object], digest: bytes, value: object) -> None:
        raise NetblogError("the disk is full")

    engine = posts.engine(store, sink=full)
    engine.update()
    with pytest.raises(NetblogError, match="the disk is full"):
        engine.rerun([page("a")])
    store.close()


def test_an_impure_rule_is_found_by_checking(tmp_path: Path) -> None:
    @rule
    def counted(fetch: Fetch) -> int:
        calls.append(1)
        return len(calls)

    @rule(keep=False)
    def stamped(fetch: Fetch) -> bytes:
        calls.append(1)
        return str(len(calls)).encode()

    calls: list[int] = []
    bench = Bench(tmp_path, [counted, stamped, *POSTS])
    bench.write(list="a", a="A|one")
    assert bench.build(counted())[0] == {counted(): 1}
    bench.toolchain = b"2"
    found, _ = bench.build(counted(), check=True)
    assert found[counted()] == ("counted() did not come out the same twice: its rule is not a pure function",)
    store = bench.store()
    engine = bench.engine(store, check=True)
    engine.update()
    assert "stamped() did not come out" in engine.bring([stamped()]).problems[0].message
    assert engine.bring([index(), page("a"), every()]).problems == ()
    store.close()


def test_a_mapping_keeps_its_order_whether_it_is_made_or_loaded(tmp_path: Path) -> None:
    @rule
    def table(fetch: Fetch) -> dict[str, int]:
        return dict.fromkeys(text(fetch, "list").split(), 0)

    @rule
    def joined(fetch: Fetch, more: str) -> str:
        return " ".join(fetch(table())) + text(fetch, more)

    bench = Bench(tmp_path, [table, joined])
    bench.write(list="b a c")
    assert bench.build(joined("x"))[0] == {joined("x"): "b a c"}
    bench.write(x="!")
    assert bench.build(joined("x"))[0] == {joined("x"): "b a c!"}
    bench.write(list="a b c")
    assert bench.build(joined("x"))[0] == {joined("x"): "a b c!"}


def test_garbage_is_dropped_and_what_is_needed_again_is_made_again(posts: Bench) -> None:
    posts.build(index(), page("a"), every())
    posts.write(list="b")
    store = posts.store()
    engine = posts.engine(store)
    engine.update()
    engine.bring([index()])
    engine.collect([index()])
    engine.commit()
    kept = {Key.parse(row.key) for row in store.all_nodes()}
    assert kept == {index(), title("b"), parsed("b"), FILE("b"), FILE("list")}
    assert {Key.parse(seen.key) for seen in store.inputs()} == {FILE("b"), FILE("list")}
    store.close()
    assert posts.build(index())[1] == set()
    posts.write(list="a b", a="Z|last")
    assert posts.build(index(), every())[0] == {index(): "Z,B", every(): ["Z", "B"]}
    assert posts.build(index(), every())[1] == set()


def test_garbage_that_only_a_failure_read_is_kept_while_the_failure_is_asked_for(posts: Bench) -> None:
    posts.write(list="b a", a="no")
    store = posts.store()
    engine = posts.engine(store)
    engine.update()
    engine.bring([index()])
    engine.collect([index()])
    engine.commit()
    store.close()
    posts.write(a="A|one")
    found, ran = posts.build(index())
    assert found == {index(): "B,A"}
    assert title("b") not in ran


def test_why_a_key_changed_goes_down_to_the_file(posts: Bench) -> None:
    posts.build(index())
    posts.write(a="C|one")
    posts.build(index())
    store = posts.store()
    chain = posts.engine(store).reasons(index())
    assert chain == (
        Reason(index(), "changed", title("a"), ()),
        Reason(title("a"), "changed", parsed("a"), ("title",)),
        Reason(parsed("a"), "changed", FILE("a"), ()),
        Reason(FILE("a"), "input", None, ()),
    )
    store.close()
    posts.write(a="no")
    posts.build(index())
    posts.write(a="C|one")
    posts.build(index())
    store = posts.store()
    assert posts.engine(store).reasons(index()) == (Reason(index(), "new", None, ()),)
    store.close()


def test_what_a_key_was_at_the_last_commit_can_be_recalled(posts: Bench) -> None:
    posts.build(index())
    posts.write(a="C|one")
    store = posts.store()
    engine = posts.engine(store)
    engine.update()
    assert (engine.fetch(index()), engine.recall(index()), engine.recall(title("z"))) == ("C,B", "A,B", None)
    engine.commit()
    assert engine.recall(index()) == "C,B"
    store.close()


def test_a_warm_engine_builds_on(posts: Bench) -> None:
    store = posts.store()
    engine = posts.engine(store)
    expected = ""
    for number in range(5):
        posts.write(a=f"T{number}|body", list="a b" if number % 2 else "b a")
        engine.update()
        expected = f"T{number},B" if number % 2 else f"B,T{number}"
        assert engine.fetch(index()) == expected
        if number != 2:
            engine.commit()
    store.close()
    assert posts.build(index()) == ({index(): expected}, set())


def test_a_build_that_was_interrupted_in_a_rule_can_be_begun_again(tmp_path: Path) -> None:
    @rule
    def slow(fetch: Fetch) -> str:
        if text(fetch, "f") == "stop":
            raise KeyboardInterrupt
        return text(fetch, "f")

    @rule
    def outer(fetch: Fetch) -> str:
        return fetch(slow()) + "!"

    bench = Bench(tmp_path, [slow, outer])
    bench.write(f="one")
    store = bench.store()
    engine = bench.engine(store)
    engine.update()
    assert engine.fetch(outer()) == "one!"
    engine.commit()
    bench.write(f="stop")
    with pytest.raises(KeyboardInterrupt):
        engine.update()
    bench.write(f="two")
    engine.update()
    assert engine.fetch(outer()) == "two!"
    engine.commit()
    store.close()
    assert bench.build(outer()) == ({outer(): "two!"}, set())


def test_two_rules_of_one_name_are_refused() -> None:
    first = rule(lambda fetch: "")
    second = rule(lambda fetch: "")
    with pytest.raises(ValueError, match="two rules"):
        Ruleset([first, second])
    assert len(Ruleset([first, first]).rules) == 1


def test_a_diamond_is_run_once_and_in_order(tmp_path: Path) -> None:
    @rule
    def base(fetch: Fetch) -> str:
        return text(fetch, "f")

    @rule
    def middle(fetch: Fetch) -> str:
        return fetch(base()) + "m"

    @rule
    def top(fetch: Fetch) -> str:
        return fetch(base()) + fetch(middle())

    bench = Bench(tmp_path, [base, middle, top])
    bench.write(f="1")
    bench.build(top())
    bench.write(f="2")
    store = bench.store()
    engine: Engine = bench.engine(store)
    engine.update()
    assert [it.key for it in engine.state.ran] == [base(), middle(), top()]
    assert [it.cause for it in engine.state.ran][1:] == [Cause("changed", base(), ()), Cause("changed", base(), ())]
    store.close()
