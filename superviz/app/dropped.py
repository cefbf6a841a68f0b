"""Dropped: what is dragged over the window, and what would become of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QMimeData

from superviz.core.recipe_string import is_recipe_string

_KINDS = {
    ".superviz": "A session: shown as it was left, at rest",
    ".toml": "A recipe: trained from its random start",
    ".npz": "Weights: shown once you have said how they lie",
    ".npy": "Weights: shown once you have said how they lie",
    ".safetensors": "Weights: shown once you have said how they lie",
}
_CONVERTIBLE = {".pt", ".pth"}
"""Torch's own: the reader refuses them, and says how they are turned into something else."""
_OPENABLE = "superviz opens sessions (.superviz), recipes (.toml) and weights (.npz, .npy, .safetensors)"


@dataclass(frozen=True, slots=True)
class Dropped:
    """A file, or a recipe string, or neither."""

    heading: str
    """What will be done, or what can't be."""
    words: str
    """What that means, or why."""
    path: Path | None = None
    recipe: str = ""

    @property
    def refused(self) -> bool:
        """Whether nothing can be done with it."""
        return self.path is None and not self.recipe

    @property
    def line(self) -> str:
        """Why it is refused, in one line that names it."""
        return f"{self.heading}: {self.words}"


def read(data: QMimeData) -> Dropped | None:
    """What is dragged; None for text that has nothing to do with superviz."""
    if data.hasUrls():
        urls = data.urls()
        if len(urls) > 1:
            return Dropped(f"{len(urls)} files", "superviz opens one at a time")
        if not urls or not urls[0].isLocalFile():
            return Dropped(urls[0].toDisplayString() if urls else "This", "not a file on this machine")
        return _file(Path(urls[0].toLocalFile()))
    if data.hasText() and is_recipe_string(data.text()):
        return Dropped("Open this recipe", _KINDS[".toml"], recipe=data.text())
    return None


def _file(path: Path) -> Dropped:
    ending = path.suffix.lower()
    if ending in _CONVERTIBLE:
        return Dropped(
            f"Open {path.name}", "Weights in torch’s own kind of file: superviz says how to convert it", path
        )
    if ending not in _KINDS or path.is_dir():
        return Dropped(path.name or str(path), _OPENABLE)
    return Dropped(f"Open {path.name}", _KINDS[ending], path)
