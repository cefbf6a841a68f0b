"""Display settings survive their own JSON, and what they don't know does not hurt."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from superviz.session.display import DisplaySettings, dimensions_for

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
)


@given(settings)
def test_json_and_back(display: DisplaySettings) -> None:
    assert DisplaySettings.model_validate_json(display.model_dump_json()) == display


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
