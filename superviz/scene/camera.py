"""Camera: which directions of the hidden space are seen, and where a point of it falls on the picture plane."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from superviz.session.display import DisplaySettings


@dataclass(frozen=True, eq=False, slots=True)
class Camera:
    """An orthographic look at the hidden space: its unit sphere is always seen as a circle of radius 1."""

    basis: NDArray[np.float64]
    """(3, shown): rows to the right, up and towards the viewer, over the `shown` leading hidden directions."""

    @property
    def shown(self) -> int:
        """How many of the hidden directions are seen: 1, 2 or 3."""
        return self.basis.shape[1]

    def project(self, W: NDArray[np.floating]) -> NDArray[np.float64]:
        """(..., 3, features) of W (..., hidden, features): right, up, and depth towards the viewer."""
        return self.basis @ W[..., : self.shown, :]

    def held(self, W: NDArray[np.floating]) -> float:
        """The share of the squared weights of W, (hidden, features), that the shown directions hold; 1 where W is 0."""
        held = np.einsum("hf,hf->h", W, W)
        whole = float(held.sum())
        return float(held[: self.shown].sum()) / whole if whole > 0 else 1.0


def camera_for(n_hidden: int, display: DisplaySettings) -> Camera:
    """The camera for so many hidden dimensions: a line, a plane, or where the display asks it an orbit around three."""
    if n_hidden >= 3 and display.dimensions == 3:
        return Camera(orbit(display.azimuth, display.elevation))
    return Camera(np.eye(3)[:, : min(n_hidden, 2)])


def orbit(azimuth: float, elevation: float) -> NDArray[np.float64]:
    """Rows right, up and towards the viewer, (3, 3), of a camera standing at these angles in degrees.

    Direction 2 is up. From (0, 0) directions 1 and 2 are seen as in the plane, and direction 3 points at the viewer.
    """
    turn, rise = np.radians(azimuth), np.radians(elevation)
    towards = np.array([np.cos(rise) * np.sin(turn), np.sin(rise), np.cos(rise) * np.cos(turn)])
    right = np.array([np.cos(turn), 0.0, -np.sin(turn)])
    return np.stack([right, np.cross(towards, right), towards])
