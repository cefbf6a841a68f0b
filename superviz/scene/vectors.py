"""The vectors view: every feature's direction, what shape they form, and what one feature does to the others."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace

from superviz.core.experiment import Experiment
from superviz.scene.arrows import FEW, Emphasis, arrow_layer, halo
from superviz.scene.boxes import Box, Segment, box_of, crosses, overlaps
from superviz.scene.canvas import Canvas
from superviz.scene.caption import caption_block, margin, sentence_block
from superviz.scene.cloud import cloud_layer
from superviz.scene.coloring import colors_at
from superviz.scene.crowd import shown_at
from superviz.scene.digest import digest_of
from superviz.scene.drawables import Drawable, Path, Scene, Text
from superviz.scene.effects import effect_sentence
from superviz.scene.examples import MOST_EXAMPLES
from superviz.scene.explanation import Explanation, explain
from superviz.scene.figure import examples_at, outlines_at, placement_at, ring_at, room_at, trailed_features
from superviz.scene.ground import axis_layer, axis_names, circle_layer, length_words, origin_layer, tick_name
from superviz.scene.guides import feet_of, foot_layer, guide_layer, tag_layer
from superviz.scene.labels import LabelStyle, label_layer, label_reach, label_rise
from superviz.scene.legend import legend_block, legend_width
from superviz.scene.placement import Place, Placement, intrusion
from superviz.scene.selection import Selection
from superviz.scene.text_extent import text_height, text_width
from superviz.scene.trails import trail_layer
from superviz.scene.type_sizes import TypeSizes
from superviz.session.display import DisplaySettings
from superviz.session.moment import Moment

_UNIT_SHARE = 0.37
"""The unit circle's radius, as a part of the canvas height."""
_WIDEST_UNIT_SHARE = 0.3
"""...and at most this part of its width."""
_USUAL_LENGTH = 1.13
"""A vector of this length, a pentagon's, has room for its label beside the legend."""
_LEGEND_SHIFT = 46.0
_BESIDE = 3.2
"""In legend widths: the canvas on which words stand beside the figure. On a narrower one it lies below its caption."""
_LEAST_OF_WHOLE = 0.82
"""How much smaller words may make the figure than it is without them."""
_CORNER_CLEAR = 1.15
"""In unit radii: how far from the origin words in a corner stay."""
_LOWER = 0.0095
"""The origin lies this part of the height below the middle, since the topmost label needs more room."""
_LENGTH_MARK_TURNS = (57.0, 123.0, 33.0, 147.0, -33.0, -147.0, -57.0, -123.0)
"""Where on the circle, in degrees clockwise from the right, "length 1" may stand: the first that is free."""
_CLEAR = 5.0
"""Logical pixels between it and what it must not touch."""


def build(moment: Moment, display: DisplaySettings, selection: Selection, canvas: Canvas) -> Scene:
    """The feature vectors of the instance looked at, with their legend, caption, and the selected feature's guides."""
    palette, sizes = canvas.palette, TypeSizes.of(canvas)
    instance = display.instance
    W = moment.W[instance]
    emphasis = Emphasis.of(selection, W.shape[1])
    colors = colors_at(moment, instance, palette, display)
    beside, (caption, top), home = _arranged(moment, display, canvas, sizes)
    placement = placement_at(moment, instance, display, home)
    words, taken = _other_words(moment, display, placement, colors, canvas, sizes, emphasis, beside)
    if beside:
        across = label_reach(W.shape[1], sizes.label, canvas.mark)
        home = replace(home, unit=home.unit / intrusion(placement, taken[0], across, 0.5 * text_height(sizes.label)))
    place = _moved(home, display, canvas)
    if place != placement.place:
        placement = placement_at(moment, instance, display, place)
    words, taken = caption + words, [top, *taken]
    reach, feet = feet_of(placement, emphasis.selected) if emphasis.selected is not None else ([], [])
    bounds = (4.0, 4.0, canvas.width - 4.0, canvas.height - 4.0)
    labels = label_layer(placement, palette, LabelStyle(sizes.label, bounds, tuple(taken), display), emphasis)
    taken += [box_of(label) for label in labels if isinstance(label, Text)]
    tags: list[Drawable] = []
    if emphasis.selected is not None:
        tags = tag_layer(feet, placement, emphasis.selected, palette, sizes.tag, taken)

    layers: list[Drawable] = [*axis_layer(placement, palette), *circle_layer(placement, palette)]
    layers += outlines_at(moment, instance, placement, palette)
    if display.trails and moment.trail_instance == instance:
        trailed = trailed_features(placement, emphasis.features)
        layers += trail_layer(placement, moment.trail, colors, trailed, palette)
    guides: list[Drawable] = []
    if emphasis.selected is not None:
        color = colors[emphasis.selected]
        guides = guide_layer(placement, emphasis.selected, reach, color, palette)
    layers += _marks(placement, canvas, sizes, taken, guides)
    layers += guides
    if emphasis.selected is not None:
        layers += halo(placement, emphasis.selected, colors[emphasis.selected])
    layers += cloud_layer(placement, colors)
    layers += arrow_layer(placement, colors, palette, emphasis)
    layers += examples_at(moment, instance, placement, palette)
    layers += foot_layer(feet, placement, palette)
    layers += [*origin_layer(placement, palette), *labels, *tags, *words]
    return Scene(canvas.width, canvas.height, palette.canvas, tuple(layers))


