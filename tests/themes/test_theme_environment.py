from types import SimpleNamespace
from typing import Any

import pytest
from markupsafe import Markup
from theme_views import bundle, contexts, draw, page, post, site

from netblog.errors import ContentError, NetblogError, Problem, TemplateError
from netblog.themes.bundle import Bundle, TemplateSource
from netblog.themes.environment import Renderer, check, render
from netblog.themes.translate import Messages, Translator

ENGLISH = Translator()


def made(text: str, **others: str) -> Bundle:
    sources = {"t.html": TemplateSource("templates/t.html", text)}
    for name, other in others.items():
        sources[f"{name}.html"] = TemplateSource(f"themes/x/templates/{name}.html", other)
    return Bundle("t.html", sources)


def out(
    text: str, variables: dict[str, Any] | None = None, translator: Translator = ENGLISH, **others: str
) -> str:
    return render(made(text, **others), variables or {}, translator)


def fault(text: str, variables: dict[str, Any] | None = None, **others: str) -> Problem:
    with pytest.raises(TemplateError) as caught:
        out(text, variables, **others)
    [problem] = caught.value.problems
    assert not problem.message.endswith(".")
    return problem


# --- What templates can count on


def test_text_is_escaped_everywhere_and_markup_is_not() -> None:
    hostile = '<script>alert("x")</script>'
    assert out("{{ a }}|{{ b }}", {"a": hostile, "b": Markup("<b>")}) == (
        "&lt;script&gt;alert(&#34;x&#34;)&lt;/script&gt;|<b>"
    )
    assert out('{% include "i.html" %}', {"a": "<"}, i="{{ a }}") == "&lt;"


def test_none_prints_as_nothing() -> None:
    assert out("[{{ a }}]", {"a": None}) == "[]"


def test_lines_that_hold_only_tags_leave_no_blank_lines() -> None:
    assert out("a\n  {% if true %}\nb\n  {% endif %}\nc\n") == "a\nb\nc"


def test_loops_can_break_and_continue() -> None:
    steps = "{% if i == 2 %}{% continue %}{% elif i == 4 %}{% break %}{% endif %}{{ i }}"
    text = "{% for i in n %}" + steps + "{% endfor %}"
    assert out(text, {"n": range(9)}) == "013"


def test_a_key_of_a_mapping_hides_its_methods() -> None:
    assert out("{{ d.items }} {{ d.values()|first }}", {"d": {"items": "mine"}}) == "mine mine"


def test_an_imported_macro_sees_the_page_it_is_used_on_each_time() -> None:
    made_once = made(
        '{% import "m.html" as m %}{{ m.shout() }}',
        m="{% set t = page %}{% macro shout() %}{{ t }}{{ page }}{% endmacro %}",
    )
    assert [render(made_once, {"page": n}, ENGLISH) for n in (1, 2)] == ["11", "22"]


def test_from_imports_see_the_page_too() -> None:
    assert (
        out('{% from "m.html" import x %}{{ x() }}', {"page": 3}, m="{% macro x() %}{{ page }}{% endmacro %}")
        == "3"
    )


def test_a_missing_key_of_a_mapping_may_be_tested() -> None:
    assert out("{% if d.hero %}yes{% else %}no{% endif %}", {"d": {}}) == "no"
    assert out("{{ d.hero or 'none' }} {{ d.hero|default('none') }}", {"d": {}}) == "none none"


def test_a_variable_may_be_asked_for_before_it_is_used() -> None:
    assert out("{% if post is defined %}post{% else %}list{% endif %}") == "list"


def test_nothing_of_one_page_is_left_for_the_next() -> None:
    again = made("{{ a }}{% set b = 1 %}")
    assert render(again, {"a": 1}, ENGLISH) == "1"
    with pytest.raises(TemplateError):
        render(again, {}, ENGLISH)


# --- Words


ITALIAN = Translator(
    Messages(
        "it",
        "n != 1",
        {
            "Reply": ("Rispondi",),
            "Reply to %(name)s": ("Rispondi a <b>%(name)s</b>",),
            "%(num)s comment": ("%(num)s commento", "%(num)s commenti"),
            "verb\x04Open": ("Apri",),
        },
    )
)


def test_one_environment_speaks_the_language_of_each_render() -> None:
    text = "{{ _('Reply') }} {{ gettext('Reply') }} {{ pgettext('verb', 'Open') }}"
    assert out(text, translator=ITALIAN) == "Rispondi Rispondi Apri"
    assert out(text) == "Reply Reply Open"


def test_values_in_a_translation_are_escaped_and_its_own_markup_is_kept() -> None:
    assert out("{{ _('Reply to %(name)s', name=n) }}", {"n": "<i>"}, ITALIAN) == "Rispondi a <b>&lt;i&gt;</b>"


