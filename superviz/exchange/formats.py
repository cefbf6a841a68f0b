"""The formats that a run is written in for other programs: a row each, from which the window makes its menu."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from superviz.core.errors import ExportError
from superviz.core.recipe import Recipe
from superviz.exchange.history import HISTORY_ENDING, Progress, write_history
from superviz.exchange.recipe_file import RECIPE_ENDING, write_recipe
from superviz.exchange.script import SCRIPT_ENDING, write_script
from superviz.exchange.weights import WEIGHT_FORMATS, write_weights
from superviz.session.recording import Recording


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be written, and where to."""

    recording: Recording
    recipe: Recipe | Recording
    """What its recipe is: its own, or where something is tried out in its place, that."""
    position: float
    """The position in steps that is looked at."""
    path: Path
    force: bool = False
    """Whether a file that is there already is replaced."""
    progress: Progress = lambda done, total: None
    """Told how much is done, and of how much. It may raise, to call the writing off."""


@dataclass(frozen=True, slots=True)
class Format:
    """Something that a run can be written as."""

    name: str
    deed: str
    """What a person does: "Export weights"."""
    files: str
    """What such files are called: "Weights"."""
    endings: tuple[str, ...]
    """Of a file's name, the first of them where none is given."""
    write: Callable[[Order], str]
    """Writes it; returns what there is to say of it, "" for nothing. Raises SupervizError, leaving no file."""


def _weights(order: Order) -> str:
    """Those that were kept last before the position."""
    snapshots = order.recording.snapshots
    if not snapshots:
        raise ExportError("nothing is recorded yet, so there are no weights to write; wait a moment")
    after = bisect_right(snapshots, order.position, key=lambda snapshot: snapshot.step)
    snapshot = snapshots[max(0, after - 1)]
    write_weights(snapshot, order.path, force=order.force)
    return f"the weights at step {snapshot.step:,}"


def _history(order: Order) -> str:
    write_history(order.recording, order.path, force=order.force, progress=order.progress)
    return ""


def _recipe(order: Order) -> str:
    write_recipe(order.recipe, order.path, force=order.force)
    return ""


def _script(order: Order) -> str:
    write_script(order.recipe, order.path, force=order.force)
    return f"python {order.path.name} trains it"


FORMATS: dict[str, Format] = {
    row.name: row
    for row in (
        Format("weights", "Export weights", "Weights", tuple(WEIGHT_FORMATS), _weights),
        Format("history", "Export history", "Tables", (HISTORY_ENDING,), _history),
        Format("recipe", "Save recipe as", "Recipes", (RECIPE_ENDING,), _recipe),
        Format("script", "Export PyTorch script", "Python scripts", (SCRIPT_ENDING,), _script),
    )
}
