"""Translations: gettext catalogues in, the words of a page out.

Catalogues are read from .po text, so a theme is translated by dropping in one file, and the message id is the
English sentence, so a theme without catalogues still speaks. The functions a template calls are made per
translator and handed to each render: one compiled template speaks every language of the site.
"""

from __future__ import annotations

import gettext as stdlib_gettext
import io
import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from pathlib import PurePosixPath
from typing import Any

import msgspec
from markupsafe import Markup, escape

from netblog.errors import Problem, TemplateError

_FIELD = re.compile(r"%\((\w+)\)[sd]")
_STRAY = re.compile(r"%(?!%|\(\w+\)[sd])")
_NPLURALS = re.compile(r"nplurals\s*=\s*(\d+)")
_CONTEXT = "\x04"
_CACHED = 4096


class Messages(msgspec.Struct, frozen=True):
    """One catalogue."""

    lang: str
    """BCP 47."""
    plural: str
    """A C expression of n: the index of the plural form (GNU gettext manual, 11.2.6)."""
    messages: dict[str, tuple[str, ...]]
    """By message id (the singular one; its context and a \\x04 before it): every plural form, or one text."""


def read_catalogue(data: bytes, path: str) -> Messages:
    """Read a .po file, in UTF-8. Fuzzy, obsolete and empty translations are left out.

    The language is the header's, else the file's name; the plural forms are the header's, else CLDR's.
    Raises `TemplateError` with a problem for each translation that could not be filled in at render time.
    """
    lang = PurePosixPath(path).stem.replace("_", "-")
    catalogue = _parse(data, path, lang)
    problems: list[Problem] = []
    messages: dict[str, tuple[str, ...]] = {}
    for message in catalogue:
        if not message.id or message.fuzzy:
            continue
        forms, ids = _texts(message.string), _texts(message.id)
        if not any(forms):
            continue
        if not all(forms):
            text = f"the translation of {ids[0]!r} lacks a plural form"
            hint = f"{lang} has {len(forms)} of them"
            problems.append(Problem(text, path=path, line=message.lineno, hint=hint, code="catalogue"))
        problems.extend(_misfits(ids, forms, path, message.lineno))
        messages[_key(message.context, ids[0])] = forms
    plural = str(catalogue.plural_expr)
    try:
        _rule(plural)(1)
    except (ValueError, ZeroDivisionError) as error:
        message = f"the plural form {plural[:60]!r} is wrong: {error}"
        problems.append(Problem(message, path=path, code="catalogue"))
    if problems:
        raise TemplateError(problems)
    return Messages(str(catalogue.locale_identifier or lang).replace("_", "-"), plural, messages)


class Translator:
    """Looks messages up in one catalogue, then in the fallback's; what neither has stays English."""

    def __init__(self, messages: Messages | None = None, fallback: Translator | None = None) -> None:
        self.messages: Mapping[str, tuple[str, ...]] = messages.messages if messages else {}
        self.fallback = fallback
        self._plural = _rule(messages.plural) if messages else _english
        self.functions: dict[str, Callable[..., Markup]] | None = None

    def gettext(self, text: str) -> str:
        """The translation of `text`."""
        return self._one(text, text)

    def ngettext(self, one: str, many: str, n: int) -> str:
        """The translation in the plural form that `n` takes in the catalogue's language."""
        return self._form(one, one, many, n)

    def pgettext(self, context: str, text: str) -> str:
        """As `gettext`, for a text that means different things in different contexts."""
        return self._one(_key(context, text), text)

    def npgettext(self, context: str, one: str, many: str, n: int) -> str:
        """As `ngettext`, in a context."""
        return self._form(_key(context, one), one, many, n)

    def _one(self, key: str, text: str) -> str:
        if forms := self.messages.get(key):
            return forms[0]
        return self.fallback._one(key, text) if self.fallback else text

    def _form(self, key: str, one: str, many: str, n: int) -> str:
        if forms := self.messages.get(key):
            return forms[min(self._plural(n), len(forms) - 1)]
        if self.fallback:
            return self.fallback._form(key, one, many, n)
        return one if n == 1 else many


def functions(translator: Translator) -> Mapping[str, Callable[..., Markup]]:
    """`_`, `gettext`, `ngettext`, `pgettext` and `npgettext` as templates call them, for one translator.

    Keyword arguments fill `%(name)s` in the translation, escaped; the plural ones know `num` by
    themselves, and a literal per cent sign is written twice. A text that is `Markup` gives a translation
    that is trusted as HTML; any other is escaped.
    """
    if translator.functions is None:
        translator.functions = _functions(translator)
    return translator.functions


