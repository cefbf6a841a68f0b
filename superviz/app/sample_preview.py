"""SamplePreview: fifty samples of what the model is shown, drawn anew with every change of how they come about."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from superviz.core.experiment import Experiment
from superviz.core.snapshot import Array
from superviz.engine.sampling import sample
from superviz.scene import samples
from superviz.scene.canvas import Canvas
from superviz.scene.drawables import Scene
from superviz.session.display import DisplaySettings
from superviz.views.plane_painter import paint
from superviz.views.theme import current_palette, scaled

MOST_SAMPLES = 50
_HEIGHT, _COMPACT_HEIGHT = 46, 18


class SamplePreview(QWidget):
    """Features are rows, samples columns. It shows; it isn't operated."""

    captioned = Signal(str)
    """A clause that says what the columns are, for whoever has room for it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._experiment: Experiment | None = None
        self._instance = 0
        self._display = DisplaySettings()
        self._scene: Scene | None = None
        self._height = _HEIGHT
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Samples")

    def show_samples_of(self, experiment: Experiment, instance: int) -> None:
        """Show what that instance of `experiment` is trained on."""
        if (experiment, instance) != (self._experiment, self._instance):
            self._experiment, self._instance = experiment, instance
            self._redraw()

    def show_display(self, display: DisplaySettings) -> None:
        """Show features in the colours they were given there."""
        changed = display.feature_colors != self._display.feature_colors
        self._display = display
        if changed:
            self._redraw()

    def set_compact(self, compact: bool) -> None:
        """Take the smaller form, or the full one; also after a change of text scale."""
        self._height = scaled(_COMPACT_HEIGHT if compact else _HEIGHT)
        self.setFixedHeight(self._height)

    def sizeHint(self) -> QSize:
        return QSize(0, self._height)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._redraw()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.StyleChange:
            self._redraw()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._scene is not None:
            painter = QPainter(self)
            paint(painter, self._scene)
            painter.end()

    def _redraw(self) -> None:
        experiment, instance = self._experiment, self._instance
        if experiment is None:
            return
        shown = first_samples(experiment, instance)
        canvas = Canvas(self.width(), self.height(), current_palette())
        importance = experiment.importance_array()[instance]
        self._scene = samples.build(shown, importance, canvas, self._display, signed=experiment.signed)
        caption = _caption(experiment, shown.shape[1])
        first = samples.shown_features(experiment.n_features, canvas)
        rest = f" The first {first} of {experiment.n_features} features." if first < experiment.n_features else ""
        self.setToolTip(f"What instance {instance + 1} is shown: a row is a feature, a column a sample.{rest}")
        self.setAccessibleDescription(f"{caption}. {self.toolTip()}")
        self.captioned.emit(f"{caption}, {first} features" if rest else caption)
        self.update()


def first_samples(experiment: Experiment, instance: int) -> Array:
    """The first samples that `instance` is trained on, (features, 50), or fewer where its training set is smaller."""
    examples = experiment.training_set
    fewer = {
        "batch_size": MOST_SAMPLES,
        "training_set": None if examples is None else min(examples, MOST_SAMPLES),
    }
    # A sample is the same however many there are beside it.
    return sample(experiment.model_copy(update=fewer), instance, 0)


def _caption(experiment: Experiment, count: int) -> str:
    examples = experiment.training_set
    if examples is None:
        return f"{count} samples"
    if examples > count:
        return f"{count} of {examples:,} examples"
    return "its one example" if count == 1 else f"all {count} examples"
