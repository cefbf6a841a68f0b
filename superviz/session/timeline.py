"""Timeline: a run at a glance, for one instance: its loss, the epochs its names make, its edits and bookmarks."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from superviz.core.bookmark import Bookmark
from superviz.core.errors import SessionError
from superviz.core.experiment import Experiment, field_note
from superviz.core.shapes import UNNAMED
from superviz.core.snapshot import Array, Edit

if TYPE_CHECKING:
    from superviz.session.recording import Recording

FIRST_EPOCH = UNNAMED
"""Before anything has a name."""
UNNAMED_EPOCH = "Rearranging"
"""Between what has one."""
UNDESCRIBED_EPOCH = "Mixed"
"""In either place, where nothing is known of how the weights came about."""

Namer: TypeAlias = Callable[[Array, Experiment, int, float], str | None]
"""The name of one instance's weights, (hidden, features), at a position in steps; None while none is certain."""

_SHORTEST_EPOCH = 0.015
"""Of the horizon: a name that holds for less doesn't count."""
_NAMINGS = 400
"""How many keyframes are named over the horizon, evenly: naming costs, and finer than this no epoch is told apart."""
_MOST_LOSSES = 2048
"""Several for each column of a picture; what a long run makes of them in every frame should be little."""
_MARKS_APART = 0.01
"""Of the horizon: of edits to one field closer than this, as a dragged slider makes them, the last counts."""


@dataclass(frozen=True, slots=True)
class Epoch:
    """A stretch of training under one name, from step `start` to step `end`."""

    start: float
    end: float
    name: str


@dataclass(frozen=True, slots=True)
class Mark:
    """Something worth finding again at a step: "p = 0.10"."""

    step: int
    text: str


@dataclass(frozen=True, eq=False, slots=True)
class Timeline:
    """One instance's run so far."""

    horizon: int
    """Where training is to come to rest, or has gone beyond: the axis ends here."""
    live_step: int
    steps: NDArray[np.int64]
    """(losses,): the step each loss ends at."""
    losses: Array
    """(losses,): means over equal stretches of steps; nan where training diverged."""
    epochs: tuple[Epoch, ...]
    """Without gaps from 0 to `live_step`; empty before the first step."""
    marks: tuple[Mark, ...]
    largest_interference: float
    """The largest |W^T W| at the keyframes that were named; 0 before the first. On the diagonal: max ||W_i||^2."""
    test_losses: Array | None = None
    """(losses,): of a finite training set only, the losses on fresh samples, over the same stretches."""
    bookmarks: tuple[Bookmark, ...] = ()
    """By step, those up to `live_step`."""
    is_complete: bool = True
    """Whether all has been named that there was to name; otherwise there is more when it is read again."""
    may_grow: bool = True
    """Whether its end is a live head: it is being trained, or can be trained on."""

    def epoch_at(self, position: float) -> Epoch | None:
        """The epoch that `position` falls in."""
        return next((epoch for epoch in reversed(self.epochs) if epoch.start <= position), None)


class TimelineReader:
    """Reads timelines off a recording as it grows: each keyframe is named at most once an instance."""

    def __init__(self, recording: Recording, name: Namer) -> None:
        self._recording = recording
        self._name = name
        self._tracks: dict[int, _Track] = {}

    def read(self, instance: int, seconds: float = math.inf) -> Timeline:
        """The run of `instance`, counted from 0, up to the live head; names keyframes for so many seconds at most."""
        track = self._tracks.get(instance)
        if track is None:
            track = self._tracks[instance] = _Track(self._recording, instance, self._name)
        return track.read(seconds)


