"""The bare figure: feature vectors in their circle, for films and thumbnails; the vectors view adds to it."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from superviz.core.shapes import name_shape
from superviz.scene.arrows import MANY, NO_EMPHASIS, arrow_layer
from superviz.scene.camera import Camera, camera_for, camera_on
from superviz.scene.cloud import cloud_layer
from superviz.scene.coloring import colors_at
from superviz.scene.crowd import is_crowd, shown_at
from superviz.scene.digest import digest_of
from superviz.scene.drawables import Disc, Drawable, Paint, Stroke
from superviz.scene.examples import hidden_examples, shape_of_examples
from superviz.scene.ground import axis_layer, circle_layer, origin_layer, outline_layer
from superviz.scene.labels import LabelStyle, label_layer
from superviz.scene.palette import Palette
from superviz.scene.placement import Place, Placement, place_features, round_ring, shrinkage
from superviz.scene.trails import trail_layer
from superviz.session.display import DisplaySettings
from superviz.session.moment import Moment

_TOP_TRAILS = 5
_LARGE_DOT_RADIUS, _DOT_RADIUS, _DOT_RING = 4.6, 3.2, 1.2


def figure(
    moment: Moment,
    instance: int,
    display: DisplaySettings,
    place: Place,
    palette: Palette,
    *,
    axes: bool = False,
    trails: bool = False,
    labels: LabelStyle | None = None,
) -> list[Drawable]:
    """An instance's feature vectors at `place`: circle, outline of its shape and arrows, and what else is asked for.

    Trails are drawn only where the moment holds this instance's. Arrows carry their feature. The examples of a finite
    training set are dots on top.
    """
    placement = placement_at(moment, instance, display, place)
    colors = colors_at(moment, instance, palette, display)
    drawables: list[Drawable] = []
    if axes:
        drawables += axis_layer(placement, palette)
    drawables += circle_layer(placement, palette)
    drawables += outlines_at(moment, instance, placement, palette)
    if trails and moment.trail_instance == instance:
        drawables += trail_layer(placement, moment.trail, colors, trailed_features(placement), palette)
    drawables += cloud_layer(placement, colors)
    drawables += arrow_layer(placement, colors, palette)
    drawables += examples_at(moment, instance, placement, palette)
    drawables += origin_layer(placement, palette)
    if labels is not None:
        drawables += label_layer(placement, palette, labels, NO_EMPHASIS)
    return drawables


# Of a crowd it takes a while, and one frame asks for it several times.
@lru_cache(maxsize=2)
def camera_at(moment: Moment, instance: int, display: DisplaySettings) -> Camera:
    """From where an instance's hidden space is seen: in a crowd so that the pinned feature points up."""
    W, privileged = moment.W[instance], moment.experiment.has_privileged_basis
    shown = shown_at(moment, instance, display)
    if shown.focus is not None and len(W) > 3 and not privileged:
        return camera_on(W, shown.focus, shown.features[1:], display)
    return camera_for(W, display, privileged=privileged)


def placement_at(moment: Moment, instance: int, display: DisplaySettings, place: Place) -> Placement:
    """An instance's feature vectors laid out at `place`."""
    importance = moment.experiment.importance_array()[instance]
    shown = shown_at(moment, instance, display)
    ranked = shown.ranked if shown.is_part else None
    norms = digest_of(moment, instance).norms
    return place_features(moment.W[instance], importance, place, camera_at(moment, instance, display), ranked, norms)


@lru_cache(maxsize=2)
def ring_at(moment: Moment, instance: int, display: DisplaySettings) -> float:
    """The length that the circle marks: 1 or, of a crowd of which nothing is known, what it nearly fills.

    Among hundreds of directions a plane shows next to nothing of each.
    """
    if moment.described or not is_crowd(moment.W.shape[2]):
        return 1.0
    camera, shown = camera_at(moment, instance, display), shown_at(moment, instance, display)
    return 1.0 if camera.around else round_ring(moment.W[instance], shown.features, camera)


def room_at(moment: Moment, instance: int, display: DisplaySettings) -> float:
    """By how much an instance's figure must shrink to leave room for labels, as `shrinkage` has it; below 1 it grows.

    A circle of the length that `ring_at` has it mark then stays as large.
    """
    ring = ring_at(moment, instance, display)
    if ring != 1.0:
        return ring
    W = moment.W[instance]
    examples = hidden_examples(W, moment.experiment, instance)
    everything = W if examples is None else np.concatenate([W, examples], axis=1)
    return shrinkage(everything, camera_at(moment, instance, display))


def outlines_at(moment: Moment, instance: int, placement: Placement, palette: Palette) -> list[Drawable]:
    """The outline of the shape that the features form, or else the training examples."""
    W, experiment = moment.W[instance], moment.experiment
    shape = name_shape(W)
    if shape is not None:
        return outline_layer(placement, shape, palette)
    examples = hidden_examples(W, experiment, instance)
    points = None if examples is None else placement.points_of(examples)
    return outline_layer(placement, shape_of_examples(W, experiment, instance), palette, points)


def examples_at(moment: Moment, instance: int, placement: Placement, palette: Palette) -> list[Drawable]:
    """A dot where each training example lies in the hidden space, of a finite training set."""
    examples = hidden_examples(moment.W[instance], moment.experiment, instance)
    if examples is None:
        return []
    mark = placement.place.mark
    radius = (_DOT_RADIUS if examples.shape[1] > MANY else _LARGE_DOT_RADIUS) * mark
    ring, fill = Stroke(palette.canvas, _DOT_RING * mark), Paint(palette.text1)
    return [Disc(x, y, radius, ring, fill) for x, y in placement.points_of(examples).tolist()]


def trailed_features(placement: Placement, singled_out: tuple[int, ...] = ()) -> list[int]:
    """The features whose trails are drawn, least important first: all, or of many the top 5 and those singled out."""
    features = placement.order.tolist()
    if len(features) > MANY:
        features = [*features[:_TOP_TRAILS], *(index for index in singled_out if index not in features[:_TOP_TRAILS])]
    return features[::-1]
