"""`superviz weights`: the weights of a run, for other programs."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import typer

from superviz.cli.source import kept_snapshot, open_run


def weights(
    run: Path = typer.Argument(..., metavar="RUN", help="A session (.superviz)."),
    output: Path = typer.Option(..., "--output", "-o", help="The file to write, .npz or .safetensors."),
    step: int | None = typer.Option(None, min=0, help="A step whose weights were kept; by default the last."),
    force: bool = typer.Option(False, "--force", help="Replace OUTPUT where it exists."),
) -> None:
    """Write the weights for other programs.

    W is (instances, hidden, features), b (instances, features), and step says when. Where the model unpacks with a
    matrix of its own, W_out is that, shaped like W.
    """
    from superviz.exchange.target import check_ending, check_target
    from superviz.exchange.weights import WEIGHT_FORMATS, weight_arrays, write_weights

    check_ending(output, WEIGHT_FORMATS)
    check_target(output, force=force)
    with closing(open_run(run)) as recording:
        snapshot = kept_snapshot(recording, step)
    write_weights(snapshot, output, force=force)
    *some, last = (f"{name} {array.shape}" for name, array in weight_arrays(snapshot).items())
    typer.echo(f"{output}: {', '.join(some)} and {last} at step {snapshot.step:,}", err=True)
