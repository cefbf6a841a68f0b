"""Display settings survive their own JSON, and what they don't know does not hurt."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from superviz.session.display import LONGEST_NAME, DisplaySettings, dimensions_for

names = st.text(st.characters(categories=["L", "N", "P"]), min_size=1, max_size=LONGEST_NAME)
colors = st.from_regex(r"\A#[0-9a-fA-F]{6}\Z")
settings = st.builds(
    DisplaySettings,
    theme=st.sampled_from(["dark", "light"]),
    instance=st.integers(0, 100),
    dimensions=st.sampled_from([2, 3]),
    azimuth=st.floats(-360, 360),
    zoom=st.floats(0.2, 10),
    pan=st.tuples(st.floats(-1, 1), st.floats(-1, 1)),
    trails=st.booleans(),
    hidden_panels=st.frozensets(st.sampled_from(["recipe", "neurons", "strip"])),
    pinned_feature=st.none() | st.integers(0, 50),
    feature_names=st.dictionaries(st.integers(0, 50), names, max_size=5),
    feature_colors=st.dictionaries(st.integers(0, 50), colors, max_size=5),
)


@given(settings)
def test_json_and_back(display: DisplaySettings) -> None:
    again = DisplaySettings.model_validate_json(display.model_dump_json())
    assert again == display
    assert hash(again) == hash(display)


def test_they_are_frozen() -> None:
    with pytest.raises(ValidationError):
        DisplaySettings().theme = "light"


def test_what_a_later_version_added_is_ignored() -> None:
    assert DisplaySettings.model_validate_json('{"theme": "light", "holograms": true}').theme == "light"


def test_values_out_of_range_are_refused() -> None:
    with pytest.raises(ValidationError):
        DisplaySettings(zoom=50)
    with pytest.raises(ValidationError):
        DisplaySettings(instance=-1)


@pytest.mark.parametrize(("hidden", "shown"), [(1, 2), (2, 2), (3, 3), (4, 2), (30, 2)])
def test_a_model_of_three_dimensions_is_first_seen_in_all_of_them(hidden: int, shown: int) -> None:
    assert dimensions_for(hidden) == shown


def test_another_name_or_colour_makes_other_settings() -> None:
    plain = DisplaySettings()
    assert DisplaySettings(feature_names={0: "Dog"}) != plain != DisplaySettings(feature_colors={0: "#ff0000"})
    assert DisplaySettings().feature_names is not plain.feature_names


def test_names_are_trimmed_and_colours_have_one_spelling() -> None:
    given = DisplaySettings(feature_names={2: "  Dog ears "}, feature_colors={2: "#FFaa00"})
    assert given.feature_names == {2: "Dog ears"}
    assert given.feature_colors == {2: "#ffaa00"}


@pytest.mark.parametrize("name", ["", "   ", "a\nb", "a\tb", "\u202eabc", "x" * (LONGEST_NAME + 1)])
def test_what_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(ValidationError):
        DisplaySettings(feature_names={0: name})


@pytest.mark.parametrize("color", ["red", "#fff", "#12345g", "#123456 ", "#1234567", "#123456\n"])
def test_what_is_no_colour_is_refused(color: str) -> None:
    with pytest.raises(ValidationError):
        DisplaySettings(feature_colors={0: color})


def test_features_are_counted_from_0() -> None:
    with pytest.raises(ValidationError):
        DisplaySettings(feature_names={-1: "Dog"})
    with pytest.raises(ValidationError):
        DisplaySettings.model_validate_json('{"feature_colors": {"first": "#ff0000"}}')
