"""Streaming: weights from anyone's own training loop, written to a session file as they come."""

from __future__ import annotations

import math
import operator
import os
import threading
import warnings
import weakref
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from sqlite3 import Connection
from types import TracebackType
from typing import Any, Self, SupportsIndex

import numpy as np
from pydantic import ValidationError

from superviz.core.errors import SessionError, WeightsError
from superviz.core.experiment import Experiment
from superviz.core.paths import why_not_written
from superviz.core.recipe import fitting_title
from superviz.core.snapshot import Array, Snapshot, frozen
from superviz.exchange.importing import LAST_STEP
from superviz.exchange.orientation import Orientation, in_words, orientation_of
from superviz.session import rows
from superviz.session.about import About
from superviz.session.display import DisplaySettings, dimensions_for
from superviz.session.gauge import Gauge, Gauged
from superviz.session.journal import Journal
from superviz.session.migrations import upgrade
from superviz.session.store import connect, create_file, write, writing

COMMIT_SECONDS = 0.04
"""Between two commits: with the time that they take, what was appended is in the file within 50 ms."""
_NO_WEIGHTS = {"c": "complex numbers", "m": "lengths of time", "M": "times", "S": "text", "U": "text"}
"""What numpy would take for numbers, by its kinds."""
_NO_BIAS = np.empty(0, dtype=np.float32)


