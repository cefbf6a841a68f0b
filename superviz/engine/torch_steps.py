"""One step of training on a torch device: arrays that stay where they are, and the work that a graph captures.

It imports torch, so it is imported where training is prepared, never before.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from superviz.core.experiment import Experiment
from superviz.core.parameters import Parameters
from superviz.core.snapshot import LOSS_BUCKET_STEPS, Array
from superviz.engine.sampling import draw, plan, unit_norm
from superviz.engine.schedule import BETA_MEAN, BETA_SQUARE, EPSILON
from superviz.engine.state import Settings, State
from superviz.engine.torch_random import step_words
from superviz.engine.toy_models import MODELS

PIECE_STEPS = 1_000
"""Steps that are launched without a look at what came of them, at most."""
_BUCKETS = PIECE_STEPS // LOSS_BUCKET_STEPS + 2
_NOTES, _NOTE_BYTES = 256, 64 * 2**20
"""How many times the parameters are noted in a piece, at most, and what those notes may take."""
_BLOCK = 2**22
"""Numbers in the batch of as many instances as are trained at once: several such arrays fit a GPU's second cache."""


class Notes(NamedTuple):
    """What a piece of training leaves on the device, or where it lands: two halves, one filled while one is read."""

    losses: Tensor
    test_losses: Tensor
    """(buckets, instances); without a training set no test losses, (0, instances)."""
    parameters: Tensor
    """(notes, instances, count)."""

    def half(self, which: int, buckets: int, notes: int) -> Notes:
        """The first of each in one half."""
        first, note = which * _BUCKETS, which * ((len(self.parameters) - 1) // 2)
        return Notes(
            self.losses[first : first + buckets],
            self.test_losses[first : first + buckets],
            self.parameters[note : note + notes],
        )


class _Block(NamedTuple):
    """Instances that are trained at once, and their part of the parameters and of the gradient: W, W_out and b."""

    instances: slice
    matrices: tuple[Tensor, Tensor, Tensor]
    gradient: tuple[Tensor, ...]


class Steps:
    """An experiment's steps on a device, the same as the kernel's but for rounding.

    Nothing in `take` and `test` depends on a value on the device, and whatever changes from step to step or with an
    edit lies in an array that stays where it is: so both can be captured in a graph and launched again and again.
    """

    def __init__(self, experiment: Experiment, device: torch.device) -> None:
        self._experiment, self._device = experiment, device
        self._model = MODELS[experiment.model]
        settings = self._settings = Settings.of(experiment)
        self._keys, self._test_keys = self._carry(settings.keys), self._carry(settings.test_keys)
        self._plan = plan(experiment).carried(self._carry)
        self._weight, self._strengths = self._carry(settings.weight), self._carry(_strengths(settings))
        self._table, self._share = self._carry(settings.table), self._carry(settings.share)
        instances, count = experiment.n_instances, Parameters.of(experiment).count
        self._state = tuple(self._zeros(instances, count) for _ in range(3))
        self._loss_sum = self._zeros(instances, dtype=torch.float64)
        self._gradient = self._zeros(instances, count)
        self._kept = [torch.zeros_like(array) for array in self._arrays]
        self._step = self._zeros(1, dtype=torch.int64)
        self._place = self._zeros(1, dtype=torch.int64)
        self._agenda = self._zeros(PIECE_STEPS, 6, dtype=torch.float64)
        self.most_notes = max(1, min(_NOTES, _NOTE_BYTES // (4 * instances * count)))
        """How many notes a piece may take."""
        tested = 2 * _BUCKETS if settings.kind.tested else 0
        self.notes = Notes(
            self._zeros(2 * _BUCKETS, instances),
            self._zeros(tested, instances),
            # The last one takes what no one wants.
            self._zeros(2 * self.most_notes + 1, instances, count),
        )
        block = max(1, _BLOCK // (experiment.n_features * settings.samples))
        self._blocks = [self._block(slice(first, first + block)) for first in range(0, instances, block)]

    @property
    def tested(self) -> bool:
        """Whether `test` is to follow the last step of each bucket."""
        return self._settings.kind.tested

    def adopt(self, experiment: Experiment) -> bool:
        """Train by the live fields of `experiment` from here on; False where its arrays are of other sizes."""
        settings, scheme = Settings.of(experiment), plan(experiment)
        kept: list[Any] = [self._plan.shift, self._plan.scale, self._weight, self._strengths, self._table, self._share]
        given = [scheme.shift, scheme.scale, settings.weight, _strengths(settings), settings.table, settings.share]
        if any(tuple(array.shape) != values.shape for array, values in zip(kept, given, strict=True)):
            return False
        for array, values in zip(kept, given, strict=True):
            array.copy_(_tensor(values))
        return True

    def load(self, step: int, state: State) -> None:
        """Stand at `step` in that state."""
        self._step.fill_(step)
        for array, values in zip(self._arrays, state, strict=True):
            array.copy_(_tensor(values))

    def read(self) -> State:
        """The state, copied to the host."""
        return State._make(array.to("cpu", copy=True).numpy() for array in self._arrays)

    def parameters(self) -> Array:
        """The parameters, copied to the host."""
        return self._state[0].to("cpu", copy=True).numpy()

    def keep(self) -> None:
        """Keep the state, to go back to it."""
        for array, kept in zip(self._arrays, self._kept, strict=True):
            kept.copy_(array)

    def go_back(self, step: int) -> None:
        """Stand at `step` in the state that was kept then."""
        self._step.fill_(step)
        for array, kept in zip(self._arrays, self._kept, strict=True):
            array.copy_(kept)

    def is_finite(self) -> bool:
        """Whether the state is finite; what once was not stays so, so one look tells of all steps before."""
        extremes = [value.double() for array in self._arrays for value in torch.aminmax(array)]
        return bool(torch.stack(extremes).isfinite().all())

    def begin(self, agenda: Tensor) -> None:
        """Take the steps of an agenda next; it is not to change before the first is taken."""
        self._agenda[: len(agenda)].copy_(agenda, non_blocking=True)
        self._place.zero_()

    def take(self) -> None:
        """One step."""
        todo = self._agenda.index_select(0, self._place)[0]
        self._gradient.zero_()
        losses = [self._differentiate(block) for block in self._blocks]
        sizes = todo[:3].float()
        self._move(sizes[0], sizes[1], sizes[2])
        self._loss_sum += torch.cat(losses)
        rows = todo[3:5].long()
        self.notes.losses.index_copy_(0, rows[:1], (self._loss_sum / LOSS_BUCKET_STEPS).float()[None])
        self._loss_sum *= todo[5]
        self.notes.parameters.index_copy_(0, rows[1:], self._state[0][None])
        self._step += 1
        self._place += 1

    def test(self) -> None:
        """The loss on fresh samples, noted beside that of the bucket that the last step ended."""
        bucket = self._agenda.index_select(0, self._place - 1)[0, 3:4].long()
        losses: list[Tensor] = []
        for block in self._blocks:
            x = self._draw(self._test_keys, self._step - 1, block)
            x = unit_norm(x) if self._settings.kind.normed else x
            share = 1 / self._experiment.batch_size
            weight, penalty = self._weight[block.instances, :, None] * (share / 2), self._strengths[0] * share
            losses.append(self._model.gradient(*block.matrices, x, weight, penalty)[0])
        self.notes.test_losses.index_copy_(0, bucket, torch.cat(losses)[None])

    @property
    def _arrays(self) -> tuple[Tensor, ...]:
        return (*self._state, self._loss_sum)

    def _differentiate(self, block: _Block) -> Tensor:
        """Leave the gradient of a block of instances; returns their loss."""
        weight, penalty = self._weight[block.instances, :, None] / 2, self._strengths[0]
        if self._settings.kind.weighted:
            x = self._table[block.instances] if len(self._table) > 1 else self._table
            share = self._share[block.instances, None]
            weight, penalty = weight * share, penalty * share
        else:
            x = self._draw(self._keys, self._step, block)
        loss, *gradient = self._model.gradient(*block.matrices, x, weight, penalty)
        # W's twice in a tied model, and none of b's where it has no bias.
        for part, values in zip(block.gradient, gradient, strict=False):
            part.add_(values)
        return loss

    def _block(self, instances: slice) -> _Block:
        layout: Any = Parameters.of(self._experiment)  # torch's arrays have views as numpy's do

        def matrices(rows: Tensor) -> tuple[Tensor, Tensor, Tensor]:
            W, W_out = layout.W(rows), layout.W_out(rows)
            return W, W if W_out is None else W_out, layout.b(rows)

        gradient = matrices(self._gradient[instances])
        return _Block(
            instances, matrices(self._state[0][instances]), gradient if self._experiment.bias else gradient[:2]
        )

    def _draw(self, keys: Tensor, step: Tensor, block: _Block) -> Tensor:
        words = step_words(keys[block.instances], step, self._plan.n_words, self._experiment.batch_size)
        return draw(self._plan, words, torch, block.instances)

    def _move(self, stride: Tensor, correction: Tensor, keep: Tensor) -> None:
        """The optimiser's step, as optimiser.adam and optimiser.descend take it."""
        parameters, mean, square = self._state
        if self._experiment.optimiser != "adamw":
            self._gradient += self._strengths[1] * parameters
        if self._settings.kind.adaptive:
            mean.mul_(BETA_MEAN).add_(self._gradient, alpha=1 - BETA_MEAN)
            square.mul_(BETA_SQUARE).addcmul_(self._gradient, self._gradient, value=1 - BETA_SQUARE)
            parameters.mul_(keep).sub_(stride * mean / (square.sqrt() * correction + EPSILON))
        else:
            mean.mul_(self._settings.momentum).add_(self._gradient)
            parameters.sub_(stride * mean)

    def _carry(self, values: NDArray[np.generic]) -> Tensor:
        return _tensor(values).to(self._device)

    def _zeros(self, *shape: int, dtype: torch.dtype = torch.float32) -> Tensor:
        return torch.zeros(shape, dtype=dtype, device=self._device)


def agenda(sizes: Array, first: int, at: NDArray[np.int64], half: int, most_notes: int) -> NDArray[np.float64]:
    """What each step after the first `first` has to do, (steps, 6): all that tells one step of a piece from another.

    The schedule's three sizes; which row of its losses and of its notes the step writes, in that half of Notes; and
    what is kept of the sum of losses: 0 after a bucket's last step.
    """
    steps = np.arange(first, first + len(sizes))
    rows = np.empty((len(sizes), 6))
    rows[:, :3] = sizes
    rows[:, 3] = half * _BUCKETS + steps // LOSS_BUCKET_STEPS - first // LOSS_BUCKET_STEPS
    rows[:, 4] = 2 * most_notes
    rows[at - first - 1, 4] = half * most_notes + np.arange(len(at))
    rows[:, 5] = (steps + 1) % LOSS_BUCKET_STEPS != 0
    return rows


def _tensor(values: NDArray[np.generic]) -> Tensor:
    """A copy, signed: torch knows no others."""
    return torch.tensor(values.view(np.int64) if values.dtype == np.uint64 else values)


def _strengths(settings: Settings) -> Array:
    """The L1 penalty, and the weight decay that is added to the gradient."""
    return np.array([settings.penalty, settings.decay], dtype=np.float32)
