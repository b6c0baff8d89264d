import re
from pathlib import Path
from typing import Any

import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st
from jinja2.ext import babel_extract
from theme_views import THEME

from netblog.errors import TemplateError
from netblog.readers.markdown.phrases import PHRASES
from netblog.rules.pages import TITLES
from netblog.themes.translate import Messages, Translator, functions, read_catalogue

LANGUAGES = sorted(path.stem for path in (THEME / "locales").glob("*.po"))
COUNT = ("%(num)s comment", "%(num)s comments")
KEYWORDS = ("_", "gettext", "ngettext", "pgettext", "npgettext")


def words_of_the_theme() -> set[tuple[str, str | None]]:
    """(text, plural or None) of everything the templates say, and what netblog says through the theme."""
    found: set[tuple[str, str | None]] = {(text, None) for text in (*PHRASES, *TITLES)}
    options = {"trimmed": "true", "trim_blocks": "true", "lstrip_blocks": "true", "silent": "false"}
    options["extensions"] = "jinja2.ext.loopcontrols"
    for path in sorted((THEME / "templates").rglob("*.html")):
        with path.open("rb") as file:
            for _, function, message, _ in babel_extract(file, KEYWORDS, [], options):
                texts = message if isinstance(message, tuple) else (message,)
                assert texts[0] is not None, f"{path}: a computed text cannot be translated"
                found.add((texts[0], texts[1] if function == "ngettext" else None))
    return found


def catalogue(lang: str) -> Messages:
    return read_catalogue(
        (THEME / "locales" / f"{lang}.po").read_bytes(), f"themes/default/locales/{lang}.po"
    )


def translator(lang: str) -> Translator:
    return Translator(catalogue(lang))


def po(body: str, header: str = "Language: it\\n") -> bytes:
    return f'msgid ""\nmsgstr ""\n"{header}"\n\n{body}'.encode()


def complaint(data: bytes, path: str = "locales/it.po") -> tuple[str, int | None]:
    with pytest.raises(TemplateError) as caught:
        read_catalogue(data, path)
    problem = caught.value.problems[0]
    assert problem.path == path
    assert not problem.message.endswith(".")
    return problem.message, problem.line


# --- The shipped catalogues


def test_the_theme_says_enough_to_be_worth_translating() -> None:
    words = words_of_the_theme()
    assert len(words) > 50
    assert COUNT in words


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_word_of_the_theme_is_translated_and_no_translation_is_left_over(lang: str) -> None:
    assert set(catalogue(lang).messages) == {text for text, _ in words_of_the_theme()}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_plural_form_of_a_language_is_there(lang: str) -> None:
    messages = catalogue(lang)
    text = (THEME / "locales" / f"{lang}.po").read_text("utf-8")
    declared = re.search(r"nplurals=(\d)", text)
    assert declared
    for one, many in words_of_the_theme():
        assert len(messages.messages[one]) == (int(declared[1]) if many else 1)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_header_tells_numbers_apart_as_cldr_does(lang: str) -> None:
    form, category = translator(lang)._plural, Locale(lang).plural_form
    pairs = {(form(n), category(n)) for n in range(500)}
    assert len(pairs) == len({index for index, _ in pairs}) == len({name for _, name in pairs})


def test_the_reference_page_in_italian() -> None:
    speak = translator("it")
    assert speak.gettext("TAG") == "TAG"
    assert [speak.ngettext(*COUNT, n) % {"num": n} for n in (2, 1)] == ["2 commenti", "1 commento"]
    assert speak.gettext("No comments") == "Nessun commento"
    assert speak.gettext("Recommended articles") == "Articoli consigliati"
    assert speak.gettext("Reply") == "Rispondi"
    assert speak.gettext("Pingback:") == "Pingback:"
    assert speak.gettext("Leave a comment") == "Lascia un commento"
    assert speak.gettext("Cancel reply") == "Annulla risposta"


@pytest.mark.parametrize(
    ("lang", "expected"),
    [
        ("it", ["0 commenti", "1 commento", "2 commenti", "5 commenti", "21 commenti"]),
        ("fr", ["0 commentaire", "1 commentaire", "2 commentaires", "5 commentaires", "21 commentaires"]),
        ("pl", ["0 komentarzy", "1 komentarz", "2 komentarze", "5 komentarzy", "21 komentarzy"]),
        ("ar", ["لا تعليقات", "تعليق واحد", "تعليقان", "5 تعليقات", "21 تعليقًا"]),
        ("ja", [f"{n} 件のコメント" for n in (0, 1, 2, 5, 21)]),
    ],
)
def test_plural_forms_for_0_1_2_5_and_21(lang: str, expected: list[str]) -> None:
    speak = translator(lang)
    assert [speak.ngettext(*COUNT, n) % {"num": n} for n in (0, 1, 2, 5, 21)] == expected


def test_polish_and_arabic_have_further_forms_yet() -> None:
    assert translator("pl").ngettext(*COUNT, 22) == "%(num)s komentarze"
    assert translator("pl").ngettext(*COUNT, 12) == "%(num)s komentarzy"
    assert translator("ar").ngettext(*COUNT, 100) == "%(num)s تعليق"


# --- Looking up


