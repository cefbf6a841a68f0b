"""Recipe: an experiment with its title and what to look for; from TOML, from a string, and the presets that ship."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from superviz.core.errors import RecipeError
from superviz.core.experiment import Experiment
from superviz.core.paths import is_special
from superviz.core.recipe_string import decode, encode, is_recipe_string
from superviz.core.resources import RESOURCES
from superviz.core.validation import Number, Whole, in_one_line

PRESETS_FOLDER = RESOURCES / "presets"
DEFAULT_PRESET = "intro"
LONGEST_TITLE = 80
_LONGEST_NAME = 40
"""No preset's is longer: what is, was meant as a recipe string."""


class _About(BaseModel):
    """The table [about] of a recipe file, for people."""

    model_config = ConfigDict(extra="forbid")

    title: Annotated[str, StringConstraints(strip_whitespace=True, max_length=LONGEST_TITLE, pattern=r"^[^\n]*$")] = ""
    shows: Annotated[str, StringConstraints(strip_whitespace=True, max_length=400)] = ""
    source: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200, pattern=r"^[^\n]*$")] = ""
    place: Number = 0.0
    instance: Annotated[Whole, Field(ge=0)] | None = None
    pace: Annotated[Number, Field(gt=0, le=10**9)] | None = None


@dataclass(frozen=True)
class Recipe:
    """What a recipe file holds: the experiment's fields at the top level, and a table [about] for people."""

    name: str
    experiment: Experiment
    title: str
    """A few words, e.g. "Five features, two dimensions"."""
    shows: str = ""
    """One sentence: what to look for."""
    source: str = ""
    """Who showed it first, and where: "Elhage et al. 2022, Demonstrating Superposition"."""
    place: float = 0.0
    """Where it stands in the list of presets, from what to see first to what to see last."""
    instance: int | None = None
    """The instance to look at first, counted from 0; None lets the viewer choose."""
    pace: float | None = None
    """Steps a second at which it is best watched; None leaves it to the window."""


def load_recipe(name_or_path: str | Path) -> Recipe:
    """The preset of that name, the recipe in that .toml file, or that which a recipe string tells.

    Raises RecipeError, naming what is wrong.
    """
    path, text = Path(name_or_path), " ".join(str(name_or_path).split())
    if path.suffix.lower() == ".toml":
        return _read(path)
    if is_recipe_string(str(name_or_path)):
        return _make(decode(str(name_or_path)), "the recipe string", "")
    if text in preset_paths():
        return _read(preset_paths()[text])
    if len(text) > _LONGEST_NAME:
        raise RecipeError(
            f"neither a preset's name nor a whole recipe string: {text[:_LONGEST_NAME]}...; copy it again"
        )
    known = ", ".join(preset_paths())
    raise RecipeError(f"{text}: no such preset; the presets are {known}, or give a recipe file ending in .toml")


def presets() -> list[Recipe]:
    """The recipes that ship, in the order in which they are best met, the default one first."""
    return sorted((_read(path) for path in preset_paths().values()), key=lambda recipe: recipe.place)


@cache
def preset_paths() -> dict[str, Path]:
    """Where each preset lies, by name, the default one first."""
    paths = {path.stem: path for path in sorted(PRESETS_FOLDER.glob("*.toml"))}
    return {DEFAULT_PRESET: paths[DEFAULT_PRESET], **paths}


def parse_recipe(text: str, name: str) -> Recipe:
    """The recipe in `text`, TOML. Raises RecipeError, naming the recipe and the field."""
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RecipeError(f"{name}: not TOML: {error}") from None
    except (ValueError, RecursionError):  # a number of thousands of digits, or lists in lists without end
        raise RecipeError(f"{name}: no recipe: a number is too long, or lists lie too deep") from None
    return _make(values, name, Path(name).stem)


def recipe_string(recipe: Recipe) -> str:
    """The recipe as one line of text that `load_recipe` reads: its experiment, title, first instance and pace.

    Raises RecipeError where it has too many numbers for one.
    """
    said = {"title": fitting_title(recipe.title) or None, "instance": recipe.instance, "pace": recipe.pace}
    about = {name: value for name, value in said.items() if value is not None}
    return encode({**given_fields(recipe.experiment), **({"about": about} if about else {})})


def fitting_title(text: str) -> str:
    """`text` as a recipe can have it for a title: one line, not too long, and of letters that can be written."""
    line = " ".join(text.encode(errors="replace").decode().split())
    return line[:LONGEST_TITLE].rstrip()


def given_fields(experiment: Experiment) -> dict[str, Any]:
    """The fields that tell `experiment` from any other, in their order, as TOML and JSON have them.

    Its sizes, and whatever is not at its default.
    """
    return experiment.model_dump(mode="json", exclude_defaults=True)


def _make(values: dict[str, Any], name: str, untitled: str) -> Recipe:
    """The recipe of those fields and the table `about`. Raises RecipeError, naming it and the field."""
    try:
        about = _parse_about(values.pop("about", {}))
        experiment = Experiment(**values)
        if about.instance is not None and about.instance >= experiment.n_instances:
            raise RecipeError(
                f"about.instance: {about.instance}, but n_instances is {experiment.n_instances}; count from 0"
            )
    except RecipeError as error:
        raise RecipeError(f"{name}: {error}") from None
    sizes = f"{experiment.n_features} features, {experiment.n_hidden} dimensions"
    title = about.title or fitting_title(untitled) or sizes
    return Recipe(name, experiment, title, about.shows, about.source, about.place, about.instance, about.pace)


def _parse_about(values: Any) -> _About:
    try:
        return _About.model_validate(values)
    except ValidationError as error:
        raise RecipeError(in_one_line(error, list(_About.model_fields), "about")) from None


def _read(path: Path) -> Recipe:
    if is_special(path):
        raise RecipeError(f"{path}: a device or a pipe; give a recipe file")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise RecipeError(f"{path}: can't be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise RecipeError(f"{path}: no text in UTF-8, so no recipe") from None
    return parse_recipe(text, path.stem if path.parent == PRESETS_FOLDER else str(path))
