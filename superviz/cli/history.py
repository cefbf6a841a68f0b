"""`superviz history`: a run as a table, for pandas and spreadsheets."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import typer

from superviz.cli.progress import progress_bar
from superviz.cli.source import open_run


def history(
    run: Path = typer.Argument(..., metavar="RUN", help="A session (.superviz)."),
    output: Path = typer.Option(..., "--output", "-o", help="The file to write, .csv."),
    force: bool = typer.Option(False, "--force", help="Replace OUTPUT where it exists."),
) -> None:
    """Write the history of a run as CSV.

    A row for every instance at every step of which something is known: its loss and, where weights were kept, the size
    of W, how many features are represented, and the shape's name.
    """
    from superviz.exchange.history import HISTORY_ENDING, write_history
    from superviz.exchange.target import check_ending, check_target

    check_ending(output, [HISTORY_ENDING])
    check_target(output, force=force)
    with closing(open_run(run)) as recording, progress_bar("Writing", "snapshots") as report:
        write_history(recording, output, force=force, progress=report)
    typer.echo(f"{output}: written", err=True)
