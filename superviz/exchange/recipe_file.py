"""The recipe of a run, to hand on: as TOML, with what differs from the defaults, in the order of the form."""

from __future__ import annotations

import json
from pathlib import Path

from superviz.core.errors import ExportError
from superviz.core.recipe import Recipe, fitting_title, given_fields
from superviz.exchange.literals import literal
from superviz.exchange.target import check_ending, new_file
from superviz.session.recording import Recording

RECIPE_ENDING = ".toml"


def recipe_of(source: Recipe | Recording) -> Recipe:
    """The recipe itself, or that of a run: the experiment in force at its end, and the instance looked at.

    Raises ExportError where of a run only the weights are known.
    """
    if isinstance(source, Recipe):
        return source
    if not source.described:
        name = source.title or source.path or "this run"
        raise ExportError(f"{name}: only its weights are known, not how they were trained, so it has no recipe")
    title = fitting_title(source.title)
    experiment = source.experiment_at(source.live_step)
    return Recipe(title, experiment, title, instance=source.display.instance or None)


def recipe_toml(source: Recipe | Recording) -> str:
    """The recipe as TOML, which `load_recipe` reads back. Raises ExportError as `recipe_of` does."""
    recipe = recipe_of(source)
    lines = ["# A superviz recipe: superviz FILE.toml trains it in the window, superviz train FILE.toml without one."]
    if isinstance(source, Recording) and source.edits:
        lines.append(
            f"# As in force at the end, at step {source.live_step:,}: the run began otherwise, "
            "and was changed while it trained."
        )
    lines += [f"{name} = {_toml(value)}" for name, value in given_fields(recipe.experiment).items()]
    said = {
        "title": fitting_title(recipe.title),
        "shows": recipe.shows,
        "source": recipe.source,
        "instance": recipe.instance,
        "pace": recipe.pace,
    }
    about = [f"{name} = {_toml(value)}" for name, value in said.items() if value not in ("", None)]
    return "\n".join([*lines, *(["", "[about]", *about] if about else []), ""])


def write_recipe(source: Recipe | Recording, path: Path, *, force: bool = False) -> None:
    """Write the recipe to `path`, .toml. Raises ExportError where there is none, and where it can't be written."""
    check_ending(path, [RECIPE_ENDING])
    text = recipe_toml(source)
    with new_file(path, force=force) as part:
        part.write_text(text, encoding="utf-8", newline="\n")


def _toml(value: object) -> str:
    if isinstance(value, str):
        # JSON's escapes are TOML's, where signs beyond ASCII stay as they are; DEL alone is JSON's and not TOML's.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, bool):
        return "true" if value else "false"
    return literal(value)  # pyright: ignore[reportArgumentType]  # all that is neither are numbers and lists of them
