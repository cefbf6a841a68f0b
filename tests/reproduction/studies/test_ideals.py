"""The ideal shapes' own geometry."""

from __future__ import annotations

import numpy as np
import pytest

from superviz.core.geometry import feature_dimensionality
from superviz.reproduction.studies.ideals import STUDIES, antiprism, beside, polygon
from superviz.reproduction.verdict import judge


def test_the_antiprism_is_tight_and_its_squares_are_square() -> None:
    W = antiprism()
    np.testing.assert_allclose(np.linalg.norm(W, axis=0), 1)
    np.testing.assert_allclose(W @ W.T, 8 / 3 * np.eye(3), atol=1e-12)
    upper = W[:, W[2] > 0]
    assert upper.shape == (3, 4)
    centre = upper.mean(axis=1, keepdims=True)
    np.testing.assert_allclose((upper - centre).T @ (upper - centre), 2 / 3 * np.array(
        [[1, 0, -1, 0], [0, 1, 0, -1], [-1, 0, 1, 0], [0, -1, 0, 1]]
    ), atol=1e-12)  # fmt: skip


@pytest.mark.parametrize("corners", [3, 4, 5, 7])
def test_polygons_are_regular(corners: int) -> None:
    W = polygon(corners)
    angles = np.unwrap(np.arctan2(W[1], W[0]))
    np.testing.assert_allclose(np.diff(angles), 2 * np.pi / corners)
    np.testing.assert_allclose(feature_dimensionality(W), 2 / corners)


def test_parts_beside_each_other_do_not_meet() -> None:
    W = beside(polygon(3), np.array([[1.0, -1.0]]), np.eye(2))
    assert W.shape == (5, 7)
    gram = W.T @ W
    assert np.count_nonzero(gram[:3, 3:]) == 0
    assert np.count_nonzero(gram[3:5, 5:]) == 0
    np.testing.assert_allclose(gram[3:5, 3:5], [[1, -1], [-1, 1]])


def test_the_whole_study_needs_no_training() -> None:
    (study,) = STUDIES
    verdict = judge(study, lambda done, total: pytest.fail("nothing to train"))
    assert verdict.passed
    assert len(verdict.results) == 11
