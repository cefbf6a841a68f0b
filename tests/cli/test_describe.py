"""`superviz describe`: the object is exactly the product's, and its numbers are those of the weights."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path

import numpy as np
import pytest

from superviz.core.candidates import Candidate
from superviz.core.experiment import Experiment
from superviz.core.snapshot import Snapshot, frozen
from superviz.engine import evaluation
from superviz.session.recording import Recording

KEYS = [
    "index", "loss", "feature_probability", "weight_norms", "bias", "importance",
    "frobenius_norm_squared", "feature_dimensionality", "geometry", "seed", "activity", "polysemanticity",
]  # fmt: skip


def test_the_object(superviz, small_session: Path) -> None:
    said = superviz("describe", small_session, "--json")
    assert (said.status, said.err) == (0, "")
    described = json.loads(said.out)
    run = Recording.open(small_session)
    last = run.snapshots[-1]
    assert list(described) == ["step", "loss", "backend", "experiment", "instances"]
    assert (described["step"], described["loss"], described["backend"]) == (600, "mean over features", "numba")
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
        assert (instance["seed"], instance["activity"]) == (0, [0.05] * 5)
        sizes = np.abs(W)
        mixed = sizes.sum(axis=1) ** 2 / (sizes**2).sum(axis=1)
        np.testing.assert_allclose(instance["polysemanticity"], mixed, rtol=1e-5)
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
    assert re.fullmatch(r"Lowest loss: instance [01]\. Loss is the mean over features, on a fixed batch\.", last)


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


def rows_of(table: str) -> dict[str, list[str]]:
    """The table's rows by instance, their columns parted by two spaces or more."""
    rows = [re.split(r" {2,}", line.strip()) for line in table.splitlines()[1:]]
    return {row[0]: row[1:] for row in rows}


def record(path: Path, experiment: Experiment, losses: list[float] | None = None, **options) -> None:
    """One keyframe at step 10, whose weights are those of the identity in each instance, and its losses."""
    W = np.broadcast_to(np.eye(experiment.n_hidden, experiment.n_features), (experiment.n_instances, 2, 4))
    W_out = None if experiment.is_tied else frozen(W)
    recording = Recording.create(experiment, path, **options)
    if losses is not None:
        values = np.array([losses], dtype=np.float32)
        recording.append_losses(values, None if experiment.training_set is None else values)
    recording.append(Snapshot(10, frozen(W), frozen(np.zeros((experiment.n_instances, 4))), W_out))
    recording.close()


def test_a_sum_over_features_is_n_times_the_mean(superviz, tmp_path: Path) -> None:
    mean = Experiment(n_features=4, n_hidden=2)
    described = {}
    for experiment in (mean, mean.changed(loss_over_features="sum"), mean.changed(l1_penalty=0.01)):
        record(tmp_path / "r.superviz", experiment, force=True)
        found = json.loads(superviz("describe", "r.superviz", "--json").out)
        described[found["loss"]] = found["instances"][0]["loss"]
        assert f"Loss is the {found['loss']}, on a fixed batch." in superviz("describe", "r.superviz").out
    assert described["sum over features"] == pytest.approx(4 * described["mean over features"], rel=1e-5)
    # h is the first two features, each active 5 % of the time and half on average.
    assert described["mean over features + L1"] - described["mean over features"] == pytest.approx(0.0005, rel=0.05)


def test_how_often_features_are_active_whatever_p_stands_for(superviz, tmp_path: Path) -> None:
    record(tmp_path / "r.superviz", Experiment(n_features=4, n_hidden=2, distribution="hierarchical"))
    described = json.loads(superviz("describe", "r.superviz", "--json").out)
    assert described["instances"][0]["feature_probability"] == [0.05] * 4
    assert described["instances"][0]["activity"] == pytest.approx([0.05, 0.0025, 0.05, 0.0025])
    rows = rows_of(superviz("describe", "r.superviz").out)
    assert rows["instance"][0] == "active"
    assert rows["0"][0] == "0.0025 to 0.05"


def test_an_untied_models_loss_is_that_of_its_two_matrices(superviz, tmp_path: Path) -> None:
    """Two neurons that each see one side of a feature: none of the four but the first is told at all."""
    experiment = Experiment(n_features=4, n_hidden=2, model="absolute_value", signed=True, feature_probability=1.0)
    recording = Recording.create(experiment, tmp_path / "u.superviz")
    W = np.array([[[1.0, 0, 0, 0], [-1, 0, 0, 0]]])
    recording.append(Snapshot(0, frozen(W), frozen(np.zeros((1, 4))), frozen(np.abs(W))))
    recording.close()
    (instance,) = json.loads(superviz("describe", "u.superviz", "--json").out)["instances"]
    assert instance["loss"] == pytest.approx(3 / 4 / 3, rel=0.01)
    assert instance["polysemanticity"] == [1.0, 1.0]


