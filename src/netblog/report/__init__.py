"""Results and errors as words: the only room that says anything to a user.

Everything is rendered to plain text first, the same on a terminal, in a file and in a test; colour is laid
over it only when a person is looking. Importing this costs nothing worth measuring: rich is imported when
the first coloured word is printed, json when JSON is asked for.
"""

from netblog.report.bar import progress
from netblog.report.problems import render_problems
from netblog.report.quote import quoted
from netblog.report.record import failure_json, report_json
from netblog.report.summary import render_explanation, render_summary
from netblog.report.terminal import say

__all__ = [
    "failure_json",
    "progress",
    "quoted",
    "render_explanation",
    "render_problems",
    "render_summary",
    "report_json",
    "say",
]
