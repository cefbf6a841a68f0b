"""Shot: one view of one instance of a recording, at a size and in a theme; a scene for any position."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral

import numpy as np

from superviz.core.errors import ExportError
from superviz.core.experiment import Experiment
from superviz.core.snapshot import Snapshot
from superviz.scene.drawables import Scene
from superviz.scene.frames import FRAMES
from superviz.scene.naming import name_arrangement
from superviz.scene.palette import PALETTES
from superviz.session.display import Theme
from superviz.session.recording import Recording
from superviz.session.timeline import TimelineReader


class Shot:
    """The recording as it is now: what is appended to it later isn't seen.

    `instance` counts from 0; None takes the one of lowest evaluation loss. Raises ExportError for a view or an
    instance that there isn't, and where nothing has been recorded yet.
    """

    def __init__(
        self, recording: Recording, *, view: str, size: tuple[int, int], theme: Theme, instance: int | None = None
    ) -> None:
        if view not in FRAMES:
            raise ExportError(f"view: there is no {view!r}; the views are {', '.join(FRAMES)}")
        if theme not in PALETTES:
            raise ExportError(f"theme: there is no {theme!r}; the themes are {', '.join(PALETTES)}")
        check_instance(recording.experiment, instance)
        self.snapshots: Sequence[Snapshot] = recording.snapshots
        if not self.snapshots:
            raise ExportError(f"{recording.title or 'this run'}: nothing is recorded in it yet; train it first")
        self.instance = _best_instance(recording, self.snapshots[-1]) if instance is None else instance
        self.title = recording.title
        self._recording = recording
        self._build = FRAMES[view]
        self._size = size
        self._palette = PALETTES[theme]
        self._display = recording.display.model_copy(update={"theme": theme, "instance": self.instance})
        self._timeline = TimelineReader(recording, name_arrangement).read(self.instance)

    @property
    def end(self) -> float:
        """The last position there is, in steps."""
        return float(self.snapshots[-1].step)

    def scene(self, position: float) -> Scene:
        """What is to be seen at `position`."""
        moment = self._recording.moment(position, self.instance)
        return self._build(moment, self._timeline, self._display, self._palette, *self._size, self.title)


def check_instance(experiment: Experiment, instance: int | None) -> None:
    """Raises ExportError where `instance`, counted from 0, is one that there isn't."""
    count = experiment.n_instances
    if instance is not None and not (isinstance(instance, Integral) and 0 <= instance < count):
        known = f"the instances are 0 to {count - 1}" if count > 1 else "the one instance is 0"
        raise ExportError(f"instance: there is no {instance!r}; {known}")


def _best_instance(recording: Recording, snapshot: Snapshot) -> int:
    if recording.experiment.n_instances == 1:
        return 0
    # Here, not at the top: with an instance given, nothing of the engine is loaded.
    from superviz.engine.evaluation import evaluation_loss

    losses = evaluation_loss(recording.experiment_at(snapshot.step), snapshot.W, snapshot.b, snapshot.W_out)
    return int(np.argmin(np.where(np.isfinite(losses), losses, np.inf)))