def test_a_computed_text_is_escaped_even_where_it_is_translated() -> None:
    assert out("{{ _(a) }}", {"a": "<script> 100%"}) == "&lt;script&gt; 100%"
    assert out("{{ ngettext(a, a, 2) }}", {"a": "<script>"}) == "&lt;script&gt;"


@pytest.mark.parametrize(("n", "words"), [(0, "0 commenti"), (1, "1 commento"), (2, "2 commenti")])
def test_plural_forms_follow_the_number(n: int, words: str) -> None:
    assert out("{{ ngettext('%(num)s comment', '%(num)s comments', n) }}", {"n": n}, ITALIAN) == words


def test_trans_blocks_work_and_are_trimmed() -> None:
    text = "{% trans name=n %}\n  Reply to %(x)s\n{% endtrans %}".replace("%(x)s", "{{ name }}")
    assert out(text, {"n": "Ada"}, ITALIAN) == "Rispondi a <b>Ada</b>"


def test_words_reach_macros_and_included_templates() -> None:
    text = '{% import "m.html" as m %}{{ m.x() }} {% include "i.html" %}'
    assert out(
        text, {}, ITALIAN, m="{% macro x() %}{{ _('Reply') }}{% endmacro %}", i="{{ _('Reply') }}"
    ) == ("Rispondi Rispondi")


# --- Faults


def test_an_undefined_variable_names_template_line_and_the_nearest_name() -> None:
    problem = fault("ok\n{{ psot }}", {"post": 1})
    assert (problem.path, problem.line) == ("templates/t.html", 2)
    assert problem.message == "there is no variable 'psot' here"
    assert problem.hint == "did you mean 'post'?"
    assert problem.source == "{{ psot }}"
    assert problem.cause is None


def test_an_undefined_variable_like_no_other_is_told_how_to_ask() -> None:
    assert "{% if zzz is defined %}" in str(fault("{{ zzz }}").hint)


@pytest.mark.parametrize(
    "text", ["{% if psot %}{% endif %}", "{% for x in psot %}{% endfor %}", "{{ psot|length }}"]
)
def test_every_use_of_an_undefined_variable_is_an_error(text: str) -> None:
    assert fault(text).message == "there is no variable 'psot' here"


def test_a_value_that_never_had_a_name_is_told_in_jinjas_words() -> None:
    assert fault("{{ a|first }}", {"a": ()}).message == "No first item, sequence was empty"


def test_a_missing_field_suggests_the_right_one() -> None:
    problem = fault("{{ post.titel }}", {"post": post()})
    assert problem.message == "a PostView has no 'titel'"
    assert problem.hint == "did you mean 'title'?"


def test_a_missing_key_suggests_the_right_one() -> None:
    problem = fault("{{ extra.colur }}", {"extra": {"colour": 1}})
    assert (problem.message, problem.hint) == ("there is no key 'colur' here", "did you mean 'colour'?")


def test_a_fault_in_an_included_template_is_told_where_it_is() -> None:
    problem = fault('{% include "i.html" %}', i="\n\n{{ nothing_like_it }}")
    assert (problem.path, problem.line) == ("themes/x/templates/i.html", 3)


def test_a_fault_in_a_macro_is_told_where_the_macro_is() -> None:
    problem = fault(
        '{% from "m.html" import x %}\n{{ x(0) }}', m="{% macro x(n) %}\n{{ 1 / n }}\n{% endmacro %}"
    )
    assert (problem.path, problem.line) == ("themes/x/templates/m.html", 2)
    assert problem.message == "division by zero (ZeroDivisionError)"


def test_a_template_that_is_not_there_is_told_where_it_is_wanted() -> None:
    problem = fault('\n{% include "crad.html" %}', card="x")
    assert (problem.path, problem.line) == ("templates/t.html", 2)
    assert problem.message == "the template 'crad.html' is not in the site or its theme"
    assert problem.hint == "did you mean 'card.html'?"


def test_a_bundle_without_its_own_template_is_told_by_name() -> None:
    with pytest.raises(TemplateError, match=r"'gone\.html' is not in the site"):
        render(Bundle("gone.html", {}), {}, ENGLISH)


def test_an_unknown_filter_and_an_unknown_test_suggest_the_right_one() -> None:
    problem = fault("\n{{ x|dat }}", {"x": 1})
    assert (problem.message, problem.line, problem.hint) == (
        "there is no filter 'dat'",
        2,
        "did you mean 'date'?",
    )
    assert fault("{{ x is definde }}", {"x": 1}).hint == "did you mean 'defined'?"