class Stream:
    """A session file that grows with a training loop which isn't superviz's; made by `superviz.record`.

    ::

        with superviz.record("mine.superviz") as recording:
            for step in range(10_000):
                ...
                recording.append(step, model.W, model.b, loss)

    Watch it meanwhile: `superviz mine.superviz --follow`. The file is made with the first weights. Nothing that goes
    wrong with the disk stops the loop: a warning says so once, and close() raises it. Any thread may append, but no
    process that was forked off.
    """

    def __init__(
        self,
        path: Path | str,
        *,
        experiment: Experiment | None = None,
        axes: str = "hidden,features",
        title: str = "",
        names: Sequence[str] = (),
        force: bool = False,
    ) -> None:
        """`axes` names the dimensions of W in order: hidden, features and, where there are several models, instances.

        With an `experiment` that says how they are trained, what superviz shows speaks of its probabilities and
        importances; without it, only of the weights. `names` are the features', in their order. An existing file is
        refused unless `force` replaces it. Raises SessionError and WeightsError.
        """
        self.path = Path(path)
        with writing(self.path):
            if fault := why_not_written(self.path, force=force):
                raise SessionError(f"{self.path}: {fault}")
            self.path.parent.stat()
        _require(experiment, axes, title, names)
        if experiment is not None and not experiment.is_tied:
            raise WeightsError(f"{self.path}: a stream has one matrix W; give an experiment whose model is tied")
        if "steps" in axes:
            raise WeightsError(f'axes "{axes}": each call of append() has one step; leave "steps" out')
        self._experiment, self._axes, self._force = experiment, axes, force
        self._title = fitting_title(title)
        self._display = _named(names)
        self._orientation: Orientation | None = None
        self._journal: Journal | None = None
        self._shape: tuple[int, ...] = ()
        self._bias_shape: tuple[int, ...] | None = None
        """Of the last bias kept: one that was right then is right now."""
        self._step = -1
        self._closed = False
        self._warned = False
        self._lock = threading.Lock()
        """Held while a step is taken: threads take turns."""
        self._process = os.getpid()

    def append(self, step: SupportsIndex, W: Any, b: Any = None, loss: Any = None) -> None:
        """Keep the weights at a step, greater than the one before: a copy is made at once, the disk is not waited for.

        W is shaped as `axes` says, b (features,) or (instances, features), loss a number or (instances,): arrays of
        numpy, torch (of any device) or JAX. Raises WeightsError where they don't fit or aren't finite; then nothing is
        kept of this step.
        """
        self._check_process()
        with self._lock:
            self._append(_whole(step), W, b, loss)
        fault = None if self._journal is None else self._journal.fault
        if fault is not None and not self._warned:
            self._warned = True
            warnings.warn(f"{fault}; the loop goes on, and it is tried again", RuntimeWarning, stacklevel=2)

    def _append(self, step: int, W: Any, b: Any, loss: Any) -> None:
        weights = _numbers("W", W)
        orientation = self._orientation or self._fitting(weights.shape)
        if self._shape and weights.shape != self._shape:
            raise WeightsError(f"W at step {step:,} is {in_words(weights.shape)}, but was {in_words(self._shape)}")
        if step <= self._step:
            raise WeightsError(f"step {step:,} comes after step {self._step:,}; steps must grow")
        losses = None if loss is None else _losses(step, loss, orientation.n_instances)
        bias = _NO_BIAS if b is None else self._bias(step, b, orientation)
        numbers: Array = np.concatenate((weights, bias), axis=None)
        if not np.isfinite(numbers).all():
            raise WeightsError(f"the weights at step {step:,} are not finite; training may have diverged")
        journal = self._journal or self._begin(orientation, weights.shape, has_bias=b is not None)
        if journal.takes_keyframe():
            journal.put(_Keyframe(step, numbers, bias.shape, self._chain), size=2 * numbers.nbytes)
        if losses is not None:
            journal.put(partial(rows.step_loss_row, step, losses))
        self._step = step
        if b is not None:
            self._bias_shape = bias.shape

    def flush(self) -> None:
        """Wait until all that was appended is in the file. Raises SessionError where it can't be written."""
        self._check_process()
        if self._journal is not None:
            self._journal.flush()

    def close(self) -> None:
        """Write what is left; the session is then one file. Raises SessionError for what could not be written.

        So it is when nobody holds the stream any longer, or the program ends; then nothing is raised.
        """
        if os.getpid() != self._process:  # a worker that was forked in the loop leaves it, too
            return
        journal, self._closed = self._journal, True
        if journal is not None and not journal.closed:
            if journal.thinned:
                journal.put(partial(rows.meta_row, "thinned", str(journal.thinned)))
            journal.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            self.close()
        except SessionError as fault:
            if error is None:
                raise
            error.add_note(str(fault))  # the loop's own is what its caller looks for

    def _fitting(self, shape: tuple[int, ...]) -> Orientation:
        """How the first weights are read. Raises WeightsError where they don't go with what was said of them."""
        if self._closed:
            raise SessionError(f"{self.path}: closed; nothing more is recorded")
        orientation = orientation_of("W", shape, self._axes)
        instances, hidden, features = orientation.n_instances, orientation.n_hidden, orientation.n_features
        if len(self._display.feature_names) > features:
            raise WeightsError(f"names: {len(self._display.feature_names):,} of them, but W has {features:,} features")
        experiment = self._experiment
        if experiment is not None and (
            (experiment.n_instances, experiment.n_hidden, experiment.n_features) != (instances, hidden, features)
        ):
            raise WeightsError(
                f"W is {in_words(shape)}, but the experiment has {experiment.n_features:,} features in "
                f"{experiment.n_hidden:,} dimensions, {experiment.n_instances:,} times"
            )
        return orientation

    def _begin(self, orientation: Orientation, shape: tuple[int, ...], *, has_bias: bool) -> Journal:
        """Make the file: not before there is something to put in, since it may replace another."""
        instances, hidden, features = orientation.n_instances, orientation.n_hidden, orientation.n_features
        if self._experiment is None:
            sizes = Experiment(n_features=features, n_hidden=hidden, n_instances=instances, bias=has_bias)
            about = About(sizes, self._title, "", (), "streamed", described=False)
        else:
            about = About(self._experiment, self._title, "", (), "streamed")
        display = self._display.model_copy(update={"dimensions": dimensions_for(hidden)})

        def fill(connection: Connection) -> None:
            upgrade(connection)
            write(connection, [*about.rows(), rows.display_row(display.model_dump_json())])

        create_file(self.path, fill, force=self._force)
        self._chain = _Chain(about.experiment, orientation, shape)
        self._orientation, self._shape = orientation, shape
        self._journal = Journal(self.path, connect(self.path), commit_seconds=COMMIT_SECONDS)
        weakref.finalize(self, self._journal.abandon)
        return self._journal

    def _check_process(self) -> None:
        """Raises SessionError in a process that was forked off: who writes the file lives in the other one."""
        if os.getpid() != self._process:
            raise SessionError(f"{self.path}: recorded by process {self._process}; append there, not in one forked off")

    def _bias(self, step: int, b: Any, orientation: Orientation) -> Array:
        bias = _numbers("b", b)
        if bias.shape != self._bias_shape and not orientation.takes_bias(bias.shape):
            fitting = " or ".join(in_words(shape) for shape in orientation.bias_shapes)
            raise WeightsError(f"b at step {step:,} is {in_words(bias.shape)}, but must be {fitting}")
        return bias


