"""The optimisers against torch.optim's own, gradients by float64 autograd."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from superviz.core.experiment import Experiment
from superviz.engine.schedule import learning_rates
from superviz.engine.starting_weights import starting_parameters
from superviz.engine.trainer import Trainer

MAKERS = {
    "adamw": lambda row, e: torch.optim.AdamW([row], lr=e.learning_rate, weight_decay=e.weight_decay),
    "adam": lambda row, e: torch.optim.Adam([row], lr=e.learning_rate, weight_decay=e.weight_decay),
    "sgd": lambda row, e: torch.optim.SGD([row], lr=e.learning_rate, weight_decay=e.weight_decay, momentum=e.momentum),
}


@pytest.mark.parametrize(("steps", "tolerance"), [(1, 2e-7), (50, 3e-6)])
@pytest.mark.parametrize("weight_decay", [0.0, 0.01, 1.0])
@pytest.mark.parametrize("optimiser", MAKERS)
@pytest.mark.parametrize("options", [{}, {"schedule": "linear"}, {"schedule": "cosine", "warmup": 20}])
def test_it_is_torchs(
    optimiser: str, weight_decay: float, steps: int, tolerance: float, options: dict[str, Any], oracle: Any
) -> None:
    experiment = Experiment(
        n_features=5,
        n_hidden=2,
        feature_probability=0.2,
        importance=0.9,
        optimiser=optimiser,  # pyright: ignore[reportArgumentType]
        learning_rate=0.05 if optimiser == "sgd" else 1e-3,
        weight_decay=weight_decay,
        steps=60,
        **options,
    )
    truth = oracle(experiment, 0, starting_parameters(experiment)[0])
    torchs = MAKERS[optimiser](truth.row, experiment)
    rates = learning_rates(experiment, 0, steps)
    for step in range(steps):
        for group in torchs.param_groups:
            group["lr"] = float(rates[step])
        torchs.zero_grad()
        truth.loss(step).backward()
        torchs.step()
    trainer = Trainer(experiment)
    trainer.advance(steps)
    ours = trainer.checkpoint().parameters[0]
    assert np.abs(ours - truth.row.detach().numpy()).max() < tolerance
