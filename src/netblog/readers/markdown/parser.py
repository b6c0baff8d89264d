"""Sets up markdown-it for a dialect, and parses a body into tokens with everything in its place.

All that the options add to CommonMark is added here. Marks that belong to a whole block (alerts, task
boxes, attributes) are taken off its text before the text is parsed, in the one walk over the blocks there has
to be anyway.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from markdown_it import MarkdownIt
from markdown_it.ruler import RuleOptionsType
from markdown_it.rules_core import StateCore, replace, smartquotes
from markdown_it.token import Token
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.footnote.index import footnote_def, footnote_ref

from netblog.model.config import Markdown
from netblog.readers.markdown import attributes, excerpt, footnotes, links
from netblog.readers.markdown.alerts import mark_alert, mark_task
from netblog.readers.markdown.blocks import Blocks
from netblog.readers.markdown.footnotes import take_definitions
from netblog.readers.markdown.inlines import Inlines
from netblog.readers.markdown.troubles import Troubles

DEEPEST = 60
"""Tokens a block may be nested in: 60 quotes, or 30 lists (an item counts too). It bounds the recursion."""

_ATTRIBUTED = frozenset((
    "heading_open", "paragraph_open", "bullet_list_open", "ordered_list_open", "blockquote_open",
    "table_open", "dl_open", "fence", "code_block", "hr",
))

_FOR_OTHERS = frozenset(("hl_lines", "linenos", "linenostart", "lineno", "anchorlinenos", "startFrom"))
"""What other programs look for after the language of a code block; not worth a warning."""


class Parsed(NamedTuple):
    """The tokens of a body. Footnote definitions are apart: they are rendered at the end."""

    tokens: list[Token]
    notes: dict[str, list[Token]]
    env: dict[str, Any]
    """What the rules left: `ids` ((0-based line, token) of each explicit id), `footnotes`, `problems`."""


class Dialect(MarkdownIt):
    """A parser for one set of options. It keeps nothing from one body to the next."""

    def __init__(self, options: Markdown) -> None:
        super().__init__("commonmark")
        self.inline: Inlines = Inlines()
        self.block: Blocks = Blocks()
        settings = {"html": options.html or options.bare, "maxNesting": DEEPEST, "typographer": True}
        self.configure("commonmark", settings)
        self._encode = links.encode if options.bare else links.normalize
        self._bare = options.bare
        self._smart = options.smart_quotes and not options.bare
        self._options = options
        if not options.bare:
            self._extend(options)
        self.block.seal()
        self.inline.seal(linkify=options.linkify and not options.bare, join=self._smart)

    def _extend(self, options: Markdown) -> None:
        self.options["strikethrough_single_tilde"] = True
        self.enable(["table", "strikethrough"])
        interrupting = RuleOptionsType(alt=["paragraph", "reference", "blockquote"])
        self.block.ruler.at("html_block", excerpt.html_block_rule, interrupting)
        self.block.ruler.before("html_block", "more", excerpt.block_rule, interrupting)
        self.inline.ruler.before("autolink", "more", excerpt.inline_rule)
        if options.footnotes:
            self.block.ruler.before(
                "reference", "footnote_def", footnote_def, {"alt": ["paragraph", "reference"]}
            )
            self.inline.ruler.before("link", "footnote_ref", footnote_ref)
            self.inline.ruler.after("image", "footnote_inline", footnotes.inline_rule)
        if options.definition_lists:
            deflist_plugin(self)
        if options.attributes:
            self.block.ruler.before("fence", "attributes", attributes.block_rule)
            self.inline.ruler.push("attributes", attributes.inline_rule)

    def normalizeLink(self, url: str) -> str:
        return self._encode(url)

    def read(self, text: str, troubles: Troubles) -> Parsed:
        """Parse a body whose line breaks are `\\n`.

        Raises RecursionError, or whatever a rule of a library trips over.
        """
        env: dict[str, Any] = {"problems": troubles}
        tokens: list[Token] = []
        self.block.parse(text, self, env, tokens)
        if self._bare:
            self._parse_inlines(tokens, env)
            return Parsed(tokens, {}, env)
        self._mark_blocks(tokens, env, troubles)
        self._parse_inlines(tokens, env)
        if self._smart:
            state = StateCore(text, self, env, tokens)
            replace(state)
            smartquotes(state)
        notes: dict[str, list[Token]] = {}
        if "footnotes" in env and env["footnotes"].get("refs"):
            used = {label[1:] for label, number in env["footnotes"]["refs"].items() if number >= 0}
            tokens, notes = take_definitions(tokens, used, troubles)
        return Parsed(tokens, notes, env)

    def _parse_inlines(self, tokens: list[Token], env: dict[str, Any]) -> None:
        """Parse the text of every block, unless it has no marks: then its children stay empty."""
        is_plain, parse, smart = self.inline.is_plain, self.inline.parse, self._smart
        for token in tokens:
            if token.type == "inline" and (smart or not is_plain(token.content)):
                env["line"] = token.map[0] if token.map else None
                assert token.children is not None
                parse(token.content, self, env, token.children)

    def _mark_blocks(self, tokens: list[Token], env: dict[str, Any], troubles: Troubles) -> None:
        """Take alerts, task boxes and attributes off the text of blocks, and put them on their tokens."""
        options = self._options
        waiting: Token | None = None
        tasks = False
        for i, token in enumerate(tokens):
            kind = token.type
            if kind == "inline":
                if token.content[:1] == "[" and i > 1 and tokens[i - 1].type == "paragraph_open":
                    container = tokens[i - 2]
                    if container.type == "blockquote_open" and options.alerts:
                        if mark_alert(container, token, troubles) and not token.content:
                            for part in tokens[i - 1 : i + 2]:
                                part.type, part.hidden = "nothing", True
                    elif container.type == "list_item_open" and options.task_lists:
                        tasks |= mark_task(container, token)
                if options.attributes and token.content.endswith("}"):
                    _take_trailing(tokens, i, env)
            elif kind == "fence" and options.attributes and "{" in token.info:
                _take_from_info(token, env)
            if kind == "attributes":
                if waiting is not None:
                    token.meta["values"] = attributes.merge(waiting.meta["values"], token.meta["values"])
                waiting = token
            elif waiting is not None:
                if kind in _ATTRIBUTED:
                    line = waiting.map[0] if waiting.map else None
                    attributes.apply(_printed(tokens, i), waiting.meta["values"], env, line)
                else:
                    _warn_of_lost(waiting, troubles)
                waiting = None
        if waiting is not None:
            _warn_of_lost(waiting, troubles)
        if tasks:
            _mark_task_lists(tokens)


def _take_trailing(tokens: list[Token], i: int, env: dict[str, Any]) -> None:
    """Take attributes off the end of a heading, or off the last line of a paragraph."""
    token, opener = tokens[i], tokens[i - 1]
    heading = opener.type == "heading_open"
    if not heading and opener.type != "paragraph_open":
        return
    before, values = attributes.split_trailing(token.content, own_line=not heading)
    if values:
        token.content = before
        line = token.map[1] - 1 if token.map else None
        attributes.apply(_printed(tokens, i - 1), values, env, line)


def _printed(tokens: list[Token], i: int) -> Token:
    """The token at this index, or for the paragraph of a tight item, which is not printed, the item."""
    before = i - 1
    while tokens[i].hidden and before > 0 and tokens[before].type == "attributes":
        before -= 1
    return tokens[before] if tokens[i].hidden and tokens[before].nesting > 0 else tokens[i]


def _mark_task_lists(tokens: list[Token]) -> None:
    """Give tasks, and the lists that any of their own items make task lists, GitHub's classes."""
    lists: list[tuple[Token, list[Token]]] = []
    for token in tokens:
        if token.type in ("bullet_list_open", "ordered_list_open"):
            lists.append((token, []))
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            opener, tasks = lists.pop()
            if tasks:
                attributes.lead_class(opener, "contains-task-list")
        elif token.type == "list_item_open" and "task" in token.meta:
            lists[-1][1].append(token)
            attributes.lead_class(token, "task-list-item")


def _take_from_info(fence: Token, env: dict[str, Any]) -> None:
    """Put `{#id .class}` of an info string on its block, and pass over `hl_lines` and the like."""
    found = attributes.read(fence.info, fence.info.index("{"))
    if found is None:
        return
    values = dict(found.values)
    if fence.info.lstrip().startswith("{"):
        # The first class says what language it is.
        values["class"] = values.get("class", "").partition(" ")[2]
    line = fence.map[0] if fence.map else None
    attributes.apply(fence, {n: v for n, v in values.items() if n not in _FOR_OTHERS}, env, line)


def _warn_of_lost(waiting: Token, troubles: Troubles) -> None:
    troubles.warn(
        waiting.map[0] if waiting.map else None,
        "these attributes belong to no block",
        hint="put the line right above a paragraph, list, quote, table or code block",
        code="attribute",
    )