def test_a_finite_training_set_has_two_losses(superviz, tmp_path: Path) -> None:
    experiment = Experiment(n_features=4, n_hidden=2, n_instances=2, training_set=8)
    record(tmp_path / "t.superviz", experiment, losses=[0.00125, 0.5])
    described = json.loads(superviz("describe", "t.superviz", "--json").out)
    assert [instance["training_loss"] for instance in described["instances"]] == [0.00125, 0.5]
    said = superviz("describe", "t.superviz").out
    rows = rows_of(said)
    assert rows["instance"][:3] == ["p", "training loss", "test loss"]
    assert rows["0"][:2] == ["0.05", "0.001250"]
    assert float(rows["0"][2]) == pytest.approx(described["instances"][0]["loss"], rel=1e-3)
    assert said.splitlines()[-1] == (
        "Lowest test loss: instance 0. Loss is the mean over features; "
        "the test loss is on fresh samples, a fixed batch of them."
    )


def test_before_the_first_bucket_there_is_no_training_loss(superviz, tmp_path: Path) -> None:
    record(tmp_path / "t.superviz", Experiment(n_features=4, n_hidden=2, training_set=8))
    (instance,) = json.loads(superviz("describe", "t.superviz", "--json").out)["instances"]
    assert instance["training_loss"] is None
    assert superviz("describe", "t.superviz").status == 0


def test_a_noise_free_loss_comes_with_its_error(superviz, tmp_path: Path) -> None:
    """What is exact: two of four features are told perfectly, of the others nothing, so p / 3 each is lost."""
    record(tmp_path / "q.superviz", Experiment(n_features=4, n_hidden=2, model="linear", noise_free=True))
    (instance,) = json.loads(superviz("describe", "q.superviz", "--json").out)["instances"]
    assert instance["loss"] == pytest.approx(2 / 4 * 0.05 / 3, rel=1e-5)
    assert 0 <= instance["quadrature_error"] < 1e-6
    last = superviz("describe", "q.superviz").out.splitlines()[-1]
    assert re.fullmatch(
        r".* Loss is the expected mean over features; training sees it by quadrature, within .*\.", last
    )


TRIED = (
    (
        Candidate(4, 0.02, ""),
        Candidate(5, 0.0125, "Two digons"),
        Candidate(6, math.inf, ""),
        Candidate(7, 0.015, "Two digons"),
        Candidate(8, 0.0175, "Two digons"),
    ),
    (Candidate(9, 0.25, "Two digons"),),
)


def test_what_became_of_the_other_seeds(superviz, tmp_path: Path) -> None:
    experiment = Experiment(n_features=4, n_hidden=2, n_instances=2, seed=[5, 9])
    record(tmp_path / "b.superviz", experiment, candidates=TRIED)
    first, second = json.loads(superviz("describe", "b.superviz", "--json").out)["instances"]
    assert (first["seed"], second["seed"]) == (5, 9)
    assert first["candidates"][:3] == [
        {"seed": 4, "loss": 0.02, "shape": None},
        {"seed": 5, "loss": 0.0125, "shape": "Two digons"},
        {"seed": 6, "loss": None, "shape": None},
    ]
    assert len(second["candidates"]) == 1
    lines = superviz("describe", "b.superviz").out.splitlines()
    assert lines[-3:-1] == [
        "instance 0: kept seed 5, the best of 5 (loss 0.0125, Two digons); the others: 2 Two digons, "
        "1 no shape with a name, 1 diverged",
        "instance 1: kept seed 9, the best of 1 (loss 0.25, Two digons)",
    ]


def test_where_no_seeds_were_tried_nothing_is_said_of_them(superviz, small_session: Path) -> None:
    described = json.loads(superviz("describe", small_session, "--json").out)
    assert all("candidates" not in instance for instance in described["instances"])
    assert "best of" not in superviz("describe", small_session).out


def test_a_loss_beyond_all_numbers_is_none_in_json_and_last_in_the_table(
    superviz, small_session: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    losses = np.array([np.inf, 3.0], dtype=np.float32)
    monkeypatch.setattr(evaluation, "evaluation_loss", lambda *_: losses)
    described = json.loads(superviz("describe", small_session, "--json").out, parse_constant=pytest.fail)
    assert [instance["loss"] for instance in described["instances"]] == [None, 3.0]
    assert "Lowest loss: instance 1." in superviz("describe", small_session).out


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
