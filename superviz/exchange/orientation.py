"""Orientation: which dimension of an array counts features, hidden directions, instances and steps. Never guessed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations, permutations

import numpy as np

from superviz.core.errors import WeightsError
from superviz.core.snapshot import Array

AXES = ("steps", "instances", "hidden", "features")
"""What a dimension can count, in the order that superviz works in."""
MARK = "superviz_axes"
"""Under this name a file says how its W lies: metadata of a .safetensors file, a text of no dimensions in an .npz."""

MOST_FEATURES = 32_768
MOST_HIDDEN = 4_096
MOST_INSTANCES = 1_000
MOST_STEPS = 100_000
MOST_STEP_NUMBERS = 2**26
"""Of one step: instances times hidden times the larger of hidden and features. So much is one model of
16,384 features in 4,096 dimensions, or of 32,768 in 2,048."""
MOST_NUMBERS = 2**28
"""Of all steps together, counted the same way: 1 GiB as 32-bit numbers."""
LIMITS = f"up to {MOST_FEATURES:,} features in up to {MOST_HIDDEN:,} dimensions"


@dataclass(frozen=True, slots=True)
class Orientation:
    """One way to read an array: `axes`, its dimensions by name, such as "hidden,features", and what there is of each.

    Steps and instances that the array has no dimension for count 1.
    """

    axes: str
    n_features: int
    n_hidden: int
    n_instances: int = 1
    n_steps: int = 1

    @property
    def fault(self) -> str:
        """What is beyond the limits, as the end of an error line; empty where nothing is."""
        counts = {
            "features": (self.n_features, MOST_FEATURES),
            "hidden": (self.n_hidden, MOST_HIDDEN),
            "instances": (self.n_instances, MOST_INSTANCES),
            "steps": (self.n_steps, MOST_STEPS),
        }
        for axis, (count, most) in counts.items():
            if not 1 <= count <= most:
                return f"{axis}: {count:,}, but there can be 1 to {most:,}"
        step = self.n_instances * self.n_hidden * max(self.n_hidden, self.n_features)
        for numbers, most, what in ((step, MOST_STEP_NUMBERS, "a step"), (step * self.n_steps, MOST_NUMBERS, "in all")):
            if numbers > most:
                return f"{numbers:,} numbers {what}, counted as square where hidden is larger; give at most {most:,}"
        return ""

    def laid_out(self, values: Array) -> Array:
        """`values`, shaped as the array is, seen as (steps, instances, hidden, features)."""
        return _laid_out(values, self.axes.split(","), AXES)

    def takes_bias(self, shape: tuple[int, ...]) -> bool:
        """Whether an array of that shape can be the bias: one number a feature, or that as the weights have it."""
        return shape in self.bias_shapes

    @property
    def bias_shapes(self) -> tuple[tuple[int, ...], ...]:
        """What the bias may be shaped like: (features,), or as the weights are, less their hidden dimension."""
        full: tuple[int, ...] = tuple(getattr(self, f"n_{axis}") for axis in self._bias_axes)
        return ((self.n_features,), full) if len(full) > 1 else (full,)

    def bias_laid_out(self, values: Array) -> Array:
        """A bias of one of `bias_shapes` seen as (steps, instances, features), the same wherever it says nothing."""
        axes = self._bias_axes if values.ndim > 1 else ["features"]
        laid = _laid_out(values, axes, ("steps", "instances", "features"))
        return np.broadcast_to(laid, (self.n_steps, self.n_instances, self.n_features))

    @property
    def _bias_axes(self) -> list[str]:
        return [axis for axis in self.axes.split(",") if axis != "hidden"]


def orientation_of(what: str, shape: tuple[int, ...], axes: str) -> Orientation:
    """The array called `what`, read as `axes` says. Raises WeightsError where they don't fit, or beyond the limits."""
    words = [word.strip().lower() for word in axes.split(",")]
    if not set(words) <= set(AXES) or len(set(words)) < len(words) or not {"hidden", "features"} <= set(words):
        raise WeightsError(
            f'axes "{axes}": name each dimension once, by {", ".join(AXES[:-1])} or {AXES[-1]}; '
            'hidden and features must be among them, such as "hidden,features"'
        )
    if len(words) != len(shape):
        raise WeightsError(f'axes "{",".join(words)}": {len(words)} dimensions, but {what} is {in_words(shape)}')
    found = _read_as(words, shape)
    if found.fault:
        hint = "; is it the other way round?" if _turned(found) else ""
        raise WeightsError(f'{what} is {in_words(shape)}, read as "{found.axes}": {found.fault}{hint}')
    return found


def orientations(shape: tuple[int, ...]) -> tuple[Orientation, ...]:
    """Every way to read an array of that shape that is within the limits, the usual ones first."""
    extra = len(shape) - 2
    found = [
        _read_as(words, shape)
        for others in (combinations(("steps", "instances"), extra) if extra in (0, 1, 2) else ())
        for words in permutations((*others, "hidden", "features"))
    ]
    return tuple(sorted((one for one in found if not one.fault), key=_unusual))


def in_words(shape: tuple[int, ...]) -> str:
    """A shape as people say it: "2 by 5"."""
    match shape:
        case ():
            return "a single number"
        case (count,):
            return f"a list of {count:,}"
        case _:
            return " by ".join(f"{count:,}" for count in shape)


def _read_as(words: Sequence[str], shape: tuple[int, ...]) -> Orientation:
    return Orientation(",".join(words), **{f"n_{word}": count for word, count in zip(words, shape, strict=True)})


def _turned(found: Orientation) -> bool:
    """Whether it would fit with features and hidden in each other's place."""
    swapped = Orientation(found.axes, found.n_hidden, found.n_features, found.n_instances, found.n_steps)
    return not swapped.fault


def _unusual(found: Orientation) -> tuple[bool, bool, list[int]]:
    """Sorts what is seldom behind what is common: steps and instances lead, and features are more than dimensions."""
    words = found.axes.split(",")
    return not {"hidden", "features"} <= set(words[-2:]), found.n_hidden > found.n_features, [*map(AXES.index, words)]


def _laid_out(values: Array, axes: Sequence[str], wanted: Sequence[str]) -> Array:
    """`values` with its dimensions in the order `wanted`, those it lacks of length 1."""
    order, place = _layout(tuple(axes), tuple(wanted))
    return values.transpose(order)[place]


@cache
def _layout(axes: tuple[str, ...], wanted: tuple[str, ...]) -> tuple[list[int], tuple[slice | None, ...]]:
    order = [axes.index(axis) for axis in wanted if axis in axes]
    return order, tuple(slice(None) if axis in axes else None for axis in wanted)
