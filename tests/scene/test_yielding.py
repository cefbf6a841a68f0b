"""The vectors view in large type: words give way to the plot, in their order."""

from __future__ import annotations

import numpy as np
import pytest

from superviz.core.experiment import Experiment
from superviz.core.snapshot import frozen
from superviz.scene.boxes import box_of, overlaps
from superviz.scene.canvas import Canvas
from superviz.scene.drawables import Disc, Scene, Text
from superviz.scene.palette import DARK
from superviz.scene.selection import Feature, Selection
from superviz.scene.vectors import build
from superviz.session.display import DisplaySettings
from superviz.session.moment import Moment

TURNS = np.radians(90 - 72 * np.arange(5))
PENTAGON = 1.13 * np.stack([np.cos(TURNS), np.sin(TURNS)])
DIGONS = np.array([[0.0, 1.0, 0.0, -1.0, 0.0], [1.0, 0.0, -1.0, 0.0, 0.0]])


def scene(W: np.ndarray, canvas: Canvas, selection: Selection | None = None) -> Scene:
    path, bias = frozen(W[None]), frozen(np.full((1, 5), -0.25))
    moment = Moment(1000.0, Experiment(n_features=5, n_hidden=2), path, bias, frozen(np.zeros(1)), path, 0)
    return build(moment, DisplaySettings(), selection or Selection(), canvas)


def words(built: Scene) -> list[str]:
    return [item.text for item in built.drawables if isinstance(item, Text)]


def circle(built: Scene) -> Disc:
    return max((item for item in built.drawables if isinstance(item, Disc)), key=lambda disc: disc.radius)


@pytest.mark.parametrize(
    ("size", "text", "table", "caption", "name"),
    [
        ((778, 406), 0.92, True, True, 22.0),
        ((1168, 610), 1.38, True, True, 22.0),
        ((480, 560), 0.92, False, True, 22.0),
        ((918, 474), 1.61, False, False, 22.0),
        ((574, 330), 1.38, False, False, 13.0),
        ((574, 310), 1.38, False, False, 13.0),
    ],
)
def test_the_table_then_the_caption_then_the_name(
    size: tuple[int, int], text: float, table: bool, caption: bool, name: float
) -> None:
    built = scene(PENTAGON, Canvas(*size, DARK, 0.72, text, compact=True))
    assert ("in all" in words(built)) == table
    assert any(said.startswith("Five features") for said in words(built)) == caption
    names = [item.size for item in built.drawables if isinstance(item, Text) and item.text == "Pentagon"]
    assert names == [pytest.approx(name * text)]


def test_at_last_a_name_that_would_lie_on_the_plot() -> None:
    large, small = (scene(DIGONS, Canvas(*size, DARK, 0.72, 1.2)) for size in ((700, 400), (330, 190)))
    assert any(said.startswith("Two digons") for said in words(large))
    assert not {said.split()[0] for said in words(small)} - {"Feature"}


@pytest.mark.parametrize("text", [0.92, 1.1, 1.38, 1.6, 1.84])
@pytest.mark.parametrize("size", [(778, 406), (574, 347), (546, 325), (788, 493), (1043, 533), (918, 474)])
def test_the_plot_keeps_its_size_and_its_words_their_places(size: tuple[int, int], text: float) -> None:
    built = scene(PENTAGON, Canvas(*size, DARK, 0.72, text, compact=True), Selection(Feature(2)))
    assert 2 * circle(built).radius >= max(180.0, 0.5 * size[1])
    shown = [item for item in built.drawables if isinstance(item, Text)]
    boxes = [box_of(item) for item in shown]
    assert {Feature(index) for index in range(5)} <= {item.meaning for item in shown}
    for index, (left, top, right, bottom) in enumerate(boxes):
        assert min(left, top + 2) >= 0, shown[index].text
        assert max(right - size[0], bottom - size[1]) <= 2, shown[index].text
        assert not overlaps((left + 1, top + 4, right - 1, bottom - 4), boxes[:index]), shown[index].text
