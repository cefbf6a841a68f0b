"""`superviz reproduce`: train the published experiments anew, and say check by check what comes out."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from superviz.cli.progress import progress_bar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from superviz.reproduction.study import Study
    from superviz.reproduction.verdict import Result, Verdict

_FAILED = 1
_MARKS = {True: "pass", False: "FAIL"}
_NAME, _EXPECTED = 26, 30
"""The width of columns that hold nearly everything."""


def reproduce(
    names: list[str] = typer.Argument(None, metavar="NAME", help="Studies, by name; by default all of them."),
    quick: bool = typer.Option(False, "--quick", help="Without NAMEs, those that are done within two minutes."),
    as_json: bool = typer.Option(False, "--json", help="Print JSON for other programs."),
    output: Path | None = typer.Option(
        None, "--output", "-o", metavar="REPORT.html", help="Write a report with pictures as well."
    ),
    force: bool = typer.Option(False, "--force", help="Replace REPORT.html where it exists."),
) -> None:
    """Train the published experiments anew, and compare.

    Check by check: the published or derived value, what was measured, and whether it is near enough. The exit status is
    1 where any check fails. The whole suite takes some ten minutes on two cores.
    """
    from superviz.engine.hardware import hardware_words, version_words
    from superviz.reproduction.suite import chosen

    studies = chosen(names or [], quick=quick)
    if output is not None:
        _check_output(output, force=force)
    begun = time.perf_counter()
    if not as_json:
        typer.echo(f"{hardware_words()}\n{version_words()}")
    verdicts = [_verdict(study, draw=output is not None, quiet=as_json) for study in studies]
    seconds = time.perf_counter() - begun
    if output is not None:
        from superviz.reproduction.report import Circumstances, write_report

        write_report(verdicts, Circumstances(hardware_words(), version_words(), seconds), output, force=force)
    passed = all(verdict.passed for verdict in verdicts)
    if as_json:
        shown = {
            "hardware": hardware_words(),
            "versions": version_words(),
            "quick": quick and not names,
            "seconds": round(seconds, 2),
            "passed": passed,
            "studies": [verdict.as_object() for verdict in verdicts],
        }
        typer.echo(json.dumps(shown, indent=2))
    else:
        typer.echo(_summary(verdicts, seconds) + (f"; {output} shows it" if output is not None else ""))
    if not passed:
        raise typer.Exit(_FAILED)


def _check_output(output: Path, *, force: bool) -> None:
    """Raises ExportError for a report that can't be written: worth knowing before the training that leads up to it."""
    from superviz.exchange.target import check_ending, check_target
    from superviz.reproduction.report import ENDINGS

    check_ending(output, ENDINGS)
    check_target(output, force=force)


def _verdict(study: Study, *, draw: bool, quiet: bool) -> Verdict:
    from superviz.reproduction.verdict import judge

    with progress_bar(study.title, "steps") as report:
        verdict = judge(study, report, draw=draw)
    if not quiet:
        typer.echo("\n".join(_lines(verdict)))
    return verdict


def _lines(verdict: Verdict) -> list[str]:
    """A study as it is printed: a heading, and a line a check."""
    study = verdict.study
    seeds = f", {study.seeds} seed{'s' if study.seeds > 1 else ''}" if study.seeds else ""
    return [
        f"\n{study.name}: {study.title}",
        f"{study.source}{seeds}, {verdict.seconds:.1f} s",
        *(_line(result) for result in verdict.results),
    ]


def _line(result: Result) -> str:
    expected = result.check.expected
    wanted = f"{expected.words} {expected.tolerance}".strip()
    line = f"  {_MARKS[result.passed]}  {result.check.name:<{_NAME}}{wanted:<{_EXPECTED}}  measured {result.words}"
    return line if result.passed else f"{line}\n        {result.check.claim} ({result.check.source})"


def _summary(verdicts: Sequence[Verdict], seconds: float) -> str:
    results = [result for verdict in verdicts for result in verdict.results]
    passed = sum(result.passed for result in results)
    return f"\n{passed} of {len(results)} checks pass, in {seconds:.0f} s"
