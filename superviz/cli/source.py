"""What a command is given to work on: a recipe, or a recorded run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from superviz.core.recipe import Recipe
    from superviz.core.snapshot import Snapshot
    from superviz.session.recording import Recording


def open_source(name: str) -> Recipe | Recording:
    """The preset of that name, the recipe in that .toml file, or the run in that session. Raises SupervizError."""
    from superviz.core.recipe import load_recipe, preset_paths

    path = Path(name)
    if path.suffix.lower() == ".toml" or name in preset_paths():
        return load_recipe(name)
    return open_run(path) if path.exists() or path.suffix == ".superviz" else load_recipe(name)


def open_run(path: Path) -> Recording:
    """The run in that session, to be read. Raises SessionError."""
    from superviz.session.recording import Recording

    return Recording.open(path)


def kept_snapshot(recording: Recording, step: int | None) -> Snapshot:
    """The weights at that step, or the last ones. Raises SessionError, naming the nearest steps that were kept."""
    from superviz.core.errors import SessionError

    snapshots = recording.snapshots
    if step is None:
        return snapshots[-1]
    steps = [snapshot.step for snapshot in snapshots]
    if step in steps:
        return snapshots[steps.index(step)]
    nearest = sorted(sorted(steps, key=lambda kept: abs(kept - step))[:2])
    raise SessionError(
        f"{recording.path}: the weights at step {step:,} were not kept; the nearest kept are at "
        f"{' and '.join(f'{kept:,}' for kept in nearest)}, of {len(steps)} from {steps[0]:,} to {steps[-1]:,}"
    )
