"""A build in a few lines: what there is now, what changed on disk, what was withheld and why.

The first line is what one reads after every build; whatever follows is there only when there is something
to say. Long lists are cut unless asked for, since a blog may well have 500 drafts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from netblog.report.excerpt import plain
from netblog.report.problems import counts, plural, tally

if TYPE_CHECKING:
    from datetime import datetime

    from netblog.model.report import BuildReport, Explanation, Withheld

_SHOWN = 10
"""Lines of a list in a summary that is not verbose."""


def render_summary(report: BuildReport, verbose: bool = False) -> str:
    """The summary, ending in a line break. `verbose` cuts no list, and adds the files and the work done."""
    errors, warnings = tally(report.problems)
    lines = [_headline(report, errors, warnings)]
    if report.rescued:
        were = "1 thing that netblog did not write was" if len(report.rescued) == 1 else (
            f"{len(report.rescued):,} things that netblog did not write were"
        )
        lines.append(f"In {plain(report.output)}, {were} in the way and moved aside:")
        lines += _cut([plain(path) for path in report.rescued], verbose)
    if report.strangers:
        lines.append(
            f"{plain(report.output)} holds {plural(len(report.strangers), 'file')} that this build did not make. "
            "If they are pages of old builds, delete them:"
        )
        lines += _cut([plain(path) for path in report.strangers], verbose)
    if report.withheld:
        lines.append(f"Withheld {plural(len(report.withheld), 'file')}:")
        lines += _cut([_withheld(one) for one in report.withheld], verbose)
    if report.explained:
        lines.append("Made again:")
        lines += [f"  {plain(output)}: {plain(words)}" for output, words in report.explained]
    if verbose:
        lines += [f"  wrote {plain(path)}" for path in report.written]
        lines += [f"  removed {plain(path)}" for path in report.removed]
        lines.append(f"{plural(report.rules_run, 'rule')} run, {plural(report.jobs, 'job')}.")
    return "".join(f"{line}\n" for line in lines)


def render_explanation(found: Explanation) -> str:
    """The answer to `netblog why`, ending in a line break."""
    lines = [
        f"{plain(found.path)} is made from {plain(found.source)}.",
        f"It was last made because {plain(found.cause)}.",
    ]
    if len(found.steps) > 1:
        lines.append("How that came about:")
        lines += [f"  {plain(step)}" for step in reversed(found.steps)]
    if found.recommended:
        lines.append("It recommends, by what they share (0 to 1):")
        lines += [
            f"  {score:.2f}  {plain(path)}: {', '.join(plain(it) for it in shared)}"
            for path, score, shared in found.recommended
        ]
    lines.append("It reads:")
    lines += [f"  {plain(read)}" for read in dict.fromkeys(found.reads)]
    return "".join(f"{line}\n" for line in lines)


def _headline(report: BuildReport, errors: int, warnings: int) -> str:
    if not report.ok:
        return f"Nothing was published: {counts(errors, warnings)} in {duration(report.seconds)}."
    told = f" {plural(warnings, 'warning')}." if warnings else ""
    told = f" {counts(errors, warnings)}." if errors else told
    return (
        f"Built {plural(report.posts, 'post')}, {plural(report.pages, 'page')} and "
        f"{plural(report.comments, 'comment')} in {duration(report.seconds)}: "
        f"{plural(len(report.written), 'file')} written, {report.unchanged:,} unchanged, "
        f"{len(report.removed):,} removed.{told}"
    )


def duration(seconds: float) -> str:
    """`0.04 s`, `0.8 s`, `12 s`, `2 min 5 s`: two digits that mean something, no more."""
    seconds = max(seconds, 0.0)
    if seconds < 0.095:
        return f"{seconds:.2f} s"
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    return f"{whole} s" if whole < 60 else f"{whole // 60} min {whole % 60} s"


def _withheld(one: Withheld) -> str:
    title = f" ({plain(one.title, 80)})" if one.title else ""
    return f"{plain(one.path)}{title}: {_reason(one)}"


def _reason(one: Withheld) -> str:
    if one.reason == "draft":
        return "a draft"
    if one.reason == "future":
        return f"not before {_moment(one.when)}" if one.when else "its date is in the future"
    return f"expired on {_moment(one.when)}" if one.when else "expired"


def _moment(when: datetime) -> str:
    """The day, with the time where it is not midnight."""
    if (when.hour, when.minute, when.second) == (0, 0, 0):
        return f"{when:%Y-%m-%d}"
    return f"{when:%Y-%m-%d %H:%M}"


def _cut(lines: list[str], verbose: bool) -> list[str]:
    if verbose or len(lines) <= _SHOWN + 1:
        return [f"  {line}" for line in lines]
    return [f"  {line}" for line in lines[:_SHOWN]] + [f"  ... and {len(lines) - _SHOWN:,} more"]
