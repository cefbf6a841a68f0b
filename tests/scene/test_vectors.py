"""The vectors view as a whole: what it holds, what it stands for, that it fits and that it is quick."""

from __future__ import annotations

import timeit
from dataclasses import replace

import numpy as np
import pytest

from superviz.core.experiment import Experiment
from superviz.core.snapshot import frozen
from superviz.engine.sampling import sample
from superviz.scene.arrows import MANY
from superviz.scene.boxes import box_of, overlaps
from superviz.scene.canvas import Canvas
from superviz.scene.drawables import Disc, Dots, Drawable, Path, Rect, Scene, Text
from superviz.scene.palette import DARK, LIGHT, mix
from superviz.scene.selection import Feature, Pair, Selection
from superviz.scene.vectors import build
from superviz.session.display import DisplaySettings
from superviz.session.moment import Moment

LARGE = Canvas(1233, 632, DARK)
SMALL = Canvas(780, 409, DARK, 0.72, 0.92, compact=True)
NOTHING = Selection()


def polygon(count: int, length: float = 1.13) -> np.ndarray:
    turns = np.radians(90 - 360 / count * np.arange(count))
    return length * np.stack([np.cos(turns), np.sin(turns)])


def moment(
    W: np.ndarray,
    trail: np.ndarray | None = None,
    importance: float = 0.9,
    model: str = "relu_output",
    **recipe: object,
) -> Moment:
    hidden, features = W.shape
    settings = {"importance": importance, "model": model, **recipe}
    experiment = Experiment(n_features=features, n_hidden=hidden, **settings)  # pyright: ignore[reportArgumentType]
    path = W[None] if trail is None else trail
    bias = np.full((1, features), -0.25)
    return Moment(1000.0, experiment, frozen(W[None]), frozen(bias), frozen(np.zeros(1)), frozen(path), 0)


def grown(W: np.ndarray, points: int = 128) -> np.ndarray:
    return np.linspace(0.1, 1.0, points)[:, None, None] * W


PENTAGON = moment(polygon(5), grown(polygon(5)))


def scene(at: Moment, selection: Selection = NOTHING, canvas: Canvas = LARGE, **display: object) -> Scene:
    return build(at, DisplaySettings(**display), selection, canvas)  # pyright: ignore[reportArgumentType]


def words(built: Scene) -> list[str]:
    return [item.text for item in built.drawables if isinstance(item, Text)]


def circle(built: Scene) -> Disc:
    return max((item for item in built.drawables if isinstance(item, Disc)), key=lambda disc: disc.radius)


def numbers(item: Drawable) -> np.ndarray:
    if isinstance(item, (Path, Dots)):
        return item.points
    if isinstance(item, Rect):
        return np.array([item.x, item.y, item.width, item.height])
    return np.array([item.x, item.y])


def test_looks_measures() -> None:
    built = scene(PENTAGON)
    assert (built.width, built.height, built.background) == (1233, 632, DARK.canvas)
    unit = circle(built)
    assert unit.x == pytest.approx(1233 / 2 - 46)
    assert unit.y == pytest.approx(322, abs=0.5)
    assert unit.radius == pytest.approx(0.37 * 632, rel=0.01)


def test_it_says_what_it_shows() -> None:
    said = words(scene(PENTAGON))
    assert "Pentagon" in said
    assert {"hidden 1", "hidden 2", "length 1", "Feature 1", "Feature 5", "2.00 of 2"} <= set(said)
    assert not any(text.startswith("These") for text in said)


def test_compact_drops_what_look_drops() -> None:
    said = words(scene(PENTAGON, Selection(Feature(2)), SMALL))
    assert not {"hidden 1", "length 1", "Bias", "When feature 3 is active"} & set(said)
    assert {"Pentagon", "in all", "−1.03", "+0.39"} <= set(said)


