"""The entry point: the table of commands, and the one place where an error becomes a line and an exit status."""

from __future__ import annotations

import sys
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NoReturn, cast

import typer
from typer.core import TyperGroup

from superviz import __version__
from superviz.cli.bench import bench
from superviz.cli.describe import describe
from superviz.cli.doctor import doctor
from superviz.cli.history import history
from superviz.cli.importing import import_weights
from superviz.cli.presets import presets
from superviz.cli.recipe import recipe
from superviz.cli.render import render
from superviz.cli.reproduce import reproduce
from superviz.cli.script import script
from superviz.cli.terminal import one_line, write_what_can_be_written
from superviz.cli.train import train
from superviz.cli.weights import weights
from superviz.cli.window import open_window
from superviz.core.errors import SupervizError
from superviz.core.paths import is_there
from superviz.core.recipe_string import is_recipe_string
from superviz.core.resources import RESOURCES

FAILED, MISUSED = 1, 2
"""Exit statuses beside 0: anything else; wrong usage or input that can't be read."""
_WINDOW = "open"


class _WindowByDefault(TyperGroup):
    """What is no command is for the window to open, unless it is plainly a command mistyped."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        word = args[0]
        is_shown = is_recipe_string(word) or is_there(Path(word)) or is_there(RESOURCES / "presets" / f"{word}.toml")
        if word in self.commands or (not is_shown and get_close_matches(word, self.commands)):
            return super().resolve_command(ctx, args)
        return super().resolve_command(ctx, [_WINDOW, *args])


app = typer.Typer(
    name="superviz",
    cls=_WindowByDefault,
    invoke_without_command=True,
    help="Watch a neural network decide where to put its features: toy models of superposition, trained live.",
    epilog="superviz [FILE] opens the window on a session, a recipe (.toml), weights, a preset, or the default preset.",
    subcommand_metavar="[FILE | COMMAND ...]",
    add_completion=False,
    # Rich's help costs as much as all else together.
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.command(_WINDOW)(open_window)
for command in (presets, train, describe, render, weights, history, recipe, script, reproduce, bench, doctor):
    app.command()(command)
app.command("import")(import_weights)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"superviz {__version__}")
        raise typer.Exit


@app.callback()
def _start(
    context: typer.Context,
    version: bool = typer.Option(False, "--version", is_eager=True, callback=_print_version, help="Print the version."),
) -> None:
    if context.invoked_subcommand is None:
        context.invoke(cast(TyperGroup, context.command).commands[_WINDOW])


def main() -> NoReturn:
    """Run the command line and exit. What nobody foresaw keeps its traceback, which a report of it needs."""
    write_what_can_be_written()
    try:
        status = app(standalone_mode=False)
    except SupervizError as error:
        _leave(MISUSED, str(error))
    except typer.TyperException as error:
        fault = error.format_message().replace("Value error, ", "").replace("Input should", "it should")
        _leave(MISUSED, f"{fault} (superviz --help says what there is)")
    except OSError as error:
        _leave(FAILED, f"{error.filename or 'the system'}: {error.strerror or error}")
    _leave(status if status in (None, 0, FAILED, MISUSED) else FAILED)


def _leave(status: int | None, line: str = "") -> NoReturn:
    if line:
        typer.echo(f"superviz: {one_line(line)}", err=True)
    sys.exit(status)
