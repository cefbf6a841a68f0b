"""Colour arithmetic: sRGB and OKLab, mixing, contrast."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Channels = NDArray[np.float64]
"""(..., 3)."""

# Ottosson 2020, "A perceptual color space for image processing".
_LINEAR_TO_CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_CONES_TO_OKLAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
_CONES_TO_LINEAR = np.linalg.inv(_LINEAR_TO_CONES)
_OKLAB_TO_CONES = np.linalg.inv(_CONES_TO_OKLAB)


def from_hex(color: str) -> Channels:
    """The sRGB channels, 0 to 1, of "#RRGGBB"."""
    return np.array([int(color[start : start + 2], 16) for start in (1, 3, 5)]) / 255.0


def to_hex(channels: Channels) -> str:
    """The sRGB channels as "#RRGGBB", clipped to 0 to 1."""
    red, green, blue = (round(255 * channel) for channel in np.clip(channels, 0.0, 1.0).tolist())
    return f"#{red:02X}{green:02X}{blue:02X}"


def to_linear(channels: Channels) -> Channels:
    """Linear light of sRGB channels (IEC 61966-2-1)."""
    return np.where(channels <= 0.04045, channels / 12.92, ((np.maximum(channels, 0.04045) + 0.055) / 1.055) ** 2.4)


def from_linear(linear: Channels) -> Channels:
    """SRGB channels of linear light."""
    return np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * np.maximum(linear, 0.0031308) ** (1 / 2.4) - 0.055)


def to_oklab(channels: Channels) -> Channels:
    """OKLab lightness, a and b of sRGB channels."""
    return np.cbrt(to_linear(channels) @ _LINEAR_TO_CONES.T) @ _CONES_TO_OKLAB.T


def from_oklab(lab: Channels) -> Channels:
    """SRGB channels of OKLab; outside 0 to 1 where the screen can't show it."""
    return from_linear((lab @ _OKLAB_TO_CONES.T) ** 3 @ _CONES_TO_LINEAR.T)


def luminance(color: str) -> float:
    """Relative luminance of "#RRGGBB", 0 black to 1 white (WCAG 2)."""
    return float(to_linear(from_hex(color)) @ np.array([0.2126, 0.7152, 0.0722]))


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1 to 21 (WCAG 2)."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)
