"""Camera: from where the hidden space is seen, and where a point of it falls on the picture plane.

Where a rotation costs nothing, a session turns weights so that the first directions say most, and those are seen. Where
the neurons are a basis of their own, that must not be: then, as with three dimensions on a plane, the camera stands
where the features are spread out best.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from superviz.core.geometry import weight_norms
from superviz.session.display import DisplaySettings

_STAY = 0.05
"""How strongly, beside the features, a camera that follows them prefers to stay where it is when there are none."""
_WALK_STEPS, _WALK_PACE = 24, 4.0
_EXACT_UP_TO = 1000
"""Features."""


@dataclass(frozen=True, eq=False, slots=True)
class Camera:
    """An orthographic look at the hidden space: its unit sphere is always seen as a circle of radius 1."""

    basis: NDArray[np.float64]
    """(3, directions): rows to the right, up and towards the viewer, over as many leading hidden directions."""
    shown: int
    """How many dimensions are seen as such: 1, 2 or 3."""
    follows: bool = False
    """Whether it stands where these features are spread out best; otherwise where it would for any others."""
    privileged: bool = False
    """Whether the hidden directions are neurons, a basis of their own."""
    around: bool = False
    """Whether all is turned about the direction that points up until it lies in the plane: on the side where it was, at
    its true angle to that direction, and as long as all others."""

    @property
    def deep(self) -> bool:
        """Whether it knows what is nearer."""
        return bool(self.basis[2].any())

    def project(self, W: NDArray[np.floating]) -> NDArray[np.float64]:
        """(..., 3, features) of W (..., hidden, features): right, up, and depth towards the viewer."""
        projected = self._projected(W)
        if self.around:
            up = projected[..., 1, :] / np.maximum(weight_norms(W), np.finfo(np.float32).tiny)
            aside = np.sqrt(np.maximum(1.0 - up * up, 0.0))
            projected[..., 0, :], projected[..., 1, :] = np.copysign(aside, projected[..., 0, :]), up
        return projected

    def _projected(self, W: NDArray[np.floating]) -> NDArray[np.float64]:
        shown = W[..., : self.basis.shape[1], :]
        if W.shape[-1] > _EXACT_UP_TO:
            # In W's own precision: a copy of W in another would cost more than all the rest of a frame.
            return (self.basis.astype(W.dtype) @ shown).astype(np.float64)
        return self.basis @ shown


def camera_for(W: NDArray[np.floating], display: DisplaySettings, *, privileged: bool = False) -> Camera:
    """The camera for W, (hidden, features): a line, a plane, or where the display asks it an orbit around three."""
    n_hidden = W.shape[0]
    if n_hidden < 3:
        return Camera(np.eye(3)[:, :n_hidden], n_hidden, privileged=privileged)
    if display.dimensions == 3:
        turned = orbit(display.azimuth, display.elevation)
        follows = privileged and n_hidden > 3
        return Camera(turned @ _spread(W, 3) if follows else turned, 3, follows, privileged)
    if n_hidden > 3 and not privileged:
        return Camera(np.eye(3)[:, :2], 2)
    basis = _aside(W, display) if n_hidden == 3 else np.concatenate([_spread(W, 2), np.zeros((1, n_hidden))])
    return Camera(basis, 2, True, privileged)


def camera_on(W: NDArray[np.floating], feature: int, others: Sequence[int], display: DisplaySettings) -> Camera:
    """The camera that sees a live `feature` of W, (hidden, features), upwards and in full length.

    A plane of hundreds of dimensions would show next to nothing of most others, so they are turned `around` it. To the
    right, and where the display asks for three dimensions in depth, it sees along what sets the `others` apart most;
    the first of them to the right.
    """
    F = np.nan_to_num(W[:, [feature, *others]].astype(np.float64))
    up = F[:, 0] / np.linalg.norm(F[:, 0])
    rest = F[:, 1:] - np.outer(up, up @ F[:, 1:])
    U = np.linalg.svd(np.concatenate([rest, _STAY * np.eye(len(F), 2)], axis=1), full_matrices=False)[0]
    # What is nearly `up` itself by rounding must not lean towards it.
    sideways = np.linalg.qr(np.column_stack([up, U[:, :2]]))[0][:, 1:]
    right, towards = (sideways * np.where(rest[:, :1].T @ sideways < 0, -1.0, 1.0)).T
    if display.dimensions == 3:
        return Camera(orbit(display.azimuth, display.elevation) @ np.stack([right, up, towards]), 3, True)
    return Camera(np.stack([right, up, np.zeros_like(up)]), 2, True, around=True)


def orbit(azimuth: float, elevation: float) -> NDArray[np.float64]:
    """Rows right, up and towards the viewer, (3, 3), of a camera standing at these angles in degrees.

    Direction 2 is up. From (0, 0) directions 1 and 2 are seen as in the plane, and direction 3 points at the viewer.
    """
    turn, rise = np.radians(azimuth), np.radians(elevation)
    towards = np.array([np.cos(rise) * np.sin(turn), np.sin(rise), np.cos(rise) * np.cos(turn)])
    right = np.array([np.cos(turn), 0.0, -np.sin(turn)])
    return np.stack([right, np.cross(towards, right), towards])


def _aside(W: NDArray[np.floating], display: DisplaySettings) -> NDArray[np.float64]:
    """Rows right, up and towards the viewer, (3, 3), of a camera that no feature of W, (3, features), points at.

    It walks from where an orbit stands down the slope of sum_i (v . W_i)^4, which is steep where a feature would be
    seen from its tip. So many steps and no more: its place is then a smooth function of W, and the picture moves only
    as W does. Feature 1 is drawn upwards.
    """
    weights = np.nan_to_num(W.astype(np.float64))
    F = weights / np.maximum(weight_norms(weights), 1.0)
    towards: NDArray[np.float64] = orbit(display.azimuth, display.elevation)[2]
    pace = _WALK_PACE / max(float(np.einsum("hf,hf->", F, F)), 1e-9)
    for _ in range(_WALK_STEPS):
        slope = F @ (towards @ F) ** 3
        towards = towards - pace * (slope - (slope @ towards) * towards)
        towards /= np.linalg.norm(towards)
    up: NDArray[np.float64] = F[:, 0] + _STAY * np.array([0.0, 1.0, 0.0])
    up = up - (up @ towards) * towards
    up /= max(float(np.linalg.norm(up)), 1e-9)
    return np.stack([np.cross(up, towards), up, towards])


def _spread(W: NDArray[np.floating], shown: int) -> NDArray[np.float64]:
    """Rows to the right, up and, of three, towards the viewer, (shown, hidden), that spread the features of W.

    The orthonormal rows R that bring R W nearest to a fan (orthogonal Procrustes: Schoenemann 1966): features in their
    order around a circle, the first pointing up. A smooth function of W, so that the picture moves only as W does; the
    strongest directions themselves would jump wherever two of them are as strong.
    """
    F = np.nan_to_num(W.astype(np.float64))
    # A feature takes as much of the circle as it is long, so that dead ones leave their room to the others.
    room = np.minimum(weight_norms(F) ** 2, 1.0) + 1e-6
    fan = _fan((np.cumsum(room) - room) / room.sum(), shown)
    neurons = _fan(np.arange(len(F)) / len(F), shown)
    U, _, V = np.linalg.svd(fan @ F.T + _STAY * neurons, full_matrices=False)
    return U @ V


def _fan(turns: NDArray[np.float64], shown: int) -> NDArray[np.float64]:
    """Directions (shown, count) at these parts of a full turn, clockwise from up; the third to and fro in depth."""
    angles = 2 * np.pi * turns
    rows = [np.sin(angles), np.cos(angles), np.cos(2 * angles)]
    return np.stack(rows[:shown])
