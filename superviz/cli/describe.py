"""`superviz describe`: what a run learned, as a table for people or as one JSON object for programs."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from superviz.cli.source import kept_snapshot, open_run

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from superviz.core.snapshot import Snapshot
    from superviz.session.recording import Recording

MOST_LENGTHS = 20
"""Features whose lengths fit into one row of the table."""
PIPED_WIDTH = 200


def describe(
    run: Path = typer.Argument(..., metavar="RUN", help="A session (.superviz)."),
    step: int | None = typer.Option(None, min=0, help="A step whose weights were kept; by default the last."),
    as_json: bool = typer.Option(False, "--json", help="Print JSON for other programs."),
) -> None:
    """Say what a run learned, as a table or as JSON."""
    with closing(open_run(run)) as recording:
        description = describe_run(recording, kept_snapshot(recording, step))
        if as_json:
            typer.echo(json.dumps(description, indent=2))
        else:
            _print_table(recording.title or run.name, description)


def describe_run(recording: Recording, snapshot: Snapshot) -> dict[str, Any]:
    """The object that `describe --json` prints: `step`, `experiment` as in force there, and one object an instance."""
    from superviz.core.geometry import feature_dimensionality, frobenius_norm_squared, weight_norms
    from superviz.core.shapes import name_shape
    from superviz.engine.evaluation import evaluation_loss

    experiment = recording.experiment_at(snapshot.step)
    W, b = snapshot.W, snapshot.b
    losses = evaluation_loss(experiment, W, b)
    probability, importance = experiment.probability_array(), experiment.importance_array()
    norms, squares, dimensionality = weight_norms(W), frobenius_norm_squared(W), feature_dimensionality(W)
    shapes = [name_shape(weights) for weights in W]
    return {
        "step": snapshot.step,
        "experiment": experiment.model_dump(mode="json"),
        "instances": [
            {
                "index": index,
                "loss": _plain(losses[index]),
                "feature_probability": _plain(probability[index]),
                "weight_norms": _plain(norms[index]),
                "bias": _plain(b[index]),
                "importance": _plain(importance[index]),
                "frobenius_norm_squared": _plain(squares[index]),
                "feature_dimensionality": _plain(dimensionality[index]),
                "geometry": shape.name if shape is not None else None,
            }
            for index, shape in enumerate(shapes)
        ],
    }


def _plain(values: NDArray[np.floating[Any]] | np.floating[Any]) -> Any:
    """Numbers as float32 writes them: 0.05, not 0.05000000074505806."""
    import numpy as np

    array = np.asarray(values, dtype=np.float32)
    return float(str(array)) if array.ndim == 0 else [float(str(value)) for value in array]


def _print_table(title: str, description: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.table import Table

    experiment, instances = description["experiment"], description["instances"]
    best = min(instances, key=lambda instance: instance["loss"])
    table = Table(box=None, pad_edge=False, header_style="bold")
    for header in ("instance", "p", "loss", "‖W‖²"):
        table.add_column(header, justify="right", no_wrap=True)
    table.add_column("shape", no_wrap=True)
    table.add_column("lengths", no_wrap=True)
    for instance in instances:
        lengths = instance["weight_norms"]
        table.add_row(
            str(instance["index"]),
            _span(instance["feature_probability"]),
            f"{instance['loss']:#.4g}",
            f"{instance['frobenius_norm_squared']:.2f}",
            instance["geometry"] or "",
            " ".join(f"{length:.2f}" for length in lengths[:MOST_LENGTHS])
            + (" ..." if len(lengths) > MOST_LENGTHS else ""),
            style="bold" if instance is best else None,
        )
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = PIPED_WIDTH
    sizes = f"{_count(experiment['n_features'], 'feature')} in {_count(experiment['n_hidden'], 'dimension')}"
    console.print(f"{title}: {sizes}, step {description['step']:,}", markup=False)
    console.print(table)
    console.print(f"Lowest loss: instance {best['index']}. Loss is the mean over a fixed batch and over features.")


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'s' if number != 1 else ''}"


def _span(values: list[float]) -> str:
    low, high = min(values), max(values)
    return f"{low:g}" if low == high else f"{low:g} to {high:g}"
