"""Gauge fixing: an orthogonal matrix an instance and keyframe, chosen so that what moves on screen is learning.

Where the hidden layer has no nonlinearity, any rotation of the hidden space gives the same loss, and the optimiser
drifts through such rotations. Each frame is therefore laid onto the frame before (orthogonal Procrustes: Schoenemann
1966), and then turned a little towards a standard pose. All functions work on (..., hidden, features), in float64.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from superviz.core.snapshot import Array

_Floats: TypeAlias = NDArray[np.float64]

UP = 1
"""The hidden direction that points up on screen, y."""
POSE_STEPS = 120.0
"""In so many steps a picture covers 1 - 1/e of its way to the standard pose: slow enough to look at rest."""
LARGEST_TURN = np.pi / 8
"""Between two keyframes weights are interpolated linearly, which shows as shrinking arrows where a turn is larger."""
_STAY = 1e-6
"""How strongly, beside the weights themselves, a rotation prefers to stay: it decides directions that hold nothing."""


def first_rotation(W: Array) -> Array:
    """The gauge of a run's first frame, (..., hidden, hidden): feature 1 points up.

    With more than three hidden dimensions, the first rows are W's principal directions, strongest first, and feature 1
    points up within the plane of the first two.
    """
    F = W.astype(np.float64)
    hidden = F.shape[-2]
    start = np.broadcast_to(np.eye(hidden), (*F.shape[:-2], hidden, hidden))
    if hidden == 1:
        return np.where(F[..., :1] < 0, -start, start).astype(np.float32)
    if hidden > 3:
        start = np.linalg.eigh(F @ F.swapaxes(-1, -2))[1][..., ::-1].swapaxes(-1, -2)
    raised = _turn_up(start @ F[..., :1], 0) @ start
    if hidden == 3:
        raised = _turn_up(raised @ F[..., :1], 2) @ raised
    return raised.astype(np.float32)


def next_rotation(rotation: Array, W_before: Array, W: Array, steps: int) -> Array:
    """The gauge of `W`, (..., hidden, hidden), `steps` steps after `W_before` was shown in the gauge `rotation`.

    A pure function of its arguments, so a chain can go on from stored rotations as if it had never been interrupted.
    """
    before, F = rotation.astype(np.float64), W.astype(np.float64)
    # Rotations come last in each product: of thousands of features only what is (hidden, hidden) is multiplied often.
    turned = _nearest_rotation(before, before @ (W_before.astype(np.float64) @ F.swapaxes(-1, -2)))
    hidden, haste = F.shape[-2], 1.0 - np.exp(-steps / POSE_STEPS)
    if hidden > 3:
        turned = _turn_to_principal(turned @ (F @ F.swapaxes(-1, -2)) @ turned.swapaxes(-1, -2), haste) @ turned
    if hidden not in (1, 3):
        turned = _turn_up(turned @ F[..., :1], 0, haste) @ turned
    return turned.astype(np.float32)


def align(rotation: Array, W: Array) -> Array:
    """W seen in a gauge: `rotation` W, (..., hidden, features) float32."""
    return (rotation.astype(np.float64) @ W.astype(np.float64)).astype(np.float32)


def _nearest_rotation(before: _Floats, M: _Floats) -> _Floats:
    """The orthogonal R that minimises ||R W - shown||_F, M = shown W^T; where W holds nothing, it stays `before`."""
    size = np.sqrt(np.sum(M * M, axis=(-1, -2), keepdims=True))
    U, _, V = np.linalg.svd(M + (_STAY * size + np.finfo(np.float64).tiny ** 0.5) * before)
    return U @ V


def _turn_up(F: _Floats, axis: int, haste: float | None = None) -> _Floats:
    """The rotation in the plane of `axis` and up that turns feature 1's part in it up; with `haste`, part of the way.

    A feature near zero points anywhere, so its say fades with the square of its length.
    """
    x, y = F[..., axis, 0], F[..., UP, 0]
    angle = np.arctan2(x, y)
    if haste is not None:
        angle = np.clip(haste * np.minimum(1.0, x * x + y * y) * angle, -LARGEST_TURN, LARGEST_TURN)
    hidden = F.shape[-2]
    turn = np.broadcast_to(np.eye(hidden), (*F.shape[:-2], hidden, hidden)).copy()
    turn[..., axis, axis] = turn[..., UP, UP] = np.cos(angle)
    turn[..., UP, axis] = np.sin(angle)
    turn[..., axis, UP] = -np.sin(angle)
    return turn


def _turn_to_principal(C: _Floats, haste: float) -> _Floats:
    """A small rotation after which the first two directions, and with them the third, hold more of C = F F^T.

    One step of the double bracket flow (Brockett 1991): the gradient of tr(N F F^T) on the orthogonal group. Inside a
    degenerate subspace that gradient vanishes, so there the picture rests, where sorted eigenvectors would spin. The
    first two weigh the same: only the plane matters to a view, and a spin within it would be for nothing.
    """
    hidden = C.shape[-1]
    wanted = np.zeros(hidden)
    wanted[:3] = 1.0, 1.0, 0.5
    strongest = np.maximum(np.diagonal(C, axis1=-2, axis2=-1).max(axis=-1), np.finfo(np.float64).tiny)
    spin = haste * (wanted[:, None] - wanted) * C / strongest[..., None, None]
    angle = np.sqrt(np.sum(spin * spin, axis=(-1, -2), keepdims=True) / 2)
    half = spin * (LARGEST_TURN / np.maximum(angle, LARGEST_TURN)) / 2
    identity = np.eye(hidden)
    return np.asarray(np.linalg.solve(identity - half, identity + half), dtype=np.float64)
