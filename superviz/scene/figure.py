"""The bare figure: feature vectors in their circle, for films and thumbnails; the vectors view adds to it."""

from __future__ import annotations

from superviz.core.shapes import name_shape
from superviz.scene.arrows import MANY, NO_EMPHASIS, arrow_layer
from superviz.scene.camera import camera_for
from superviz.scene.coloring import colors_at
from superviz.scene.drawables import Drawable
from superviz.scene.ground import axis_layer, circle_layer, origin_layer, outline_layer
from superviz.scene.labels import LabelStyle, label_layer
from superviz.scene.palette import Palette
from superviz.scene.placement import Place, Placement, place_features
from superviz.scene.trails import trail_layer
from superviz.session.display import DisplaySettings
from superviz.session.moment import Moment

_TOP_TRAILS = 5


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

    Trails are drawn only where the moment holds this instance's. Arrows carry their feature.
    """
    placement = placement_at(moment, instance, display, place)
    colors = colors_at(moment, instance, palette)
    drawables: list[Drawable] = []
    if axes:
        drawables += axis_layer(placement, palette)
    drawables += circle_layer(placement, palette)
    drawables += outline_layer(placement, name_shape(moment.W[instance]), palette)
    if trails and moment.trail_instance == instance:
        drawables += trail_layer(placement, moment.trail, colors, trailed_features(placement), palette)
    drawables += arrow_layer(placement, colors, palette)
    drawables += origin_layer(placement, palette)
    if labels is not None:
        drawables += label_layer(placement, palette, labels, NO_EMPHASIS)
    return drawables


def placement_at(moment: Moment, instance: int, display: DisplaySettings, place: Place) -> Placement:
    """An instance's feature vectors laid out at `place`."""
    W = moment.W[instance]
    return place_features(W, moment.experiment.importance_array()[instance], place, camera_for(W.shape[0], display))


def trailed_features(placement: Placement, singled_out: tuple[int, ...] = ()) -> list[int]:
    """The features whose trails are drawn, least important first: all, or of many the top 5 and those singled out."""
    features = placement.order.tolist()
    if len(features) > MANY:
        features = [*features[:_TOP_TRAILS], *(index for index in singled_out if index not in features[:_TOP_TRAILS])]
    return features[::-1]
