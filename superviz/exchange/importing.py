"""Importing weights: an array from anyone's file, its orientation said and never guessed, as a recording."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple, TypeAlias

import numpy as np

from superviz.core.errors import SessionError, WeightsError
from superviz.core.experiment import Experiment
from superviz.core.paths import why_not_written
from superviz.core.recipe import fitting_title
from superviz.core.snapshot import Array, Snapshot, frozen
from superviz.exchange.orientation import LIMITS, Orientation, in_words, orientation_of, orientations
from superviz.exchange.stored_array import StoredArray, quoted
from superviz.exchange.weights_file import WeightsFile, reading
from superviz.session.display import DisplaySettings, dimensions_for
from superviz.session.recording import Recording
from superviz.session.store import writing

Report: TypeAlias = Callable[[int, int], None]
"""Takes how many steps are done, and of how many."""

LAST_STEP = 2**53
"""Positions on the timeline are 64-bit floats, which count no further."""
_STEP_NAMES = ("step", "steps")
_OWN_WEIGHTS, _OWN_BIAS = "W", "b"
"""What superviz itself calls them, in files that say how they lie."""
_LISTED = 8
_UNWRITTEN_BYTES = 2**20


@dataclass(frozen=True, slots=True)
class Importable:
    """An array of a file that can be imported, and all that a person may be asked about it."""

    name: str
    shape: tuple[int, ...]
    kind: str
    """What its numbers are, such as "float32"."""
    orientations: tuple[Orientation, ...]
    """The ways to read it, the usual ones first; a single one where the file itself says so."""
    is_marked: bool
    """Whether the file itself says how it lies: then there is nothing to ask."""
    shapes: Mapping[str, tuple[int, ...]]
    """Those of all the file's arrays of numbers, by name."""

    def biases(self, orientation: Orientation) -> tuple[str, ...]:
        """The arrays beside it that can be its bias, where it is read so."""
        return tuple(name for name, shape in self.shapes.items() if name != self.name and orientation.takes_bias(shape))


def candidates(path: Path | str) -> tuple[Importable, ...]:
    """The arrays that can be imported from a file: matrices, and stacks of them, within the limits.

    Reads no more than the file's header. Raises WeightsError where it can't be read, and where it holds none.
    """
    with reading(Path(path)) as file:
        shapes = {name: array.shape for name, array in file.arrays.items() if array.dtype is not None}
        found: list[Importable] = []
        for name, shape in shapes.items():
            marked = _is_marked(file, file.arrays[name])
            ways = (orientation_of(quoted(name), shape, file.axes),) if marked and file.axes else orientations(shape)
            if ways:
                found.append(Importable(name, shape, file.arrays[name].kind, ways, marked, shapes))
        if not found:
            raise WeightsError(f"holds {_listed(list(file.arrays.values()))}, but no matrix of {LIMITS}")
    return tuple(sorted(found, key=lambda one: not (one.is_marked and one.name == _OWN_WEIGHTS)))


def import_weights(
    path: Path | str,
    *,
    axes: str | None = None,
    name: str | None = None,
    bias: str | None = None,
    title: str = "",
    to: Path | str | None = None,
    force: bool = False,
    report: Report | None = None,
) -> Recording:
    """A recording of the weights in an .npz, .npy or .safetensors file: a matrix, or a stack over steps and instances.

    `axes` names the array's dimensions in order, such as "hidden,features" or "steps,instances,features,hidden";
    files that superviz wrote say it themselves. `name` is the array to take where there are several of two dimensions
    or more, and `bias` that of the bias, if there is one: a number a feature, or shaped as the weights less their
    hidden dimension. An array "step" or "steps" numbers the steps; without it they count from 0. The title is the
    file's name unless given.

    The recording is written to the file `to`, and then opened from there, or is in memory; `report` is told of
    progress. Raises WeightsError, naming what is wrong or must be given, and SessionError where `to` can't be written.
    """
    source, target = Path(path), None if to is None else Path(to)
    with reading(source) as file:
        found = _find(file, axes, name, bias)
        if target is not None:
            _check_target(source, target, force=force)
        W = found.orientation.laid_out(found.weights.numbers())
        b = None if found.bias is None else found.orientation.bias_laid_out(found.bias.numbers())
    weights = _Weights(found.orientation, found.steps, W, b, fitting_title(title or source.stem))
    if target is None:
        return _recorded(weights, None, report)
    # Under a name of its own until it is whole: what `force` replaces is there until then.
    part = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    try:
        with closing(_recorded(weights, part, report)) as recording:
            recording.save(target, force=force)
    except SessionError as error:
        raise SessionError(str(error).replace(str(part), str(target))) from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
    return Recording.open(target)


class _Found(NamedTuple):
    """What is to be read, all of it checked but the numbers."""

    weights: StoredArray
    bias: StoredArray | None
    orientation: Orientation
    steps: list[int]


class _Weights(NamedTuple):
    """What was read: `W` (steps, instances, hidden, features), `b` (steps, instances, features) or none."""

    orientation: Orientation
    steps: list[int]
    W: Array
    b: Array | None
    title: str


