"""A script trains the same experiment: step for step, given the same samples and start; and to the same loss, run."""

from __future__ import annotations

import ast
import runpy
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from superviz.core.errors import ExportError
from superviz.core.experiment import Experiment
from superviz.core.kinds import ModelKind
from superviz.core.parameters import Parameters
from superviz.core.recipe import Recipe, load_recipe, presets
from superviz.core.snapshot import Edit
from superviz.engine.evaluation import evaluation_loss
from superviz.engine.sampling import sample
from superviz.engine.starting_weights import starting_parameters
from superviz.engine.toy_models import MODELS
from superviz.engine.trainer import Trainer
from superviz.exchange.script import training_script, write_script
from superviz.session.recording import Recording

Script = Callable[..., dict[str, Any]]
BASE: dict[str, Any] = {"n_features": 5, "n_hidden": 2, "n_instances": 2, "batch_size": 64, "steps": 40, "seed": 3}
GIVEN = [
    [[1.0, 0.0, 0.0, 0.5, 0.0], [0.0, 1.0, 0.0, 0.0, -0.5]],
    [[0.5, 0.1, 0.0, 0.0, 0.0], [0.0, 0.5, 0.2, 0.0, 0.0]],
]
KINDS: dict[str, dict[str, Any]] = {
    "plain": {"feature_probability": [0.3, 0.6]},
    "linear": {"model": "linear", "loss_over_features": "sum", "learning_rate": 1e-2},
    "hidden": {"model": "relu_hidden", "l1_penalty": 0.01, "feature_probability": 0.5},
    "absolute": {"model": "absolute_value", "signed": True, "feature_probability": 0.5, "learning_rate": 1e-2},
    "no bias": {"bias": False, "starting_bias": 0.3, "importance": 0.7},
    "starting bias": {"starting_bias": [0.1, 0.0, -0.1, 0.0, 0.2], "importance": [1, 0.5, 0.25, 0.1, 2]},
    "importances": {"importance": [[1, 0.5, 0.25, 0.1, 2], [1, 1, 1, 1, 0.5]], "loss_over_features": "sum"},
    "polygons": {"starting_weights": "polygon", "starting_polygon": [3, 5], "starting_scale": [0.5, 1]},
    "a polygon, untied": {"starting_weights": "polygon", "starting_polygon": 4, "model": "absolute_value"},
    "given": {"starting_weights": GIVEN, "starting_scale": 0.5},
    "given for all": {"starting_weights": GIVEN[0]},
    "adam": {"optimiser": "adam", "weight_decay": 0.1, "learning_rate": 1e-2},
    "sgd": {"optimiser": "sgd", "momentum": 0.5, "weight_decay": 0.1, "learning_rate": 0.1},
    "linear fall": {"schedule": "linear", "warmup": 10, "learning_rate": 1e-2},
    "cosine fall": {"schedule": "cosine", "learning_rate": 1e-2},
    "warm-up alone": {"warmup": 20, "learning_rate": 1e-2},
    "memorised": {"training_set": 8, "unit_norm": True, "starting_scale": 0.1, "feature_probability": 0.5},
    "in sets": {"distribution": "correlated", "feature_probability": 0.3, "correlation": 0.8},
}
EDITS = [
    Edit(5, "learning_rate", 0.05),
    Edit(9, "feature_probability", [0.8, 0.2]),
    Edit(9, "importance", 0.5),
    Edit(12, "weight_decay", 0.5),
    Edit(20, "l1_penalty", 0.1),
    Edit(30, "learning_rate", 0.01),
    Edit(30, "steps", 60),
]


@pytest.fixture
def double_precision() -> Iterator[None]:
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


def batches(experiment_at: Callable[[int], Experiment]) -> Callable[[int], torch.Tensor]:
    """What superviz trains on at each step, in place of a script's own `sample`."""
    step = -1

    def draw(count: int) -> torch.Tensor:
        nonlocal step
        step += 1
        experiment = experiment_at(step)
        x = [sample(experiment, instance, step).T for instance in range(experiment.n_instances)]
        assert len(x[0]) == count
        return torch.tensor(np.stack(x, axis=1)).double()

    return draw


