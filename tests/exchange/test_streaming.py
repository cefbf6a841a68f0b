"""superviz.record: what a loop of someone's own appends is in the file, soon and whole, and shown for what it is."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import superviz
from superviz.core.errors import SessionError, WeightsError
from superviz.core.experiment import Experiment
from superviz.core.snapshot import Snapshot, frozen
from superviz.session import journal as journals
from superviz.session.recording import Recording

EXAMPLE = Path(__file__).parents[2] / "examples" / "months.py"
RNG = np.random.default_rng(0)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "mine.superviz"


def drift(step: int, shape: tuple[int, ...] = (2, 5)) -> np.ndarray:
    """Weights that turn slowly."""
    start = np.random.default_rng(1).normal(size=shape)
    return (start * np.cos(step / 50) + np.roll(start, 1, axis=-1) * np.sin(step / 50)).astype(np.float32)


def test_what_is_appended_is_in_the_file(path: Path) -> None:
    with superviz.record(path, title="Mine") as recording:
        for step in range(0, 100, 10):
            recording.append(step, drift(step), np.full(5, step / 10), loss=1 / (1 + step))
    opened = superviz.open(path)
    assert (opened.title, opened.origin, opened.described, opened.can_train) == ("Mine", "streamed", False, False)
    assert (opened.keyframe_count, opened.live_step, opened.is_being_written) == (10, 90, False)
    for snapshot in opened.snapshots:
        np.testing.assert_array_equal(snapshot.W, drift(snapshot.step)[None])
        np.testing.assert_array_equal(snapshot.b, np.full((1, 5), snapshot.step / 10, np.float32))
    np.testing.assert_array_equal(opened.losses.steps, np.arange(0, 100, 10))
    np.testing.assert_allclose(opened.losses.values[:, 0], 1 / (1 + opened.losses.steps))
    assert opened.moment(35).loss == pytest.approx(1 / 31)


@pytest.mark.parametrize(("hidden", "dimensions"), [(1, 2), (2, 2), (3, 3), (20, 2)])
def test_three_dimensions_are_shown_as_three(path: Path, hidden: int, dimensions: int) -> None:
    with superviz.record(path, names=["one"]) as recording:
        recording.append(0, drift(0, (hidden, 30)))
    display = superviz.open(path).display
    assert (display.dimensions, display.feature_names) == (dimensions, {0: "one"})


def test_the_gauge_is_the_one_that_a_run_of_ours_would_have(path: Path) -> None:
    own = Recording.create(Experiment(n_features=5, n_hidden=2))
    with superviz.record(path) as recording:
        for step in range(0, 200, 10):
            recording.append(step, drift(step))
            own.append(_snapshot(step))
    opened = superviz.open(path)
    for position in (0, 55.5, 190):
        np.testing.assert_array_equal(opened.moment(position).W, own.moment(position).W)
    own.close()


def _snapshot(step: int) -> Snapshot:
    return Snapshot(step, frozen(drift(step)[None]), frozen(np.zeros((1, 5))))


@settings(deadline=None, max_examples=30)
@given(
    axes=st.permutations(["instances", "hidden", "features"]),
    counts=st.tuples(st.integers(1, 3), st.integers(1, 4), st.integers(1, 6)),
)
def test_any_order_of_axes_comes_out_as_instances_hidden_features(tmp_path_factory, axes, counts) -> None:
    path = tmp_path_factory.mktemp("axes") / "mine.superviz"
    W = RNG.normal(size=counts).astype(np.float32)
    given_W = W.transpose([["instances", "hidden", "features"].index(axis) for axis in axes])
    with superviz.record(path, axes=",".join(axes)) as recording:
        recording.append(0, given_W)
    np.testing.assert_array_equal(superviz.open(path).snapshots[0].W, W)


def test_torch_tensors_are_taken_off_the_graph(path: Path) -> None:
    layer = torch.nn.Linear(5, 2)
    loss = layer(torch.ones(5)).sum()
    with superviz.record(path) as recording:
        recording.append(0, layer.weight, torch.zeros(5, dtype=torch.bfloat16), loss)
    opened = superviz.open(path)
    np.testing.assert_array_equal(opened.snapshots[0].W[0], layer.weight.detach().numpy())
    assert opened.losses.values[0, 0] == pytest.approx(loss.item())


def test_a_copy_is_made_at_once(path: Path) -> None:
    W, b = drift(0), np.zeros(5, np.float32)
    with superviz.record(path) as recording:
        recording.append(0, W, b)
        W[:], b[:] = 7, 7
    snapshot = superviz.open(path).snapshots[0]
    np.testing.assert_array_equal(snapshot.W[0], drift(0))
    assert not snapshot.b.any()


def test_what_the_experiment_says_is_believed(path: Path) -> None:
    experiment = Experiment(n_features=5, n_hidden=2, feature_probability=0.2, importance=0.9)
    with superviz.record(path, experiment=experiment) as recording:
        recording.append(0, drift(0))
    opened = superviz.open(path)
    assert (opened.experiment, opened.described) == (experiment, True)


def test_features_have_the_names_they_are_given(path: Path) -> None:
    with superviz.record(path, names=["one", "two", "three"]) as recording:
        recording.append(0, drift(0))
    assert superviz.open(path).display.feature_names == {0: "one", 1: "two", 2: "three"}


def test_a_follower_sees_it_while_it_is_written_and_does_not_keep_it_from_being_finished(path: Path) -> None:
    with superviz.record(path) as recording:
        recording.append(0, drift(0))
        follower = superviz.open(path)
        for step in range(1, 50):
            recording.append(step, drift(step), loss=step)
        recording.flush()
        assert follower.is_being_written
        assert follower.refresh()
        assert (follower.keyframe_count, follower.live_step) == (50, 49)
        assert not follower.refresh()
    assert not follower.is_being_written
    assert [each.name for each in path.parent.iterdir()] == [path.name], "one file, and nothing beside it"
    np.testing.assert_array_equal(follower.losses.steps, np.arange(1, 50))
    np.testing.assert_array_equal(follower.snapshots[30].W[0], drift(30))


def test_rows_refused_by_a_full_disk_come_in_order_once_there_is_room(path: Path, monkeypatch) -> None:
    full = threading.Event()

    def write(connection, statements) -> None:
        if full.is_set():
            for _ in statements:  # they are made, and then the disk refuses
                pass
            raise sqlite3.OperationalError("database or disk is full")
        real(connection, statements)

    real = journals.write
    monkeypatch.setattr(journals, "write", write)
    with superviz.record(path) as recording:
        recording.append(0, drift(0))
        full.set()
        for step in range(1, 20):
            recording.append(step, drift(step))
        with pytest.raises(SessionError, match="can't be written: database or disk is full"):
            recording.flush()
        with pytest.warns(RuntimeWarning, match="the loop goes on, and it is tried again"):
            recording.append(20, drift(20))
        recording.append(21, drift(21))  # it is said once
        full.clear()
        recording.append(22, drift(22))
    own = Recording.create(Experiment(n_features=5, n_hidden=2))
    for step in range(23):
        own.append(_snapshot(step))
    opened = superviz.open(path)
    assert opened.keyframe_steps.tolist() == list(range(23))
    np.testing.assert_array_equal(opened.moment(22).W, own.moment(22).W)
    own.close()


def test_a_disk_that_is_too_slow_thins_the_frames_and_they_are_counted(path: Path, monkeypatch) -> None:
    monkeypatch.setattr(journals, "WAITING_BYTES", 200)
    with superviz.record(path) as recording:
        for step in range(100):
            recording.append(step, drift(step))
    opened = superviz.open(path)
    assert opened.thinned > 0
    assert opened.keyframe_count == 100 - opened.thinned
    assert opened.keyframe_steps[0] == 0


def test_an_existing_file_is_refused_at_once_and_stays(path: Path) -> None:
    path.write_text("mine")
    with pytest.raises(SessionError, match=r"exists already; .* force=True"):
        superviz.record(path)
    assert path.read_text() == "mine"
    with superviz.record(path, force=True) as recording:
        assert path.read_text() == "mine", "until there is something to put in its place"
        recording.append(0, drift(0))
    assert superviz.open(path).keyframe_count == 1


def test_nothing_appended_leaves_nothing(path: Path) -> None:
    with superviz.record(path) as recording:
        recording.flush()
    assert not path.exists()
    with pytest.raises(SessionError, match="closed; nothing more is recorded"):
        recording.append(0, drift(0))


def test_after_the_end_nothing_is_taken(path: Path) -> None:
    with superviz.record(path) as recording:
        recording.append(0, drift(0))
    with pytest.raises(SessionError, match="closed; nothing more is recorded"):
        recording.append(1, drift(1))
    recording.close()


@pytest.mark.parametrize(
    ("step", "W", "b", "loss", "line"),
    [
        (1, np.ones((5, 2)), None, None, "W at step 1 is 5 by 2, but was 2 by 5"),
        (0, np.ones((2, 5)), None, None, "step 0 comes after step 0; steps must grow"),
        (1, np.full((2, 5), np.nan), None, None, "the weights at step 1 are not finite"),
        (1, np.ones((2, 5)), np.full(5, np.inf), None, "the weights at step 1 are not finite"),
        (1, np.ones((2, 5)), np.ones(2), None, "b at step 1 is a list of 2, but must be a list of 5"),
        (1, np.ones((2, 5)), np.ones(0), None, "b at step 1 is a list of 0, but must be a list of 5"),
        (1, "weights", None, None, "W: no array of numbers"),
        (1, np.ones((2, 5)), None, np.ones(3), "loss at step 1 is a list of 3, but must be a single number$"),
    ],
)
def test_what_does_not_fit_is_named_and_nothing_of_it_is_kept(path: Path, step, W, b, loss, line: str) -> None:
    with superviz.record(path) as recording:
        recording.append(0, drift(0), np.zeros(5))
        with pytest.raises(WeightsError, match=line):
            recording.append(step, W, b, loss)
    opened = superviz.open(path)
    assert (opened.keyframe_count, len(opened.losses.steps)) == (1, 0)


@pytest.mark.parametrize(
    ("options", "line"),
    [
        ({"axes": "steps,hidden,features"}, 'each call of append\\(\\) has one step; leave "steps" out'),
        ({"experiment": Experiment(n_features=5, n_hidden=2, model="absolute_value")}, "a stream has one matrix W"),
        ({"names": ["x" * 50]}, "names: '(x+)': string should have at most 40 characters"),
    ],
)
def test_what_can_not_be_streamed_is_refused_before_anything(path: Path, options, line: str) -> None:
    with pytest.raises(WeightsError, match=line):
        superviz.record(path, **options)
    assert not path.exists()


@pytest.mark.parametrize(
    ("options", "line"),
    [
        ({"axes": "features"}, "hidden and features must be among them"),
        ({"experiment": Experiment(n_features=6, n_hidden=2)}, "W is 2 by 5, but the experiment has 6 features in 2"),
    ],
)
def test_what_does_not_fit_the_first_weights_is_refused_with_them(path: Path, options, line: str) -> None:
    with superviz.record(path, **options) as recording, pytest.raises(WeightsError, match=line):
        recording.append(0, drift(0))
    assert not path.exists()


@pytest.mark.parametrize("b", [None, np.ones(3), np.ones(5)], ids=["not finite", "no bias of these", "with a bias"])
def test_what_is_refused_at_once_replaces_nothing(path: Path, b) -> None:
    with superviz.record(path) as recording:
        recording.append(0, drift(0))
    with superviz.record(path, force=True) as recording:
        with pytest.raises(WeightsError):
            recording.append(0, np.full((2, 5), np.nan), b)
        assert superviz.open(path).keyframe_count == 1
        with pytest.raises(WeightsError, match="must be a list of 4"):  # nothing of the first was taken, b neither
            recording.append(0, drift(0, (3, 4)), np.ones(5))
        for step in range(3):
            recording.append(step, drift(step, (3, 4)))
    assert superviz.open(path).keyframe_count == 3


@pytest.mark.skipif(os.name == "nt", reason="there a file that is open can't be removed")
def test_a_file_that_is_removed_meanwhile_is_told(path: Path) -> None:
    def loop() -> None:
        with superviz.record(path) as recording:
            recording.append(0, drift(0))
            recording.flush()
            path.unlink()
            recording.append(1, drift(1))
            with pytest.raises(SessionError, match="moved or removed"):
                recording.flush()
            with pytest.warns(RuntimeWarning, match="moved or removed while it was written.*; the loop goes on"):
                recording.append(2, drift(2))

    with pytest.raises(SessionError, match="moved or removed"):
        loop()


@pytest.mark.skipif(os.name == "nt", reason="there a file that is open can't be removed")
def test_the_loops_own_fault_comes_first_and_the_disks_beside_it(path: Path) -> None:
    def loop() -> None:
        with superviz.record(path) as recording:
            recording.append(0, drift(0))
            recording.flush()
            path.unlink()
            raise KeyError("mine")

    with pytest.raises(KeyError) as caught:
        loop()
    assert len(caught.value.__notes__) == 1
    assert "moved or removed" in caught.value.__notes__[0]


def test_a_loop_that_fails_leaves_what_it_appended(path: Path) -> None:
    def loop() -> None:
        with superviz.record(path) as recording:
            recording.append(0, drift(0))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        loop()
    assert superviz.open(path).keyframe_count == 1


def test_the_example_streams_a_model_of_its_own_and_finds_the_circle(path: Path) -> None:
    command = [sys.executable, str(EXAMPLE), str(path), "--steps", "400", "--pace", "1e9"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100, check=True)
    assert "400 steps, cross-entropy 1.0" in done.stdout
    opened = superviz.open(path)
    months = opened.snapshots[-1].W[0]
    turns = np.unwrap(np.arctan2(months[1], months[0]), period=2 * np.pi)
    assert abs(abs(turns[-1] - turns[0]) - 2 * np.pi * 11 / 12) < 0.3, "once around, in the order of the year"
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT count(*) FROM step_loss").fetchone() == (401,)
