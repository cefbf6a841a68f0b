"""TrainingThread: runs a Runner off the GUI thread and tells of its changes of state, never of its data."""

from __future__ import annotations

import os

from PySide6.QtCore import QObject, QThread, Signal

from superviz.engine.keyframes import KeyframePolicy
from superviz.engine.runner import STACK_BYTES, Runner
from superviz.engine.trainer import Trainer
from superviz.session.recording import Recording


class TrainingThread(QThread):
    """One run of training. `runner` takes the commands, from any thread."""

    state_changed = Signal(object, str)
    """RunState and one line for people, or ""."""

    def __init__(
        self, recording: Recording, *, pace: float | None, paused: bool, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("training")
        self.setStackSize(STACK_BYTES)
        checkpoint = recording.checkpoint
        experiment = recording.experiment_at(recording.live_step)
        # One core is left to the window: a frame that waits for a core is a frame late.
        spare_cores = max(1, (os.cpu_count() or 1) - 1)
        self.runner = Runner(
            Trainer(experiment, checkpoint=checkpoint, threads=spare_cores),
            [recording],
            pace=pace,
            paused=paused,
            stay=True,
            keyframes=KeyframePolicy(recording.last_keyframe, recording.keyframe_count),
            on_state=self.state_changed.emit,
        )

    def run(self) -> None:
        """Called by QThread.start() on the new thread."""
        self.runner.run()

    def stop(self) -> None:
        """Stop at the next step boundary and wait: a few milliseconds, or until a compilation is through."""
        self.runner.stop()
        self.wait()
