import pytest

from netblog.errors import TemplateError
from netblog.themes.chain import candidates, catalogues, statics


def test_the_sites_own_template_comes_first_then_each_theme_in_order() -> None:
    assert candidates("partials/card.html", ("themes/mine", "themes/default")) == (
        "templates/partials/card.html",
        "themes/mine/templates/partials/card.html",
        "themes/default/templates/partials/card.html",
    )


def test_a_site_without_a_theme_has_one_place_to_look() -> None:
    assert candidates("post.html", ()) == ("templates/post.html",)


def test_static_files_are_looked_for_in_the_same_order() -> None:
    assert statics("style.css", ("themes/default",)) == (
        "static/style.css",
        "themes/default/static/style.css",
    )


def test_a_regional_language_falls_back_to_its_general_one() -> None:
    assert catalogues("pt-BR", ("themes/default",)) == (
        ("locales/pt-BR.po", "themes/default/locales/pt-BR.po"),
        ("locales/pt.po", "themes/default/locales/pt.po"),
    )


@pytest.mark.parametrize(
    "name",
    [
        "",
        "../secret.html",
        "a/../../b.html",
        "/etc/passwd",
        "C:/windows.html",
        "a\\b.html",
        "a\0b.html",
        "a\nb.html",
        "a//b.html",
        "./a.html",
        "folder/",
    ],
)
def test_a_name_that_could_leave_its_folder_is_refused(name: str) -> None:
    for places in (candidates, statics, catalogues):
        if places is catalogues and name in ("", "folder/"):
            continue
        with pytest.raises(TemplateError) as caught:
            places(name, ("themes/default",))
        [problem] = caught.value.problems
        assert "name" in problem.message
        assert problem.hint


def test_dots_inside_a_name_are_harmless() -> None:
    assert candidates("feed..old.html", ()) == ("templates/feed..old.html",)