def test_a_syntax_error_in_a_parent_is_told_where_it_is() -> None:
    problem = fault('{% extends "base.html" %}', base="a\n{% if %}\n")
    assert (problem.path, problem.line, problem.source) == ("themes/x/templates/base.html", 2, "{% if %}")
    assert problem.code == "template-syntax"


@pytest.mark.parametrize(
    ("text", "others"),
    [
        ('{% include "t.html" %}', {}),
        ('{% extends "a.html" %}', {"a": '{% extends "t.html" %}'}),
        ("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", {}),
    ],
)
def test_templates_without_end_are_told_so(text: str, others: dict[str, str]) -> None:
    assert fault(text, **others).message == "the templates call one another without end"


def raising(error: Exception) -> Any:
    def function(*_: object) -> None:
        raise error

    return function


def test_an_error_of_netblogs_own_keeps_its_kind_and_gets_a_place() -> None:
    variables = {
        "asset": raising(ContentError(Problem("no such file 'x.css'", hint="did you mean 'y.css'?")))
    }
    with pytest.raises(ContentError) as caught:
        out("\n{{ asset('x.css') }}", variables)
    [problem] = caught.value.problems
    assert (problem.path, problem.line, problem.hint) == ("templates/t.html", 2, "did you mean 'y.css'?")


def test_lines_are_counted_as_jinja_counts_them() -> None:
    problem = fault("\u2028 \x0b {{ 1 }}\r\n{{ nothing_like_it }}\n")
    assert (problem.line, problem.source) == (2, "{{ nothing_like_it }}")


def test_an_error_that_has_a_place_keeps_it() -> None:
    variables = {"recent": raising(NetblogError(Problem("bad date", path="content/a.md", line=3)))}
    with pytest.raises(NetblogError) as caught:
        out("{{ recent() }}", variables)
    assert [(p.path, p.line) for p in caught.value.problems] == [("content/a.md", 3)]


def test_any_other_error_is_told_in_its_own_words() -> None:
    assert fault("{{ f() }}", {"f": raising(ValueError("too\nlong."))}).message == "too long (ValueError)"
    assert fault("{{ f() }}", {"f": raising(KeyError())}).message == "KeyError"
    assert "not callable" in fault("{{ x() }}", {"x": SimpleNamespace()}).message


def test_check_tells_of_every_template_that_does_not_compile() -> None:
    check(made("{{ fine }}"))
    with pytest.raises(TemplateError) as caught:
        check(made("{% if %}", a="{{ x|nope }}", b="fine"))
    assert [p.path for p in caught.value.problems] == ["themes/x/templates/a.html", "templates/t.html"]


# --- Renderers


def test_an_equal_bundle_is_compiled_once() -> None:
    assert Renderer.of(made("same")) is Renderer.of(made("same"))
    assert Renderer.of(made("same")) is not Renderer.of(made("other"))


def test_only_so_many_renderers_are_kept() -> None:
    first = Renderer.of(made("first"))
    for number in range(200):
        Renderer.of(made(f"number {number}"))
    assert Renderer.of(made("first")) is not first


# --- The same page in every build


@pytest.mark.parametrize(
    "source", ["{{ [1, 2]|random }}", "{{ lipsum() }}", "{{ given }}", "{% macro m() %}{% endmacro %}{{ m }}"]
)
def test_what_would_differ_from_build_to_build_is_an_error(source: str) -> None:
    with pytest.raises(TemplateError, match=r"random|lipsum|is a function: this prints it"):
        render(made(source), {"given": test_what_would_differ_from_build_to_build_is_an_error}, ENGLISH)


# --- The chain


def test_a_sites_template_overrides_the_themes() -> None:
    override = ("templates/partials/translations.html", "<p>mine</p>")
    template, variables = contexts()["post"]
    html = draw(template, variables, override)
    assert "<p>mine</p>" in html
    assert "Disponibile anche in" not in html
    assert "Disponibile anche in" in draw(template, variables)


def test_a_sites_template_may_extend_the_themes_under_another_name() -> None:
    override = (
        "templates/essay.html",
        '{% extends "post.html" %}{% block neighbours %}<hr id="end">{% endblock %}',
    )
    html = draw("essay.html", {"page": page("post"), "post": post()}, override)
    assert '<hr id="end">' in html
    assert "Articoli consigliati" not in html


def test_a_child_theme_changes_one_block_of_its_parent() -> None:
    parent = "<title>{% block t %}parent{% endblock %}</title>"
    child = made('{% extends "base.html" %}{% block t %}{{ super() }} and child{% endblock %}', base=parent)
    assert render(child, {}, ENGLISH) == "<title>parent and child</title>"


def test_the_made_up_site_stands_in_every_bundle_without_a_global() -> None:
    assert site().title
    assert "site" not in Renderer.of(bundle("home.html")).environment.globals
