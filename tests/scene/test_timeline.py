"""The timeline: scrubbing reads back, heads stand where they are, and nothing is drawn over anything else."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from superviz.core.bookmark import Bookmark
from superviz.core.experiment import Experiment
from superviz.core.snapshot import frozen
from superviz.scene import dashboard
from superviz.scene import timeline as scene_timeline
from superviz.scene.boxes import box_of, overlaps
from superviz.scene.canvas import Canvas
from superviz.scene.drawables import Disc, Paint, Path, Rect, Scene, Text
from superviz.scene.palette import DARK, LIGHT, mix
from superviz.scene.picking import pick
from superviz.scene.selection import Selection, Step
from superviz.scene.text_extent import text_extent
from superviz.scene.timeline import flag_at, position_at
from superviz.session.display import DisplaySettings
from superviz.session.moment import Moment
from superviz.session.timeline import Epoch, Mark, Timeline

LOSSES = (0.0096 * np.exp(-np.arange(424) / 100) + 0.0014).astype(np.float32)
EPOCHS = (
    Epoch(0, 820, "Finding directions"),
    Epoch(820, 1960, "Two digons and a dead feature"),
    Epoch(1960, 4240, "Pentagon"),
)
RUN = Timeline(5000, 4240, 10 * np.arange(1, 425), LOSSES, EPOCHS, (Mark(2220, "p = 0.10"),), 1.28)
WIDE = Canvas(1616, 176, DARK)
COMPACT = Canvas(1048, 118, DARK, 0.72, 0.92, True)

MOMENT = Moment(
    100.0,
    Experiment(n_features=5, n_hidden=2),
    frozen(np.zeros((1, 2, 5))),
    frozen(np.zeros((1, 5))),
    frozen(np.zeros(1)),
    frozen(np.zeros((1, 2, 5))),
    0,
)


@pytest.fixture
def build(make_moment):
    def build(timeline: Timeline = RUN, position: float = 3180.0, canvas: Canvas = WIDE) -> Scene:
        return scene_timeline.build(timeline, make_moment(position=position), DisplaySettings(), Selection(), canvas)

    return build


def texts(scene: Scene) -> dict[str, Text]:
    return {drawable.text: drawable for drawable in scene.drawables if isinstance(drawable, Text)}


def lines(scene: Scene, color: str) -> list[Path]:
    return [d for d in scene.drawables if isinstance(d, Path) and d.stroke and d.stroke.color == color]


class TestScrubbing:
    @pytest.mark.parametrize(("x", "position"), [(48, 0), (0, 0), (-9, 0), (820, 2500), (1592, 4240), (1e6, 4240)])
    def test_position_at(self, x: float, position: float) -> None:
        assert position_at(RUN, WIDE, x) == position

    @given(st.floats(0, 4240), st.sampled_from([WIDE, COMPACT, replace(WIDE, text=1.5)]))
    def test_the_playhead_is_where_one_scrubbed(self, position: float, canvas: Canvas) -> None:
        drawn = scene_timeline.figure(RUN, replace(MOMENT, position=position), canvas)
        playhead = drawn[-1]
        assert isinstance(playhead, Disc)
        assert position_at(RUN, canvas, playhead.x) == pytest.approx(position, abs=1e-6)

    def test_no_room(self) -> None:
        assert 0 <= position_at(RUN, Canvas(10, 10, DARK), 5) <= 4240


class TestAsPictured:
    def test_plot(self, build) -> None:
        (ground,) = [d for d in build().drawables if isinstance(d, Rect) and d.fill and d.fill.color == DARK.canvas]
        assert (ground.x, ground.y, ground.width, ground.height) == (48, 31, 1544, 120)

    def test_axes(self, build) -> None:
        said = texts(build())
        assert {"0", "500", "1,000", "4,500", "5,000"} <= set(said)
        assert {".002", ".005"} <= set(said) or {".003", ".01"} <= set(said)
        assert said["5,000"].anchor == "end"
        assert said["5,000"].x == 1592

    def test_the_loss_says_which_it_is(self, build) -> None:
        for canvas in (WIDE, COMPACT):
            assert "loss, mean over features" in texts(build(canvas=canvas))

    def test_line_is_split_at_the_playhead(self, build) -> None:
        scene = build()
        (shown,) = [path for path in lines(scene, DARK.accent) if len(path.points) > 2]
        (ahead,) = lines(scene, mix(DARK.canvas, DARK.accent, 0.5))
        assert shown.stroke
        assert shown.stroke.width == 2.2
        assert shown.points[-1].tolist() == ahead.points[0].tolist()
        assert shown.points[-1, 0] == pytest.approx(48 + 3180 / 5000 * 1544)
        assert ahead.points[-1, 0] == pytest.approx(48 + 4240 / 5000 * 1544)

    def test_tint_lies_under_what_was_shown(self, build) -> None:
        tint = [d for d in build().drawables if isinstance(d, Path) and d.fill and d.fill.opacity == 0.13]
        assert max(piece.points[:, 0].max() for piece in tint) == pytest.approx(48 + 3180 / 5000 * 1544)
        assert min(piece.points[:, 0].min() for piece in tint) == pytest.approx(48 + 10 / 5000 * 1544)
        assert all(piece.points[-2:, 1].tolist() == [151, 151] for piece in tint)
        # Each piece begins where the one before ends.
        for one, other in itertools.pairwise(tint):
            assert one.points[-3].tolist() == other.points[0].tolist()

    def test_every_other_epoch_is_banded_and_each_is_named(self, build) -> None:
        scene = build()
        bands = [d for d in scene.drawables if isinstance(d, Rect) and d.fill and d.fill.opacity == 0.035]
        assert [(round(band.x), round(band.width)) for band in bands] == [
            (round(48 + 820 * 0.3088), round(1140 * 0.3088))
        ]
        weights = {epoch.name: texts(scene)[epoch.name].weight for epoch in EPOCHS}
        assert weights == {"Finding directions": 400, "Two digons and a dead feature": 400, "Pentagon": 700}

    def test_the_live_head(self, build) -> None:
        scene = build()
        assert texts(scene)["live"].color == DARK.accent
        halo, _, dot = [d for d in scene.drawables if isinstance(d, Disc)][:3]
        assert (halo.radius, dot.radius) == (9.5, 4.2)
        assert dot.x == pytest.approx(48 + 4240 / 5000 * 1544)

    def test_what_can_not_grow_has_an_end(self, build) -> None:
        scene = build(replace(RUN, may_grow=False))
        said = texts(scene)
        assert "live" not in said
        assert (said["end"].color, said["end"].meaning) == (DARK.text2, Step(4240))
        assert not [d for d in scene.drawables if isinstance(d, Disc) and d.fill and d.fill.color == DARK.accent]

    def test_no_live_head_where_the_playhead_is_there(self, build) -> None:
        assert "live" not in texts(build(position=4240.0))
        assert "live" in texts(build(position=4239.0))

    def test_no_live_head_in_films(self) -> None:
        words = [d.text for d in scene_timeline.figure(RUN, MOMENT, WIDE, live=False) if isinstance(d, Text)]
        assert "live" not in words

    def test_mark(self, build) -> None:
        scene = build()
        label = texts(scene)["p = 0.10"]
        assert label.meaning == Step(2220)
        flag_x = 48 + 2220 / 5000 * 1544
        assert label.x == pytest.approx(flag_x + 19)
        assert pick(scene, flag_x + 4, label.y) == Step(2220)

    def test_an_epochs_name_leads_to_its_start(self, build) -> None:
        scene = build()
        name = texts(scene)["Two digons and a dead feature"]
        assert pick(scene, name.x + 20, name.y) == Step(820)

    def test_compact(self, build) -> None:
        said = texts(build(canvas=COMPACT))
        assert {"1,000", "4,000", "5,000"} <= set(said)

    def test_light(self, build) -> None:
        assert build(canvas=Canvas(1616, 176, LIGHT)).background == LIGHT.panel


class TestTestLosses:
    """A finite training set has two curves."""

    MEMORISING = replace(RUN, test_losses=np.full(424, 0.02, np.float32))
    LEARNING = replace(RUN, test_losses=LOSSES * np.float32(1.02))

    def test_both_are_on_one_scale(self, build) -> None:
        (dashed,) = [path for path in lines(build(self.MEMORISING), DARK.text2) if path.stroke and path.stroke.dashes]
        (training,) = [path for path in lines(build(self.MEMORISING), DARK.accent) if len(path.points) > 2]
        assert np.ptp(dashed.points[:, 1]) < 1e-3
        assert dashed.points[:, 1].max() < training.points[:, 1].min()
        assert 31 < dashed.points[0, 1] < 151

    @pytest.mark.parametrize("run", [MEMORISING, LEARNING])
    @pytest.mark.parametrize("canvas", [WIDE, COMPACT])
    def test_each_is_named_at_its_end_on_its_own_side(self, run: Timeline, canvas: Canvas, build) -> None:
        said = texts(build(run, canvas=canvas))
        assert said["training"].color == DARK.accent
        assert said["test"].color == DARK.text2
        assert said["test"].y < said["training"].y
        assert said["test"].x == said["training"].x < canvas.width

    def test_neither_name_lies_on_a_curve_that_falls_steeply(self, build) -> None:
        losses = np.geomspace(1.0, 1e-3, 424).astype(np.float32)
        scene = build(replace(self.MEMORISING, losses=losses, horizon=40_000, marks=(), epochs=()), 4240.0)
        assert 31 < texts(scene)["test"].y < texts(scene)["training"].y < 151
        for path in (d for d in scene.drawables if isinstance(d, Path) and d.fill is None and len(d.points) > 2):
            x, y = path.points.T
            for left, top, width, height in (text_extent(texts(scene)[name]) for name in ("test", "training")):
                assert not ((x > left) & (x < left + width) & (y > top) & (y < top + height)).any()

    def test_a_curve_that_ends_early_is_named_all_the_same(self, build) -> None:
        losses = np.full(424, 0.02, np.float32)
        losses[100:] = np.nan
        assert "test" in texts(build(replace(RUN, test_losses=losses)))

    def test_without_them_there_is_nothing_to_tell_apart(self, build) -> None:
        said = texts(build())
        assert not {"test", "training"} & set(said)

    def test_diverged(self, build) -> None:
        run = replace(RUN, test_losses=np.full(424, np.nan, np.float32))
        assert all(np.isfinite(d.points).all() for d in build(run).drawables if isinstance(d, Path))


class TestOddRuns:
    def test_nothing_trained_yet(self, build) -> None:
        empty = Timeline(5000, 0, np.empty(0, np.int64), np.empty(0, np.float32), (), (), 0.0)
        (sentence,) = build(empty, 0.0).drawables
        assert isinstance(sentence, Text)
        assert "Nothing trained yet" in sentence.text

    def test_before_the_first_loss(self, build) -> None:
        early = Timeline(
            5000, 5, np.empty(0, np.int64), np.empty(0, np.float32), (Epoch(0, 5, "Finding directions"),), (), 0.1
        )
        scene = build(early, 2.0)
        assert "live" in texts(scene)
        assert not any("." in text for text in texts(scene))

    @pytest.mark.parametrize("bad", [np.nan, np.inf, 0.0, -1.0])
    def test_losses_that_are_no_losses(self, bad: float, build) -> None:
        losses = LOSSES.copy()
        losses[100:] = bad
        for scene in (build(replace(RUN, losses=losses)), build(replace(RUN, losses=np.full(424, bad, np.float32)))):
            assert all(np.isfinite(d.points).all() for d in scene.drawables if isinstance(d, Path))

    def test_a_position_beyond_the_live_head(self, build) -> None:
        playhead = build(position=9999.0).drawables[-1]
        assert isinstance(playhead, Disc)
        assert playhead.x == pytest.approx(48 + 4240 / 5000 * 1544)

    def test_a_long_run_is_drawn_by_the_column(self, build) -> None:
        count = 100_000
        long = Timeline(
            10 * count, 10 * count, 10 * np.arange(1, count + 1), np.full(count, 0.01, np.float32), (), (), 1.0
        )
        assert max(len(path.points) for path in lines(build(long), DARK.accent)) <= 1544 / 6 + 3

    def test_the_live_head_at_the_edge_keeps_its_word_on_the_canvas(self, build) -> None:
        live = texts(build(replace(RUN, horizon=4240), canvas=Canvas(700, 118, DARK)))["live"]
        left, _, width, _ = text_extent(live)
        assert left + width <= 700


class TestNothingCollides:
    def test_the_losss_name_keeps_off_the_curve(self, build) -> None:
        """The top right is its place, unless there are marks, or the curve is there."""
        losses = np.full(424, 0.1, np.float32)
        losses[180:220] = 0.001
        risen = replace(RUN, losses=losses, horizon=4240, marks=(), epochs=())
        for run, anchor in ((RUN, "start"), (replace(RUN, marks=()), "end"), (risen, "start")):
            name = texts(build(run))["loss, mean over features"]
            assert name.anchor == anchor
            left, top, width, height = text_extent(name)
            (curve,) = [path for path in lines(build(run), DARK.accent) if len(path.points) > 2]
            x, y = curve.points.T
            assert not ((x > left) & (x < left + width) & (y > top) & (y < top + height)).any()

    @pytest.mark.parametrize(
        ("changes", "anchor"),
        [
            ({"live_step": 2000}, "end"),
            ({"live_step": 4900}, "start"),
            ({"live_step": 5000}, "end"),
            ({"epochs": (Epoch(0, 4800, "Finding directions"), Epoch(4800, 5000, "Pentagon"))}, "start"),
        ],
    )
    def test_the_losss_name_keeps_off_the_live_head_and_where_epochs_meet(self, changes, anchor: str, build) -> None:
        for position in (100.0, 2000.0):
            name = texts(build(replace(RUN, marks=(), **changes), position))["loss, mean over features"]
            assert name.anchor == anchor

    @pytest.mark.parametrize("live_step", [300, 1500, 4240])
    def test_the_losss_name_keeps_off_bookmarks_and_a_curve_that_has_only_begun(self, live_step: int, build) -> None:
        count = live_step // 10
        losses = np.geomspace(0.01, 0.001, count).astype(np.float32)
        begun = replace(RUN, live_step=live_step, steps=RUN.steps[:count], losses=losses, epochs=(), marks=())
        marked = replace(begun, bookmarks=(Bookmark(50), Bookmark(200)))
        scene = build(marked, 0.0)
        left, top, width, height = text_extent(texts(scene)["loss, mean over features"])
        lines = [d.points for d in scene.drawables if isinstance(d, Path) and d.stroke and np.ptp(d.points[:, 1]) > 0]
        for points in lines:
            ys = points[(points[:, 0] > left) & (points[:, 0] < left + width), 1]
            assert not len(ys) or ys.max() < top or ys.min() > top + height

    def test_the_losss_name_keeps_off_the_names_of_curves(self, build) -> None:
        losses = np.maximum(np.geomspace(0.02, 0.001, 424), 0.0015).astype(np.float32)
        losses[200:206] = 0.001  # the curve ends a line of text above the lowest
        both = replace(RUN, losses=losses, test_losses=1.05 * losses, horizon=4240, bookmarks=(Bookmark(150),))
        said = texts(build(both))
        assert not overlaps(box_of(said["loss, mean over features"]), [box_of(said["test"]), box_of(said["training"])])

    def test_the_playhead_passes_under_the_losss_name(self, build) -> None:
        run = replace(RUN, marks=(Mark(4000, "p = 0.10"),))
        plain, crossed = (build(run, position) for position in (2000.0, 100.0))
        name = texts(crossed)["loss, mean over features"]
        assert name == texts(plain)["loss, mean over features"], "it stays where it is"
        order = list(crossed.drawables)
        ground = order[order.index(name) - 1]
        assert isinstance(ground, Rect)
        assert ground.fill == Paint(DARK.canvas)
        left, _, right, _ = box_of(name)
        assert ground.x < left < right < ground.x + ground.width
        (line,) = [path for path in lines(crossed, DARK.text1) if len(path.points) == 2]
        assert left < line.points[0, 0] < right
        assert order.index(line) < order.index(ground)
        assert sum(isinstance(d, Rect) for d in plain.drawables) == sum(isinstance(d, Rect) for d in order) - 1

    def test_where_no_corner_is_free_the_losss_name_has_a_ground(self, build) -> None:
        ripples = np.where(np.arange(424) % 2, 0.1, 0.001)
        order = list(build(replace(RUN, losses=ripples, horizon=4240), 2000.0).drawables)
        (name,) = [d for d in order if isinstance(d, Text) and d.text.startswith("loss")]
        assert isinstance(order[order.index(name) - 1], Rect)

    @pytest.mark.parametrize("canvas", [WIDE, COMPACT, Canvas(1616, 176, DARK, 1, 1.5), Canvas(500, 120, DARK)])
    def test_texts_of_one_line(self, canvas: Canvas, build) -> None:
        marks = tuple(Mark(step, f"learning rate = 0.00{step}") for step in (100, 130, 2200, 2400, 4200))
        short = (Epoch(0, 30, "Finding directions"), Epoch(30, 90, "Two digons"), *EPOCHS[2:])
        for timeline in (RUN, replace(RUN, marks=marks, epochs=short)):
            scene = build(timeline, canvas=canvas)
            by_line: dict[float, list[tuple[float, float, float, float]]] = {}
            for drawable in scene.drawables:
                if isinstance(drawable, Text):
                    by_line.setdefault(drawable.y, []).append(text_extent(drawable))
            for line in by_line.values():
                line.sort()
                assert all(a[0] + a[2] <= b[0] + 0.5 for a, b in itertools.pairwise(line))

    def test_a_label_gives_way_its_flag_stays(self, build) -> None:
        scene = build(replace(RUN, marks=(Mark(2200, "p = 0.10"), Mark(2250, "p = 0.20"))))
        assert "p = 0.10" not in texts(scene)
        assert "p = 0.20" in texts(scene)
        flags = [d for d in scene.drawables if isinstance(d, Path) and d.meaning == Step(2200)]
        assert len(flags) == 1


class TestBookmarks:
    MARKED = replace(RUN, bookmarks=(Bookmark(1500, "It turns"), Bookmark(1510, "And on"), Bookmark(4000)))

    def test_they_hang_at_their_steps_and_stand_for_themselves(self, build) -> None:
        scene = build(self.MARKED)
        for bookmark in self.MARKED.bookmarks:
            ribbons = [d for d in scene.drawables if isinstance(d, Path) and d.meaning == bookmark]
            assert len(ribbons) == 1
            middle = float(ribbons[0].points[:, 0].mean())
            assert middle == pytest.approx(flag_at(RUN, WIDE, bookmark.step)[0], abs=4)
            assert pick(scene, middle, float(ribbons[0].points[:, 1].mean())) == bookmark
        assert {"It turns", "And on"} <= texts(scene).keys()

    @pytest.mark.parametrize("canvas", [WIDE, COMPACT])
    def test_they_keep_off_edits_and_the_live_head(self, canvas: Canvas, build) -> None:
        near = tuple(Bookmark(step, "A long note about what happens") for step in (2150, 2215, 2300, 4225, 4240))
        scene = build(replace(RUN, bookmarks=near), canvas=canvas)
        boxes = [text_extent(d) for d in scene.drawables if isinstance(d, Text)]
        for one, other in itertools.combinations(boxes, 2):
            apart = one[0] + one[2] <= other[0] or other[0] + other[2] <= one[0]
            assert apart or one[1] + one[3] <= other[1] + 2 or other[1] + other[3] <= one[1] + 2

    def test_the_hovered_ones_note_is_whole(self, make_moment) -> None:
        note = "It turns here, as the fifth feature gives way and the others spread to fill its place"
        run = replace(RUN, bookmarks=(Bookmark(1500, note),))
        for hovered in (None, run.bookmarks[0]):
            selection = Selection(hovered=hovered)
            scene = scene_timeline.build(run, make_moment(), DisplaySettings(), selection, WIDE)
            assert ("Step 1,500" in texts(scene)) is (hovered is not None)
        words = " ".join(texts(scene))
        assert all(word in words for word in note.split())

    def test_the_loss_is_named_where_no_flag_is(self, build) -> None:
        plain, marked = (build(replace(RUN, marks=(), bookmarks=marks)) for marks in ((), self.MARKED.bookmarks))
        name = "loss, mean over features"
        assert texts(plain)[name].anchor == "end"
        assert texts(marked)[name].anchor == "start"

    def test_films_have_none(self, make_moment) -> None:
        moment = make_moment()
        words = [
            {
                d.text
                for d in dashboard.build(moment, run, DisplaySettings(), Canvas(1920, 1080, DARK), "").drawables
                if isinstance(d, Text)
            }
            for run in (RUN, self.MARKED)
        ]
        assert words[0] == words[1]