class _Track:
    """What has been read of one instance."""

    def __init__(self, recording: Recording, instance: int, name: Namer) -> None:
        self._recording = recording
        self._instance = instance
        self._name = name
        self._losses, self._test_losses = _Losses(), _Losses()
        self._edits: list[tuple[Edit, str]] = []
        self._edited: Experiment = recording.experiment
        self._next_naming = 0
        self._runs: list[tuple[int, str | None]] = []
        self._largest = 0.0

    def read(self, seconds: float) -> Timeline:
        recording = self._recording
        live = recording.live_step
        self._read_edits()
        # Of a run that isn't described nobody knows how long it is to be.
        horizon = max(self._edited.steps if recording.described else 0, live)
        is_complete = self._read_keyframes(max(1, horizon // _NAMINGS), seconds)
        series, instance = recording.losses, self._instance
        steps, losses = self._losses.read(series.steps, series.values[:, instance])
        tests = series.test_values
        return Timeline(
            horizon=horizon,
            live_step=live,
            steps=steps,
            losses=losses,
            epochs=epochs(self._runs, live, round(_SHORTEST_EPOCH * horizon)),
            marks=_marks(self._edits, _MARKS_APART * horizon),
            largest_interference=self._largest,
            test_losses=None if tests is None else self._test_losses.read(series.steps, tests[:, instance])[1],
            bookmarks=tuple(bookmark for bookmark in recording.bookmarks if bookmark.step <= live),
            is_complete=is_complete,
        )

    def _read_keyframes(self, stride: int, seconds: float) -> bool:
        """Read and name those of the new ones that lie `stride` steps apart; whether there was time for all."""
        began = time.perf_counter()
        steps, snapshots = self._recording.keyframe_steps, self._recording.snapshots
        while (index := int(np.searchsorted(steps, self._next_naming))) < len(steps):
            if time.perf_counter() - began > seconds:
                return False
            step = int(steps[index])
            self._next_naming = (step // stride + 1) * stride
            with suppress(SessionError):  # damaged: there are others
                W = snapshots[index].W[self._instance]
                self._largest = max(self._largest, float(np.max(np.einsum("hf,hf->f", W, W))))
                name = self._name(W, self._recording.experiment_at(step), self._instance, step)
                if not self._recording.described:
                    name = name or UNDESCRIBED_EPOCH
                if not self._runs or self._runs[-1][1] != name:
                    self._runs.append((step, name))
        return True

    def _read_edits(self) -> None:
        for edit in self._recording.edits[len(self._edits) :]:
            before, self._edited = self._edited, self._edited.changed(**{edit.field: edit.value})
            self._edits.append((edit, _edit_text(edit, before, self._edited, self._instance)))


def epochs(runs: Sequence[tuple[int, str | None]], live_step: int, shortest: int) -> tuple[Epoch, ...]:
    """Names with the steps they begin at, in order, as epochs up to `live_step`.

    A run of fewer than `shortest` steps is merged, the last one too, which hasn't held yet: between two of one name it
    vanishes, else it goes to the one before; the first, if nothing else is short, to the one after.
    """
    starts = [float(start) for start, _ in runs]
    names = [name for _, name in runs]
    if live_step <= 0 or not starts:
        return ()
    starts[0] = 0.0
    while len(starts) > 1:
        lengths = np.diff([*starts, live_step]).tolist()
        short = [index for index, length in enumerate(lengths) if length < shortest]
        if not short:
            break
        later = [index for index in short if index > 0]
        _merge(starts, names, min(later or short, key=_precedence(names, lengths)))
    ends = [*starts[1:], float(live_step)]
    return tuple(Epoch(start, end, _title(name, start)) for start, end, name in zip(starts, ends, names, strict=True))


def _precedence(names: list[str | None], lengths: list[float]) -> Callable[[int], tuple[bool, float]]:
    def of(index: int) -> tuple[bool, float]:
        flickers = 0 < index < len(names) - 1 and names[index - 1] == names[index + 1]
        return not flickers, lengths[index]

    return of


def _merge(starts: list[float], names: list[str | None], index: int) -> None:
    if index == 0:
        del starts[1], names[0]
        return
    del starts[index], names[index]
    if index < len(names) and names[index] == names[index - 1]:
        del starts[index], names[index]


def _title(name: str | None, start: float) -> str:
    return name if name is not None else UNNAMED_EPOCH if start else FIRST_EPOCH


def _edit_text(edit: Edit, before: Experiment, after: Experiment, instance: int) -> str:
    """What an edit changed for this instance, in a few words; empty where that is nothing to see."""
    if edit.field == "steps":
        return ""
    if edit.field == "feature_probability":
        return _array_text("p", before.probability_array()[instance], after.probability_array()[instance])
    if edit.field == "importance":
        if isinstance(after.importance, float):
            return f"importance = {after.importance:g}" if after.importance != before.importance else ""
        return _array_text("importance", before.importance_array()[instance], after.importance_array()[instance])
    value, label = getattr(after, edit.field), field_note(edit.field).label
    words = label if label[1].isdigit() else label[0].lower() + label[1:]  # "L1 penalty" begins with a name
    return f"{words} = {value:g}" if value != getattr(before, edit.field) else ""


def _array_text(label: str, before: Array, after: Array) -> str:
    if np.array_equal(before, after):
        return ""
    if np.ptp(after) > 0:
        return f"{label} changed"
    value = float(after[0])
    return f"{label} = {value:.2f}" if value >= 0.01 else f"{label} = {value:.2g}"


def _marks(edits: list[tuple[Edit, str]], apart: float) -> tuple[Mark, ...]:
    marks: list[Mark] = []
    fields: list[str] = []
    for edit, text in edits:
        if not text:
            continue
        if marks and fields[-1] == edit.field and edit.step - marks[-1].step <= apart:
            marks.pop()
            fields.pop()
        marks.append(Mark(edit.step, text))
        fields.append(edit.field)
    return tuple(marks)


class _Losses:
    """A loss series thinned to at most _MOST_LOSSES means of equal stretches; each bucket is read once."""

    def __init__(self) -> None:
        self._width = 1
        """Buckets a stretch."""
        self._means = np.empty(0, dtype=np.float32)

    def read(self, steps: NDArray[np.int64], values: Array) -> tuple[NDArray[np.int64], Array]:
        """The thinned (steps, losses) of a series that has only grown since it was last read."""
        count = min(len(steps), len(values))
        while count > _MOST_LOSSES * self._width:
            self._width *= 2
            self._means = self._means[: len(self._means) // 2 * 2].reshape(-1, 2).mean(axis=1)
        if self._width == 1:
            return steps[:count], values[:count]
        width = self._width
        whole = count // width
        fresh = values[len(self._means) * width : whole * width].reshape(-1, width).mean(axis=1)
        self._means = np.concatenate([self._means, fresh])
        return steps[width - 1 : whole * width : width], self._means