def trained(names: dict[str, Any], first: Experiment, experiment_at: Callable[[int], Experiment]) -> NDArray[Any]:
    """A script's parameters at its end, given superviz's samples and, where that is random, its start."""
    rows, layout = starting_parameters(first), Parameters.of(first)
    starts = [matrices for matrices in (layout.W(rows), layout.W_out(rows)) if matrices is not None]
    if first.starting_weights == "random":
        handed_out = iter(starts)
        names["starting_weights"] = lambda: torch.tensor(next(handed_out)).double()
    else:
        np.testing.assert_allclose(names["starting_weights"]().numpy(), starts[0], atol=1e-6)
    names["sample"] = batches(experiment_at)
    model = names["train"]()
    end = rows.copy()
    layout.W(end)[:] = model.W.detach()
    if (W_out := layout.W_out(end)) is not None:
        W_out[:] = model.V.detach()
    layout.b(end)[:] = model.b.detach() if first.bias else 0
    return end


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.usefixtures("double_precision")
def test_a_script_goes_superviz_way_step_for_step(script: Script, kind: str) -> None:
    experiment = Experiment(**{**BASE, **KINDS[kind]})
    trainer = Trainer(experiment)
    trainer.advance(experiment.steps)
    told = trained(script(experiment), experiment, lambda step: experiment)
    np.testing.assert_allclose(told, trainer.checkpoint().parameters, atol=2e-5)
    trainer.close()


@pytest.mark.parametrize("fields", [{}, {"schedule": "cosine", "warmup": 5}, {"training_set": 64}])
@pytest.mark.usefixtures("double_precision")
def test_edits_are_made_at_their_steps(script: Script, fields: dict[str, Any]) -> None:
    first = Experiment(**BASE, **fields)
    recording = Recording.create(first, title="Edited")
    trainer = Trainer(first)
    for edit in EDITS:
        trainer.advance(edit.step - trainer.step)
        recording.append_edit(trainer.edit(edit.field, edit.value))
    trainer.advance(60 - trainer.step)
    names = script(recording)
    if first.training_set:
        # The examples are drawn at the start and where p changes, not at every step.
        at = iter([0, 9])
        told = trained(names, first, lambda step: recording.experiment_at(next(at)))
    else:
        told = trained(names, first, recording.experiment_at)
    np.testing.assert_allclose(told, trainer.checkpoint().parameters, atol=5e-5)
    trainer.close()


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.usefixtures("double_precision")
def test_the_gradient_of_one_step_is_the_one_written_out_by_hand(script: Script, model: ModelKind) -> None:
    experiment = Experiment(**BASE, model=model, importance=0.7, l1_penalty=0.1, signed=True, feature_probability=0.5)
    names = script(experiment)
    made = names["Model"]()
    x = torch.randn(64, 2, 5, generator=torch.Generator().manual_seed(0))
    made.b.data.normal_(generator=torch.Generator().manual_seed(1))
    loss = names["losses"](made, x)
    loss.sum().backward()
    W, b = (tensor.detach().numpy() for tensor in (made.W, made.b))
    W_out = made.V.detach().numpy() if model == "absolute_value" else W
    weight = (0.7 ** np.arange(5) / (5 * 64))[None, :, None]
    expected, dW, dW_out, db = MODELS[model].gradient(
        W, W_out, b, np.moveaxis(x.numpy(), 0, -1), weight, np.array(0.1 / 64)
    )
    np.testing.assert_allclose(loss.detach().numpy(), expected, rtol=1e-9)
    np.testing.assert_allclose(made.b.grad.numpy(), db, rtol=1e-9, atol=1e-12)
    if model == "absolute_value":
        np.testing.assert_allclose(made.V.grad.numpy(), dW_out, rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(made.W.grad.numpy(), dW, rtol=1e-9, atol=1e-12)
    else:
        np.testing.assert_allclose(made.W.grad.numpy(), dW + dW_out, rtol=1e-9, atol=1e-12)


def test_the_start_is_superviz_own_in_distribution(script: Script) -> None:
    experiment = Experiment(n_features=50, n_hidden=20, n_instances=40, starting_scale=0.5)
    torch.manual_seed(0)
    told, ours = script(experiment)["starting_weights"](), starting_parameters(experiment)[:, :-50]
    assert told.shape == (40, 20, 50)
    assert float(told.std()) == pytest.approx(float(ours.std()), rel=0.02)
    assert abs(float(told.mean())) < 0.002


def test_run_as_people_run_it_the_pentagon_comes_out_as_good(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], script: Script
) -> None:
    recipe = load_recipe("pentagon")
    short = replace(recipe, experiment=recipe.experiment.changed(steps=800, learning_rate=1e-2, n_instances=6))
    write_script(short, tmp_path / "pentagon.py")
    runpy.run_path(str(tmp_path / "pentagon.py"), run_name="__main__")
    said = capsys.readouterr().out.splitlines()
    steps = [line for line in said if line.startswith("step ")]
    assert [line.split(":")[0] for line in steps] == [f"step {step:,}" for step in range(80, 801, 80)]
    told = [line for line in said if line.startswith("instance ")]
    losses = sorted(float(line.split("loss ")[1].split(",")[0]) for line in told)
    trainer = Trainer(short.experiment)
    trainer.advance(800)
    end = trainer.snapshot()
    trainer.close()
    ours = sorted(evaluation_loss(short.experiment, end.W, end.b).tolist())
    assert len(losses) == 6
    assert losses[0] == pytest.approx(ours[0], rel=0.05)
    assert losses[2] == pytest.approx(ours[2], rel=0.25)


