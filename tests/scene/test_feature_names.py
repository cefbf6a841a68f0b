"""What a feature is called is the same everywhere, and never takes more room than there is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from superviz.scene.feature_names import UNNAMED, feature_name, feature_word, fitting_name, short_name
from superviz.scene.text_extent import text_width
from superviz.session.display import DisplaySettings

NAMED = DisplaySettings(feature_names={2: "Dog ears"})


def test_a_name_in_place_of_the_number() -> None:
    called = [(call(NAMED, 2), call(NAMED, 1)) for call in (feature_name, feature_word, short_name)]
    assert called == [("Dog ears", "Feature 2"), ("Dog ears", "feature 2"), ("Dog ears", "2")]
    assert feature_name(UNNAMED, 2) == "Feature 3"


@pytest.mark.parametrize(("room", "shown"), [(200, "Dog ears"), (48, "Dog e…"), (38, "Dog…"), (22, "3"), (0, "3")])
def test_as_much_of_it_as_fits_or_the_number(room: float, shown: str) -> None:
    assert fitting_name(NAMED, 2, room, 13) == shown
    assert fitting_name(UNNAMED, 2, room, 13) == "3"


@given(st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=40), st.floats(0, 400), st.floats(10, 34))
def test_it_is_never_wider_than_its_room_nor_less_than_the_number(name: str, room: float, size: float) -> None:
    shown = fitting_name(DisplaySettings(feature_names={0: name}), 0, room, size, 600)
    assert shown == "1" or text_width(shown, size, 600) <= room
    assert shown in ("1", name) or (shown.endswith("…") and name.startswith(shown[:-1]))
