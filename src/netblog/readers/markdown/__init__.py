"""Markdown to HTML: CommonMark 0.31.2, what GitHub adds to it, footnotes, and what a blog must know of it."""

from netblog.readers.markdown.reader import MarkdownReader, Rendered
from netblog.readers.markdown.stylesheet import highlight_css

__all__ = ["MarkdownReader", "Rendered", "highlight_css"]
