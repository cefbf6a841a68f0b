"""`superviz train`: train a recipe, or go on with a run, without a window."""

from __future__ import annotations

import time
import tomllib
from contextlib import closing
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from superviz.cli.progress import progress_bar
from superviz.cli.source import open_source

if TYPE_CHECKING:
    from superviz.core.recipe import Recipe
    from superviz.session.recording import Recording


class Device(StrEnum):
    """Where to train."""

    auto = "auto"
    cpu = "cpu"
    cuda = "cuda"


def train(
    source: str = typer.Argument(
        ..., metavar="RECIPE_OR_RUN", help="A preset's name, a recipe (.toml), or a run (.superviz) to go on with."
    ),
    output: Path = typer.Option(..., "--output", "-o", help="The session to write."),
    changes: list[str] = typer.Option(
        [], "--set", metavar="KEY=VALUE", help="Change a field of the recipe, in TOML's words; may be given again."
    ),
    steps: int | None = typer.Option(
        None, min=1, help="How many steps to do now; by default up to the recipe's own number."
    ),
    seed: int | None = typer.Option(None, min=0, help="The same as --set seed=N."),
    device: Device = typer.Option(Device.auto, help="Where to train; auto is what was measured faster."),
    force: bool = typer.Option(False, "--force", help="Replace OUTPUT where it exists."),
) -> None:
    """Train without a window."""
    from superviz.training import Diverged, goal_of, require_device, train_until

    require_device(device.value)
    begun = time.perf_counter()
    with closing(_begin(source, output, changes, steps, seed, force=force)) as recording:
        start = recording.live_step
        try:
            with progress_bar("Training", "steps") as report:
                train_until(recording, goal_of(recording, steps), report)
        except KeyboardInterrupt:
            _say(
                f"superviz: stopped at step {recording.live_step:,}; {output} keeps what was trained, "
                f"and superviz train {output} -o NEW.superviz goes on"
            )
            raise typer.Exit(1) from None
        except Diverged as error:
            _say(f"superviz: {error}; {output} keeps the run up to there")
            raise typer.Exit(1) from None
        done, seconds = recording.live_step - start, time.perf_counter() - begun
    _say(f"{output}: {done:,} steps in {seconds:.1f} s, now at step {recording.live_step:,}")


def _begin(
    source: str, output: Path, changes: list[str], steps: int | None, seed: int | None, *, force: bool
) -> Recording:
    """The recording to train, with nothing of `output` touched before all else is known to be right."""
    from superviz.core.recipe import Recipe
    from superviz.session.display import DisplaySettings
    from superviz.session.recording import Recording
    from superviz.training import goal_from, goal_of

    found = open_source(source)
    if isinstance(found, Recipe):
        recipe = changed(found, changes, seed)
        goal_from(0, recipe.experiment.steps, steps)
        for remark in recipe.experiment.remarks():
            _say(remark)
        display = DisplaySettings(instance=min(recipe.instance or 0, recipe.experiment.n_instances - 1))
        return Recording.create(recipe.experiment, output, title=recipe.title, force=force, display=display)
    with closing(found) as run:
        if changes or seed is not None:
            raise typer.BadParameter(f"--set and --seed start a new run, but {source} goes on with its own recipe")
        goal_of(run, steps)
        return run.continued(output, force=force)


def changed(recipe: Recipe, changes: list[str], seed: int | None = None) -> Recipe:
    """The recipe with `changes`, each "key=value", and the seed put in. Raises RecipeError or typer.BadParameter."""
    from dataclasses import replace

    values: dict[str, object] = {}
    for change in changes:
        key, equals, text = change.partition("=")
        if not equals or not key.strip():
            raise typer.BadParameter(f"--set {change}: give key=value, for example --set importance=0.9")
        values[key.strip()] = parse_value(text.strip())
    if seed is not None:
        values["seed"] = seed
    return replace(recipe, experiment=recipe.experiment.changed(**values)) if values else recipe


def parse_value(text: str) -> object:
    """A value in TOML's words; .5 and a bare word are understood too."""
    try:
        parsed = tomllib.loads(f"value = {text}")
    except tomllib.TOMLDecodeError:
        parsed = {}
    if set(parsed) == {"value"}:
        return parsed["value"]
    try:
        return float(text)
    except ValueError:
        return text


def _say(line: str) -> None:
    typer.echo(line, err=True)
