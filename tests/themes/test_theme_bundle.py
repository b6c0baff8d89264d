import msgspec
import pytest

from netblog.errors import TemplateError
from netblog.themes.bundle import Bundle, TemplateSource, references

SOURCES = {
    "a.html": TemplateSource("templates/a.html", "A"),
    "b.html": TemplateSource("templates/b.html", "B"),
}


def test_references_are_found_in_extends_include_import_and_from() -> None:
    text = """
    {% extends "base.html" %}{% import "m.html" as m %}{% from "n.html" import x %}
    {% include "p.html" %}{% for i in y %}{% include "q.html" %}{% endfor %}{% include "p.html" %}
    """
    assert references(text, "t") == (("base.html", "m.html", "n.html", "p.html", "q.html"), False)


def test_each_reference_is_named_once() -> None:
    assert references('{% include "p.html" %}{% include "p.html" %}', "t") == (("p.html",), False)


def test_all_candidates_of_a_list_are_references() -> None:
    text = '{% include ["hero.html", "plain.html"] ignore missing %}{% include "aside.html" ignore missing %}'
    assert references(text, "t") == (("aside.html", "hero.html", "plain.html"), False)


@pytest.mark.parametrize(
    "text",
    [
        "{% include post.extra.layout %}",
        '{% extends "a.html" if x else "b.html" %}',
        '{% include ["a.html", name] %}',
        '{% include "cards/" ~ kind ~ ".html" %}',
    ],
)
def test_a_computed_name_makes_the_references_dynamic(text: str) -> None:
    assert references(text, "t")[1] is True


def test_translation_and_loop_tags_are_understood() -> None:
    text = "{% trans %}x{% endtrans %}{% for a in b %}{% break %}{% endfor %}"
    assert references(text, "t") == ((), False)


@pytest.mark.parametrize("text", ["\n{% if %}", "\n{{ a", "\n{% endfor %}", "\n{% nope %}", "\n{{ 'a }}"])
def test_a_template_that_does_not_parse_is_told_with_its_place(text: str) -> None:
    with pytest.raises(TemplateError) as caught:
        references(text, "t.html", "themes/x/templates/t.html")
    [problem] = caught.value.problems
    assert (problem.path, problem.line) == ("themes/x/templates/t.html", 2)
    assert problem.source == text.strip("\n")
    assert not problem.message.endswith(".")


@pytest.mark.parametrize(
    "text", ["{{ " + "(" * 5000, "{% if x %}" * 3000, "{{ " + "-" * 20_000 + "1 }}", "\0\x01{{"]
)
def test_pathological_templates_are_refused_without_a_crash(text: str) -> None:
    with pytest.raises(TemplateError) as caught:
        references(text, "t.html")
    assert "one another" not in caught.value.problems[0].message


def test_the_digest_covers_names_paths_and_text_but_not_their_order() -> None:
    base = Bundle("a.html", SOURCES)
    assert Bundle("a.html", dict(reversed(SOURCES.items()))).digest == base.digest
    changed = [
        {**SOURCES, "b.html": TemplateSource("templates/b.html", "B!")},
        {**SOURCES, "b.html": TemplateSource("themes/x/templates/b.html", "B")},
        {"a.html": SOURCES["a.html"], "c.html": SOURCES["b.html"]},
        {"a.html": SOURCES["a.html"]},
        {"a.html": TemplateSource("templates/a.html", "A6:b.html"), "b.html": SOURCES["b.html"]},
    ]
    digests = {Bundle("a.html", sources).digest for sources in changed}
    assert len(digests | {base.digest}) == len(changed) + 1


def test_a_bundle_survives_the_store() -> None:
    base = Bundle("a.html", SOURCES)
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(base), type=Bundle) == base