def _functions(translator: Translator) -> dict[str, Callable[..., Markup]]:
    counted: dict[tuple[str, str, int], Markup] = {}

    def gettext(text: str, /, **values: object) -> Markup:
        return _fill(translator.gettext(text), text, values)

    def ngettext(one: str, many: str, n: int, /, **values: object) -> Markup:
        if values:
            return _fill(translator.ngettext(one, many, n), one, {"num": n, **values})
        # Listings say "3 comments" on every card: filling it in costs more than everything else on its line.
        key = (one, many, n)
        known = counted.get(key)
        if known is None or type(one) is not Markup:
            known = _fill(translator.ngettext(one, many, n), one, {"num": n})
            if len(counted) < _CACHED and type(one) is Markup:
                counted[key] = known
        return known

    def pgettext(context: str, text: str, /, **values: object) -> Markup:
        return _fill(translator.pgettext(context, text), text, values)

    def npgettext(context: str, one: str, many: str, n: int, /, **values: object) -> Markup:
        return _fill(translator.npgettext(context, one, many, n), one, {"num": n, **values})

    return {
        "_": gettext,
        "gettext": gettext,
        "ngettext": ngettext,
        "pgettext": pgettext,
        "npgettext": npgettext,
    }


def _fill(text: str, original: str, values: Mapping[str, object]) -> Markup:
    safe = Markup(text) if isinstance(original, Markup) else escape(text)
    # A computed text without values is somebody's words, not a format: "100% wool" must come through.
    return safe % values if "%" in text and (values or isinstance(original, Markup)) else safe


@lru_cache(64)
def _rule(plural: str) -> Callable[[int], int]:
    return stdlib_gettext.c2py(plural)


def _english(n: int) -> int:
    return int(n != 1)


def _key(context: str | None, text: str) -> str:
    return text if context is None else f"{context}{_CONTEXT}{text}"


def _texts(value: object) -> tuple[str, ...]:
    return tuple(value) if isinstance(value, (tuple, list)) else (str(value),)


def _parse(data: bytes, path: str, lang: str) -> Any:
    from babel.messages.pofile import PoFileError, read_po

    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _broken("this catalogue is not UTF-8", path, line) from None
    if (count := _NPLURALS.search(text)) and len(count[1]) > 1:
        line = text.count("\n", 0, count.start()) + 1
        raise _broken(f"no language has {count[1][:20]} plural forms", path, line)
    try:
        return read_po(io.StringIO(text), locale=_known(lang), ignore_obsolete=True, abort_invalid=True)
    except PoFileError as error:
        raise _broken(str(error).rpartition(" on ")[0], path, error.lineno + 1) from None
    except Exception as error:
        # Babel raises whatever its string handling ran into; none of it names a line.
        raise _broken(f"this is not a gettext catalogue: {error}".rstrip("."), path, None) from None


def _broken(message: str, path: str, line: int | None) -> TemplateError:
    return TemplateError(Problem(message, path=path, line=line, code="catalogue"))


def _known(lang: str) -> str | None:
    from babel import Locale, UnknownLocaleError

    try:
        return str(Locale.parse(lang, sep="-"))
    except (UnknownLocaleError, ValueError):
        return None


def _misfits(ids: tuple[str, ...], forms: tuple[str, ...], path: str, line: int | None) -> Iterator[Problem]:
    """Places to fill in that the template gives no value for, which would fail on some page, some day."""
    given = {"num"} if len(ids) > 1 else set()
    for text in ids:
        given.update(_FIELD.findall(text))
    formatted = any("%" in text for text in (*ids, *forms))
    for form in forms:
        for field in sorted(set(_FIELD.findall(form)) - given):
            hint = f"it has: {', '.join(sorted(given)) or 'none'}"
            message = f"the translation of {ids[0]!r} uses %({field})s, which the original does not have"
            yield Problem(message, path=path, line=line, hint=hint, code="catalogue")
        if formatted and _STRAY.search(form.replace("%%", "")):
            message = f"the translation of {ids[0]!r} has a lone per cent sign"
            yield Problem(message, path=path, line=line, hint="write it twice: %%", code="catalogue")