def test_a_selection_brings_guides_halo_and_the_sentence() -> None:
    plain, selected = scene(PENTAGON), scene(PENTAGON, Selection(Feature(2)))
    assert "When feature 3 is active" in words(selected)
    assert {"+0.39", "−1.03"} <= set(words(selected))
    assert "When feature 3 is active" not in words(plain)
    strokes = [item.stroke for item in selected.drawables if isinstance(item, Path) and item.stroke]
    assert {(6.0, 5.0), (2.0, 4.0)} <= {stroke.dashes for stroke in strokes}
    fills = [item.fill for item in selected.drawables if isinstance(item, Path) and item.fill]
    assert 0.2 in {fill.opacity for fill in fills}


def test_hovering_emphasises_without_guides() -> None:
    hovered = scene(PENTAGON, Selection(hovered=Feature(2)))
    assert "When feature 3 is active" not in words(hovered)
    assert not any(isinstance(item.meaning, Pair) for item in hovered.drawables)
    label = next(
        item for item in hovered.drawables if isinstance(item, Text) and item.text == "Feature 3" and item.size == 17
    )
    assert label.weight == 700


def test_a_hovered_pair_changes_nothing_here() -> None:
    assert len(scene(PENTAGON, Selection(hovered=Pair(2, 1))).drawables) == len(scene(PENTAGON).drawables)


def test_everything_that_is_a_feature_says_so() -> None:
    built = scene(PENTAGON, Selection(Feature(2)))
    for feature in range(5):
        kinds = {type(item) for item in built.drawables if item.meaning == Feature(feature)}
        assert {Path, Rect, Text} <= kinds
    pairs = [item for item in built.drawables if isinstance(item.meaning, Pair)]
    assert len(pairs) == 4
    assert {type(item) for item in pairs} == {Disc, Text}


def test_paint_order() -> None:
    drawables = list(scene(PENTAGON, Selection(Feature(2))).drawables)

    def first(wanted: object) -> int:
        return next(index for index, item in enumerate(drawables) if wanted(item))  # pyright: ignore[reportCallIssue]

    def last(wanted: object) -> int:
        return len(drawables) - 1 - next(index for index, item in enumerate(reversed(drawables)) if wanted(item))  # pyright: ignore[reportCallIssue]

    def stroke(item: Drawable) -> float | None:
        return item.stroke.width if isinstance(item, Path) and item.stroke else None

    ring = first(lambda item: isinstance(item, Disc))
    outline = first(lambda item: isinstance(item, Path) and item.closed)
    trails = first(lambda item: stroke(item) == 1.6)
    guides = first(lambda item: isinstance(item, Path) and item.stroke and item.stroke.dashes)
    halo = first(lambda item: isinstance(item, Path) and item.fill and item.fill.opacity == 0.2)
    arrows = first(lambda item: isinstance(item, Path) and isinstance(item.meaning, Feature))
    selected = last(lambda item: isinstance(item, Path) and item.meaning == Feature(2))
    feet = first(lambda item: isinstance(item, Disc) and isinstance(item.meaning, Pair))
    labels = first(lambda item: isinstance(item, Text) and isinstance(item.meaning, Feature))
    assert ring < outline < trails < guides < halo < arrows < selected < feet < labels


@pytest.mark.parametrize(
    "canvas", [LARGE, SMALL, Canvas(1233, 632, LIGHT, 1.0, 1.5), Canvas(1233, 632, DARK, 1.0, 2.0)]
)
@pytest.mark.parametrize("selected", [None, 0, 1, 2, 3, 4])
@pytest.mark.parametrize("turn", [0.0, 0.2, 0.5, 0.9])
def test_no_words_lie_on_others(canvas: Canvas, selected: int | None, turn: float) -> None:
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    selection = NOTHING if selected is None else Selection(Feature(selected))
    built = scene(moment(rotation @ polygon(5)), selection, canvas)
    texts = [item for item in built.drawables if isinstance(item, Text)]
    boxes = [box_of(text) for text in texts]
    for index, box in enumerate(boxes):
        others = [
            other
            for at, other in enumerate(boxes[:index])
            if abs(texts[at].x - texts[index].x) > 1 or texts[at].size != texts[index].size
        ]
        left, top, right, bottom = box
        assert not overlaps((left + 1, top + 3, right - 1, bottom - 3), others), texts[index].text


