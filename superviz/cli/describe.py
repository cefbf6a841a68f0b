"""`superviz describe`: what a run learned, as a table for people or as one JSON object for programs."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import typer

from superviz.cli.crowd_lines import crowd_lines, length_digest
from superviz.cli.notes import idle_fields
from superviz.cli.source import kept_snapshot, open_run
from superviz.cli.terminal import counted, one_line

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from superviz.core.candidates import Candidate
    from superviz.core.snapshot import Snapshot
    from superviz.session.recording import Recording

MOST_FEATURES = 128
"""Of more, what stands out is told in words."""
MOST_LENGTHS = 20
"""Features whose lengths fit into one row of the table."""
PIPED_WIDTH = 200
_OF_WEIGHTS = ("instance", "‖W‖²", "shape", "lengths")
"""The table's columns that say nothing of training."""
_SIZES = ("n_features", "n_hidden", "n_instances")
"""The fields of an experiment that weights alone tell."""


def describe(
    run: Path = typer.Argument(..., metavar="RUN", help="A session (.superviz)."),
    step: int | None = typer.Option(None, min=0, help="A step whose weights were kept; by default the last."),
    as_json: bool = typer.Option(False, "--json", help="Print JSON for other programs."),
) -> None:
    """Say what a run learned, as a table or as JSON."""
    with closing(open_run(run)) as recording:
        snapshot = kept_snapshot(recording, step)
        description = describe_run(recording, snapshot)
        if as_json:
            typer.echo(json.dumps(description, indent=2))
            return
        _print_table(one_line(recording.title or run.name), description, recording.candidates)
        if recording.experiment.n_features > MOST_FEATURES:
            for W, instance in zip(snapshot.W, description["instances"], strict=True):
                which = f"instance {instance['index']}: " if len(snapshot.W) > 1 else ""
                for line in crowd_lines(W, instance["feature_dimensionality"]):
                    typer.echo(which + line)
        for line in idle_fields(recording.experiment_at(snapshot.step)) if recording.described else ():
            typer.echo(line)


def describe_run(recording: Recording, snapshot: Snapshot) -> dict[str, Any]:
    """The object that `describe --json` prints: `experiment` as in force at `step`, and one object an instance.

    Of weights that nothing is known about but themselves, what depends on their training is None, fields included.
    """
    from superviz.core.geometry import feature_dimensionality, frobenius_norm_squared, weight_norms
    from superviz.core.neurons import polysemanticity
    from superviz.core.shapes import name_shape
    from superviz.engine.evaluation import evaluation_loss
    from superviz.engine.quadrature import quadrature_error

    experiment = recording.experiment_at(snapshot.step)
    known, unknown = recording.described, [None] * experiment.n_instances
    W, b, W_out = snapshot.W, snapshot.b, snapshot.W_out
    shapes = [name_shape(weights) for weights in W]
    columns: dict[str, Sequence[Any]] = {
        "index": range(experiment.n_instances),
        "loss": _plain(evaluation_loss(experiment, W, b, W_out)) if known else unknown,
        "feature_probability": _plain(experiment.probability_array()) if known else unknown,
        "weight_norms": _plain(weight_norms(W)),
        "bias": _plain(b),
        "importance": _plain(experiment.importance_array()) if known else unknown,
        "frobenius_norm_squared": _plain(frobenius_norm_squared(W)),
        "feature_dimensionality": _plain(feature_dimensionality(W)),
        "geometry": [None if shape is None else shape.name for shape in shapes],
        "seed": experiment.seeds() if known else unknown,
        "activity": _plain(experiment.activity_array()) if known else unknown,
        "polysemanticity": _plain(polysemanticity(W)),
    }
    if known and experiment.training_set is not None:
        columns["training_loss"] = _plain(recording.moment(snapshot.step).loss)
    if known and experiment.noise_free:
        columns["quadrature_error"] = _plain(quadrature_error(experiment, W, b, W_out))
    if recording.candidates:
        columns["candidates"] = [[_candidate(tried) for tried in instance] for instance in recording.candidates]
    return {
        "step": snapshot.step,
        "loss": experiment.loss_words if known else None,
        "backend": recording.backend,
        "experiment": {
            field: value if known or field in _SIZES else None
            for field, value in experiment.model_dump(mode="json").items()
        },
        "instances": [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)],
    }


