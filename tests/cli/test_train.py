"""`superviz train`: recipes, changes, going on, stopping, and what must be refused with nothing overwritten."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from superviz.cli.train import parse_value
from superviz.core.recipe import load_recipe
from superviz.engine import devices
from superviz.session.recording import Recording

QUICK = ["--set", "batch_size=64"]


def _weights(path: Path) -> tuple[bytes, bytes, int]:
    last = Recording.open(path).snapshots[-1]
    return last.W.tobytes(), last.b.tobytes(), last.step


def test_a_preset_is_trained_into_a_session(superviz, tmp_path: Path) -> None:
    said = superviz("train", "pentagon", "-o", "p.superviz", "--steps", 300, *QUICK)
    assert said.status == 0
    assert said.out == ""
    assert said.line.startswith("p.superviz: 300 steps in ")
    run = Recording.open(tmp_path / "p.superviz")
    assert run.live_step == 300
    assert run.title == "A pentagon from eight starts"
    assert run.experiment.batch_size == 64
    assert run.experiment.steps == 10_000
    assert run.display.instance == load_recipe("pentagon").instance
    assert list(tmp_path.iterdir()) == [tmp_path / "p.superviz"]


def test_a_recipe_file_is_trained_to_its_own_number_of_steps(superviz, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text("n_features = 3\nn_hidden = 2\nsteps = 120\nbatch_size = 32\n")
    assert superviz("train", "mine.toml", "-o", "m.superviz").status == 0
    run = Recording.open(tmp_path / "m.superviz")
    assert (run.live_step, run.title) == (120, "mine")


def test_set_takes_tomls_words_and_seed_is_one_of_them(superviz, tmp_path: Path) -> None:
    changes = ["n_instances=2", "feature_probability=[0.5, .25]", "importance = .9", "model=linear", "steps=1_0"]
    flags = [word for change in changes[:1] for word in ("--set", change)]
    flags += ["--set", "feature_probability=[0.5, 0.25]", "--set", "importance = .9", "--set", "model=linear"]
    said = superviz("train", "pentagon", "-o", "p.superviz", *flags, "--set", "steps=1_0", "--seed", 7)
    assert said.status == 0
    experiment = Recording.open(tmp_path / "p.superviz").experiment
    assert experiment.feature_probability == (0.5, 0.25)
    assert (experiment.importance, experiment.model, experiment.steps, experiment.seed) == (0.9, "linear", 10, 7)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3", 3),
        ("1e-3", 1e-3),
        (".5", 0.5),
        ("[1, 2.5]", [1, 2.5]),
        ("[[1], [2]]", [[1], [2]]),
        ("true", True),
        ('"linear"', "linear"),
        ("linear", "linear"),
        ("1\nother = 2", "1\nother = 2"),
    ],
)
def test_values(text: str, value: object) -> None:
    assert parse_value(text) == value


def test_3000_and_3000_more_are_6000_byte_for_byte(superviz, tmp_path: Path) -> None:
    small = ["--set", "n_instances=2", "--set", "batch_size=32"]
    assert superviz("train", "pentagon", "-o", "whole.superviz", "--steps", 6000, *small).status == 0
    assert superviz("train", "pentagon", "-o", "half.superviz", "--steps", 3000, *small).status == 0
    said = superviz("train", "half.superviz", "-o", "rest.superviz", "--steps", 3000)
    assert said.line.startswith("rest.superviz: 3,000 steps in ")
    assert "step 6,000" in said.line
    whole, rest = Recording.open(tmp_path / "whole.superviz"), Recording.open(tmp_path / "rest.superviz")
    assert [snapshot.step for snapshot in whole.snapshots] == [snapshot.step for snapshot in rest.snapshots]
    for ours, theirs in zip(whole.snapshots, rest.snapshots, strict=True):
        assert ours.W.tobytes() == theirs.W.tobytes()
        assert ours.b.tobytes() == theirs.b.tobytes()
    np.testing.assert_array_equal(whole.losses.values, rest.losses.values)
    assert _weights(tmp_path / "half.superviz")[2] == 3000
    assert rest.experiment == whole.experiment


def test_a_run_can_go_on_in_its_own_file(superviz, tmp_path: Path) -> None:
    assert superviz("train", "pentagon", "-o", "p.superviz", "--steps", 100, *QUICK).status == 0
    assert superviz("train", "p.superviz", "-o", "p.superviz", "--steps", 50).status == 2
    assert superviz("train", "p.superviz", "-o", "p.superviz", "--steps", 50, "--force").status == 0
    assert _weights(tmp_path / "p.superviz")[2] == 150


def test_more_dimensions_than_features_is_trained_and_said(superviz) -> None:
    said = superviz("train", "digons", "-o", "d.superviz", "--set", "n_hidden=6", "--steps", 10, *QUICK)
    assert said.status == 0
    assert said.err.startswith("n_hidden: 6 dimensions for 4 features")


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["pentagn"], "pentagn: no such preset; the presets are intro, "),
        (["nowhere.toml"], "nowhere.toml: can't be read: No such file"),
        (["nowhere.superviz"], "nowhere.superviz: no such file"),
        (["text.txt"], "text.txt: no superviz session"),
        (["broken.toml"], "broken.toml: not TOML: "),
        (["wrong.toml"], "wrong.toml: n_features: give at least 1, not 0"),
        (["pentagon", "--set", "feature_probability=1.5"], "feature_probability: give a probability above 0"),
        (["pentagon", "--set", "feature_probability=[0.1]"], "feature_probability: a list of 1, but n_instances is 8"),
        (["pentagon", "--set", "sparsity=0.9"], "sparsity: no such field; the fields are n_features, "),
        (["pentagon", "--set", "sparsity"], "--set sparsity: give key=value"),
        (["pentagon", "--set", "model=big"], "model: give 'linear', 'relu_output', 'relu_hidden' or "),
        (["pentagon", "--steps", "0"], "Invalid value for '--steps'"),
        (["pentagon", "--seed", "-1"], "Invalid value for '--seed'"),
        (["pentagon", "--device", "cuda"], "device 'cuda': no NVIDIA GPU was found; cpu and auto train"),
        (["pentagon", "--device", "tpu"], "Invalid value for '--device'"),
        (["old.superviz", "--seed", "3", "--steps", "5"], "--set and --seed start a new run"),
        (["pentagon", "--set", "steps=1e30"], "steps: give a smaller number, not 1e+30"),
        (["pentagon", "--steps", str(10**30)], "a run goes to 1,000,000,000 at most"),
        (["WRONG.TOML"], "WRONG.TOML: n_features: give at least 1, not 0"),
        (["old.superviz"], "nothing to train: 40 of 40 steps are done"),
        (["pentagon", "--set", "schedule=linear", "--steps", "10001"], "schedule: the linear one brings the learning"),
    ],
)
@pytest.mark.parametrize("force", [False, True])
@pytest.mark.usefixtures("without_gpu")
def test_what_cannot_be_trained_is_refused_and_nothing_overwritten(
    superviz, tmp_path: Path, arguments: list[str], line: str, force: bool
) -> None:
    (tmp_path / "text.txt").write_text("hello")
    (tmp_path / "broken.toml").write_text("n_features =")
    (tmp_path / "wrong.toml").write_text("n_features = 0\nn_hidden = 2\n")
    (tmp_path / "WRONG.TOML").write_text("n_features = 0\nn_hidden = 2\n")
    superviz("train", "pentagon", "-o", "old.superviz", "--set", "steps=40", *QUICK)
    (tmp_path / "out.superviz").write_text("precious")
    before = sorted(tmp_path.iterdir())
    said = superviz("train", *arguments, "-o", "out.superviz", *(["--force"] if force else []))
    assert said.status == 2
    assert line in said.line
    assert said.line.startswith("superviz: ")
    assert (tmp_path / "out.superviz").read_text() == "precious"
    assert sorted(tmp_path.iterdir()) == before


@pytest.fixture
def without_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "find_gpu", lambda: None)


def test_the_best_of_several_says_what_the_others_became(superviz, tmp_path: Path) -> None:
    several = ["--set", "best_of=3", "--set", "n_instances=2", "--set", "steps=300", "--seed", 4, *QUICK]
    said = superviz("train", "pentagon", "-o", "b.superviz", *several)
    assert said.status == 0
    first, second, end = said.err.splitlines()
    run = Recording.open(tmp_path / "b.superviz")
    for instance, line in enumerate((first, second)):
        seed = run.experiment.seeds()[instance]
        assert re.fullmatch(
            rf"instance {instance}: kept seed {seed}, the best of 3 \(loss 0\.0\d+, .+\); the others: \d .+", line
        )
    assert end.startswith("b.superviz: 300 steps in ")
    assert [candidate.seed for candidate in run.candidates[1]] == [4, 5, 6]
    assert run.backend == "numba"
    again = superviz("train", "b.superviz", "-o", "c.superviz", "--steps", 10)
    assert again.line.startswith("c.superviz: 10 steps in ")


@pytest.mark.parametrize("output", ["taken.superviz", "nowhere/out.superviz", ".", "x" * 300])
def test_no_seeds_are_tried_for_a_file_that_cannot_be_written(
    superviz, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, output: str
) -> None:
    monkeypatch.setattr("superviz.training.race", lambda *_, **__: pytest.fail("the race began"))
    (tmp_path / "taken.superviz").write_text("precious")
    said = superviz("train", "pentagon", "-o", output, "--set", "best_of=1000")
    assert said.status == 2
    assert said.line.startswith(f"superviz: {output}: ")
    assert (tmp_path / "taken.superviz").read_text() == "precious"


def test_ctrl_c_while_seeds_are_tried_leaves_nothing(superviz, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("superviz.training.choose_seeds", interrupted)
    said = superviz("train", "pentagon", "-o", "b.superviz", "--set", "best_of=3")
    assert said.status == 1
    assert said.line == "superviz: stopped before every seed was tried; nothing was written to b.superviz"
    assert list(tmp_path.iterdir()) == []


def test_an_existing_file_is_kept_without_force(superviz, tmp_path: Path) -> None:
    (tmp_path / "out.superviz").write_text("precious")
    said = superviz("train", "pentagon", "-o", "out.superviz", "--steps", 10, *QUICK)
    assert said.status == 2
    assert said.line.startswith("superviz: out.superviz: exists already")
    assert (tmp_path / "out.superviz").read_text() == "precious"
    assert superviz("train", "pentagon", "-o", "out.superviz", "--steps", 10, "--force", *QUICK).status == 0
    assert _weights(tmp_path / "out.superviz")[2] == 10


@pytest.mark.parametrize("output", ["nowhere/out.superviz", "."])
def test_an_unwritable_output_is_named(superviz, tmp_path: Path, output: str) -> None:
    said = superviz("train", "pentagon", "-o", output, "--steps", 10)
    assert said.status == 2
    assert said.line.startswith(f"superviz: {output}: ")
    assert list(tmp_path.iterdir()) == []


def test_divergence_keeps_the_run_and_ends_with_1(superviz, tmp_path: Path) -> None:
    said = superviz(
        "train", "pentagon", "-o", "d.superviz", "--set", "importance=1000000", "--set", "learning_rate=10",
        "--set", "weight_decay=10", "--set", "steps=2000", *QUICK,
    )  # fmt: skip
    assert said.status == 1
    assert "diverged at step" in said.line
    last = Recording.open(tmp_path / "d.superviz").snapshots[-1]
    assert np.isfinite(last.W).all()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT to send to one process")
def test_ctrl_c_stops_at_a_step_and_keeps_the_run(tmp_path: Path) -> None:
    program = [sys.executable, "-m", "superviz", "train", "pentagon", "-o", "p.superviz", "--set", "steps=100000000"]
    child = subprocess.Popen(program, cwd=tmp_path, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not (tmp_path / "p.superviz").exists():
        time.sleep(0.05)
    time.sleep(1.0)  # from here on it compiles or trains; it is answered in either case
    child.send_signal(signal.SIGINT)
    _, said = child.communicate(timeout=60)
    assert child.returncode == 1
    assert "Traceback" not in said
    (line,) = said.splitlines()
    assert line.startswith("superviz: stopped at step ")
    run = Recording.open(tmp_path / "p.superviz")
    assert run.checkpoint is not None
    assert f"step {run.checkpoint.step:,};" in line
    assert run.checkpoint.step == run.live_step


def test_a_run_does_not_replace_its_own_recipe(superviz, tmp_path: Path) -> None:
    recipe = "n_features = 2\nn_hidden = 1\n"
    (tmp_path / "mine.toml").write_text(recipe)
    said = superviz("train", "mine.toml", "-o", "mine.toml", "--steps", "1", "--force")
    assert said.status == 2
    assert said.line == "superviz: mine.toml: the recipe itself, which the run would replace; give another name"
    assert (tmp_path / "mine.toml").read_text() == recipe
