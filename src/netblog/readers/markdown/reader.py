"""Reads one Markdown body: text in, a `Body` and its problems out.

The one place where the parts of this package meet, in the order a body goes through them: clean the text,
parse it, settle the ids, write it, cut the excerpt.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from markdown_it.token import Token

from netblog.errors import Problem
from netblog.model.config import Markdown
from netblog.model.post import Body
from netblog.readers.markdown import excerpt, rawhtml
from netblog.readers.markdown.footnotes import Notes
from netblog.readers.markdown.headings import Anchors
from netblog.readers.markdown.parser import DEEPEST, Dialect, Parsed
from netblog.readers.markdown.renderer import Rendering
from netblog.readers.markdown.troubles import Troubles
from netblog.readers.markdown.words import count

_LINE_ENDS = re.compile(r"\r\n?")
_NOT_TEXT = re.compile("[\x00\x02\x03]")
_RAW_ID = re.compile(r"<[a-z][^<>]*\b(?:id|name)\s*=", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Rendered:
    """What a Markdown text becomes."""

    body: Body
    title: str | None
    """The text of the first heading, when that is an h1 or the body begins with it."""
    problems: tuple[Problem, ...]
    """In file order. With an error among them the body is incomplete and should not be published."""
    text: str = ""
    """Plain text of the whole body, code included, for search. It is not in the body, which is kept per post."""


class MarkdownReader:
    """Reads bodies in the dialect the options describe. One reader serves any number of bodies."""

    def __init__(self, options: Markdown, *, lazy_images: bool = True) -> None:
        self._options = options
        self._lazy_images = lazy_images
        self._dialect = Dialect(options)

    def render(self, text: str, *, path: str, first_line: int, prefix: str) -> Rendered:
        """Render the text of one content file.

        `first_line` is the 1-based line of the file that `text` begins at, `path` the file for messages,
        and `prefix` a token (letters, digits, hyphens) for ids that must differ between posts on one page.
        Raises nothing for bad input: what cannot be read is an error among the problems.
        """
        text = _LINE_ENDS.sub("\n", text) if "\r" in text else text
        text = _NOT_TEXT.sub("\ufffd", text)
        troubles = Troubles(text, path, first_line)
        try:
            return self._render(text, re.sub(r"[^\w-]", "-", prefix), troubles)
        except RecursionError:
            troubles.fail(
                None,
                "the text is nested too deeply to be read",
                hint="look for a long run of brackets or quote marks",
                code="nesting",
            )
        except Exception as error:
            # The rules of the Markdown libraries are not ours: one that trips over some text must not
            # take the whole build down with it.
            troubles.fail(
                None,
                f"the Markdown parser fails on this text ({type(error).__name__}: {error})",
                hint="this is a bug: please report it, with the file",
                code="parser",
            )
        return Rendered(Body(), None, troubles.problems)

    def _render(self, text: str, prefix: str, troubles: Troubles) -> Rendered:
        parsed = self._dialect.read(text, troubles)
        if "too_deep" in parsed.env:
            troubles.fail(
                parsed.env["too_deep"],
                "lists and quotes are nested too deeply",
                hint=f"{DEEPEST // 2} lists or {DEEPEST} quotes in one another are the most that is read",
                code="nesting",
            )
        anchors = Anchors()
        if not self._options.bare:
            reserved = (f"fn-{prefix}-", f"fnref-{prefix}-") if "footnotes" in parsed.env else ()
            anchors = Anchors(reserved)
            _claim_ids(text, parsed, anchors, troubles)
        notes = Notes(prefix, parsed.notes)
        rendering = Rendering(self._options, parsed.env, anchors, notes, troubles)
        rendering.lazy_images = self._lazy_images
        rendering.run(parsed.tokens)
        rendering.finish()
        _check_raw(rendering.raw, troubles)
        plain = "".join(rendering.text).strip()
        code = "".join(rendering.code)
        body = Body(
            html="".join(rendering.out),
            excerpt=self._excerpt(text, parsed, notes, troubles),
            lead=rendering.lead,
            links=tuple(rendering.links.found),
            headings=tuple(rendering.headings),
            anchors=tuple(sorted(rendering.ids)),
            first_image=rendering.first_image,
            words=count(plain),
            languages=tuple(sorted(rendering.languages)),
        )
        text = f"{plain}\n{code}".strip() if code else plain
        return Rendered(body, rendering.title, troubles.problems, text)

    def _excerpt(self, text: str, parsed: Parsed, notes: Notes, troubles: Troubles) -> str | None:
        """What stands before the mark; None when there is no mark, or nothing before it."""
        if self._options.bare or "<!--" not in text or not excerpt.MARK.search(text):
            return None
        tokens = excerpt.cut(parsed.tokens)
        if tokens is None:
            return None
        rendering = Rendering(self._options, parsed.env, Anchors(), notes, troubles, is_excerpt=True)
        rendering.run(tokens)
        html = "".join(rendering.out)
        return (rawhtml.balance(html) if rendering.raw else html).strip() or None


def _claim_ids(text: str, parsed: Parsed, anchors: Anchors, troubles: Troubles) -> None:
    """Take the ids the author gave before headings get theirs; one given twice is changed and reported."""
    claims: list[tuple[int, str, Token | None]] = [
        (line or 0, str(token.attrs["id"]), token) for line, token in parsed.env.get("ids", ())
    ]
    if _RAW_ID.search(text):
        claims += _raw_ids([*parsed.tokens, *(token for note in parsed.notes.values() for token in note)])
        claims.sort(key=lambda claim: claim[0])
    again = []
    for line, ident, token in claims:
        if not anchors.claim(ident):
            troubles.warn(line, f"the id {ident!r} is taken already", hint="choose another", code="id")
            again.append((ident, token))
    for ident, token in again:
        if token is not None:
            token.attrs["id"] = anchors.unique(ident)


def _raw_ids(tokens: list[Token]) -> list[tuple[int, str, Token | None]]:
    found: list[tuple[int, str, Token | None]] = []
    for token in tokens:
        line = token.map[0] if token.map else 0
        if token.type == "html_block":
            html = token.content
            found += [(line + html.count("\n", 0, at), ident, None) for ident, at in rawhtml.ids(html)]
        elif token.children:
            for child in token.children:
                if child.type == "html_inline":
                    found += [(line, ident, None) for ident, _ in rawhtml.ids(child.content)]
    return found


def _check_raw(raw: list[tuple[str, int]], troubles: Troubles) -> None:
    """Warn of raw tags without a partner: they would take the page around the post with them."""
    html = [part for part, _ in raw]
    for wrong in rawhtml.unbalanced(html):
        troubles.warn(
            raw[wrong.part][1] + html[wrong.part].count("\n", 0, wrong.offset),
            f"{wrong.tag} closes nothing" if wrong.tag[1] == "/" else f"{wrong.tag} is never closed",
            hint="it can break the page around the post",
            code="html",
        )