class _Chain:
    """What was appended, as snapshots, with the gauge from one to the next.

    Worked out as they are written, so that the loop doesn't wait for it.
    """

    def __init__(self, experiment: Experiment, orientation: Orientation, shape: tuple[int, ...]) -> None:
        self._gauge = Gauge(experiment)
        self._last: Gauged | None = None
        self._orientation, self._shape, self._size = orientation, shape, math.prod(shape)
        self._no_bias = frozen(np.zeros((orientation.n_instances, orientation.n_features)))

    def follow(self, step: int, numbers: Array, bias_shape: tuple[int, ...]) -> Gauged:
        """W's numbers, then those of b, shaped so."""
        numbers.setflags(write=False)  # and seen as W where it lies as W does: a large model is not held twice
        W = np.ascontiguousarray(self._orientation.laid_out(numbers[: self._size].reshape(self._shape))[0])
        b = self._no_bias
        if bias_shape != _NO_BIAS.shape:
            b = frozen(self._orientation.bias_laid_out(numbers[self._size :].reshape(bias_shape))[0])
        snapshot = Snapshot(step, W, b)
        self._last = Gauged(snapshot, self._gauge.after(self._last, snapshot))
        return self._last


class _Keyframe:
    """A row that may have to be made more than once, where the disk refuses it; it joins the chain only once."""

    def __init__(self, step: int, numbers: Array, bias_shape: tuple[int, ...], chain: _Chain) -> None:
        self._appended, self._chain = (step, numbers, bias_shape), chain
        self._gauged: Gauged | None = None

    def __call__(self) -> rows.Statement:
        if self._gauged is None:
            self._gauged = self._chain.follow(*self._appended)
        return rows.snapshot_row(*self._gauged)


def _require(experiment: object, axes: object, title: object, names: object) -> None:
    """Raises WeightsError for what is of another kind than it has to be."""
    if experiment is not None and not isinstance(experiment, Experiment):
        raise WeightsError(
            f"experiment: give an Experiment, not {experiment!r}; of a preset, load_recipe(name).experiment"
        )
    for name, text, example in (("axes", axes, ', such as "hidden,features"'), ("title", title, "")):
        if not isinstance(text, str):
            raise WeightsError(f"{name}: give a text{example}, not {text!r}")
    if not isinstance(names, Iterable) or isinstance(names, str | bytes | Mapping):
        raise WeightsError(f"names: give a list of texts, one a feature, not {names!r}")


def _whole(step: Any) -> int:
    """As a plain int, from numpy's and torch's too. Raises WeightsError for what numbers no step."""
    try:
        number = operator.index(step)
    except (TypeError, ValueError, RuntimeError):
        raise WeightsError(f"step: give a whole number, not {step!r}") from None
    if not 0 <= number <= LAST_STEP:
        raise WeightsError(f"step: {number:,}; steps are numbered from 0 to {LAST_STEP:,}")
    return number


def _losses(step: int, loss: Any, instances: int) -> Array:
    losses = _numbers("loss", loss)
    if losses.shape not in ((), (1,), (instances,)):
        fitting = f"a single number or a list of {instances}" if instances > 1 else "a single number"
        raise WeightsError(f"loss at step {step:,} is {in_words(losses.shape)}, but must be {fitting}")
    return np.full(instances, losses, dtype=np.float32)


def _named(names: Sequence[str]) -> DisplaySettings:
    """How a session looks where features have names. Raises WeightsError for one that can't be shown."""
    try:
        return DisplaySettings(feature_names=dict(enumerate(names)))
    except ValidationError as error:
        fault = error.errors()[0]
        raise WeightsError(f"names: {fault['input']!r}: {fault['msg'][:1].lower()}{fault['msg'][1:]}") from None


def _numbers(name: str, values: Any) -> Array:
    """As float32, from numpy, torch or JAX. Raises WeightsError where it is nothing of the kind."""
    try:
        if hasattr(values, "detach"):  # torch: off the graph and the GPU, and bfloat16 is nothing that numpy knows
            values = (values if values.is_complex() else values.float()).numpy(force=True)
        numbers = np.asarray(values)
        if numbers.dtype == np.float32:
            return numbers
        if numbers.dtype.kind in _NO_WEIGHTS:
            raise WeightsError(f"{name}: no array of numbers: {_NO_WEIGHTS[numbers.dtype.kind]} won't do")
        with np.errstate(over="ignore"):
            return numbers.astype(np.float32, copy=False)
    except (AttributeError, TypeError, ValueError, RuntimeError) as error:
        raise WeightsError(f"{name}: no array of numbers: {' '.join(str(error).split())}") from None
