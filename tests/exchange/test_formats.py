"""The table of formats: each row writes a file of each of its endings, whole or not at all."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from superviz.core.errors import ExportError
from superviz.core.experiment import Experiment
from superviz.core.recipe import load_recipe
from superviz.exchange.formats import FORMATS, Order
from superviz.session.recording import Recording


def endings() -> list[tuple[str, str]]:
    return [(name, ending) for name, row in FORMATS.items() for ending in row.endings]


@pytest.mark.parametrize(("name", "ending"), endings())
def test_each_writes_a_file_and_replaces_none_unasked(
    small_run: Recording, tmp_path: Path, name: str, ending: str
) -> None:
    path = tmp_path / f"run{ending}"
    order = Order(small_run, small_run, 600.0, path)
    FORMATS[name].write(order)
    written = path.read_bytes()
    assert written
    with pytest.raises(ExportError, match="exists already"):
        FORMATS[name].write(order)
    FORMATS[name].write(Order(small_run, small_run, 600.0, path, force=True))
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(("position", "step"), [(0.0, 0), (0.5, 0), (600.0, 600), (9e9, 600)])
def test_weights_are_those_kept_last_before_the_playhead(
    small_run: Recording, tmp_path: Path, position: float, step: int
) -> None:
    path = tmp_path / "w.npz"
    said = FORMATS["weights"].write(Order(small_run, small_run, position, path))
    assert said == f"the weights at step {step}"
    arrays = np.load(path)
    assert arrays["step"].item() == step
    kept = next(snapshot for snapshot in small_run.snapshots if snapshot.step == step)
    np.testing.assert_array_equal(arrays["W"], kept.W)


def test_of_what_is_tried_out_the_recipe_and_the_script_are_that(small_run: Recording, tmp_path: Path) -> None:
    tried = load_recipe("pentagon")
    FORMATS["recipe"].write(Order(small_run, tried, 0.0, tmp_path / "tried.toml"))
    assert load_recipe(tmp_path / "tried.toml").experiment == tried.experiment
    said = FORMATS["script"].write(Order(small_run, tried, 0.0, tmp_path / "tried.py"))
    assert said == "python tried.py trains it"
    assert tried.title in (tmp_path / "tried.py").read_text()


def test_the_history_tells_how_far_it_is(small_run: Recording, tmp_path: Path) -> None:
    told: list[int] = []
    order = Order(
        small_run, small_run, 0.0, tmp_path / "run.csv", progress=lambda done, total: told.append(total - done)
    )
    FORMATS["history"].write(order)
    assert told[-1] == 0


def test_before_the_first_snapshot_there_are_no_weights(tmp_path: Path) -> None:
    recording = Recording.create(Experiment(n_features=5, n_hidden=2))
    with pytest.raises(ExportError, match="nothing is recorded yet"):
        FORMATS["weights"].write(Order(recording, recording, 0.0, tmp_path / "w.npz"))
