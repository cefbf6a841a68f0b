"""Look: what a person changes about how the session is looked at; never what it is."""

from __future__ import annotations

from superviz.app.stage import Stage
from superviz.session.display import DisplaySettings

ALL_BUT_VECTORS = frozenset({"toolbar", "recipe", "strip", "interference", "neurons", "timeline"})
SMALLEST_TEXT, LARGEST_TEXT = 0.8, 2.0


class Look:
    """Commands over the stage's display settings."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    def toggle(self, name: str) -> None:
        """Flip a display setting."""
        self._stage.change_display(**{name: not getattr(self._stage.display, name)})

    def toggle_theme(self) -> None:
        """Dark or light."""
        self._stage.change_display(theme="light" if self._stage.display.theme == "dark" else "dark")

    def scale_text(self, by: float) -> None:
        """Larger or smaller text, for the back row."""
        scale = self._stage.display.text_scale + by
        self._stage.change_display(text_scale=min(LARGEST_TEXT, max(SMALLEST_TEXT, scale)))

    def reset_camera(self) -> None:
        """The vectors as they were first shown."""
        fresh = DisplaySettings()
        self._stage.change_display(zoom=fresh.zoom, pan=fresh.pan, azimuth=fresh.azimuth, elevation=fresh.elevation)

    def toggle_panel(self, name: str) -> None:
        """Hide a panel, or show it."""
        self._stage.change_display(hidden_panels=self._stage.display.hidden_panels ^ {name})

    def shows_panel(self, name: str) -> bool:
        """Whether a panel is not hidden."""
        return name not in self._stage.display.hidden_panels

    @property
    def shows_only_vectors(self) -> bool:
        """Whether all else is hidden."""
        return self._stage.display.hidden_panels >= ALL_BUT_VECTORS

    def toggle_only_vectors(self) -> None:
        """Nothing but the vectors, or everything."""
        self._stage.change_display(hidden_panels=frozenset() if self.shows_only_vectors else ALL_BUT_VECTORS)

    def show_instance(self, by: int) -> None:
        """The next instance, or the one before."""
        count = self._stage.shown.experiment.n_instances
        self._stage.change_display(instance=min(count - 1, max(0, self._stage.display.instance + by)))

    def select_next_feature(self) -> None:
        """Feature after feature, in every view."""
        pinned = self._stage.display.pinned_feature
        self._stage.pin(0 if pinned is None else (pinned + 1) % self._stage.shown.experiment.n_features)
