"""What a command is given to work on: a recipe, or a recorded run."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from superviz.core.recipe import Recipe
    from superviz.core.snapshot import Snapshot
    from superviz.session.recording import Recording


def open_source(name: str) -> Recipe | Recording:
    """The preset of that name, the recipe in that .toml file or recipe string, or the run in that session.

    Raises SupervizError.
    """
    from superviz.core.paths import is_there
    from superviz.core.recipe import load_recipe, preset_paths
    from superviz.core.recipe_string import is_recipe_string
    from superviz.exchange.weights_file import is_weights

    path = Path(name)
    if path.suffix.lower() == ".toml" or name in preset_paths() or is_recipe_string(name):
        return load_recipe(name)
    is_file = path.suffix.lower() == ".superviz" or is_weights(path) or is_there(path)
    return open_run(path) if is_file else load_recipe(name)


@contextmanager
def opened(name: str) -> Generator[Recipe | Recording]:
    """What `open_source` finds there, for as long as the context is open. Raises SupervizError."""
    from superviz.core.recipe import Recipe

    found = open_source(name)
    try:
        yield found
    finally:
        if not isinstance(found, Recipe):
            found.close()


def open_run(path: Path) -> Recording:
    """The run in that session, to be read. Raises SessionError, and WeightsError for a file of weights alone."""
    from superviz.core.errors import WeightsError
    from superviz.core.paths import is_there
    from superviz.exchange.weights_file import is_weights
    from superviz.session.recording import Recording

    if is_weights(path) and is_there(path):
        raise WeightsError(f"{path}: weights and no run; make one of them with superviz import {path} -o RUN.superviz")
    return Recording.open(path)


def kept_snapshot(recording: Recording, step: int | None) -> Snapshot:
    """The weights at that step, or the last ones. Raises SessionError, naming the nearest steps that were kept.

    So it does where there are none: whoever wrote the run was stopped before anything of it had reached the disk.
    """
    from superviz.core.errors import SessionError

    snapshots = recording.snapshots
    if not snapshots:
        raise SessionError(f"{recording.path}: nothing is recorded in it yet")
    if step is None:
        return snapshots[-1]
    after = bisect_left(snapshots, step, key=lambda snapshot: snapshot.step)  # the run may be long: few are read
    if after < len(snapshots) and snapshots[after].step == step:
        return snapshots[after]
    first = max(0, min(after, len(snapshots) - 1) - 1)
    nearest = [f"{snapshots[index].step:,}" for index in range(first, min(first + 2, len(snapshots)))]
    raise SessionError(
        f"{recording.path}: the weights at step {step:,} were not kept; the nearest kept are at "
        f"{' and '.join(nearest)}, of {len(snapshots):,} from {snapshots[0].step:,} to {snapshots[-1].step:,}"
    )
