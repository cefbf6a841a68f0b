"""What is said of a dictionary: what was planted in it, nothing about training, and not a list of thousands."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from superviz.cli.crowd_lines import crowd_lines, length_digest
from superviz.core.experiment import Experiment
from superviz.core.geometry import feature_dimensionality
from superviz.core.snapshot import Snapshot
from superviz.session.recording import Recording


@pytest.fixture
def W() -> np.ndarray:
    rng = np.random.default_rng(0)
    made = rng.normal(size=(40, 300)).astype(np.float32)
    made[:, 8] = -made[:, 7] * 2
    made[:, 100] = made[:, 20] + 0.05 * made[:, 21]
    made[:, 30:33] = 0.0
    return made / np.maximum(np.linalg.norm(made, axis=0), 1e-9)


@pytest.fixture
def session(W: np.ndarray, tmp_path: Path) -> Path:
    path = tmp_path / "dictionary.superviz"
    experiment = Experiment(n_features=300, n_hidden=40, bias=False)
    recording = Recording.create(experiment, path, title="SAE", origin="imported", described=False)
    recording.append(Snapshot(0, W[None], np.zeros((1, 300), np.float32)))
    recording.close()
    return path


def test_lengths_in_a_few_words() -> None:
    assert length_digest([1.2, 0.4, 0.98]) == "0.40 to 1.20, median 0.98"
    assert length_digest([1.0, None, 1.001]) == "all 1.00"
    assert length_digest([None, None]) == "not finite"


def test_the_planted_pairs_stand_out(W: np.ndarray) -> None:
    used, near, opposite = crowd_lines(W, feature_dimensionality(W).tolist())
    assert used == f"{feature_dimensionality(W).sum():,.1f} of 40 dimensions used; 3 of 300 features are dead"
    assert near.startswith("nearest to each other: 21 and 101, 3°; ")
    assert opposite.startswith("most opposite: 8 and 9, 180°; ")


def test_where_nothing_is_opposite_nothing_is_said_of_it() -> None:
    lines = crowd_lines(np.eye(3, dtype=np.float32), [1.0, 1.0, None])
    assert lines == ["2.0 of 3 dimensions used; 0 of 3 features are dead"]


def test_for_people(superviz, session: Path) -> None:
    said = superviz("describe", session).out
    assert "SAE: 300 features in 40 dimensions, step 0" in said
    assert "What they were trained on isn't known, so no loss can be worked out." in said
    assert "most opposite: 8 and 9, 180°" in said
    assert "0.00 to 1.00, median 1.00" in said
    assert len(said.splitlines()) < 10
    for claim in ("active", "Loss", "0.05", "seed"):
        assert claim not in said


def test_for_programs_all_of_it(superviz, session: Path, W: np.ndarray) -> None:
    described = json.loads(superviz("describe", session, "--json").out)
    (instance,) = described["instances"]
    assert described["loss"] is None
    assert instance["weight_norms"] == pytest.approx(np.linalg.norm(W, axis=0).tolist(), abs=1e-5)
    assert len(instance["feature_dimensionality"]) == 300
    for unknown in ("loss", "feature_probability", "importance", "activity", "seed"):
        assert instance[unknown] is None
    known = {field: value for field, value in described["experiment"].items() if value is not None}
    assert known == {"n_features": 300, "n_hidden": 40, "n_instances": 1}