def _arranged(
    moment: Moment, display: DisplaySettings, canvas: Canvas, sizes: TypeSizes
) -> tuple[bool, tuple[list[Drawable], Box], Place]:
    """Whether the legend stands beside the figure; the caption and its box; and where the figure lies.

    Words yield to it: the legend first, then the caption, then the size of the name. At last the name stands in the
    corner, or not at all.
    """
    said, x, legend = explain(moment, display.instance), 0.5 * canvas.width, legend_width(canvas, sizes)
    whole = _place(moment, display, canvas, sizes, x, canvas.width)
    least = _LEAST_OF_WHOLE * whole.unit
    if canvas.width >= _BESIDE * legend:
        place = _place(moment, display, canvas, sizes, x - _LEGEND_SHIFT, canvas.width - legend)
        if place.unit >= least:
            return True, _caption(said, moment, canvas, sizes, place.x), place
    name, small = replace(said, caption=""), replace(sizes, title=sizes.body)
    for words, size in ((said, sizes), (name, sizes), (name, small)):
        caption = _caption(words, moment, canvas, size, x)
        bottom = caption[1][3]
        place = _place(moment, display, canvas, sizes, x, canvas.width, bottom)
        if place.unit >= least:
            return False, caption, place
    corner = math.hypot(max(0.0, x - caption[1][2]), max(0.0, whole.y - bottom))
    return False, caption if corner >= _CORNER_CLEAR * whole.unit else ([], (0.0, 0.0, 0.0, 0.0)), whole


def _caption(
    said: Explanation, moment: Moment, canvas: Canvas, sizes: TypeSizes, x: float
) -> tuple[list[Drawable], Box]:
    # Feature 1 points up: its label stands above the origin, at x.
    right = x - 0.5 * text_width("Feature 1", sizes.label, 700) - 12.0 if moment.W.shape[1] > 1 else canvas.width
    return caption_block(said, canvas, sizes, right)


def _other_words(
    moment: Moment,
    display: DisplaySettings,
    placement: Placement,
    colors: tuple[str, ...],
    canvas: Canvas,
    sizes: TypeSizes,
    emphasis: Emphasis,
    legend: bool,
) -> tuple[list[Drawable], list[Box]]:
    """The blocks of text in the other corners, and the boxes they take."""
    b = moment.b[display.instance] if moment.experiment.bias else None
    blocks: list[tuple[list[Drawable], Box]] = []
    if legend:
        digest, focus = digest_of(moment, display.instance), shown_at(moment, display.instance, display).focus
        table = legend_block(placement, b, colors, display, canvas, sizes, emphasis, digest=digest, focus=focus)
        blocks.append(table)
    if emphasis.selected is not None and not sizes.brief:
        sentence = effect_sentence(moment, display, emphasis.selected)
        blocks.append(sentence_block(*sentence, emphasis.selected, colors[emphasis.selected], canvas, sizes))
    blocks.append(_notes(moment, display, placement, canvas, sizes))
    return [drawable for drawables, _ in blocks for drawable in drawables], [box for _, box in blocks]


