"""`superviz script`: the same experiment in plain PyTorch."""

from __future__ import annotations

from pathlib import Path

import typer

from superviz.cli.source import opened


def script(
    source: str = typer.Argument(
        ..., metavar="RUN_OR_RECIPE", help="A session (.superviz), a preset's name, a recipe (.toml) or recipe string."
    ),
    output: Path = typer.Option(..., "--output", "-o", help="The file to write, .py."),
    force: bool = typer.Option(False, "--force", help="Replace OUTPUT where it exists."),
) -> None:
    """Write a PyTorch script of the same experiment.

    It needs torch and nothing else, and makes the edits of a run at their steps.
    """
    from superviz.exchange.script import write_script

    with opened(source) as found:
        write_script(found, output, force=force)
    typer.echo(f"{output}: written; python {output} trains it", err=True)