def test_the_best_of_several_starts_is_kept(script: Script) -> None:
    names = script(Experiment(**BASE, best_of=3))
    weights = [torch.full((2, 2, 5), float(start)) for start in range(3)]
    losses = iter([torch.tensor([0.2, float("nan")]), torch.tensor([0.1, 0.5]), torch.tensor([0.3, float("nan")])])
    starts = iter(weights)

    def train() -> torch.nn.Module:
        names["starting_weights"] = lambda: next(starts).clone()
        return names["Model"]()

    names["train"], names["evaluate"] = train, lambda model: next(losses)
    best = names["train_best"](3)
    assert best.W[:, 0, 0].tolist() == [1.0, 1.0]
    assert "train_best" not in training_script(Recipe("any", Experiment(**BASE), ""))


def test_every_preset_has_a_script_that_reads_well(tmp_path: Path) -> None:
    for recipe in presets():
        write_script(recipe, tmp_path / f"{recipe.name.replace('-', '_')}.py")
    rules = ["--isolated", "--select=E,F,W,I,B,UP", "--ignore=B905", "--line-length=120"]
    done = subprocess.run(
        [sys.executable, "-m", "ruff", "check", *rules, "."], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
    done = subprocess.run(
        [sys.executable, "-m", "ruff", "format", "--isolated", "--line-length=120", "--diff", "."],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


@given(st.text(max_size=80) | st.sampled_from(['"""', '\\"""\nimport os', "'''", "\\", '\x00"""', "\u2028x = 1"]))
def test_no_title_gets_out_of_the_docstring(title: str) -> None:
    """A title may come from a stranger's session; a script is made to be run."""
    recipe = Recipe("any", Experiment(**BASE), title)
    code = ast.parse(training_script(recipe))
    plain = ast.parse(training_script(Recipe("any", Experiment(**BASE), "Plain")))
    assert ast.dump(ast.Module(code.body[1:], [])) == ast.dump(ast.Module(plain.body[1:], []))
    assert isinstance(code.body[0], ast.Expr)


def test_a_script_needs_torch_and_nothing_else() -> None:
    imported = set()
    for recipe in presets():
        for node in ast.walk(ast.parse(training_script(recipe))):
            imported |= {alias.name for alias in node.names} if isinstance(node, ast.Import) else set()
            assert not isinstance(node, ast.ImportFrom)
    assert imported == {"torch", "math"}


def test_noise_free_training_is_told_to_be_another() -> None:
    assert "exact expected loss" in training_script(Recipe("any", Experiment(**BASE, noise_free=True), ""))


def test_what_cannot_be_a_script_is_refused(tmp_path: Path) -> None:
    rows = np.ones((100, 300)).tolist()
    many = Recipe("any", Experiment(n_features=300, n_hidden=100, starting_weights=rows), "Many")
    with pytest.raises(ExportError, match=r"30,00\d numbers, too many to spell out in a script; 20,000 are the most"):
        write_script(many, tmp_path / "many.py")
    weights = Recording.create(Experiment(**BASE), title="Given", described=False, origin="imported")
    with pytest.raises(ExportError, match="Given: only its weights are known"):
        write_script(weights, tmp_path / "given.py")
    with pytest.raises(ExportError, match=r"unknown ending \.ipynb; end the name in \.py"):
        write_script(many, tmp_path / "many.ipynb")
    assert list(tmp_path.iterdir()) == []
