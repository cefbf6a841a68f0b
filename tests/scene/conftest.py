"""Moments and canvases for tests of scenes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import ArrayLike

from superviz.core.experiment import Experiment
from superviz.scene.canvas import Canvas
from superviz.scene.drawables import Drawable, Rect, Scene, Text
from superviz.scene.palette import DARK
from superviz.scene.text_extent import text_extent
from superviz.session.moment import Moment

PENTAGON_LENGTH, PENTAGON_BIAS = 1.13, -0.25

PLANTED = {88: -0.99, 907: 0.97, 500: 0.8, 511: 0.6, 300: -0.55}
"""Of `make_dictionary`: the cosines that features have with feature 16."""

MakeMoment = Callable[..., Moment]
MakeCanvas = Callable[..., Canvas]


def pentagon(length: float = PENTAGON_LENGTH) -> np.ndarray:
    """(2, 5): five directions 72 degrees apart, the first pointing up."""
    turns = np.radians(90 - 72 * np.arange(5))
    return (length * np.stack([np.cos(turns), np.sin(turns)])).astype(np.float32)


@pytest.fixture
def make_moment() -> MakeMoment:
    """A moment of weights (hidden, features) or (instances, hidden, features), b all PENTAGON_BIAS unless given.

    Any field of the experiment by name.
    """

    def make(
        W: ArrayLike | None = None,
        *,
        b: ArrayLike | None = None,
        position: float = 3180.0,
        trail: ArrayLike | None = None,
        W_out: ArrayLike | None = None,
        described: bool = True,
        **recipe: object,
    ) -> Moment:
        weights = np.asarray(pentagon() if W is None else W, dtype=np.float32)
        weights = weights[None] if weights.ndim == 2 else weights
        instances, hidden, features = weights.shape
        settings = {"feature_probability": 0.05, "importance": 0.9, "steps": 5000, **recipe}
        experiment = Experiment(n_features=features, n_hidden=hidden, n_instances=instances, **settings)  # pyright: ignore[reportArgumentType]
        biases = (
            np.full((instances, features), PENTAGON_BIAS, np.float32) if b is None else np.asarray(b, dtype=np.float32)
        )
        past = weights[:1] if trail is None else np.asarray(trail, dtype=np.float32)
        loss = np.full(instances, 0.0014, dtype=np.float32)
        out = None if W_out is None else np.asarray(W_out, dtype=np.float32).reshape(weights.shape)
        biases = np.broadcast_to(biases, (instances, features))
        return Moment(position, experiment, weights, biases, loss, past, 0, out, described=described)

    return make


@pytest.fixture
def make_dictionary(make_moment: MakeMoment) -> MakeMoment:
    """A moment of many unit directions of which nothing is known; those around feature 16 are planted.

    Feature 907 has cosine .97 with it, 88 has -.99, 500 has .8, 511 has .6 and 300 has -.55; the others are random.
    """

    def make(n_features: int = 1024, n_hidden: int = 128, seed: int = 0, lengths: ArrayLike = 1.0) -> Moment:
        rng = np.random.default_rng(seed)
        W = rng.standard_normal((n_hidden, n_features))
        W /= np.linalg.norm(W, axis=0)
        for feature, cosine in PLANTED.items():
            aside = W[:, feature] - W[:, 16] * (W[:, 16] @ W[:, feature])
            W[:, feature] = cosine * W[:, 16] + np.sqrt(1 - cosine**2) * aside / np.linalg.norm(aside)
        return make_moment(W * lengths, importance=1.0, bias=False, described=False)

    return make


@pytest.fixture
def make_canvas() -> MakeCanvas:
    """A canvas of that size in the dark theme; any of its other fields by name."""

    def make(width: float = 384, height: float = 424, **fields: object) -> Canvas:
        return Canvas(width, height, **{"palette": DARK, **fields})  # pyright: ignore[reportArgumentType]

    return make


@pytest.fixture
def clipped() -> Callable[[Scene], list[Drawable]]:
    """The texts and rectangles of a scene that reach over its edges."""

    def clipped(scene: Scene) -> list[Drawable]:
        over: list[Drawable] = []
        for drawable in scene.drawables:
            if isinstance(drawable, Rect):
                box = drawable.x, drawable.y, drawable.width, drawable.height
            elif isinstance(drawable, Text):
                box = text_extent(drawable)
            else:
                continue
            left, top, width, height = box
            if min(left, top) < -1e-6 or left + width > scene.width + 1e-6 or top + height > scene.height + 1e-6:
                over.append(drawable)
        return over

    return clipped