def _candidate(tried: Candidate) -> dict[str, Any]:
    loss = tried.loss if math.isfinite(tried.loss) else None
    return {"seed": tried.seed, "loss": loss, "shape": tried.shape or None}


def _plain(values: NDArray[np.floating[Any]]) -> list[Any]:
    """Numbers as float32 writes them, 0.05 and not 0.05000000074505806; None for one that is not finite."""
    import numpy as np

    if values.ndim > 1:
        return [_plain(row) for row in values]
    return [float(str(value)) if np.isfinite(value) else None for value in values.astype(np.float32)]


def _print_table(title: str, description: dict[str, Any], tried: Sequence[Sequence[Candidate]]) -> None:
    from rich.console import Console
    from rich.table import Table

    from superviz.core.candidates import what_became

    experiment, instances = description["experiment"], description["instances"]
    best = min(instances, key=_order)
    columns = _columns(instances)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for header, (justify, _) in columns.items():
        table.add_column(header, justify=justify, no_wrap=True)
    for instance in instances:
        cells = [shown(instance) for _, shown in columns.values()]
        table.add_row(*cells, style="bold" if instance is best else None)
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = PIPED_WIDTH
    sizes = f"{counted(experiment['n_features'], 'feature')} in {counted(experiment['n_hidden'], 'dimension')}"
    console.print(f"{title}: {sizes}, step {description['step']:,}", markup=False)
    console.print(table)
    for index, candidates in enumerate(tried):
        if candidates:
            console.print(f"instance {index}: {what_became(candidates)}", markup=False)
    if description["loss"] is None:
        console.print("What they were trained on isn't known, so no loss can be worked out.")
        return
    kind = "test loss" if "training_loss" in best else "loss"
    lowest = f"Lowest {kind}: instance {best['index']}." if best["loss"] is not None else "No loss is finite."
    console.print(f"{lowest} {_loss_words(description)}")


def _columns(instances: list[dict[str, Any]]) -> dict[str, tuple[Literal["left", "right"], Callable[[Any], str]]]:
    """The table's columns: header -> how they are set, and what they say of an instance."""
    if instances[0]["activity"] is None:
        return {name: column for name, column in _all_columns(instances).items() if name in _OF_WEIGHTS}
    return _all_columns(instances)


def _all_columns(instances: list[dict[str, Any]]) -> dict[str, tuple[Literal["left", "right"], Callable[[Any], str]]]:
    given = all(instance["activity"] == instance["feature_probability"] for instance in instances)
    tested = "training_loss" in instances[0]
    losses = {"training loss": "training_loss", "test loss": "loss"} if tested else {"loss": "loss"}
    return {
        "instance": ("right", lambda instance: str(instance["index"])),
        "p" if given else "active": ("right", lambda instance: _span(instance["activity"])),
        **{header: ("right", partial(_loss_of, name)) for header, name in losses.items()},
        "‖W‖²": ("right", lambda instance: f"{instance['frobenius_norm_squared']:.2f}"),
        "shape": ("left", lambda instance: instance["geometry"] or ""),
        "lengths": ("left", lambda instance: _lengths(instance["weight_norms"])),
    }


def _order(described: dict[str, Any]) -> float:
    """By loss; what has none that is finite comes last."""
    return math.inf if described["loss"] is None else described["loss"]


def _loss_of(name: str, instance: dict[str, Any]) -> str:
    return "" if instance[name] is None else f"{instance[name]:#.4g}"


def _lengths(lengths: list[float]) -> str:
    if len(lengths) > MOST_FEATURES:
        return length_digest(lengths)
    shown = " ".join(f"{length:.2f}" for length in lengths[:MOST_LENGTHS])
    return f"{shown} ..." if len(lengths) > MOST_LENGTHS else shown


def _loss_words(description: dict[str, Any]) -> str:
    """What the losses are: "Loss is the mean over features, on a fixed batch."."""
    experiment, instances = description["experiment"], description["instances"]
    if experiment["noise_free"]:
        error = max(instance["quadrature_error"] for instance in instances)
        return f"Loss is the expected {description['loss']}; training sees it by quadrature, within {error:.1g}."
    if experiment["training_set"] is not None:
        return f"Loss is the {description['loss']}; the test loss is on fresh samples, a fixed batch of them."
    return f"Loss is the {description['loss']}, on a fixed batch."


def _span(values: list[float]) -> str:
    low, high = min(values), max(values)
    return f"{low:g}" if low == high else f"{low:g} to {high:g}"
