"""The history as CSV: the csv module reads back every loss, and what the weights of each keyframe measure."""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from superviz.core.errors import ExportError
from superviz.core.experiment import Experiment
from superviz.core.geometry import frobenius_norm_squared, weight_norms
from superviz.core.snapshot import Snapshot, frozen
from superviz.exchange.history import write_history
from superviz.session.recording import Recording

COLUMNS = ["step", "instance", "loss", "frobenius_norm_squared", "features_represented", "shape"]
ANGLE = np.pi / 2 + 2 * np.pi * np.arange(5) / 5
PENTAGON = np.stack([np.cos(ANGLE), np.sin(ANGLE)])


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_trained_run_comes_back(small_run: Recording, tmp_path: Path) -> None:
    path = tmp_path / "run.csv"
    write_history(small_run, path)
    rows = read(path)
    assert list(rows[0]) == COLUMNS
    order = [(int(row["step"]), int(row["instance"])) for row in rows]
    assert order == sorted(set(order))
    losses, snapshots = small_run.losses, {snapshot.step: snapshot for snapshot in small_run.snapshots}
    assert {step for step, _ in order} == {*losses.steps.tolist(), *snapshots}
    by_step = dict(zip(losses.steps.tolist(), losses.values, strict=True))
    for row in rows:
        step, instance = int(row["step"]), int(row["instance"])
        if step in by_step:
            assert np.float32(row["loss"]) == by_step[step][instance]
        else:
            assert row["loss"] == ""
        if step in snapshots:
            W = snapshots[step].W[instance]
            assert np.float32(row["frobenius_norm_squared"]) == frobenius_norm_squared(W)
            assert int(row["features_represented"]) == (weight_norms(W) >= 0.1).sum()
        else:
            assert row["frobenius_norm_squared"] == row["features_represented"] == row["shape"] == ""


@pytest.fixture
def made_up(tmp_path: Path) -> Recording:
    """A pentagon that is kept at steps 0 and 15, beside losses at 10 and 20, some of them no numbers; a test loss."""
    experiment = Experiment(n_features=5, n_hidden=2, n_instances=2, training_set=5)
    recording = Recording.create(experiment)
    W, b = frozen(np.stack([PENTAGON, 0.01 * PENTAGON])), frozen(np.zeros((2, 5)))
    recording.append(Snapshot(0, W, b))
    recording.append_losses(frozen(np.array([[0.05, np.nan]])), frozen(np.array([[1.0, np.inf]])))
    recording.append(Snapshot(15, W, b))
    recording.append_losses(frozen(np.array([[0.1, 0.2]])), frozen(np.array([[0.3, 0.4]])))
    recording.show_live(Snapshot(20, W, b))
    return recording


def test_what_is_not_known_is_left_empty(made_up: Recording, tmp_path: Path) -> None:
    path = tmp_path / "run.csv"
    write_history(made_up, path)
    lines = path.read_bytes().decode("ascii").split("\r\n")
    assert lines == [
        "step,instance,loss,test_loss,frobenius_norm_squared,features_represented,shape",
        "0,0,,,5.0,5,Pentagon",
        "0,1,,,0.0005,0,All dead",
        "10,0,0.05,1.0,,,",
        "10,1,,inf,,,",
        "15,0,,,5.0,5,Pentagon",
        "15,1,,,0.0005,0,All dead",
        "20,0,0.1,0.3,5.0,5,Pentagon",
        "20,1,0.2,0.4,0.0005,0,All dead",
        "",
    ]


def test_a_shape_that_is_not_certain_has_no_name(tmp_path: Path) -> None:
    recording = Recording.create(Experiment(n_features=5, n_hidden=2))
    recording.append(Snapshot(0, frozen(np.random.default_rng(0).normal(size=(1, 2, 5))), frozen(np.zeros((1, 5)))))
    write_history(recording, tmp_path / "run.csv")
    (row,) = read(tmp_path / "run.csv")
    assert row["shape"] == ""
    assert math.isfinite(float(row["frobenius_norm_squared"]))


class Lazy(Sequence[Snapshot]):
    """Snapshots that are made when they are asked for; remembers how many are still held by whoever asked."""

    def __init__(self, count: int) -> None:
        self._count = count
        self.asked: list[int] = []

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, index):  # type: ignore[override]
        if not 0 <= index < self._count:
            raise IndexError(index)
        self.asked.append(index)
        return Snapshot(10 * index, frozen(PENTAGON[None]), frozen(np.zeros((1, 5))))


def test_snapshots_are_read_once_each_in_order(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    lazy = Lazy(300)
    monkeypatch.setattr(Recording, "snapshots", lazy)
    told: list[tuple[int, int]] = []
    recording = Recording.create(Experiment(n_features=5, n_hidden=2))
    write_history(recording, tmp_path / "run.csv", progress=lambda done, total: told.append((done, total)))
    assert lazy.asked == list(range(300))
    assert told == [(done, 300) for done in range(1, 301)]
    assert len(read(tmp_path / "run.csv")) == 300


def test_calling_it_off_leaves_nothing(small_run: Recording, tmp_path: Path) -> None:
    def call_off(done: int, total: int) -> None:
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_history(small_run, tmp_path / "run.csv", progress=call_off)
    assert list(tmp_path.iterdir()) == []


def test_only_csv_and_nothing_is_replaced_unasked(small_run: Recording, tmp_path: Path) -> None:
    path = tmp_path / "run.csv"
    path.write_text("precious")
    with pytest.raises(ExportError, match="exists already"):
        write_history(small_run, path)
    assert path.read_text() == "precious"
    write_history(small_run, path, force=True)
    assert path.read_text().startswith("step,instance")
    with pytest.raises(ExportError, match=r"unknown ending \.xlsx; end the name in \.csv"):
        write_history(small_run, tmp_path / "run.xlsx")
