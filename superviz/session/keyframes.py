"""Keyframes: what a recording keeps of the weights, each in its gauge, read when it is looked at; what lies between."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeAlias, overload

import numpy as np
from numpy.typing import NDArray

from superviz.core.errors import SessionError
from superviz.core.experiment import Experiment
from superviz.core.snapshot import Array, Snapshot
from superviz.session.gauge import Gauge, Gauged
from superviz.session.growing import Growing, last_until

TRAIL_POINTS = 128
"""The most points of a trail: more than its 14 painted segments need, few enough to gather in every frame..."""
_TRAIL_BYTES = 2**24
"""...and all of them together take no more than so many bytes."""
_TRAILS = 4
"""So many trails are kept: of the instance looked at, and while a clip is cut or another instance was just shown."""
CACHE_BYTES = 2**22
"""What keyframes that were read or written of late may take in memory. Of a small model they are thousands of small
arrays, which threads hand one another: the more of them live long, the longer the heap takes to settle."""

Fetch: TypeAlias = Callable[[int], Gauged]
"""Reads the keyframe at a step, and its gauge, from the store. Raises SessionError."""


class _Kept(NamedTuple):
    gauged: Gauged
    shown: tuple[Array, ...]
    """W, b and, where the model is untied, W_out, in their gauge."""


class Keyframes:
    """Written by one thread, read by any. Only their steps are all in memory; of the rest, what was used of late.

    What is appended is held until the store has it: whoever writes it there calls stored().
    """

    def __init__(self, experiment: Experiment, fetch: Fetch) -> None:
        self._gauge = Gauge(experiment)
        self._fetch = fetch
        self._last: Gauged | None = None
        self._steps = Growing((), np.int64)
        self._unstored: dict[int, _Kept] = {}
        self._cache: OrderedDict[int, _Kept] = OrderedDict()
        self._cached_bytes = 0
        self._trails: OrderedDict[tuple[int, int], Growing[np.float32]] = OrderedDict()
        self._tip: tuple[Snapshot, int, tuple[Array, ...]] | None = None
        self.reading = threading.RLock()
        """Held while keyframes are fetched. Who asks for one and holds the store's lock too must have this first."""
        self._row = (experiment.n_hidden, experiment.n_features)
        self._points = max(2, min(TRAIL_POINTS, _TRAIL_BYTES // (4 * experiment.n_hidden * experiment.n_features)))

    def __len__(self) -> int:
        return len(self._steps)

    @property
    def steps(self) -> NDArray[np.int64]:
        """(keyframes,): the step of each, read-only."""
        return self._steps.view

    def append(self, snapshot: Snapshot) -> Array:
        """Keep a keyframe and return its gauge, the chain's next."""
        self._last = Gauged(snapshot, self._gauge.after(self._last, snapshot))
        self._unstored[len(self)] = self._shown(self._last)
        self._steps.extend(np.array([snapshot.step]))
        return self._last.rotation

    def stored(self, index: int) -> None:
        """The store has that keyframe: it needn't be in memory any more."""
        with self.reading:
            self._cache_it(index, self._unstored[index])
            del self._unstored[index]

    def found(self, steps: NDArray[np.int64]) -> None:
        """There are further keyframes in the store, at these steps. Raises SessionError where they can't be read."""
        if len(steps):
            self._last = self._fetch(int(steps[-1]))
            self._steps.extend(steps)

    def snapshot(self, index: int) -> Snapshot:
        """A keyframe as it was recorded. Raises SessionError where it can't be read."""
        return self._kept(index).gauged.snapshot

    def between(self, position: float, tip: Snapshot, instance: int) -> tuple[Array, Array, Array | None, Array]:
        """Gauge-fixed W, b, W_out and one instance's trail at a position from the first keyframe's step to the tip's.

        W is (instances, hidden, features), and so is W_out where there is one; b is (instances, features), the trail
        (points, hidden, features). Raises SessionError where what lies there can't be read.
        """
        steps = self.steps
        before = last_until(steps, position)
        step, shown, past = int(steps[before]), self._kept(before).shown, before
        if position != step:
            if before + 1 < len(steps):
                step_after, after = int(steps[before + 1]), self._kept(before + 1).shown
            else:
                step_after, after = tip.step, self._at_tip(before, tip)
            part = np.float32((position - step) / (step_after - step))
            shown = [np.add((1 - part) * one, part * other) for one, other in zip(shown, after, strict=True)]
            past = before + 1
        W, b, *rest = shown
        trail = np.concatenate([self._past(past, instance), W[None, instance]])
        return W, b, rest[0] if rest else None, trail

    def _past(self, past: int, instance: int) -> Array:
        """Where an instance's W was at some of the first `past` keyframes, evenly: (points, hidden, features)."""
        # A stride of a power of two on the keyframe's index: as the position moves, the points stay where they are.
        stride = 1 << (max(0, past - 1) // (self._points - 1)).bit_length()
        count = -(-past // stride)
        with self.reading:
            trail = self._trails.pop((instance, stride), None) or Growing(self._row, np.float32, self._points)
            for point in range(len(trail), count):
                trail.extend(self._place(point * stride, instance, trail)[None])
            self._trails[instance, stride] = trail
            if len(self._trails) > _TRAILS:
                self._trails.popitem(last=False)
        points = trail.view[:count]
        return points[np.isfinite(points[:, 0, 0])] if count and np.isnan(points[0, 0, 0]) else points

    def _place(self, index: int, instance: int, trail: Growing[np.float32]) -> Array:
        """Where an instance's W was at a keyframe; where that is damaged, at the point before, or nan for want of one.

        There is more to see than what is damaged.
        """
        try:
            return self._kept(index).shown[0][instance]
        except SessionError:
            return trail.view[-1] if len(trail) else np.full(self._row, np.nan, dtype=np.float32)

    def _kept(self, index: int) -> _Kept:
        kept = self._unstored.get(index)  # first: what is stored meanwhile is in the cache before it is gone from here
        if kept is not None:
            return kept
        with self.reading:
            kept = self._cache.get(index)
            if kept is None:
                kept = self._shown(self._fetch(int(self.steps[index])))
                self._cache_it(index, kept)
            else:
                self._cache.move_to_end(index)
            return kept

    def _shown(self, gauged: Gauged) -> _Kept:
        return _Kept(gauged, self._gauge.shown(*gauged))

    def _cache_it(self, index: int, kept: _Kept) -> None:
        self._cache[index] = kept
        self._cached_bytes += _bytes_of(kept)
        while self._cached_bytes > CACHE_BYTES and len(self._cache) > 2:
            self._cached_bytes -= _bytes_of(self._cache.popitem(last=False)[1])

    def _at_tip(self, index: int, tip: Snapshot) -> tuple[Array, ...]:
        """The tip in the gauge it would have as keyframe `index` + 1: worked out by whoever looks, once a tip."""
        cached = self._tip
        if cached is None or cached[0] is not tip or cached[1] != index:
            rotation = self._gauge.after(self._kept(index).gauged, tip)
            self._tip = cached = (tip, index, self._gauge.shown(tip, rotation))
        return cached[2]


class Snapshots(Sequence[Snapshot]):
    """The first `count` keyframes and, where it is later, the state at the tip: fixed at the time it was asked for.

    Each is read when it is asked for, which raises SessionError where it can't be.
    """

    def __init__(self, keyframes: Keyframes, count: int, tip: Snapshot | None) -> None:
        self._keyframes = keyframes
        self._count = count
        beyond = tip is not None and (count == 0 or tip.step > keyframes.steps[count - 1])
        self._tail = tip if beyond else None

    def __len__(self) -> int:
        return self._count + (self._tail is not None)

    @overload
    def __getitem__(self, index: int) -> Snapshot: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Snapshot]: ...
    def __getitem__(self, index: int | slice) -> Snapshot | Sequence[Snapshot]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        place = range(len(self))[index]
        return self._keyframes.snapshot(place) if self._tail is None or place < self._count else self._tail


def _bytes_of(kept: _Kept) -> int:
    snapshot, rotation = kept.gauged
    own = snapshot.W.nbytes + snapshot.b.nbytes + (0 if snapshot.W_out is None else snapshot.W_out.nbytes)
    return 2 * own + rotation.nbytes + _OVERHEAD


_OVERHEAD = 1024
"""Bytes that a keyframe takes beside its arrays: what holds them, and its place in the cache."""
