"""TrainingThread: runs a Runner off the GUI thread and tells of its changes of state, never of its data."""

from __future__ import annotations

import os

from PySide6.QtCore import QObject, QThread, Signal

from superviz.engine.auto import make_trainer
from superviz.engine.devices import Device
from superviz.engine.keyframes import KeyframePolicy
from superviz.engine.runner import STACK_BYTES, Runner, RunState
from superviz.session.recording import Recording


class TrainingThread(QThread):
    """One run of training. `runner` takes the commands, from any thread."""

    state_changed = Signal(object, object, str)
    """The Runner, its RunState and one line for people, or "". Told later: by then another run may be shown."""

    def __init__(
        self,
        recording: Recording,
        *,
        pace: float | None,
        paused: bool,
        device: Device = "auto",
        parent: QObject | None = None,
    ) -> None:
        """Raises SupervizError where that experiment can't be trained."""
        super().__init__(parent)
        self.setObjectName("training")
        self.setStackSize(STACK_BYTES)
        self._recording = recording
        experiment = recording.experiment_at(recording.live_step)
        self._trainer = make_trainer(experiment, device, checkpoint=recording.checkpoint, threads=spare_cores())
        self.runner = Runner(
            self._trainer,
            [recording],
            pace=pace,
            paused=paused,
            stay=True,
            keyframes=KeyframePolicy(recording.last_keyframe, recording.keyframe_count),
            on_state=self._tell,
        )

    def run(self) -> None:
        """Called by QThread.start() on the new thread."""
        self.runner.run()

    def stop(self) -> None:
        """Stop at the next step boundary and wait: a few milliseconds, or until a compilation is through. For good."""
        self.runner.stop()
        self.wait()
        # They hold each other: the recording's journal would stay until the garbage collector comes by.
        del self.runner, self._trainer, self._recording

    def _tell(self, state: RunState, message: str) -> None:
        if state is RunState.RUNNING and self._trainer.backend != self._recording.backend:
            self._recording.note_backend(self._trainer.backend)  # known since it was prepared
        self.state_changed.emit(self.runner, state, message)


def spare_cores() -> int:
    """How many threads may train: one core is left to the window, since a frame that waits for one is a frame late."""
    return max(1, (os.cpu_count() or 1) - 1)
