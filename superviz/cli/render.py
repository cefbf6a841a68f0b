"""`superviz render`: a clip or a still of a run, or of a recipe trained for it."""

from __future__ import annotations

import re
from contextlib import closing
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from superviz.cli.progress import progress_bar
from superviz.cli.source import open_source

if TYPE_CHECKING:
    from superviz.session.recording import Recording


class View(StrEnum):
    """What to show."""

    vectors = "vectors"
    interference = "interference"
    neurons = "neurons"
    dashboard = "dashboard"


class Theme(StrEnum):
    """On what ground."""

    dark = "dark"
    light = "light"


def render(
    source: str = typer.Argument(
        ..., metavar="RUN_OR_RECIPE", help="A session (.superviz), a preset's name or a recipe (.toml)."
    ),
    output: Path = typer.Option(..., "--output", "-o", help="The file to write; its ending says the format."),
    view: View = typer.Option(View.vectors, help="What to show."),
    size: str = typer.Option("1920x1080", metavar="WxH", help="Width and height in pixels."),
    fps: float = typer.Option(30, help="A clip's frames a second."),
    duration: float = typer.Option(10, help="A clip's seconds."),
    theme: Theme = typer.Option(Theme.dark, help="Dark or light."),
    instance: int | None = typer.Option(
        None, min=0, help="The instance to show, counted from 0; by default the one of lowest evaluation loss."
    ),
    force: bool = typer.Option(False, "--force", help="Replace OUTPUT where it exists."),
) -> None:
    """Make a clip or a still; needs no display."""
    from superviz.export.render import check_export, render

    shape = parse_size(size)
    check_export(output, size=shape, fps=fps, duration=duration, force=force)
    with closing(_trained(source, instance)) as recording, progress_bar("Rendering", "frames") as report:
        render(
            recording,
            output,
            view=view.value,
            size=shape,
            fps=fps,
            duration=duration,
            theme=theme.value,
            instance=instance,
            force=force,
            progress=report,
        )
    typer.echo(f"{output}: written", err=True)


def parse_size(text: str) -> tuple[int, int]:
    """Width and height from "1920x1080". Raises typer.BadParameter."""
    match = re.fullmatch(r"(\d{1,5})[x×](\d{1,5})", text)
    if match is None:
        raise typer.BadParameter(f"--size {text}: give width and height in pixels, for example 1920x1080")
    return int(match[1]), int(match[2])


def _trained(source: str, instance: int | None) -> Recording:
    """The run in `source`, trained first where that is a recipe, if it has that instance. Raises SupervizError."""
    from superviz.core.recipe import Recipe
    from superviz.export.shot import check_instance
    from superviz.session.display import DisplaySettings, dimensions_for
    from superviz.session.recording import Recording
    from superviz.training import choose_seeds, goal_from, steps_of_race, train_until

    found = open_source(source)
    if not isinstance(found, Recipe):
        return found
    check_instance(found.experiment, instance)
    display = DisplaySettings(dimensions=dimensions_for(found.experiment.n_hidden))
    goal = goal_from(0, found.experiment, None)
    with progress_bar("Training", "steps") as report:
        chosen = choose_seeds(found.experiment, goal, report)
        recording = Recording.create(
            chosen.experiment, title=found.title, candidates=chosen.candidates, display=display
        )
        train_until(recording, goal, report, before=steps_of_race(found.experiment))
    return recording
