"""`superviz import`: weights from anyone's file, made a run that can be looked at."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import typer

from superviz.cli.progress import progress_bar
from superviz.cli.terminal import counted

AXES_HELP = 'The array\'s dimensions in order, of steps, instances, hidden and features: "hidden,features", say.'
ARRAY_HELP = "The array to take, where there are several."
BIAS_HELP = "The array that is the bias, where there is one."


def import_weights(
    file: Path = typer.Argument(..., metavar="FILE", help="Weights (.npz, .npy or .safetensors)."),
    output: Path = typer.Option(..., "--output", "-o", help="The session to write."),
    axes: str | None = typer.Option(None, help=AXES_HELP),
    array: str | None = typer.Option(None, metavar="NAME", help=ARRAY_HELP),
    bias: str | None = typer.Option(None, metavar="NAME", help=BIAS_HELP),
    title: str = typer.Option("", help="What to call it; by default the file's name."),
    force: bool = typer.Option(False, "--force", help="Replace OUTPUT where it exists."),
) -> None:
    """Make a run of another program's weights.

    A matrix, or a stack of them over steps and instances. Which dimension counts what is never guessed: --axes says it,
    unless superviz wrote the file.
    """
    from superviz.exchange import importing

    with progress_bar("Importing", "steps") as report:
        recording = importing.import_weights(
            file, axes=axes, name=array, bias=bias, title=title, to=output, force=force, report=report
        )
    with closing(recording):
        experiment, steps = recording.experiment, recording.keyframe_count
    counts = [(experiment.n_instances, "instance"), (steps, "step")]
    more = "".join(f", {counted(count, noun)}" for count, noun in counts if count > 1)
    sizes = f"{counted(experiment.n_features, 'feature')} in {counted(experiment.n_hidden, 'dimension')}"
    typer.echo(f"{output}: {sizes}{more}, {'with' if experiment.bias else 'without'} a bias", err=True)
