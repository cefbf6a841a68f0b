"""`superviz [FILE]`: open the window."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from superviz.cli.importing import ARRAY_HELP, AXES_HELP, BIAS_HELP

if TYPE_CHECKING:
    from superviz.session.recording import Recording

_LOOK_SECONDS = 0.05


def open_window(
    file: str | None = typer.Argument(
        None, help="A session (.superviz), a recipe (.toml), weights or a preset's name."
    ),
    axes: str | None = typer.Option(None, help=f"Of weights: {AXES_HELP} Without it the window asks."),
    array: str | None = typer.Option(None, metavar="NAME", help=f"Of weights: {ARRAY_HELP}"),
    bias: str | None = typer.Option(None, metavar="NAME", help=f"Of weights: {BIAS_HELP}"),
    follow: bool = typer.Option(False, "--follow", help="Show a session live while another program writes it."),
) -> None:
    """Open the window; the word `open` may be left out."""
    from superviz.app.show import show

    if follow:
        _wait_for(file)
    raise typer.Exit(show(file if axes is array is bias is None else _imported(file, axes, array, bias), follow=follow))


def _wait_for(file: str | None) -> None:
    """Until somebody has begun that session: a file of one gets its name only once it is whole."""
    from superviz.app.show import require_screen
    from superviz.core.paths import is_there
    from superviz.core.recipe_string import is_recipe_string
    from superviz.exchange.weights_file import is_weights

    if file is None:
        raise typer.BadParameter("--follow shows a session that is being written; give its file")
    path = Path(file)
    if is_weights(path) or path.suffix.lower() == ".toml" or is_recipe_string(file):
        raise typer.BadParameter(f"--follow shows a session that is being written, which {file} is not; leave it out")
    require_screen()  # before the wait, not after it
    if not is_there(path):
        typer.echo(f"Waiting for {file}; Ctrl+C gives up.", err=True)
        while not is_there(path):
            time.sleep(_LOOK_SECONDS)


def _imported(file: str | None, axes: str | None, array: str | None, bias: str | None) -> Recording:
    """The weights in a file, as they are said to lie. Raises WeightsError, and NoScreenError before any work."""
    from superviz.app.show import require_screen
    from superviz.exchange.importing import import_weights

    if file is None:
        raise typer.BadParameter("--axes, --array and --bias tell how the weights in a file lie; give the file")
    require_screen()
    return import_weights(file, axes=axes, name=array, bias=bias)
