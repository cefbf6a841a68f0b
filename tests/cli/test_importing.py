"""`superviz import`, and weights given to the window: read as they are said to lie."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from superviz.session.recording import Recording

W = np.random.default_rng(0).normal(size=(4, 3, 2, 5)).astype(np.float32)


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    """Of four steps of three models, with a bias."""
    np.savez(tmp_path / "mine.npz", layers=W, bias=W[:, :, 0], step=np.arange(4) * 50)
    return tmp_path / "mine.npz"


def test_a_file_of_weights_becomes_a_run(superviz, weights: Path, tmp_path: Path) -> None:
    axes = "steps,instances,hidden,features"
    said = superviz("import", weights, "-o", "run.superviz", "--axes", axes, "--array", "layers", "--bias", "bias")
    assert said.status == 0
    assert said.line == "run.superviz: 5 features in 2 dimensions, 3 instances, 4 steps, with a bias"
    recording = Recording.open(tmp_path / "run.superviz")
    assert (recording.title, recording.live_step) == ("mine", 150)
    np.testing.assert_array_equal(recording.snapshots[-1].W, W[-1])
    assert superviz("describe", "run.superviz").status == 0
    back = superviz("weights", "run.superviz", "-o", "back.npz", "--step", 50)
    assert back.status == 0
    np.testing.assert_array_equal(np.load(tmp_path / "back.npz")["W"], W[1])


def test_a_matrix_without_a_bias(superviz, tmp_path: Path) -> None:
    np.save(tmp_path / "w.npy", W[0, 0])
    said = superviz("import", "w.npy", "-o", "run.superviz", "--axes", "hidden,features", "--title", "A dictionary")
    assert said.line == "run.superviz: 5 features in 2 dimensions, without a bias"
    assert Recording.open(tmp_path / "run.superviz").title == "A dictionary"


def test_what_superviz_wrote_needs_no_axes(superviz, small_session: Path) -> None:
    assert superviz("weights", small_session, "-o", "w.safetensors").status == 0
    said = superviz("import", "w.safetensors", "-o", "run.superviz")
    assert said.line == "run.superviz: 5 features in 2 dimensions, 2 instances, with a bias"


def test_an_existing_run_is_kept_without_force(superviz, weights: Path, tmp_path: Path) -> None:
    (tmp_path / "run.superviz").write_text("precious")
    options = ("--array", "layers", "--axes", "steps,instances,hidden,features")
    said = superviz("import", weights, "-o", "run.superviz", *options)
    assert (said.status, said.line[:42]) == (2, "superviz: run.superviz: exists already; gi")
    assert (tmp_path / "run.superviz").read_text() == "precious"
    assert superviz("import", weights, "-o", "run.superviz", *options, "--force").status == 0


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["mine.npz"], "holds layers (4 by 3 by 2 by 5, float32) and bias (4 by 3 by 5, float32); say which array"),
        (["mine.npz", "--array", "bias"], "bias is 4 by 3 by 5, and nothing says which is which: give its axes, such"),
        (["other.npz"], "no such file"),
    ],
)
def test_what_must_be_given_is_named(superviz, weights: Path, tmp_path: Path, arguments: list[str], line: str) -> None:
    said = superviz("import", *arguments, "-o", "run.superviz")
    assert said.status == 2
    assert said.line.startswith(f"superviz: {arguments[0]}: {line}")
    assert list(tmp_path.iterdir()) == [weights]


def test_the_example_in_the_question_works(superviz, tmp_path: Path) -> None:
    np.save(tmp_path / "w.npy", np.zeros((50, 7)))
    asked = superviz("import", "w.npy", "-o", "run.superviz")
    assert asked.status == 2
    example = asked.line.partition(" such as ")[2].split()[:2]
    said = superviz("import", "w.npy", "-o", "run.superviz", *example)
    assert said.line.startswith("run.superviz: 50 features in 7 dimensions")


def test_commands_that_take_a_run_say_what_to_do_with_weights(superviz, weights: Path) -> None:
    for arguments in (["describe", "mine.npz"], ["render", "mine.npz", "-o", "still.png"]):
        said = superviz(*arguments)
        assert said.status == 2
        assert "mine.npz: weights and no run; make one of them with superviz import mine.npz" in said.line


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What the window is opened on."""
    opened: list[object] = []
    monkeypatch.setattr("superviz.app.show.require_screen", lambda: None)
    monkeypatch.setattr("superviz.app.show.show", lambda what, **options: opened.append(what) or 0)
    return opened


@pytest.mark.parametrize("word", [[], ["open"]])
def test_the_window_opens_weights_as_they_are_said_to_lie(superviz, weights: Path, shown: list, word) -> None:
    axes = ("--axes", "steps,instances,hidden,features")
    assert superviz(*word, weights, *axes, "--array", "layers", "--bias", "bias").status == 0
    (recording,) = shown
    assert isinstance(recording, Recording)
    assert (recording.keyframe_count, recording.experiment.n_instances, recording.title) == (4, 3, "mine")
    recording.close()


def test_without_axes_the_window_is_given_the_file_to_ask(superviz, weights: Path, shown: list) -> None:
    assert superviz("mine.npz").status == 0
    assert shown == ["mine.npz"]


def test_axes_are_of_weights_alone(superviz, small_session: Path, shown: list) -> None:
    said = superviz("small.superviz", "--axes", "hidden,features")
    assert (said.status, said.line) == (
        2,
        "superviz: small.superviz: a session and no file of weights; open it as it is",
    )
    said = superviz("open", "--axes", "hidden,features")
    assert said.status == 2
    assert "--axes, --array and --bias tell how the weights in a file lie; give the file" in said.line
    assert shown == []
