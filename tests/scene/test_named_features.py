"""Features' own names and colours: in every view, in clips and dashboards, and nowhere on top of anything else."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from superviz.core.snapshot import frozen
from superviz.scene import clip, dashboard, interference, neurons, strip, vectors
from superviz.scene.arrows import NO_EMPHASIS, Emphasis
from superviz.scene.boxes import box_of, overlaps
from superviz.scene.camera import camera_for
from superviz.scene.color_space import contrast
from superviz.scene.coloring import colors_at, seen_in
from superviz.scene.differences import differences
from superviz.scene.drawables import Path, Rect, Scene, Text
from superviz.scene.effects import effect_sentence
from superviz.scene.feature_names import UNNAMED
from superviz.scene.labels import LabelStyle, label_layer
from superviz.scene.neuron_names import neuron_names
from superviz.scene.palette import DARK, LIGHT
from superviz.scene.placement import Place, place_features
from superviz.scene.readout import readout
from superviz.scene.selection import Feature, Pair, Selection
from superviz.session.display import DisplaySettings
from superviz.session.timeline import Timeline

GREEN = "#22CC44"
NAMED = DisplaySettings(feature_names={0: "Golden retrievers", 2: "Cat"}, feature_colors={2: GREEN})
RUN = Timeline(5000, 4240, np.arange(0), np.zeros(0, np.float32), (), (), 1.3)


def texts(drawables: object) -> list[Text]:
    return [item for item in drawables if isinstance(item, Text)]  # pyright: ignore[reportGeneralTypeIssues, reportUnknownVariableType]


def said(scene: Scene) -> set[str]:
    return {text.text for text in texts(scene.drawables)}


def fills(scene: Scene, meaning: object) -> set[str]:
    return {
        item.fill.color
        for item in scene.drawables
        if isinstance(item, (Path, Rect)) and item.fill is not None and item.meaning == meaning
    }


@pytest.fixture
def scenes(make_moment, make_canvas) -> Callable[..., dict[str, Scene]]:
    """Every view of a pentagon with those names and colours."""

    def build(display: DisplaySettings, *, compact: bool = False) -> dict[str, Scene]:
        moment, nothing = make_moment(), Selection(pinned=Feature(2))
        text = 0.92 if compact else 1.0
        large = make_canvas(780, 409, compact=True, text=text, mark=0.72) if compact else make_canvas(1233, 632)
        small = make_canvas(268, 290, compact=True, text=text) if compact else make_canvas(384, 424)
        whole = make_canvas(1920, 1080)
        return {
            "vectors": vectors.build(moment, display, nothing, large),
            "interference": interference.build(moment, display, nothing, small),
            "neurons": neurons.build(moment, display, nothing, small),
            "strip": strip.build(moment, display, nothing, make_canvas(1233, 140)),
            "clip": clip.build(moment, RUN, display, whole, "Title"),
            "dashboard": dashboard.build(moment, RUN, display, whole, "Title"),
        }

    return build


class TestEverywhere:
    @pytest.mark.parametrize("compact", [False, True])
    def test_every_view_says_the_short_name(self, compact: bool, scenes) -> None:
        for view, scene in scenes(NAMED, compact=compact).items():
            if view == "strip":
                continue  # its thumbnails have no labels
            assert "Cat" in said(scene), view
            assert "Feature 3" not in said(scene), view

    def test_every_view_has_the_colour(self, scenes) -> None:
        for view, scene in scenes(NAMED).items():
            colors = {d.fill.color for d in scene.drawables if isinstance(d, (Path, Rect)) and d.fill is not None}
            assert GREEN in colors, view
            assert DARK.few_features[2] not in colors, view

    @pytest.mark.parametrize("name", ["Golden retrievers", "W" * 40, "金色寻回犬金色寻回犬金色寻回犬", "a b c d"])
    @pytest.mark.parametrize("compact", [False, True])
    def test_nothing_is_clipped_and_no_words_are_on_others(self, name: str, compact: bool, scenes, clipped) -> None:
        display = DisplaySettings(feature_names=dict.fromkeys(range(5), name))
        for view, scene in scenes(display, compact=compact).items():
            assert clipped(scene) == [], view
            boxes = [box_of(text) for text in texts(scene.drawables)]
            shrunk = [(left + 1, top + 2, right - 1, bottom - 2) for left, top, right, bottom in boxes]
            pairs = itertools.combinations(shrunk, 2)
            assert not [pair for pair in pairs if overlaps(pair[0], [pair[1]])], view

    def test_the_sentence_names_those_it_speaks_of(self, make_moment) -> None:
        heading, body = effect_sentence(make_moment(), NAMED, 1)
        assert heading == "When feature 2 is active"
        assert body.startswith("Golden retrievers and Cat are pushed up by 0.39.")
        assert effect_sentence(make_moment(), NAMED, 2)[0] == "When Cat is active"


class TestLabels:
    @given(names=st.lists(st.text(st.characters(categories=["L"]), min_size=1, max_size=40), min_size=5, max_size=5))
    @settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
    def test_they_keep_inside_and_off_each_other(self, names: list[str], make_moment) -> None:
        display = DisplaySettings(feature_names=dict(enumerate(names)))
        bounds = (0.0, 0.0, 760.0, 600.0)
        W = make_moment().W[0]
        placement = place_features(W, frozen(np.ones(5)), Place(380, 300, 200), camera_for(W, UNNAMED))
        for emphasis in (NO_EMPHASIS, Emphasis(selected=2)):
            style = LabelStyle(15.0, bounds, display=display)
            boxes = [box_of(label) for label in texts(label_layer(placement, DARK, style, emphasis))]
            assert len(boxes) == 5
            assert not any(overlaps(one, [other]) for one, other in itertools.combinations(boxes, 2))
            assert all(box[0] >= -1 and box[2] <= 761 for box in boxes)

    def test_of_many_those_with_a_name_are_labelled_too(self) -> None:
        turns = np.radians(9 * np.arange(40))
        W = np.stack([np.cos(turns), np.sin(turns)]).astype(np.float32)
        placement = place_features(W, frozen(np.linspace(1, 0.5, 40)), Place(400, 400, 250), camera_for(W, UNNAMED))
        display = DisplaySettings(feature_names={25: "Rare one"})
        style = LabelStyle(15.0, (0.0, 0.0, 800.0, 800.0), display=display)
        assert {label.text for label in texts(label_layer(placement, DARK, style, NO_EMPHASIS))} >= {"1", "Rare one"}


class TestColours:
    def test_a_palettes_own_colour_has_a_counterpart_in_the_other_theme(self) -> None:
        for ladder in ("few_features", "some_features"):
            for dark, light in zip(getattr(DARK, ladder), getattr(LIGHT, ladder), strict=True):
                assert seen_in(LIGHT, dark.lower()) == light
                assert seen_in(DARK, light.lower()) == dark
                assert seen_in(DARK, dark.lower()) == dark

    @given(st.from_regex(r"\A#[0-9a-f]{6}\Z"))
    def test_any_other_keeps_off_the_canvas_and_stays_itself_where_it_does(self, color: str) -> None:
        for palette in (DARK, LIGHT):
            seen = seen_in(palette, color)
            assert contrast(seen, palette.canvas) >= 2
            if contrast(color, palette.canvas) >= 2 and seen not in (*palette.few_features, *palette.some_features):
                assert seen.lower() == color

    def test_only_the_given_ones_change(self, make_moment) -> None:
        plain, own = (colors_at(make_moment(), 0, DARK, display) for display in (UNNAMED, NAMED))
        assert [index for index in range(5) if plain[index] != own[index]] == [2]
        assert own[2] == GREEN

    def test_the_ink_on_a_bar_is_read(self, make_moment, make_canvas) -> None:
        for color in ("#fffde0", "#401020"):
            display = DisplaySettings(feature_names={0: "Dog"}, feature_colors={0: color})
            scene = neurons.build(make_moment(), display, Selection(), make_canvas(384, 424))
            names = [text for text in texts(scene.drawables) if text.text == "Dog"]
            assert names
            assert all(contrast(text.color, seen_in(DARK, color)) > 4.5 for text in names)


class TestPanels:
    def test_heads_of_the_heatmap(self, make_moment, make_canvas) -> None:
        scene = interference.build(make_moment(), NAMED, Selection(), make_canvas(384, 424))
        heads = [text for text in texts(scene.drawables) if isinstance(text.meaning, Feature)]
        columns, rows = heads[:5], heads[5:]
        assert [text.text for text in columns] == ["1", "2", "3", "4", "5"], "there is no room for every name"
        assert [text.text for text in rows][1:] == ["2", "Cat", "4", "5"]
        assert "Golden retrievers".startswith(rows[0].text.rstrip("…"))

    def test_columns_have_names_where_all_of_them_fit(self, make_moment, make_canvas) -> None:
        short = DisplaySettings(feature_names={0: "Dog", 2: "Cat"})
        scene = interference.build(make_moment(), short, Selection(), make_canvas(384, 424))
        heads = [text.text for text in texts(scene.drawables) if isinstance(text.meaning, Feature)]
        assert heads == 2 * ["Dog", "2", "Cat", "4", "5"]

    def test_cells_keep_nearly_their_size(self, make_moment, make_canvas) -> None:
        sizes = [
            next(d.width for d in scene.drawables if isinstance(d, Rect) and d.meaning == Pair(0, 0))
            for scene in (
                interference.build(make_moment(), display, Selection(), make_canvas(384, 424))
                for display in (UNNAMED, DisplaySettings(feature_names={0: "W" * 40}))
            )
        ]
        assert sizes[1] >= 0.82 * sizes[0]

    def test_the_readout(self, make_moment, make_canvas) -> None:
        selection, colors = Selection(hovered=Pair(0, 2)), ("#AA0000",) * 5
        shown = readout(make_moment(), NAMED, colors, selection, make_canvas(480, 424))
        assert [text.text for text in texts(shown.drawables)][:3] == ["Golden retri…", "and", "Cat"]
        compact = readout(make_moment(), NAMED, colors, Selection(hovered=Pair(2, 1)), make_canvas(268, compact=True))
        assert texts(compact.drawables)[0].text == "Cat and 2"
        twice = readout(make_moment(), NAMED, colors, Selection(hovered=Pair(2, 2)), make_canvas(268, compact=True))
        assert texts(twice.drawables)[0].text == "Cat and itself"

    def test_a_dead_feature_is_called_by_its_name(self, make_moment, make_canvas) -> None:
        moment = make_moment([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
        shown = readout(moment, NAMED, ("#AA0000",) * 3, Selection(hovered=Pair(1, 2)), make_canvas())
        assert "Cat is dead" in [text.text for text in texts(shown.drawables)]

    @pytest.mark.parametrize(("column", "lower"), [(150.0, "only Cat"), (54.0, "only 3"), (26.0, "1.0")])
    def test_a_neuron_about_one_feature(self, column: float, lower: str, make_moment, make_canvas) -> None:
        W = np.array([[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]])
        display = DisplaySettings(
            feature_names={0: "Golden retrievers of all kinds" if column < 60 else "Dog", 2: "Cat"}
        )
        experiment = make_moment(W, model="relu_hidden").experiment
        drawn = neuron_names(W, experiment, display, [100.0, 100 + column], column, 47.0, 200.0, make_canvas(500))
        assert lower in [text.text for text in texts(drawn)]

    def test_what_sets_instances_apart(self, make_moment) -> None:
        probabilities = [[0.1, 0.1, p] for p in (0.1, 0.2)]
        experiment = make_moment(np.zeros((2, 2, 3)), feature_probability=probabilities).experiment
        told = differences(experiment, NAMED, described=True)
        assert told.heading == "Cat, from rare to common"
        assert told.notes[0][0] == "Cat: p 0.10"
        assert differences(experiment, UNNAMED, described=True).heading == "Feature 3, from rare to common"

    def test_no_room_is_made_for_names_that_would_not_be_seen(self, make_moment, make_canvas) -> None:
        small = make_canvas(268, 290, compact=True, text=0.92)
        display = DisplaySettings(feature_names={0: "Wheels", 2: "Dog ears"})
        plain, named = (interference.build(make_moment(), each, Selection(), small) for each in (UNNAMED, display))
        cells = [[d for d in scene.drawables if isinstance(d, Rect)] for scene in (plain, named)]
        assert cells[0] == cells[1]
