"""The models' arithmetic by hand, their gradients against float64 autograd, and their loss by its definition."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from superviz.core.experiment import Experiment
from superviz.core.kinds import MODEL_KINDS, ModelKind, Reduction
from superviz.engine.toy_models import MODELS, at_once, loss

W = np.array([[[1.0, 0.0, -1.0], [0.0, 2.0, 0.0]]], dtype=np.float32)
W_OUT = np.array([[[1.0, 1.0, 0.0], [0.0, 0.0, -1.0]]], dtype=np.float32)
b = np.array([[0.5, 0.0, -0.25]], dtype=np.float32)
x = np.array([[[1.0], [-0.5], [0.0]]], dtype=np.float32)

KINDS = list(MODEL_KINDS)


def test_every_kind_that_a_recipe_names_exists() -> None:
    assert set(MODELS) == set(MODEL_KINDS)


@pytest.mark.parametrize(
    ("kind", "hidden", "output", "target"),
    [
        ("linear", [1, -1], [1.5, -2, -1.25], [1, -0.5, 0]),
        ("relu_output", [1, -1], [1.5, 0, 0], [1, -0.5, 0]),
        ("relu_hidden", [1, 0], [1.5, 0, 0], [1, -0.5, 0]),
        ("absolute_value", [1, 0], [1.5, 1, 0], [1, 0.5, 0]),
    ],
)
def test_forward(kind: ModelKind, hidden: list[float], output: list[float], target: list[float]) -> None:
    model = MODELS[kind]
    h = model.hidden(W, x)
    assert h[0, :, 0].tolist() == hidden
    assert model.output(W if MODEL_KINDS[kind].tied else W_OUT, b, h)[0, :, 0].tolist() == output
    assert model.target(x)[0, :, 0].tolist() == target


def definition(kind: ModelKind, W: Any, W_out: Any, b: Any, x: Any, weight: Any, penalty: Any) -> torch.Tensor:
    """The loss of one instance, sample by sample as SCIENCE's table has it, and no more cleverly than that."""
    total = torch.zeros((), dtype=torch.float64)
    for s in range(x.shape[-1]):
        h = W @ x[:, s]
        if kind in ("relu_hidden", "absolute_value"):
            h = torch.relu(h)
        y = W_out.T @ h + b
        y = y if kind == "linear" else torch.relu(y)
        wanted = x[:, s].abs() if kind == "absolute_value" else x[:, s]
        total = total + (weight[:, s] * (y - wanted) ** 2).sum() + (penalty[:, s] * h.abs()).sum()
    return total


