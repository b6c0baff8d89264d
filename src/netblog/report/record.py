"""A build as one JSON object, for machines: the format that `netblog build --json` promises.

It has a name and a version, so that a script can refuse what it does not know; fields are only ever added
to a version.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from netblog.errors import Problem, order
from netblog.report.problems import tally

if TYPE_CHECKING:
    from netblog.model.report import BuildReport


def report_json(report: BuildReport) -> str:
    """The report as one JSON object with sorted keys, in ASCII, ending in a line break.

    `format` "netblog-report", `version` 1; `ok` (bool: published); `posts`, `pages`, `comments`, `unchanged`,
    `jobs`, `rules_run`, `errors`, `warnings` (int); `seconds` (float); `output` (the output folder);
    `written`, `removed` (paths in it); `rescued` (paths from the site's folder);
    `strangers` (files in the output that a build without a ledger found there and did not make);
    `withheld`: [{`path`, `title`, `reason`: "draft" | "future" | "expired", `when`: RFC 3339 or null}];
    `problems`, by place: [{`severity`: "error" | "warning", `code`, `message`, `path`, `line`, `column`,
    `source`, `hint`, `cause`}], null where there is nothing to say;
    `explained`: [{`output`, `why`}].
    """
    import json

    errors, warnings = tally(report.problems)
    record = {
        "format": "netblog-report",
        "version": 1,
        "ok": report.ok,
        "posts": report.posts,
        "pages": report.pages,
        "comments": report.comments,
        "written": report.written,
        "unchanged": report.unchanged,
        "removed": report.removed,
        "rescued": report.rescued,
        "strangers": report.strangers,
        "withheld": [
            {
                "path": one.path,
                "title": one.title,
                "reason": one.reason,
                "when": one.when.isoformat() if one.when else None,
            }
            for one in report.withheld
        ],
        "problems": [_problem(problem) for problem in sorted(dict.fromkeys(report.problems), key=order)],
        "errors": errors,
        "warnings": warnings,
        "seconds": round(report.seconds, 3),
        "output": report.output,
        "jobs": report.jobs,
        "rules_run": report.rules_run,
        "explained": [{"output": output, "why": words} for output, words in report.explained],
    }
    return json.dumps(record, indent=2, sort_keys=True) + "\n"


def failure_json(problems: Iterable[Problem]) -> str:
    """The report of a build that could not begin: `format`, `version`, `ok` false, `problems`, and the counts."""
    import json

    found = sorted(dict.fromkeys(problems), key=order)
    errors, warnings = tally(found)
    record = {
        "format": "netblog-report",
        "version": 1,
        "ok": False,
        "problems": [_problem(problem) for problem in found],
        "errors": errors,
        "warnings": warnings,
    }
    return json.dumps(record, indent=2, sort_keys=True) + "\n"


def _problem(problem: Problem) -> dict[str, str | int | None]:
    return {
        "severity": problem.severity,
        "code": problem.code,
        "message": problem.message,
        "path": problem.path,
        "line": problem.line,
        "column": problem.column,
        "source": problem.source,
        "hint": problem.hint,
        "cause": problem.cause,
    }
