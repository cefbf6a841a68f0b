"""A sink that keeps everything, to see what a runner hands on."""

from __future__ import annotations

import threading
from collections.abc import Callable

import numpy as np
import pytest

from superviz.core.snapshot import Array, Checkpoint, Edit, Snapshot


class KeepingSink:
    """Everything in the order it came; `on_live` is called with the number of live snapshots so far."""

    def __init__(self) -> None:
        self.keyframes: list[Snapshot] = []
        self.losses: list[Array] = []
        self.edits: list[Edit] = []
        self.checkpoints: list[Checkpoint] = []
        self.live: list[Snapshot] = []
        self.threads: set[int] = set()
        self.on_live: Callable[[Snapshot], None] = lambda snapshot: None

    def append(self, snapshot: Snapshot) -> None:
        self.threads.add(threading.get_ident())
        self.keyframes.append(snapshot)

    def append_losses(self, losses: Array) -> None:
        self.losses.append(losses)

    def append_edit(self, edit: Edit) -> None:
        self.edits.append(edit)

    def append_checkpoint(self, checkpoint: Checkpoint) -> None:
        self.checkpoints.append(checkpoint)

    def show_live(self, snapshot: Snapshot) -> None:
        self.live.append(snapshot)
        self.on_live(snapshot)

    def record(self) -> tuple[list[tuple[int, bytes, bytes]], bytes]:
        """What is recorded for good: keyframes and the loss series, as bytes."""
        return (
            [(frame.step, frame.W.tobytes(), frame.b.tobytes()) for frame in self.keyframes],
            np.concatenate(self.losses).tobytes(),
        )


@pytest.fixture
def sink() -> KeepingSink:
    return KeepingSink()


@pytest.fixture
def make_sink() -> type[KeepingSink]:
    return KeepingSink
