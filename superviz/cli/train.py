"""`superviz train`: train a recipe, or go on with a run, without a window."""

from __future__ import annotations

import time
import tomllib
from collections.abc import Callable
from contextlib import closing
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import typer

from superviz.cli.notes import idle_fields
from superviz.cli.progress import Report, progress_bar
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
    from superviz.core.candidates import what_became
    from superviz.engine.race import AllDiverged
    from superviz.engine.trainer import Diverged
    from superviz.training import require_device, train_until

    require_device(device.value)
    begun = time.perf_counter()
    plan = _plan(source, output, changes, steps, seed, force=force)
    with progress_bar("Training", "steps") as report:
        try:
            recording = plan.begin(report)
        except KeyboardInterrupt:
            raise _stopped(f"stopped before every seed was tried; nothing was written to {output}") from None
        except AllDiverged as error:
            raise _stopped(f"{error}; nothing was written to {output}") from None
        with closing(recording):
            start = recording.live_step
            try:
                train_until(recording, plan.goal, report, device=device.value, before=plan.raced)
            except KeyboardInterrupt:
                raise _stopped(
                    f"stopped at step {recording.live_step:,}; {output} keeps what was trained, "
                    f"and superviz train {output} -o NEW.superviz goes on"
                ) from None
            except Diverged as error:
                raise _stopped(f"{error}; {output} keeps the run up to there") from None
    for instance, candidates in enumerate(recording.candidates if plan.raced else ()):
        _say(f"instance {instance}: {what_became(candidates)}")
    done, seconds = recording.live_step - start, time.perf_counter() - begun
    _say(f"{output}: {done:,} steps in {seconds:.1f} s, now at step {recording.live_step:,}")


class _Plan(NamedTuple):
    """What is to be trained, nothing of its output touched so far."""

    begin: Callable[[Report], Recording]
    """Tries seeds, where that is asked for, and makes the recording."""
    goal: int
    """The step to train it to."""
    raced: int
    """How many steps trying seeds takes."""


def _plan(source: str, output: Path, changes: list[str], steps: int | None, seed: int | None, *, force: bool) -> _Plan:
    """All that can be known to be wrong is found here. Raises SupervizError."""
    from superviz.core.errors import SessionError
    from superviz.core.paths import is_there, why_not_written
    from superviz.core.recipe import Recipe
    from superviz.session.display import DisplaySettings, dimensions_for
    from superviz.session.recording import Recording
    from superviz.session.store import writing
    from superviz.training import choose_seeds, goal_from, goal_of, steps_of_race

    found = open_source(source)
    if not isinstance(found, Recipe):
        with closing(found):
            if changes or seed is not None:
                raise typer.BadParameter(f"--set and --seed start a new run, but {source} goes on with its own recipe")
            goal, recording = goal_of(found, steps), found.continued(output, force=force)

        def go_on(report: Report) -> Recording:
            return recording

        return _Plan(go_on, goal, 0)
    recipe = changed(found, changes, seed)
    experiment = recipe.experiment
    goal = goal_from(0, experiment, steps)
    with writing(output):
        if fault := why_not_written(output, force=force):
            raise SessionError(f"{output}: {fault}")
        output.parent.stat()
        if is_there(Path(source)) and output.exists() and output.samefile(source):
            raise SessionError(f"{output}: the recipe itself, which the run would replace; give another name")
    for remark in (*experiment.remarks(), *idle_fields(experiment)):
        _say(remark)
    display = DisplaySettings(
        instance=min(recipe.instance or 0, experiment.n_instances - 1), dimensions=dimensions_for(experiment.n_hidden)
    )

    def begin(report: Report) -> Recording:
        chosen = choose_seeds(experiment, goal, report)
        return Recording.create(
            chosen.experiment,
            output,
            title=recipe.title,
            candidates=chosen.candidates,
            force=force,
            display=display,
        )

    return _Plan(begin, goal, steps_of_race(experiment))


def _stopped(line: str) -> typer.Exit:
    _say(f"superviz: {line}")
    return typer.Exit(1)


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
