"""`superviz describe`: the object is exactly the product's, and its numbers are those of the weights."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from superviz.core.experiment import Experiment
from superviz.session.recording import Recording

KEYS = [
    "index", "loss", "feature_probability", "weight_norms", "bias", "importance",
    "frobenius_norm_squared", "feature_dimensionality", "geometry",
]  # fmt: skip


def test_the_object(superviz, small_session: Path) -> None:
    said = superviz("describe", small_session, "--json")
    assert (said.status, said.err) == (0, "")
    described = json.loads(said.out)
    run = Recording.open(small_session)
    last = run.snapshots[-1]
    assert list(described) == ["step", "experiment", "instances"]
    assert described["step"] == 600
    assert Experiment(**described["experiment"]) == run.experiment
    assert [instance["index"] for instance in described["instances"]] == [0, 1]
    for instance, W, b in zip(described["instances"], last.W.astype(np.float64), last.b, strict=True):
        assert list(instance) == KEYS
        norms = np.linalg.norm(W, axis=0)
        np.testing.assert_allclose(instance["weight_norms"], norms, rtol=1e-5)
        np.testing.assert_allclose(instance["bias"], b, rtol=1e-6)
        assert instance["frobenius_norm_squared"] == pytest.approx((W**2).sum(), rel=1e-5)
        overlaps = ((W / norms).T @ W) ** 2
        np.testing.assert_allclose(instance["feature_dimensionality"], norms**2 / overlaps.sum(axis=1), rtol=1e-4)
        assert instance["feature_probability"] == [0.05] * 5
        assert instance["importance"] == [1.0] * 5
        assert 0 < instance["loss"] < 0.1
        assert instance["geometry"] is None or isinstance(instance["geometry"], str)


def test_the_loss_is_the_mean_squared_error_of_fresh_samples(superviz, small_session: Path) -> None:
    """Against a plain numpy forward pass over samples of its own."""
    last = Recording.open(small_session).snapshots[-1]
    random = np.random.default_rng(0)
    x = np.maximum(0, 1 - random.random((400_000, 5)) / 0.05)
    described = json.loads(superviz("describe", small_session, "--json").out)
    for instance, W, b in zip(described["instances"], last.W, last.b, strict=True):
        loss = ((np.maximum(0, x @ W.T @ W + b) - x) ** 2).mean()
        assert instance["loss"] == pytest.approx(loss, rel=0.03)


def test_any_kept_step_can_be_described(superviz, small_session: Path) -> None:
    steps = [snapshot.step for snapshot in Recording.open(small_session).snapshots]
    for step in (steps[0], steps[len(steps) // 2], steps[-1]):
        assert json.loads(superviz("describe", small_session, "--step", step, "--json").out)["step"] == step


def test_a_step_that_was_not_kept_is_told_with_its_neighbours(superviz, small_session: Path) -> None:
    steps = [snapshot.step for snapshot in Recording.open(small_session).snapshots]
    missing = next(step for step in range(1, 600) if step not in steps)
    below, above = max(step for step in steps if step < missing), min(step for step in steps if step > missing)
    said = superviz("describe", small_session, "--step", missing)
    assert said.status == 2
    assert f"step {missing} were not kept; the nearest kept are at {below} and {above}" in said.line
    beyond = superviz("describe", small_session, "--step", 601)
    assert "from 0 to 600" in beyond.line


def test_the_table_for_people(superviz, small_session: Path) -> None:
    said = superviz("describe", small_session)
    assert said.status == 0
    title, header, *rows, last = said.out.splitlines()
    assert title == "small.superviz: 5 features in 2 dimensions, step 600"
    assert header.split() == ["instance", "p", "loss", "‖W‖²", "shape", "lengths"]
    assert [row.split()[0] for row in rows] == ["0", "1"]
    assert last.startswith("Lowest loss: instance ")


def test_one_is_singular_and_a_tiny_loss_is_told_from_none(superviz, tmp_path: Path) -> None:
    (tmp_path / "one.toml").write_text("n_features = 1\nn_hidden = 1\nbatch_size = 16\nimportance = [1e-9]\n")
    assert superviz("train", "one.toml", "-o", "one.superviz", "--steps", 5).status == 0
    said = superviz("describe", "one.superviz").out
    assert "1 feature in 1 dimension, step 5" in said
    (row,) = (line.split() for line in said.splitlines() if line.split()[:1] == ["0"])
    assert float(row[2]) > 0


def test_every_feature_a_probability_of_its_own(superviz, tmp_path: Path) -> None:
    (tmp_path / "r.toml").write_text(
        "n_features = 2\nn_hidden = 1\nsteps = 10\nbatch_size = 8\nfeature_probability = [[0.1, 0.5]]\n"
    )
    superviz("train", "r.toml", "-o", "r.superviz")
    assert "0.1 to 0.5" in superviz("describe", "r.superviz").out
    (instance,) = json.loads(superviz("describe", "r.superviz", "--json").out)["instances"]
    assert instance["feature_probability"] == [0.1, 0.5]


@pytest.mark.parametrize(
    ("name", "content"), [("nowhere.superviz", None), ("text.superviz", b"hello"), ("empty.superviz", b"")]
)
def test_what_is_no_session_is_named(superviz, tmp_path: Path, name: str, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    said = superviz("describe", name)
    assert said.status == 2
    assert said.line.startswith(f"superviz: {name}: ")
    assert said.out == ""