def test_a_missing_message_is_looked_for_in_the_fallback_and_then_stays_english() -> None:
    parent = Translator(Messages("it", "n != 1", {"Reply": ("Rispondi",), "c\x04Open": ("Apri",)}))
    speak = Translator(Messages("it", "n != 1", {"Name": ("Nome",)}), parent)
    assert [speak.gettext(text) for text in ("Name", "Reply", "Source")] == ["Nome", "Rispondi", "Source"]
    assert speak.pgettext("c", "Open") == "Apri"
    assert speak.pgettext("d", "Open") == "Open"
    assert speak.npgettext("c", "one", "many", 1) == "one"


def test_without_a_catalogue_the_theme_speaks_english() -> None:
    assert [Translator().ngettext(*COUNT, n) for n in (0, 1, 2)] == [COUNT[1], COUNT[0], COUNT[1]]


def test_a_plural_form_the_catalogue_does_not_have_is_its_last() -> None:
    assert Translator(Messages("x", "n", {"a": ("A", "B")})).ngettext("a", "b", 7) == "B"


def test_the_functions_of_a_translator_are_made_once() -> None:
    speak = Translator()
    assert functions(speak) is functions(speak)


def test_values_besides_the_number_are_filled_into_plural_forms() -> None:
    words = functions(Translator())
    assert words["ngettext"]("%(num)s of %(all)s", "%(num)s of %(all)s", 2, all="<9>") == "2 of &lt;9&gt;"
    assert words["npgettext"]("c", "%(num)s", "%(num)s!", 2) == "2!"


# --- Reading


def test_plural_forms_come_from_cldr_where_the_header_has_none() -> None:
    body = 'msgid "a"\nmsgid_plural "b"\nmsgstr[0] "x"\nmsgstr[1] "y"\nmsgstr[2] "z"\n'
    speak = Translator(read_catalogue(po(body, "Language: pl\\n"), "pl.po"))
    assert [speak.ngettext("a", "b", n) for n in (1, 2, 5)] == ["x", "y", "z"]


def test_the_language_comes_from_the_file_name_where_the_header_has_none() -> None:
    assert read_catalogue(b'msgid "a"\nmsgstr "b"\n', "locales/pt_BR.po").lang == "pt-BR"
    assert read_catalogue(b'msgid "a"\nmsgstr "b"\n', "locales/tlh.po").lang == "tlh"


def test_contexts_tell_equal_messages_apart() -> None:
    body = 'msgctxt "verb"\nmsgid "Open"\nmsgstr "Apri"\n\nmsgid "Open"\nmsgstr "Aperto"\n'
    speak = Translator(read_catalogue(po(body), "it.po"))
    assert (speak.pgettext("verb", "Open"), speak.gettext("Open")) == ("Apri", "Aperto")


def test_fuzzy_obsolete_and_empty_translations_are_left_out() -> None:
    fuzzy, empty = '#, fuzzy\nmsgid "a"\nmsgstr "x"\n\n', 'msgid "b"\nmsgstr ""\n\n'
    obsolete, sound = '#~ msgid "c"\n#~ msgstr "x"\n\n', 'msgid "d"\nmsgstr "y"\n'
    body = fuzzy + empty + obsolete + sound
    assert read_catalogue(po(body), "it.po").messages == {"d": ("y",)}


def test_a_value_the_template_does_not_give_is_an_error_with_its_line() -> None:
    message, line = complaint(po('msgid "Hello %(name)s"\nmsgstr "Ciao %(nome)s"\n'))
    assert message == "the translation of 'Hello %(name)s' uses %(nome)s, which the original does not have"
    assert line == 5


def test_a_plural_form_left_out_is_an_error() -> None:
    body = 'msgid "a"\nmsgid_plural "b"\nmsgstr[0] "x"\nmsgstr[1] ""\n'
    assert complaint(po(body)) == ("the translation of 'a' lacks a plural form", 5)


def test_a_lone_per_cent_sign_is_an_error() -> None:
    assert "lone per cent sign" in complaint(po('msgid "%(num)s"\nmsgstr "%(num)s %"\n'))[0]
    read_catalogue(po('msgid "%(num)s"\nmsgstr "%(num)s %%"\n'), "it.po")


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b'msgid "a"\nmsgstr "\xff"\n', 2),
        (po('msgid "a"\nnonsense here\n'), 6),
        (po('msgid "a"\n\nmsgid "b"\nmsgstr "x"\n'), 5),
        (po("", "Plural-Forms: nplurals=99999999999; plural=0;\\n"), 3),
    ],
)
def test_a_broken_catalogue_is_told_with_its_line(data: bytes, line: int) -> None:
    assert complaint(data)[1] == line


@pytest.mark.parametrize("plural", ["n +", "exit()", "n" * 2000, "(" * 500 + "n", "1 / n && 1 %% 0", "1/0"])
def test_a_plural_expression_that_is_none_is_refused(plural: str) -> None:
    assert "plural form" in complaint(po("", f"Plural-Forms: nplurals=2; plural={plural};\\n"))[0]


@given(st.one_of(st.binary(max_size=80), st.text(alphabet='msgidtrcx_plu[]01"\\ #~,\n', max_size=120)))
def test_any_bytes_are_read_or_refused(data: Any) -> None:
    try:
        Translator(read_catalogue(data if isinstance(data, bytes) else data.encode(), "it.po")).ngettext(
            "a", "b", 3
        )
    except TemplateError as error:
        assert error.problems


def test_catalogues_are_kept_in_the_themes_folder() -> None:
    assert {"it", "de", "fr", "es", "pl", "ar", "ja"} <= set(LANGUAGES)
    assert all(Path(THEME / "locales" / f"{lang}.po").read_bytes().endswith(b"\n") for lang in LANGUAGES)
