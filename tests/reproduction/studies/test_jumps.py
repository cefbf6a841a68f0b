"""Jumps of a feature's share beside falls of the loss, on series made by hand."""

from __future__ import annotations

import numpy as np
import pytest

from superviz.reproduction.studies.jumps import JUMPS, late_jumpers

PLATEAU = np.array([[1.0, -1.0, 0.0, 0.0, 0.0], [0.0, 0.0, 1.0, -1.0, 0.0]])


@pytest.fixture
def history(make_trained, pentagon: np.ndarray):
    """3,000 steps; the weights become a pentagon at step `leap`, the loss halves at step `fall`."""

    def make(leap: int, fall: int):
        steps = tuple(range(50, 3001, 50))
        W = [(pentagon if step >= leap else PLATEAU)[None] for step in steps]
        losses = np.where(np.arange(0, 3000, 10) < fall, 3.5e-3, 1.8e-3)[:, None]
        return {"p = 0.05": make_trained(*W, steps=steps, losses=losses, feature_probability=0.05)}

    return make


def passed(models) -> set[str]:
    return {check.name for check in JUMPS.checks if check.expected.admits(check.measure(models))}


def test_a_jump_with_its_fall(history) -> None:
    models = history(2000, 1950)
    assert late_jumpers(models["p = 0.05"]) == [0]
    assert passed(models) == {"at the same time"}


@pytest.mark.parametrize("fall", [1700, 2400])
def test_a_fall_at_another_time_is_noticed(history, fall: int) -> None:
    assert passed(history(2000, fall)) == set()


def test_what_happens_before_the_plateau_is_no_late_jump(history) -> None:
    models = history(500, 450)
    assert late_jumpers(models["p = 0.05"]) == []
    assert passed(models) == set()
