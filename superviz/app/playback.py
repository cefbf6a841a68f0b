"""Playback: where the playhead stands, and how it moves: following the live head, playing, or held."""

from __future__ import annotations

SPEEDS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
DEFAULT_PACE = 400.0
"""Steps a second at which training and replay are watched unless a recipe says otherwise."""

SLOWEST, FASTEST = 10.0, 100_000.0
"""Steps a second between which the pace is chosen; past the fastest lies flat out."""


class Playback:
    """The playhead of one recording, in steps. Scrubbing never touches training."""

    def __init__(self, pace: float = DEFAULT_PACE) -> None:
        self.position = 0.0
        self.following = True
        self.playing = False
        self.looping = False
        self.speed = 1.0
        self.pace = pace
        """Steps a second at speed 1."""

    def tick(self, seconds: float, live_step: int) -> float:
        """Move on by that much time; the new position."""
        if self.following:
            self.position = float(live_step)
        elif self.playing:
            self.position += seconds * self.pace * self.speed
            if self.position >= live_step:
                self._arrive(live_step)
        return self.position

    def scrub(self, position: float, live_step: int) -> None:
        """Hold the playhead there; at the live head, or past it, it follows."""
        self.following = position >= live_step
        self.playing = False
        self.position = min(max(position, 0.0), float(live_step))

    def follow(self) -> None:
        """Join the live head."""
        self.following, self.playing = True, False

    def toggle_playing(self, live_step: int) -> None:
        """Play from the playhead, from the start where it stands at the end, or hold."""
        if self.playing:
            self.playing = False
            return
        if self.following or self.position >= live_step:
            self.position = 0.0
        self.following, self.playing = False, True

    def _arrive(self, live_step: int) -> None:
        if self.looping:
            self.position = 0.0
        else:
            self.position = float(live_step)
            self.follow()