def test_trails_can_be_switched_off_and_belong_to_one_instance() -> None:
    def count(built: Scene) -> int:
        return sum(
            isinstance(item, Path) and item.stroke is not None and item.stroke.width == 1.6 for item in built.drawables
        )

    assert count(scene(PENTAGON)) == 5 * 14
    assert count(scene(PENTAGON, trails=False)) == 0
    assert count(scene(replace(PENTAGON, trail_instance=3))) == 0


def test_zoom_and_pan() -> None:
    plain, moved = circle(scene(PENTAGON)), circle(scene(PENTAGON, zoom=1.5, pan=(0.1, -0.2)))
    assert moved.radius == pytest.approx(1.5 * plain.radius)
    assert moved.x - plain.x == pytest.approx(63.2)
    assert moved.y - plain.y == pytest.approx(-126.4)


def test_a_long_vector_shrinks_the_circle_smoothly() -> None:
    radii = [circle(scene(moment(polygon(5, length)))).radius for length in (1.0, 1.13, 1.3, 1.5, 3.0)]
    assert radii[0] == radii[1] > radii[2] > radii[3] > radii[4]


@pytest.mark.parametrize("canvas", [LARGE, SMALL])
@pytest.mark.parametrize("count", [5, 12])
@pytest.mark.parametrize("turn", range(0, 60, 4))
def test_a_long_vector_keeps_off_the_table(canvas: Canvas, count: int, turn: int) -> None:
    W = 0.6 * np.random.default_rng(1).normal(size=(2, count))
    W[:, 4] = 2.6 * np.cos(np.radians(turn)), 2.6 * np.sin(np.radians(turn))
    built = scene(moment(W), canvas=canvas)
    rows = [item for item in built.drawables if isinstance(item, Rect) and item.meaning is not None]
    left, bottom = min(row.x for row in rows), max(row.y + row.height for row in rows)
    shafts = [item for item in built.drawables if isinstance(item, Path) and isinstance(item.meaning, Feature)]
    assert all(np.all((path.points[:, 0] < left) | (path.points[:, 1] > bottom)) for path in shafts)
    labels = [item for item in built.drawables if isinstance(item, Text) and item.size >= built.height / 45]
    assert Feature(4) in {label.meaning for label in labels if label.x < left or label.y > bottom}


def test_a_zoomed_figure_may_go_anywhere() -> None:
    W = polygon(5, 2.0)
    plain, near = circle(scene(moment(W))), circle(scene(moment(W), zoom=3.0))
    assert near.radius == pytest.approx(3 * plain.radius)


def test_a_narrow_canvas_has_its_caption_above_the_figure_and_no_legend() -> None:
    built = scene(PENTAGON, Selection(Feature(1)), Canvas(480, 560, DARK))
    unit = circle(built)
    assert unit.x == 240
    assert "Share" not in words(built)
    title = next(item for item in built.drawables if isinstance(item, Text) and item.text == "Pentagon")
    assert box_of(title)[3] < unit.y - 1.13 * unit.radius


@pytest.mark.parametrize(
    ("hidden", "dimensions", "note"), [(4, 2, "These 2 of 4"), (5, 2, "These 2 of 5"), (5, 3, "These 3 of 5")]
)
def test_what_is_not_seen_is_owned_up_to(hidden: int, dimensions: int, note: str) -> None:
    W = np.random.default_rng(0).normal(size=(hidden, 6))
    (said,) = [text for text in words(scene(moment(W), dimensions=dimensions)) if text.startswith("These")]
    share = (W[:dimensions] ** 2).sum() / (W**2).sum()
    assert said == f"{note} directions hold {share:.0%} of the weights"


