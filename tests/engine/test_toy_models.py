"""The models' reconstruction, against arithmetic by hand."""

from __future__ import annotations

import numpy as np
import pytest

from superviz.core.experiment import MODEL_NAMES, ModelKind
from superviz.engine.toy_models import MODELS

W = np.array([[[1.0, 0.0, -1.0], [0.0, 2.0, 0.0]]], dtype=np.float32)
b = np.array([[0.5, 0.0, -0.25]], dtype=np.float32)
x = np.array([[[1.0], [0.5], [0.0]]], dtype=np.float32)


def test_every_kind_that_an_experiment_names_exists() -> None:
    assert set(MODELS) == set(MODEL_NAMES)


@pytest.mark.parametrize(("kind", "expected"), [("linear", [1.5, 2.0, -1.25]), ("relu_output", [1.5, 2.0, 0.0])])
def test_reconstruct(kind: ModelKind, expected: list[float]) -> None:
    # Wx = (1, 1); W^T Wx = (1, 2, -1); plus b.
    assert MODELS[kind].reconstruct(W, b, x)[0, :, 0].tolist() == expected
