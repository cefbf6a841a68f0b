"""Pacer: how many steps are due by the clock, how many fit one chunk, and how fast training really goes."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from time import perf_counter

CHUNK_SECONDS = 0.005
"""A chunk is to take no longer: commands are obeyed between chunks."""
STRETCH_CHUNKS = 2
"""Chunks that the kernel takes in one call, flat out, while no command comes: after each call it must win back the
interpreter's lock, for which a window that paints fights at every stroke."""
WAKE_SECONDS = 0.008
"""A paced run sleeps at least so long between chunks: half a frame of a 60 Hz screen."""
_RATE_SECONDS = 0.25
_BACKLOG_SECONDS = 0.05
_REMEMBERED_CHUNKS = 8


class Pacer:
    """Where training can't hold its pace it owes at most _BACKLOG_SECONDS of it: it never races to catch up."""

    def __init__(self, pace: float | None, clock: Callable[[], float] = perf_counter) -> None:
        self.pace = pace
        """Steps a second; None for flat out."""
        self.rate = 0.0
        """Steps a second, as measured over the last quarter of a second."""
        self._clock = clock
        self._chunk = 1
        self._costs: deque[float] = deque(maxlen=_REMEMBERED_CHUNKS)
        self.restart()

    def set(self, pace: float | None) -> None:
        """Keep another pace from now on."""
        self.pace = pace
        self._owed_from(self._clock())

    def restart(self) -> None:
        """Owe nothing from before; called where a rest ends."""
        self.rate = 0.0
        self._owed_from(self._clock())
        self._rate_start, self._rate_steps = self._clock(), 0

    @property
    def chunk(self) -> int:
        """The steps that fit CHUNK_SECONDS."""
        return self._chunk

    def due(self) -> int:
        """Steps to take now: at most a chunk at a pace, a stretch of chunks flat out."""
        if self.pace is None:
            return STRETCH_CHUNKS * self._chunk
        now = self._clock()
        most = 1 + self.pace * _BACKLOG_SECONDS
        if self._owed(now) > most:
            self._owed_from(now, most)
        return min(self._chunk, int(self._owed(now)))

    def wait(self) -> float:
        """Seconds to sleep before a step is due; 0 where one is."""
        if self.pace is None or self.due() > 0:
            return 0.0
        return max(WAKE_SECONDS, (1 - self._owed(self._clock())) / self.pace)

    def took(self, steps: int, seconds: float) -> None:
        """Learn from a chunk that was taken."""
        self._done += steps
        # The cheapest of late: what the others took longer they spent waiting for a core or the interpreter's lock.
        self._costs.append(max(seconds, 1e-6) / steps)
        fitting = CHUNK_SECONDS / min(self._costs)
        # Short chunks tell little of a step's cost: grow by doubling.
        self._chunk = max(1, int(min(fitting, 2 * max(steps, self._chunk))))
        self._rate_steps += steps
        elapsed = self._clock() - self._rate_start
        if elapsed >= _RATE_SECONDS:
            self.rate = self._rate_steps / elapsed
            self._rate_start, self._rate_steps = self._clock(), 0

    def _owed(self, now: float) -> float:
        return (now - self._start) * (self.pace or 0.0) - self._done

    def _owed_from(self, now: float, owed: float = 0.0) -> None:
        self._start, self._done = now, 0
        if owed and self.pace:
            self._start -= owed / self.pace
