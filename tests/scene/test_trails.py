"""Trails: equal segments that fade with age, ending at the arrow's head."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from superviz.scene.camera import camera_for
from superviz.scene.color_space import contrast
from superviz.scene.drawables import Path
from superviz.scene.palette import DARK, feature_colors, mix
from superviz.scene.placement import Place, Placement, place_features
from superviz.scene.trails import trail_layer
from superviz.session.display import DisplaySettings


def placed(W: np.ndarray) -> Placement:
    camera = camera_for(W, DisplaySettings())
    return place_features(W.astype(np.float32), np.ones(W.shape[1], dtype=np.float32), Place(0, 0, 200.0), camera)


def paths(trail: np.ndarray, features: list[int] | None = None) -> list[Path]:
    trail = trail.astype(np.float32)
    count = trail.shape[2]
    colors = feature_colors(DARK, np.linspace(1, 0.1, count))
    drawn = trail_layer(placed(trail[-1]), trail, colors, features or list(range(count)), DARK)
    return [item for item in drawn if isinstance(item, Path)]


def arc(points: int, features: int = 1, sweep: float = 2.0) -> np.ndarray:
    """Tips that go round the unit circle, unevenly in time: (points, 2, features)."""
    turns = sweep * np.linspace(0, 1, points)[:, None] ** 2 + np.linspace(0, 3, features)
    return np.stack([np.cos(turns), np.sin(turns)], axis=1)


def length(points: np.ndarray) -> float:
    return float(np.hypot(*np.diff(points, axis=0).T).sum())


def test_fourteen_segments_of_equal_length_that_join() -> None:
    segments = paths(arc(200))
    assert len(segments) == 14
    lengths = [length(segment.points) for segment in segments]
    assert max(lengths) / min(lengths) == pytest.approx(1.0, abs=0.02)
    for before, after in pairwise(segments):
        assert before.points[-1].tolist() == after.points[0].tolist()


def test_they_fade_with_age_into_the_ground() -> None:
    color = feature_colors(DARK, np.ones(1))[0]
    seen = [segment.stroke.color for segment in paths(arc(200)) if segment.stroke]
    assert seen[0] == mix(DARK.canvas, color, 0.14)
    assert seen[-1] == mix(DARK.canvas, color, 0.64)
    assert [contrast(one, DARK.canvas) for one in seen] == sorted(contrast(one, DARK.canvas) for one in seen)
    assert {segment.stroke.opacity for segment in paths(arc(200)) if segment.stroke} == {1.0}


def test_they_start_where_the_feature_did_and_end_by_the_head() -> None:
    segments = paths(arc(200))
    np.testing.assert_allclose(segments[0].points[0], [200.0, 0.0], atol=1e-4)
    tip = np.array([200 * np.cos(2.0), -200 * np.sin(2.0)])
    assert 6 < np.hypot(*(segments[-1].points[-1] - tip)) < 12


def test_the_path_is_the_one_that_was_taken() -> None:
    walked = np.concatenate([segment.points for segment in paths(arc(400))])
    np.testing.assert_allclose(np.hypot(*walked.T), 200.0, atol=0.1)


def test_noise_around_a_settled_tip_draws_nothing() -> None:
    rng = np.random.default_rng(0)
    trail = np.array([[0.0], [1.0]]) + rng.normal(0, 0.005, (300, 2, 1))
    assert paths(trail) == []


def test_noise_at_the_end_does_not_use_up_the_strong_segments() -> None:
    rng = np.random.default_rng(0)
    way = arc(100)
    trail = np.concatenate([way, way[-1] + rng.normal(0, 0.005, (400, 2, 1))])
    assert length(np.concatenate([s.points for s in paths(trail)])) < 1.05 * length(
        np.concatenate([s.points for s in paths(way)])
    )


def test_a_feature_that_never_moved_has_none_beside_one_that_did() -> None:
    trail = np.concatenate([arc(50), np.ones((50, 2, 1))], axis=2)
    assert len(paths(trail)) == 14


def test_only_the_features_asked_for() -> None:
    colors = feature_colors(DARK, np.linspace(1, 0.1, 3))
    segments = paths(arc(50, features=3), [1])
    strengths = np.linspace(0.14, 0.64, 14)
    wanted = [mix(DARK.canvas, colors[1], float(strength)) for strength in strengths]
    assert [segment.stroke.color for segment in segments if segment.stroke] == wanted


def test_many_features_have_fewer_segments_each() -> None:
    assert len(paths(arc(50, features=13))) == 13 * 6


@pytest.mark.parametrize("points", [0, 1])
def test_no_past_no_trail(points: int) -> None:
    trail = arc(5)[:points].astype(np.float32)
    assert trail_layer(placed(arc(5)[-1]), trail, ("#FFFFFF",), [0], DARK) == []


def test_a_line_has_no_trails() -> None:
    trail = np.linspace(0, 1, 20).reshape(20, 1, 1).astype(np.float32)
    assert trail_layer(placed(trail[-1]), trail, ("#FFFFFF",), [0], DARK) == []
