"""The Jinja environment: compiles a bundle once and renders it for every page.

One set of rules serves every theme: escaping is always on, a name that is not there is an error, and
nothing of the site lives in the environment's globals. Four departures from stock Jinja keep pages
honest:

- Imports always see the page's context. Stock Jinja caches a module imported without it, so what its first
  reader saw would leak into later pages, past the build graph's record of reads.
- A literal in `_("...")` may hold HTML, as its translation may; a computed one is escaped, so that
  `_(term.name)` cannot let a stranger's markup through.
- Nothing is left to chance: there is no `random` and no `lipsum`, and printing a function is an error.
- `mapping.key` looks for the key before the method: `site.data.shop.items` is the data.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from functools import lru_cache
from types import CodeType
from typing import Any, ClassVar

from jinja2 import BaseLoader, Environment, Template, TemplateNotFound, Undefined, nodes
from jinja2.meta import find_referenced_templates

from netblog.errors import NetblogError, Problem, TemplateError
from netblog.themes.bundle import Bundle, TemplateSource
from netblog.themes.faults import Missing, describe
from netblog.themes.filters import FILTERS
from netblog.themes.translate import Translator, functions

_BUNDLES = 128
_TEMPLATES = 1024
_WORDS = frozenset(("_", "gettext", "ngettext", "pgettext", "npgettext"))


class _Environment(Environment):
    def getattr(self, obj: Any, attribute: str) -> Any:
        # Called some 150 times a page: the common case must not pay for the rare one.
        if type(obj) is not dict:
            try:
                return getattr(obj, attribute)
            except AttributeError:
                return super().getattr(obj, attribute)
        return obj[attribute] if attribute in obj else super().getattr(obj, attribute)

    def _generate(
        self, source: nodes.Template, name: str | None, filename: str | None, defer_init: bool = False
    ) -> str:
        for module in source.find_all(nodes.Import):
            module.with_context = True
        for names in source.find_all(nodes.FromImport):
            names.with_context = True
        for call in source.find_all(nodes.Call):
            if isinstance(call.node, nodes.Name) and call.node.name in _WORDS:
                call.args = [
                    nodes.MarkSafe(arg, lineno=arg.lineno)
                    if isinstance(arg, nodes.Const) and isinstance(arg.value, str)
                    else arg
                    for arg in call.args
                ]
        return super()._generate(source, name, filename, defer_init)


def _blank(value: object) -> object:
    """None prints as nothing, not as a word of Python; a function where its result was meant is an error."""
    if value is None:
        return ""
    if callable(value) and not isinstance(value, Undefined):
        # Python would print where it lies in memory: another page in every build.
        name = getattr(value, "__name__", None) or getattr(value, "name", "") or type(value).__name__
        raise TemplateError(Problem(f"{name} is a function: this prints it, and does not call it"))
    return value


def _environment(loader: BaseLoader | None) -> _Environment:
    environment = _Environment(
        loader=loader,
        autoescape=True,
        undefined=Missing,
        finalize=_blank,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
        auto_reload=False,
        extensions=("jinja2.ext.i18n", "jinja2.ext.loopcontrols"),
    )
    environment.policies["ext.i18n.trimmed"] = True
    environment.newstyle_gettext = True  # type: ignore[attr-defined]
    # The words come with each render, in its language; a global would shadow nothing but hide their absence.
    del environment.globals["_"]
    # A page is the same in every build, or nothing could be told from what it was made of.
    del environment.globals["lipsum"], environment.filters["random"]
    environment.filters.update(FILTERS)
    return environment


_COMPILER = _environment(None)


class _Loader(BaseLoader):
    def __init__(self, sources: Mapping[str, TemplateSource]) -> None:
        self.sources = sources

    def load(self, environment: Environment, name: str, globals: Any = None) -> Template:
        source = self.sources.get(name)
        if source is None:
            raise TemplateNotFound(name)
        code = _code(name, source.path, source.text)
        return Template.from_code(environment, code, {} if globals is None else globals)


@lru_cache(_TEMPLATES)
def _code(name: str, path: str, text: str) -> CodeType:
    """Compiled once for all bundles: every page's bundle holds the same base template."""
    return _COMPILER.compile(text, name, path)


class Renderer:
    """A bundle's compiled templates. Get it with `Renderer.of`; it may be used for any number of pages."""

    _cache: ClassVar[OrderedDict[str, Renderer]] = OrderedDict()

    def __init__(self, bundle: Bundle) -> None:
        self.sources = bundle.sources
        self.environment = _environment(_Loader(bundle.sources))

    @classmethod
    def of(cls, bundle: Bundle) -> Renderer:
        """The renderer of a bundle, compiled at most once per digest; the last 128 are kept."""
        renderer = cls._cache.get(bundle.digest)
        if renderer is None:
            renderer = cls._cache[bundle.digest] = cls(bundle)
            while len(cls._cache) > _BUNDLES:
                cls._cache.popitem(last=False)
        return renderer

    def render(self, name: str, context: Mapping[str, object], translator: Translator) -> str:
        """The page that the template `name` makes of `context`.

        Raises `TemplateError` for whatever goes wrong in a template, at its file and line; `cause` is for the
        caller to set. A `NetblogError` raised by something in the context keeps its kind.
        """
        variables = {**functions(translator), **context}
        try:
            return self.environment.get_template(name).render(variables)
        except Exception as error:
            if isinstance(error, NetblogError) and all(problem.path for problem in error.problems):
                raise
            known = self.environment
            names = {*variables, *known.globals}
            raise describe(error, self.sources, name, names, known.filters, known.tests) from error


def render(bundle: Bundle, context: Mapping[str, object], translator: Translator) -> str:
    """Render the bundle's own template; see `Renderer.render`."""
    return Renderer.of(bundle).render(bundle.name, context, translator)


def check(bundle: Bundle) -> None:
    """Compile every template of a bundle. Raises one `TemplateError` with the problems of all that do not."""
    problems: list[Problem] = []
    for name, source in sorted(bundle.sources.items()):
        try:
            _code(name, source.path, source.text)
        except Exception as error:
            problems.extend(_described(error, name, source).problems)
    if problems:
        raise TemplateError(problems)


def referenced(text: str, name: str, path: str) -> tuple[tuple[str, ...], bool]:
    """See `netblog.themes.bundle.references`."""
    try:
        found = list(find_referenced_templates(_COMPILER._parse(text, name, path)))
    except Exception as error:
        raise _described(error, name, TemplateSource(path, text)) from error
    names = tuple(sorted({reference for reference in found if reference is not None}))
    return names, None in found


def _described(error: Exception, name: str, source: TemplateSource) -> NetblogError:
    return describe(error, {name: source}, name, (), _COMPILER.filters, _COMPILER.tests)
