"""Which dimension counts what: said in words, never guessed."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from superviz.core.errors import WeightsError
from superviz.core.snapshot import frozen
from superviz.exchange.orientation import (
    AXES,
    MOST_FEATURES,
    MOST_HIDDEN,
    Orientation,
    in_words,
    orientation_of,
    orientations,
)

EVERY_ORDER = [
    words for count in (2, 3, 4) for words in permutations(AXES, count) if "hidden" in words and "features" in words
]
COUNTS = {"steps": 7, "instances": 3, "hidden": 2, "features": 5}


@given(st.sampled_from(EVERY_ORDER))
def test_every_order_is_laid_out_as_einsum_has_it(words: tuple[str, ...]) -> None:
    letters = {"steps": "s", "instances": "i", "hidden": "h", "features": "f"}
    shape = tuple(COUNTS[word] for word in words)
    values = frozen(np.arange(float(np.prod(shape))).reshape(shape))
    found = orientation_of("W", shape, ", ".join(words).upper())
    assert (found.n_hidden, found.n_features) == (2, 5)
    laid = found.laid_out(values)
    assert laid.shape == (found.n_steps, found.n_instances, 2, 5)
    order = "".join(letters[word] for word in words)
    wanted = "".join(letters[word] for word in AXES if word in words)
    np.testing.assert_array_equal(laid.squeeze(), np.einsum(f"{order}->{wanted}", values).squeeze())


@given(st.sampled_from(EVERY_ORDER))
def test_a_bias_has_the_weights_own_order_or_is_the_same_everywhere(words: tuple[str, ...]) -> None:
    found = orientation_of("W", tuple(COUNTS[word] for word in words), ",".join(words))
    values = {axis: np.arange(COUNTS[axis], dtype=np.float32) * 10.0**place for place, axis in enumerate(AXES)}
    axes = [word for word in words if word != "hidden"]
    grids = np.meshgrid(*(values[axis] for axis in axes), indexing="ij")
    full = frozen(np.sum(grids, axis=0))
    assert found.takes_bias(full.shape)
    assert found.takes_bias((5,))
    laid = found.bias_laid_out(full)
    assert laid.shape == (found.n_steps, found.n_instances, 5)
    for step in range(found.n_steps):
        for instance in range(found.n_instances):
            expected = values["steps"][step] + values["instances"][instance] + values["features"]
            np.testing.assert_array_equal(laid[step, instance], expected)
    one = found.bias_laid_out(frozen(values["features"]))
    assert one.shape == laid.shape
    assert np.all(one == values["features"])


def test_a_bias_of_another_shape_is_none() -> None:
    found = orientation_of("W", (7, 2, 5), "steps,hidden,features")
    assert found.bias_shapes == ((5,), (7, 5))
    assert not found.takes_bias((5, 7))
    assert not found.takes_bias((2,))
    assert orientation_of("W", (2, 5), "hidden,features").bias_shapes == ((5,),)


@given(st.lists(st.integers(1, 9), min_size=2, max_size=4).map(tuple))
def test_every_way_to_read_a_shape_is_offered_once(shape: tuple[int, ...]) -> None:
    found = orientations(shape)
    assert {one.axes for one in found} == {",".join(words) for words in EVERY_ORDER if len(words) == len(shape)}
    assert len({one.axes for one in found}) == len(found)
    for one in found:
        assert orientation_of("W", shape, one.axes) == one


@pytest.mark.parametrize(
    ("shape", "first"),
    [
        ((2, 5), "hidden,features"),
        ((64, 8), "features,hidden"),
        ((4, 4), "hidden,features"),
        ((100, 2, 5), "steps,hidden,features"),
        ((100, 64, 8), "steps,features,hidden"),
        ((100, 8, 2, 5), "steps,instances,hidden,features"),
    ],
)
def test_the_usual_way_is_offered_first(shape: tuple[int, ...], first: str) -> None:
    assert orientations(shape)[0].axes == first


@pytest.mark.parametrize("shape", [(), (5,), (1, 1, 1, 1, 1), (0, 5), (MOST_FEATURES + 1, 768)])
def test_what_no_weights_look_like_is_offered_no_way(shape: tuple[int, ...]) -> None:
    assert orientations(shape) == ()


@pytest.mark.parametrize(
    "axes",
    ["", "hidden", "hidden,hidden,features", "hidden,features,width", "steps,features", "hidden features", "a" * 9000],
)
def test_words_that_name_no_dimensions_are_refused(axes: str) -> None:
    with pytest.raises(WeightsError, match="name each dimension once, by steps, instances, hidden or features"):
        orientation_of("W", (2, 5), axes)


def test_axes_for_another_number_of_dimensions_are_refused() -> None:
    with pytest.raises(WeightsError, match=r'^axes "steps,hidden,features": 3 dimensions, but W is 2 by 5$'):
        orientation_of("W", (2, 5), "steps,hidden,features")


@pytest.mark.parametrize(
    ("shape", "axes", "line"),
    [
        ((768, 49_152), "hidden,features", "features: 49,152, but there can be 1 to 32,768"),
        ((8192, 4096), "hidden,features", "hidden: 8,192, but there can be 1 to 4,096; is it the other way round?"),
        ((0, 5), "hidden,features", "hidden: 0, but there can be 1 to 4,096"),
        ((2000, 2, 5), "instances,hidden,features", "instances: 2,000, but there can be 1 to 1,000"),
        ((200_000, 2, 5), "steps,hidden,features", "steps: 200,000, but there can be 1 to 100,000"),
        ((2, 4096, 16_384), "instances,hidden,features", "134,217,728 numbers a step"),
        ((900, 4096, 1), "instances,hidden,features", "15,099,494,400 numbers a step"),
        ((9, 4096, 16_384), "steps,hidden,features", "603,979,776 numbers in all"),
    ],
)
def test_limits_are_held_and_told(shape: tuple[int, ...], axes: str, line: str) -> None:
    with pytest.raises(WeightsError) as caught:
        orientation_of("W", shape, axes)
    assert line in str(caught.value)
    assert str(caught.value).startswith(f"W is {in_words(shape)}")


@pytest.mark.parametrize(("features", "hidden"), [(MOST_FEATURES, 2048), (16_384, MOST_HIDDEN), (24_576, 768)])
def test_dictionaries_of_real_models_are_within_the_limits(features: int, hidden: int) -> None:
    assert Orientation("hidden,features", features, hidden).fault == ""


def test_shapes_in_words() -> None:
    assert [in_words(shape) for shape in ((), (7,), (2, 24_576))] == ["a single number", "a list of 7", "2 by 24,576"]