def test_almost_all_is_not_all() -> None:
    W = np.diag([1.0, 1.0, 0.01, 0.0])
    assert "These 2 of 4 directions hold over 99% of the weights" in words(scene(moment(W)))
    assert "These 2 of 4 directions hold 100% of the weights" in words(scene(moment(np.diag([1.0, 1.0, 0.0, 0.0]))))


def test_three_dimensions_in_a_plane_show_depth_and_say_how() -> None:
    turned = np.linalg.qr(np.random.default_rng(0).normal(size=(3, 3)))[0]
    built = scene(moment(np.hstack([turned, -turned])))
    assert "Fainter arrows point away. This plane holds 67% of the weights" in words(built)
    assert not {"hidden 1", "direction 1"} & set(words(built))
    arrows = [item for item in built.drawables if isinstance(item, Path) and isinstance(item.meaning, Feature)]
    opacities = [arrow.fill.opacity for arrow in arrows if arrow.fill]
    assert opacities == sorted(opacities)
    assert opacities[0] < 0.8 < opacities[-1] == 1.0
    strokes = [item.stroke for item in built.drawables if isinstance(item, Path) and item.stroke]
    assert sum(stroke.width == 1.4 and stroke.color == mix(DARK.canvas, DARK.text1, 0.34) for stroke in strokes) == 12


class TestNeurons:
    """Where a ReLU acts on the neurons the axes are theirs."""

    def test_a_plane_of_two_is_their_own(self) -> None:
        said = words(scene(moment(polygon(5), model="relu_hidden")))
        assert {"neuron 1", "neuron 2", "Polysemantic"} <= set(said)
        assert "Monosemantic" in words(scene(moment(np.eye(2, 5), model="relu_hidden")))

    def test_a_view_of_many_names_each(self) -> None:
        W = np.array([[1.0, 0.6, 0.0, 0.0], [0.0, 0.8, 0.0, 0.9], [0.0, 0.0, 1.0, 0.4], [0.0, 0.3, 0.0, 0.0]])
        built = scene(moment(W, model="relu_hidden"))
        said = words(built)
        assert sum(text.startswith("neuron ") for text in said) >= 2
        (note,) = [text for text in said if text.startswith("This plane")]
        assert note.endswith("% of the weights of all 4 neurons")
        assert not any(text.startswith("neuron") for text in words(scene(moment(np.eye(20), model="relu_hidden"))))

    def test_dot_products_say_nothing_there_so_none_are_drawn(self) -> None:
        W = polygon(5)
        plain, real = (scene(moment(W, model=model), Selection(Feature(2))) for model in ("relu_output", "relu_hidden"))
        assert "+0.39" in words(plain)
        assert "+0.39" not in words(real)
        assert "When feature 3 is active" in words(real)
        assert not any(isinstance(item.meaning, Pair) for item in real.drawables)


class TestExamples:
    """A finite training set is shown in the hidden space."""

    @pytest.mark.parametrize(
        ("count", "note"),
        [
            (1, "Dots: 1 training example"),
            (12, "Dots: 12 training examples"),
            (3000, "Dots: 200 of 3,000 training examples"),
        ],
    )
    def test_a_dot_each(self, count: int, note: str) -> None:
        at = moment(polygon(5), training_set=count)
        built = scene(at)
        assert note in words(built)
        dots = [d for d in built.drawables if isinstance(d, Disc) and d.fill and d.fill.color == DARK.text1]
        assert len(dots) == min(count, 200)
        x = sample(at.experiment, 0, 0)[:, 0]
        unit, first = circle(built), dots[0]
        hidden = np.array([first.x - unit.x, unit.y - first.y]) / unit.radius
        np.testing.assert_allclose(hidden, at.W[0] @ x, atol=1e-4)

    def test_far_ones_shrink_the_figure(self) -> None:
        near, far = (moment(polygon(5), training_set=3, feature_probability=p) for p in (0.01, 1.0))
        assert circle(scene(far)).radius <= circle(scene(near)).radius

    def test_without_one_there_is_none(self) -> None:
        assert not any(text.startswith("Dots") for text in words(scene(PENTAGON)))