@settings(max_examples=40, deadline=None)
@given(
    kind=st.sampled_from(KINDS),
    n=st.integers(1, 9),
    m=st.integers(1, 7),
    samples=st.integers(1, 40),
    mean=st.booleans(),
    l1=st.sampled_from([0.0, 0.3]),
    seed=st.integers(0, 2**32 - 1),
)
def test_gradient_against_float64_autograd(
    kind: ModelKind, n: int, m: int, samples: int, mean: bool, l1: float, seed: int
) -> None:
    """Of two instances at once, in numpy and in torch, each in float32: a relative error of 1e-5 at most."""
    generator = np.random.default_rng(seed)
    tied = MODEL_KINDS[kind].tied

    def normal(*shape: int) -> NDArray[np.float32]:
        return generator.normal(size=shape).astype(np.float32)

    W, b = normal(2, m, n), normal(2, n)
    W_out = W if tied else normal(2, m, n)
    x = normal(2, n, samples) * (generator.random((2, n, samples)) < 0.7).astype(np.float32)
    # A sample whose ReLU is at its kink, within float32's rounding, has two gradients: leave it out.
    h = W.astype(np.float64) @ x
    y = W_out.astype(np.float64).swapaxes(1, 2) @ (h.clip(0) if MODELS[kind].rectifies_hidden else h) + b[..., None]
    clear = ((abs(h).min(axis=1) > 1e-4) & (abs(y).min(axis=1) > 1e-4))[:, None].astype(np.float32)
    importance = generator.uniform(0.1, 1, size=(2, n, 1)).astype(np.float32)
    weight = importance * clear / np.float32(samples * (n if mean else 1))
    penalty = np.float32(l1 / samples) * np.broadcast_to(clear, (2, m, samples))

    by_numpy = MODELS[kind].gradient(W, W_out, b, x, weight, penalty)
    tensors = [torch.from_numpy(np.ascontiguousarray(array)) for array in (W, W_out, b, x, weight, penalty)]
    by_torch = MODELS[kind].gradient(*tensors)
    for instance in range(2):
        leaves = [torch.tensor(array[instance].astype(np.float64), requires_grad=True) for array in (W, W_out, b)]
        constants = [torch.tensor(array[instance].astype(np.float64)) for array in (x, weight, penalty)]
        value = definition(kind, leaves[0], leaves[0] if tied else leaves[1], leaves[2], *constants)
        value.backward()
        expected = [leaf.grad.numpy() for leaf in leaves if leaf.grad is not None]
        for result in (by_numpy, [array.numpy() for array in by_torch]):
            assert all(array.dtype == np.float32 for array in result)
            got = [array[instance] for array in result]
            assert got[0] == pytest.approx(value.item(), rel=1e-5, abs=1e-12)
            parts = [got[1] + got[2], got[3]] if tied else got[1:]
            ours = np.concatenate([part.ravel().astype(np.float64) for part in parts])
            oracle = np.concatenate([part.ravel() for part in expected])
            assert np.linalg.norm(ours - oracle) <= 1e-5 * np.linalg.norm(oracle)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_not_a_number_stays_so(kind: ModelKind) -> None:
    """A ReLU that took nan for 0 would let a run that diverged train on, as dead features."""
    weight = np.ones((1, 3, 1), dtype=np.float32)
    penalty = np.zeros((1, 2, 1), dtype=np.float32)
    for place in range(3):
        first, second, bias = (array.copy() for array in (W, W_OUT, b))
        (first, second, bias)[place][:] = np.nan
        given = (first, first if MODEL_KINDS[kind].tied and place != 1 else second, bias, x, weight, penalty)
        assert np.isnan(MODELS[kind].gradient(*given)[0]).all()
        by_torch = [torch.from_numpy(array) for array in given]
        assert torch.isnan(MODELS[kind].gradient(*by_torch)[0]).all()


@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize("l1", [0.0, 0.25])
@pytest.mark.parametrize("kind", KINDS)
def test_loss_is_what_the_gradient_is_of(kind: ModelKind, reduction: Reduction, l1: float) -> None:
    generator = np.random.default_rng(3)
    experiment = Experiment(
        n_features=4, n_hidden=3, n_instances=2, model=kind, importance=0.7, loss_over_features=reduction, l1_penalty=l1
    )
    W, W_out = generator.normal(size=(2, 2, 3, 4)).astype(np.float32)
    b, x = generator.normal(size=(2, 4)).astype(np.float32), generator.normal(size=(1, 4, 50)).astype(np.float32)
    weight = generator.dirichlet(np.ones(50), size=2).astype(np.float32)
    per_feature = experiment.importance_array()[..., None] / (4 if reduction == "mean" else 1)
    unpack = W if experiment.is_tied else W_out
    expected = MODELS[kind].gradient(W, unpack, b, x, per_feature * weight[:, None], l1 * weight[:, None])[0]
    value = loss(experiment, W, b, None if experiment.is_tied else W_out, x, weight)
    assert value.dtype == np.float64
    assert value == pytest.approx(expected, rel=1e-5)


@settings(max_examples=50)
@given(st.integers(1, 3000), st.integers(1, 400), st.integers(1, 400))
def test_blocks_divide_the_evaluation_samples(instances: int, n: int, m: int) -> None:
    block = at_once(Experiment(n_features=n, n_hidden=m, n_instances=min(instances, 10_000_000 // (n * m))))
    assert 65_536 % block == 0
    assert block == 64 or block * n <= 4_000_000