def _find(file: WeightsFile, axes: str | None, name: str | None, bias: str | None) -> _Found:
    weights = _weights(file, name, bias)
    what = quoted(weights.name)
    marked = axes is None and _is_marked(file, weights)
    axes = file.axes if marked else axes
    if axes is None:
        raise WeightsError(_ask_for_axes(what, weights.shape))
    orientation = orientation_of(what, weights.shape, axes)
    if bias is None and marked and weights.name == _OWN_WEIGHTS and _OWN_BIAS in file.arrays:
        bias = _OWN_BIAS
    vector = None if bias is None else _named(file, bias)
    if vector is not None and not orientation.takes_bias(vector.shape):
        fitting = " or ".join(in_words(shape) for shape in orientation.bias_shapes)
        raise WeightsError(f"{quoted(vector.name)} is {in_words(vector.shape)}, but the bias of {what} is {fitting}")
    return _Found(weights, vector, orientation, _steps(file, orientation))


def _weights(file: WeightsFile, name: str | None, bias: str | None) -> StoredArray:
    """The array that is meant. Raises WeightsError where that isn't clear."""
    if name is not None:
        return _named(file, name)
    if file.axes is not None and _OWN_WEIGHTS in file.arrays:
        return file.arrays[_OWN_WEIGHTS]
    matrices = [
        array
        for array in file.arrays.values()
        if len(array.shape) > 1 and array.name != bias and array.dtype is not None
    ]
    if len(matrices) == 1:
        return matrices[0]
    if not matrices:
        raise WeightsError(f"holds no matrix, only {_listed(list(file.arrays.values()))}")
    raise WeightsError(f"holds {_listed(matrices)}; say which array, such as --array {matrices[0].name}")


def _named(file: WeightsFile, name: str) -> StoredArray:
    if name not in file.arrays:
        raise WeightsError(f"has no array {quoted(name)}, but {_listed(list(file.arrays.values()))}")
    file.arrays[name].check_readable()
    return file.arrays[name]


def _is_marked(file: WeightsFile, array: StoredArray) -> bool:
    """Whether the file says how that array lies; it says so of its W, and so of what else is shaped like it."""
    own = file.arrays.get(_OWN_WEIGHTS)
    return file.axes is not None and own is not None and array.shape == own.shape


def _ask_for_axes(what: str, shape: tuple[int, ...]) -> str:
    ways = orientations(shape)
    if not ways:
        return f"{what} is {in_words(shape)}; give a matrix, or a stack of them over steps and instances, of {LIMITS}"
    first, *rest = (f"--axes {way.axes} ({way.n_features:,} features in {way.n_hidden:,} dimensions)" for way in ways)
    other = f" or {rest[0]}" if rest else ""
    return f"{what} is {in_words(shape)}, and nothing says which is which: give its axes, such as {first}{other}"


def _steps(file: WeightsFile, orientation: Orientation) -> list[int]:
    """The number of each step: as the file says, where it has as many, else counted from 0."""
    count = orientation.n_steps
    given = next((file.arrays[name] for name in _STEP_NAMES if name in file.arrays), None)
    stacked = "steps" in orientation.axes
    if given is None or (not stacked and given.size != 1):
        return list(range(count))
    given.check_readable()
    what = quoted(given.name)
    if len(given.shape) > 1 or given.size != count:
        raise WeightsError(f"{what} is {in_words(given.shape)}, but there are {count:,} steps: give a number for each")
    steps = given.whole_numbers()
    if min(steps) < 0 or max(steps) > LAST_STEP:
        raise WeightsError(f"{what}: steps are numbered from 0 to {LAST_STEP:,}")
    for before, after in pairwise(steps):
        if after <= before:
            raise WeightsError(f"{what}: {after:,} comes after {before:,}; give steps that grow")
    return steps


def _listed(arrays: list[StoredArray]) -> str:
    """Arrays with their shapes, as many as a line holds."""
    shown = [f"{quoted(array.name)} ({in_words(array.shape)}, {array.kind})" for array in arrays[:_LISTED]]
    more = [f"{len(arrays) - _LISTED:,} more"] if len(arrays) > _LISTED else []
    *some, last = [*shown, *more] or ["nothing"]
    return f"{', '.join(some)} and {last}" if some else last


def _check_target(source: Path, target: Path, *, force: bool) -> None:
    """Raises SessionError where the recording could not be written in the end: to know that early saves the work."""
    with writing(target):
        if fault := why_not_written(target, force=force):
            raise SessionError(f"{target}: {fault}")
        target.parent.stat()
        if target.exists() and target.samefile(source):
            raise SessionError(f"{target}: the weights themselves, which it would replace; give another name")


def _recorded(weights: _Weights, path: Path | None, report: Report | None) -> Recording:
    """A recording of the weights, each step a keyframe, written."""
    orientation = weights.orientation
    experiment = Experiment(
        n_features=orientation.n_features,
        n_hidden=orientation.n_hidden,
        n_instances=orientation.n_instances,
        bias=weights.b is not None,
    )
    recording = Recording.create(
        experiment,
        path,
        title=weights.title,
        display=DisplaySettings(dimensions=dimensions_for(experiment.n_hidden)),
        origin="imported",
        described=False,
    )
    none = frozen(np.zeros((orientation.n_instances, orientation.n_features)))
    unwritten = 0
    try:
        for place, step in enumerate(weights.steps):
            b = none if weights.b is None else frozen(weights.b[place])
            recording.append(Snapshot(step, frozen(weights.W[place]), b))
            unwritten += weights.W[place].nbytes
            if unwritten > _UNWRITTEN_BYTES:  # a recording that outruns its disk leaves keyframes out
                recording.flush()
                unwritten = 0
            if report is not None:
                report(place + 1, len(weights.steps))
        recording.flush()
    except BaseException:
        recording.close()
        raise
    return recording