def test_without_a_bias_the_legend_has_none() -> None:
    assert "Bias" in words(scene(PENTAGON))
    assert "Bias" not in words(scene(moment(polygon(5), bias=False)))


def test_three_dimensions_are_all_seen_in_an_orbit() -> None:
    turned = np.linalg.qr(np.random.default_rng(0).normal(size=(3, 3)))[0]
    W = np.hstack([turned, -turned])
    said = words(scene(moment(W), dimensions=3))
    assert {"hidden 1", "hidden 2", "hidden 3", "Octahedron"} <= set(said)
    assert not any(text.startswith("These") for text in said)
    before, after = (scene(moment(W), dimensions=3, azimuth=azimuth) for azimuth in (0.0, 40.0))
    one, other = (
        next(item for item in built.drawables if isinstance(item, Path) and item.meaning == Feature(0))
        for built in (before, after)
    )
    assert not np.allclose(one.points, other.points)
    assert circle(before).radius == circle(after).radius


def test_one_dimension_is_a_line() -> None:
    built = scene(moment(np.array([[1.0, -1.0]])), Selection(Feature(0)))
    said = words(built)
    assert {"Digon", "hidden 1", "length 1", "When feature 1 is active"} <= set(said)
    assert "hidden 2" not in said


CASES = {
    "one feature": np.ones((1, 1)),
    "all dead": np.zeros((2, 5)),
    "nothing but one": np.eye(2)[:, :1] @ np.array([[1.0, 0, 0, 0]]),
    "twenty in five": np.random.default_rng(0).normal(size=(5, 20)),
    "eighty in twenty": np.random.default_rng(1).normal(size=(20, 80)),
    "six in three": np.random.default_rng(2).normal(size=(3, 6)),
    "more dimensions than features": np.eye(7)[:, :3],
    "all the same": np.ones((2, 6)),
    "very long": 1e4 * polygon(5),
    "thirteen on a line": np.linspace(-1, 1, 13)[None],
}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("dimensions", [2, 3])
@pytest.mark.parametrize("canvas", [LARGE, SMALL, Canvas(60, 40, DARK)])
def test_every_number_is_finite(name: str, dimensions: int, canvas: Canvas) -> None:
    W = CASES[name]
    at = moment(W, grown(W))
    for selection in (
        NOTHING,
        Selection(Feature(0)),
        Selection(Feature(W.shape[1] - 1), Feature(0)),
        Selection(Feature(99)),
    ):
        for item in scene(at, selection, canvas, dimensions=dimensions).drawables:
            assert np.isfinite(numbers(item)).all(), item
            if isinstance(item, Text):
                assert "nan" not in item.text


def test_the_same_moment_gives_the_same_scene() -> None:
    one, other = scene(PENTAGON, Selection(Feature(1))), scene(PENTAGON, Selection(Feature(1)))
    assert len(one.drawables) == len(other.drawables)
    for a, b in zip(one.drawables, other.drawables, strict=True):
        assert np.array_equal(numbers(a), numbers(b))


@pytest.mark.parametrize(
    ("W", "milliseconds"), [(polygon(5), 6.0), (np.random.default_rng(0).normal(size=(30, 400)), 40.0)]
)
def test_it_is_quick(W: np.ndarray, milliseconds: float) -> None:
    """Aimed at are 1 and 8 ms; the bounds leave room for a busy machine."""
    at = moment(W, grown(W), importance=0.9 if W.shape[1] <= MANY else 1.0)
    assert 1e3 * min(timeit.repeat(lambda: scene(at, Selection(Feature(2))), number=1, repeat=15)) < milliseconds
