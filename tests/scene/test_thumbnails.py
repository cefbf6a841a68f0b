"""Thumbnails: laid out together, each is what it would be alone."""

from __future__ import annotations

import numpy as np
import pytest

from superviz.core.shapes import name_shape
from superviz.scene.drawables import Disc, Drawable, Path
from superviz.scene.palette import DARK
from superviz.scene.thumbnails import thumbnails
from superviz.session.display import DisplaySettings


def made(W: np.ndarray, importance: np.ndarray | None = None, **display: object) -> list[list[Drawable]]:
    W = W.astype(np.float32)
    instances, _, features = W.shape
    importance = (
        np.broadcast_to(np.float32(0.9) ** np.arange(features), (instances, features))
        if importance is None
        else importance
    )
    colors = [tuple(f"#0000{feature:02X}" for feature in range(features))] * instances
    centres = [(100.0 * index + 50, 60.0) for index in range(instances)]
    shapes = [name_shape(weights) for weights in W]
    settings, none = DisplaySettings(**display), [None] * instances  # pyright: ignore[reportArgumentType]
    return thumbnails(W, importance, shapes, colors, centres, 33.0, settings, DARK, privileged=False, examples=none)


def arrows(picture: list[Drawable]) -> list[Path]:
    return [drawable for drawable in picture if isinstance(drawable, Path) and len(drawable.points) == 7]


def test_together_as_alone() -> None:
    W = np.random.default_rng(0).normal(size=(3, 2, 5))
    for index, picture in enumerate(made(W)):
        alone = made(W[index : index + 1])[0]
        for one, other in zip(picture, alone, strict=True):
            if isinstance(one, Path) and isinstance(other, Path):
                np.testing.assert_allclose(one.points - (100.0 * index, 0), other.points, atol=1e-6)
                assert one.fill == other.fill


def test_nothing_in_them_has_a_meaning() -> None:
    assert all(drawable.meaning is None for picture in made(np.ones((2, 2, 5))) for drawable in picture)


def test_the_most_important_on_top() -> None:
    importance = np.array([[0.1, 0.5, 1.0]], dtype=np.float32)
    (picture,) = made(np.array([[[1.0, 0.5, 0.0], [0.0, 0.5, 1.0]]]), importance)
    assert [arrow.fill.color for arrow in arrows(picture) if arrow.fill] == ["#000000", "#000001", "#000002"]


def test_dead_features_have_no_arrow() -> None:
    (picture,) = made(np.array([[[1.0, 0.05, 0.0], [0.0, 0.0, 0.0]]]))
    assert len(arrows(picture)) == 1


def test_all_dead() -> None:
    (picture,) = made(np.zeros((1, 2, 5)))
    assert [type(drawable) for drawable in picture] == [Disc]


def test_of_many_the_most_important_have_arrows() -> None:
    (picture,) = made(np.random.default_rng(0).normal(size=(1, 10, 80)))
    assert len(arrows(picture)) == 24
    (star,) = [d for d in picture if isinstance(d, Path) and d not in arrows(picture)]
    assert len(star.points) == 2 * 56
    np.testing.assert_allclose(star.points[::2], [[50.0, 60.0]] * 56)


def test_the_circle_has_the_length_1() -> None:
    (picture,) = made(np.array([[[1.0], [0.0]]]))
    circle, arrow = picture
    assert isinstance(circle, Disc)
    assert isinstance(arrow, Path)
    assert (circle.x, circle.y, circle.radius) == (50.0, 60.0, 33.0)
    assert arrow.points[3].tolist() == pytest.approx([83.0, 60.0])


def test_long_vectors_shrink_circle_and_all() -> None:
    (picture,) = made(np.array([[[5.0, 1.0], [0.0, 0.0]]]))
    circle = picture[0]
    assert isinstance(circle, Disc)
    assert circle.radius == pytest.approx(33 * 1.25 / 5)
    tips = sorted(float(arrow.points[3, 0]) for arrow in arrows(picture))
    assert tips == pytest.approx([50 + circle.radius, 50 + 33 * 1.25])


def test_short_arrows_are_mostly_head_but_never_longer() -> None:
    (picture,) = made(np.array([[[0.12], [0.0]]]))
    points = arrows(picture)[0].points
    assert points[:, 0].min() >= 50 - 1e-6
    assert points[:, 0].max() == pytest.approx(50 + 0.12 * 33)


def test_an_orbit_turns_them() -> None:
    W = np.random.default_rng(0).normal(size=(1, 3, 4))
    flat, turned = made(W)[0], made(W, dimensions=3, azimuth=70.0)[0]
    assert not np.allclose(arrows(flat)[0].points, arrows(turned)[0].points)


def test_one_hidden_dimension_lies_on_a_line() -> None:
    (picture,) = made(np.array([[[1.0, -0.8]]]))
    assert {round(float(arrow.points[3, 1]), 6) for arrow in arrows(picture)} == {60.0}


def test_vectors_that_point_at_the_name_below_shrink_sooner() -> None:
    up, down = made(np.array([[[0.0], [1.2]], [[0.0], [-1.2]]]))
    circles = [picture[0] for picture in (up, down)]
    assert isinstance(circles[0], Disc)
    assert isinstance(circles[1], Disc)
    assert circles[0].radius == 33.0
    assert circles[1].radius == pytest.approx(33.0 * 1.12 / 1.2)


def test_examples_that_point_at_the_name_shrink_it_too() -> None:
    W = np.array([[[0.5], [0.5]]], dtype=np.float32)
    for point, room in (([0.0, 1.2], 1.0), ([0.0, -1.2], 1.12 / 1.2), ([2.5, 0.0], 0.5)):
        far = [np.array(point, dtype=np.float32)[:, None]]
        ((circle, *_),) = thumbnails(
            W,
            np.ones((1, 1), np.float32),
            [None],
            [("#000001",)],
            [(50.0, 60.0)],
            33.0,
            DisplaySettings(),
            DARK,
            privileged=False,
            examples=far,
        )
        assert isinstance(circle, Disc)
        assert circle.radius == pytest.approx(33.0 * room)


def test_examples_are_dots_and_may_be_the_corners() -> None:
    turns = 2 * np.pi * np.arange(5) / 5
    ring = np.stack([np.cos(turns), np.sin(turns)]).astype(np.float32)
    W = np.array([[[0.5, 0.2, 0.4], [0.1, 0.4, -0.3]]], dtype=np.float32)
    colors = [("#000001",) * 3]
    (picture,) = thumbnails(
        W,
        np.ones((1, 3), np.float32),
        [name_shape(ring)],
        colors,
        [(50.0, 60.0)],
        33.0,
        DisplaySettings(),
        DARK,
        privileged=False,
        examples=[ring],
    )
    dots = [drawable for drawable in picture if isinstance(drawable, Disc) and drawable.fill]
    wanted = np.array([50.0, 60.0]) + 33.0 * ring.T * (1, -1)
    np.testing.assert_allclose([(dot.x, dot.y) for dot in dots], wanted, atol=1e-4)
    (outline,) = [d for d in picture if isinstance(d, Path) and d.closed and len(d.points) == 5]
    assert {tuple(p) for p in outline.points.round(3).tolist()} == {tuple(p) for p in wanted.round(3).tolist()}
