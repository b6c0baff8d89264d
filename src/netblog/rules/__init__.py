"""The build graph: every rule that makes a page out of files, and the only place that knows both engine and blog.

Read the modules in this order: `sources` (the leaves), `settings`, `catalog` (what there is), `relations` (what a
page may ask of other posts), `conversation`, `templates`, `assets`, `links`, `bodies`, `views`, `pages`, `feeds`,
`manifest` (what goes where) and `summary` (what to tell the author).

Whatever only a running rule needs (markdown-it, YAML, Jinja, Babel, Pillow) is imported inside the function that
uses it: a build in which nothing changed runs no rule, and should cost nothing but looking.
"""
