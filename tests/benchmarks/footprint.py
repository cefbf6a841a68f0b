"""What this process holds of the machine: memory of its own, handles, threads; and the slope of a series, robustly."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

_SELF = Path("/proc/self")


@dataclass(frozen=True, slots=True)
class Footprint:
    """At one moment. Linux alone."""

    seconds: float
    own_bytes: int
    """Private pages that were written to. Those only read are of files and libraries: 90 MB of them are private or
    shared as other programs come and go."""
    resident_bytes: int
    handles: int
    threads: int

    @classmethod
    def now(cls) -> Footprint:
        """That of this process."""
        words = [line.split() for line in (_SELF / "smaps_rollup").read_text().splitlines()]
        sizes = {line[0].rstrip(":"): 1024 * int(line[1]) for line in words if line[-1] == "kB"}
        return cls(
            seconds=time.monotonic(),
            own_bytes=sizes["Private_Dirty"] + sizes["Swap"],
            resident_bytes=sizes["Rss"],
            handles=len(list((_SELF / "fd").iterdir())) - 1,  # the one that looks
            threads=len(list((_SELF / "task").iterdir())),
        )


def theil_sen(x: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[float, float, float]:
    """The median of the slopes between all pairs of points, and its 95% interval (Sen, 1968).

    Single jumps, as of an allocator that takes another arena, don't tilt it as they would a least-squares line.
    """
    one, other = np.triu_indices(len(x), 1)
    slopes = np.sort((y[other] - y[one]) / (x[other] - x[one]))
    spread = 1.96 * math.sqrt(len(x) * (len(x) - 1) * (2 * len(x) + 5) / 18)
    low = max(0, int((len(slopes) - spread) / 2))
    high = min(len(slopes) - 1, int((len(slopes) + spread) / 2) + 1)
    return float(np.median(slopes)), float(slopes[low]), float(slopes[high])
