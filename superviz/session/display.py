"""DisplaySettings: how a session is looked at. Kept in its file, apart from what was recorded."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

Theme = Literal["dark", "light"]

LONGEST_NAME = 40
"""Characters of a feature's name."""


def _printable(name: str) -> str:
    """One line of characters that can be seen. Raises ValueError for any other."""
    if not name.isprintable():
        raise ValueError("a name is one line without characters that can't be seen")
    return name


FeatureIndex = Annotated[int, Field(ge=0)]
FeatureName = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_NAME),
    AfterValidator(_printable),
]
FeatureColor = Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$", to_lower=True)]


class DisplaySettings(BaseModel):
    """Frozen; a change makes a new one, announced by the one signal `settings_changed`."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    theme: Theme = "dark"
    instance: Annotated[int, Field(ge=0)] = 0
    """The instance looked at, counted from 0."""
    dimensions: Literal[2, 3] = 2
    """Whether vectors are shown along two directions or three."""
    azimuth: float = 30.0
    elevation: float = 20.0
    """Where the orbiting camera stands, in degrees."""
    zoom: Annotated[float, Field(ge=0.2, le=10)] = 1.0
    pan: tuple[float, float] = (0.0, 0.0)
    """Shift of the vectors view's origin, as parts of the canvas height."""
    text_scale: Annotated[float, Field(ge=0.8, le=2.0)] = 1.0
    trails: bool = True
    hidden_panels: frozenset[str] = frozenset()
    pinned_feature: int | None = None
    feature_names: dict[FeatureIndex, FeatureName] = {}
    """What features are called, counted from 0; only those that were given a name."""
    feature_colors: dict[FeatureIndex, FeatureColor] = {}
    """Their colours, "#rrggbb", in place of the palette's; only those that were given one."""

    def __hash__(self) -> int:
        """Of what can be hashed: a dict can't be, and settings that differ in nothing else are few."""
        return hash((self.theme, self.instance, self.pan, self.zoom, self.hidden_panels, self.pinned_feature))


def dimensions_for(n_hidden: int) -> Literal[2, 3]:
    """Along how many directions a fresh run is shown: three where the model has just those, so nothing is hidden."""
    return 3 if n_hidden == 3 else 2
