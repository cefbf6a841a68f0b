"""The yardstick does the work that it is said to do, the same work as superviz, and no less."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from superviz.core.experiment import Experiment
from superviz.core.geometry import feature_dimensionality
from superviz.engine.trainer import Trainer
from superviz.engine.yardstick import ReferenceBlocks, ReferenceLoop


@pytest.fixture(autouse=True)
def _same_numbers_each_time() -> None:
    torch.manual_seed(0)


def test_it_trains_as_superviz_does() -> None:
    # From one start both go the same way, .24 far, up to the noise of different samples: .0023 on average, .03 at most.
    # A learning rate of 1.3e-3 for one of them would part them by .029 on average, a probability of .4 by .010.
    steps, n_instances, probability = 200, 8, 0.3
    experiment = Experiment(n_features=5, n_hidden=2, n_instances=n_instances, feature_probability=probability)
    trainer = Trainer(experiment)
    loop = ReferenceLoop(5, 2, n_instances, probability)
    start = trainer.snapshot().W
    with torch.no_grad():
        loop.W.copy_(torch.from_numpy(start.transpose(0, 2, 1).copy()))
    trainer.advance(steps)
    loop.advance(steps)
    ours, theirs = trainer.snapshot(), loop.W.detach().numpy().transpose(0, 2, 1)
    assert np.abs(ours.W - start).max() > 0.2
    assert np.abs(theirs - ours.W).mean() < 0.004
    np.testing.assert_allclose(theirs, ours.W, atol=0.045)
    np.testing.assert_allclose(loop.b_final.detach().numpy(), ours.b, atol=0.015)


def test_its_loss_is_the_mean_over_batch_and_features() -> None:
    # An untrained model of zeros answers 0: the loss is E[x^2] = p / 3, with a standard error of 2% here.
    loop = ReferenceLoop(20, 5, n_instances=4, feature_probability=0.6)
    with torch.no_grad():
        loop.W.zero_()
    assert loop.advance(1) / 4 == pytest.approx(0.6 / 3, rel=0.03)


def test_it_finds_the_paper_geometry() -> None:
    loop = ReferenceLoop(5, 2, n_instances=1, feature_probability=1.0)
    loop.advance(1500)
    W = loop.W.detach().numpy().transpose(0, 2, 1)
    assert feature_dimensionality(W).sum() == pytest.approx(2.0, abs=0.05)


def test_blocks_train_every_instance_once_a_step() -> None:
    blocks = ReferenceBlocks(2, 1, n_instances=10, block=4)
    assert [loop.shape[1] for loop in blocks.loops] == [4, 4, 2]
    loss = blocks.advance(3)
    steps = [int(loop.optimiser.state[loop.W]["step"]) for loop in blocks.loops]
    assert steps == [3, 3, 3]
    # p / 3 for each of ten instances at the most, and not for the last block's two alone.
    assert 0.05 < loss < 10 * 0.05


def test_it_stays_the_plain_loop() -> None:
    # Autograd and AdamW on float32 tensors of (batch, instances, features): nothing fused, compiled or halved.
    loop = ReferenceLoop(5, 2, 3)
    assert loop.shape == (1024, 3, 5)
    assert type(loop.optimiser) is torch.optim.AdamW
    options = loop.optimiser.param_groups[0]
    assert (options["lr"], options["weight_decay"], options["betas"]) == (1e-3, 0.01, (0.9, 0.999))
    assert not options["fused"]
    assert loop.W.dtype == torch.float32
    assert loop.W.is_leaf
