"""The history of a run as a table: one CSV row a step and instance, which pandas and spreadsheets open as it is."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeAlias

import numpy as np

from superviz.core.geometry import DEAD_NORM, frobenius_norm_squared, weight_norms
from superviz.core.shapes import name_shape
from superviz.core.snapshot import Array, Snapshot
from superviz.exchange.target import check_ending, new_file
from superviz.session.losses import LossSeries
from superviz.session.recording import Recording

Progress: TypeAlias = Callable[[int, int], object]
"""Told how many snapshots are done, and of how many. It may raise, to call the writing off."""

HISTORY_ENDING = ".csv"
_MEASURES = ("frobenius_norm_squared", "features_represented", "shape")


def write_history(
    recording: Recording, path: Path, *, force: bool = False, progress: Progress = lambda done, total: None
) -> None:
    """Write the run to `path`, .csv, in long form: a row for every instance at every step of which something is known.

    Columns, an empty cell being what is not known at that step:

    - `step`; `instance`, counted from 0.
    - `loss`: the training loss, a mean over the steps since the row before that has one (10 steps, more in a long run).
    - `test_loss`, of a finite training set only: the loss on fresh samples at that step.
    - `frobenius_norm_squared`, ||W||_F^2: about how many features are represented; where weights were kept.
    - `features_represented`: how many directions are 0.1 long or longer.
    - `shape`: the name of the arrangement, where one is certain: "Pentagon".

    Snapshots are read one at a time, so a run of any size takes no more memory than a small one. What is appended
    while it is written may or may not be in it. Raises ExportError, leaving no file, where it can't be written, and
    SessionError where the recording can't be read.
    """
    check_ending(path, [HISTORY_ENDING])
    losses = recording.losses
    snapshots = recording.snapshots  # after the losses: none of those is beyond the last of these
    columns = ["loss"] if losses.test_values is None else ["loss", "test_loss"]
    with new_file(path, force=force) as part, part.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["step", "instance", *columns, *_MEASURES])
        done = 0
        for step, bucket, snapshot in _merged(losses, snapshots):
            told = _losses_at(losses, bucket, recording.experiment.n_instances, len(columns))
            measured = _measures(snapshot) if snapshot is not None else [("",) * len(_MEASURES)] * len(told)
            for instance, cells in enumerate(zip(told, measured, strict=True)):
                writer.writerow([step, instance, *cells[0], *cells[1]])
            if snapshot is not None:
                done += 1
                progress(done, len(snapshots))


def _merged(losses: LossSeries, snapshots: Sequence[Snapshot]) -> Iterator[tuple[int, int | None, Snapshot | None]]:
    """Every step of which something is known, with the loss bucket that ends there and the weights kept there."""
    steps, bucket = losses.steps, 0
    for snapshot in snapshots:
        while bucket < len(steps) and steps[bucket] < snapshot.step:
            yield int(steps[bucket]), bucket, None
            bucket += 1
        if bucket < len(steps) and steps[bucket] == snapshot.step:
            yield snapshot.step, bucket, snapshot
            bucket += 1
        else:
            yield snapshot.step, None, snapshot


def _losses_at(losses: LossSeries, bucket: int | None, instances: int, columns: int) -> list[tuple[str, ...]]:
    if bucket is None:
        return [("",) * columns] * instances
    series = [losses.values] if losses.test_values is None else [losses.values, losses.test_values]
    return list(zip(*(_cells(values[bucket]) for values in series), strict=True))


def _measures(snapshot: Snapshot) -> list[tuple[str, ...]]:
    norms = _cells(frobenius_norm_squared(snapshot.W))
    represented = [str(count) for count in (weight_norms(snapshot.W) >= DEAD_NORM).sum(axis=-1)]
    shapes = [name_shape(W) for W in snapshot.W]
    names = ["" if shape is None else shape.name for shape in shapes]
    return list(zip(norms, represented, names, strict=True))


def _cells(values: Array) -> list[str]:
    """Each number as float32 has it, 0.05 and not 0.05000000074505806; nothing for what is no number."""
    return ["" if np.isnan(value) else str(value) for value in values.astype(np.float32)]