def _notes(
    moment: Moment, display: DisplaySettings, placement: Placement, canvas: Canvas, sizes: TypeSizes
) -> tuple[list[Drawable], Box]:
    """What dots stand for and what the picture leaves out, at the bottom right."""
    shown = shown_at(moment, display.instance, display)
    dots = "dots heaped at their angles" if placement.camera.around else "dots at their tips"
    crowd = f"Arrows: {shown.words}. The others: {dots}" if shown.is_part else ""
    lines = [line for line in (crowd, _examples_note(moment.experiment), _held_note(placement)) if line]
    inset, size, color = margin(canvas), sizes.note, canvas.palette.text3
    right, bottom = canvas.width - inset, canvas.height - inset
    notes: list[Drawable] = []
    box = (right, bottom, right, bottom)
    for row, line in enumerate(lines[::-1]):
        note = Text(right, bottom - 1.5 * row * size, line, size, color, anchor="end", rise="bottom")
        left, top, _, _ = box_of(note)
        box = (min(left, box[0]), top, right, bottom)
        notes.append(note)
    return notes, box


def _examples_note(experiment: Experiment) -> str:
    count = experiment.training_set
    if count is None:
        return ""
    examples = "training example" if count == 1 else "training examples"
    return f"Dots: {f'{MOST_EXAMPLES} of ' if count > MOST_EXAMPLES else ''}{count:,} {examples}"


def _held_note(placement: Placement) -> str:
    camera, n_hidden = placement.camera, placement.W.shape[0]
    if camera.shown == n_hidden:
        return ""
    if camera.around:
        return "All as long as each other; angles to the one that points up are true, others are not"
    held = placement.held
    percent = "over 99" if 0.995 <= held < 1.0 else f"{held:.0%}".rstrip("%")
    if not camera.follows:
        return f"These {camera.shown} of {n_hidden:,} directions hold {percent}% of the weights"
    away = "Fainter arrows point away. " if camera.shown == 2 and camera.deep else ""
    whose = f" of all {n_hidden:,} neurons" if camera.privileged else ""
    return f"{away}This {'plane' if camera.shown == 2 else 'space'} holds {percent}% of the weights{whose}"


def _marks(
    placement: Placement, canvas: Canvas, sizes: TypeSizes, taken: list[Box], guides: Iterable[Drawable]
) -> list[Drawable]:
    """The names of the axes and of the circle, each where it is in nobody's way."""
    if sizes.brief:
        return []
    paths = [guide for guide in guides if isinstance(guide, Path)]
    lines: list[Segment] = [(path.points[0].tolist(), path.points[-1].tolist()) for path in paths]
    lines += placement.segments(FEW)
    marks: list[Drawable] = []
    for name in axis_names(placement, canvas.palette, sizes.note):
        box = box_of(name)
        # Neurons' axes go anywhere, also under arrows.
        if not overlaps(box, taken) and not (placement.camera.follows and any(crosses(box, line) for line in lines)):
            marks.append(name)
            taken.append(box)
    if placement.lanes:
        return [*marks, tick_name(placement, canvas.palette, sizes.note)]
    place = placement.place
    if placement.camera.around:
        return marks
    for degrees in _LENGTH_MARK_TURNS:
        turn = math.radians(degrees)
        x, y = place.x + 0.945 * place.radius * math.cos(turn), place.y + 0.945 * place.radius * math.sin(turn)
        anchor = "end" if math.cos(turn) > 0 else "start"
        mark = Text(x, y, length_words(place), sizes.note, canvas.palette.text3, anchor=anchor)
        left, top, right, bottom = box_of(mark)
        box = (left - _CLEAR, top - _CLEAR, right + _CLEAR, bottom + _CLEAR)
        if not overlaps(box, taken) and not any(crosses(box, line) for line in lines):
            return [*marks, mark]
    return marks


def _place(
    moment: Moment, display: DisplaySettings, canvas: Canvas, sizes: TypeSizes, x: float, right: float, top: float = 0.0
) -> Place:
    """The figure, centred on `x`, below `top`, labels left of `right` and, of what is not too long, below `top`."""
    height = canvas.height - top
    room = right - x - label_reach(moment.W.shape[2], sizes.label, canvas.mark)
    above = (0.5 + _LOWER) * height - label_rise(sizes.label, canvas.mark)
    unit = min(
        _UNIT_SHARE * height, _WIDEST_UNIT_SHARE * canvas.width, room / _USUAL_LENGTH, max(1.0, above / _USUAL_LENGTH)
    )
    unit /= room_at(moment, display.instance, display)
    ring = ring_at(moment, display.instance, display)
    return Place(x, top + (0.5 + _LOWER) * height, unit, canvas.mark, ring)


def _moved(place: Place, display: DisplaySettings, canvas: Canvas) -> Place:
    """Moved and scaled as the display says."""
    across, down = (part * canvas.height for part in display.pan)
    return replace(place, x=place.x + across, y=place.y + down, unit=place.unit * display.zoom)
