"""Measures on weights whose geometry is known."""

from __future__ import annotations

import numpy as np
import pytest

from superviz.reproduction.measures import (
    cosines,
    dimensionalities,
    lengths,
    live_dimensionalities,
    named,
    shape_names,
    size,
)

DIGONS = np.array([[1.0, -1.0, 0.0, 0.0, 0.0], [0.0, 0.0, 1.0, -1.0, 0.0]])


@pytest.fixture
def two(make_trained, pentagon: np.ndarray):
    """A model of two digons, and one of a pentagon, which loses less."""
    b = np.stack([np.zeros(5), np.full(5, -0.25)])
    return make_trained(np.stack([DIGONS, pentagon]), b=b, feature_probability=0.05)


def test_the_best_seed_is_looked_at(two) -> None:
    assert two.best == 1
    assert lengths(two) == pytest.approx([1.13] * 5)
    assert dimensionalities(two) == pytest.approx([0.4] * 5)


def test_the_dead_are_left_out(make_trained) -> None:
    trained = make_trained(DIGONS[None], feature_probability=0.05)
    assert dimensionalities(trained) == pytest.approx([0.5] * 4 + [0])
    assert live_dimensionalities(trained) == pytest.approx([0.5] * 4)


def test_size_is_of_every_seed(two) -> None:
    assert size(two) == pytest.approx([4, 5 * 1.13**2])


def test_names_are_counted(two) -> None:
    assert shape_names(two.W) == ["Two digons and a dead feature", "Pentagon"]
    assert named("Pentagon")(two) == [1]
    assert named("Octahedron")(two) == [0]
    muddle = np.random.default_rng(0).normal(size=(1, 2, 5))
    assert shape_names(muddle) == [""]


def test_cosines_are_of_directions_not_of_lengths(two) -> None:
    found = cosines(two, [(0, 1), (0, 2)])
    assert found.shape == (2, 2)
    np.testing.assert_allclose(found[0], [-1, 0], atol=1e-7)
    np.testing.assert_allclose(found[1], np.cos(2 * np.pi * np.array([1, 2]) / 5), atol=1e-6)
    assert cosines(two, [(0, 4)])[0] == pytest.approx(0)
