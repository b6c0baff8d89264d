import pytest
from hypothesis import given
from hypothesis import strategies as st
from theme_views import THEME

from netblog.errors import ConfigError
from netblog.themes.manifest import Option, ThemeInfo, effective_options, lineage, read_theme_toml


def complaint(text: str | bytes) -> tuple[str, str | None, int | None]:
    data = text if isinstance(text, bytes) else text.encode()
    with pytest.raises(ConfigError) as caught:
        read_theme_toml(data, "themes/x/theme.toml")
    problem = caught.value.problems[0]
    assert problem.path == "themes/x/theme.toml"
    assert not problem.message.endswith(".")
    return problem.message, problem.hint, problem.line


def test_the_default_theme_declares_itself_and_documents_each_option() -> None:
    info = read_theme_toml((THEME / "theme.toml").read_bytes(), "themes/default/theme.toml")
    assert info.name == "default"
    assert info.parent is None
    assert set(info.options) == {"reading_time", "contents", "credit"}
    assert all(option.help.endswith(".") for option in info.options.values())


def test_a_child_names_its_parent() -> None:
    assert read_theme_toml(b'name = "mine"\nparent = "default"', "t").parent == "default"


def test_a_byte_order_mark_is_no_part_of_the_text() -> None:
    assert read_theme_toml(b'\xef\xbb\xbfname = "mine"', "t").name == "mine"


def test_an_unknown_key_is_an_error_with_a_suggestion() -> None:
    message, hint, _ = complaint('name = "x"\nparnet = "default"')
    assert message == "theme.toml has no key 'parnet'"
    assert hint == "did you mean 'parent'?"


def test_every_problem_is_told_at_once() -> None:
    with pytest.raises(ConfigError) as caught:
        read_theme_toml(b'version = 2\nparent = "../evil"\n[options]\nplain = true', "t")
    assert len(caught.value.problems) == 4


@pytest.mark.parametrize(
    ("text", "line"),
    [('name = "x"\nparent = \n', 2), (b'name = "x"\n\n\xff', 3), ("name = 'x'\nname = 'y'", 2)],
)
def test_what_is_not_toml_is_told_with_its_line(text: str | bytes, line: int) -> None:
    assert complaint(text)[2] == line


def test_deep_nesting_is_an_error_and_no_crash() -> None:
    assert "nested" in complaint('name = "x"\na = ' + "[" * 100_000)[0]


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        read_theme_toml(data, "t")
    except ConfigError as error:
        assert error.problems


def test_lineage_walks_from_a_theme_to_its_last_ancestor() -> None:
    themes = {
        "mine": ThemeInfo(name="mine", parent="paper"),
        "paper": ThemeInfo(name="paper", parent="default"),
        "default": ThemeInfo(name="default"),
    }
    assert [info.name for info in lineage("mine", themes.__getitem__)] == ["mine", "paper", "default"]


def test_a_theme_that_is_its_own_ancestor_is_refused_with_the_ring() -> None:
    themes = {"a": ThemeInfo(name="a", parent="b"), "b": ThemeInfo(name="b", parent="a")}
    with pytest.raises(ConfigError, match="a -> b -> a"):
        lineage("a", themes.__getitem__)


CHAIN = (
    ThemeInfo(name="mine", options={"colour": Option("red", "The accent.")}),
    ThemeInfo(
        name="default",
        options={"colour": Option("blue"), "credit": Option(True, "Say so."), "gap": Option(1.5)},
    ),
)


def test_options_come_from_the_site_then_the_theme_then_its_parents() -> None:
    values, problems = effective_options(CHAIN, {"credit": False, "gap": 2}, "netblog.toml")
    assert values == {"colour": "red", "credit": False, "gap": 2}
    assert list(values) == sorted(values)
    assert problems == ()


def test_an_option_of_another_name_or_type_is_told_and_left_out() -> None:
    values, problems = effective_options(
        CHAIN, {"credits": True, "credit": "no", "gap": True}, "netblog.toml"
    )
    assert values == {"colour": "red", "credit": True, "gap": 1.5}
    assert [(p.message, p.path) for p in problems] == [
        ("[theme.options] has no key 'credits'", "netblog.toml"),
        ("the theme option credit = 'no' has the wrong type", "netblog.toml"),
        ("the theme option gap = True has the wrong type", "netblog.toml"),
    ]
    assert problems[0].hint == "did you mean 'credit'?"
    assert problems[1].hint == "the default is True: Say so."
