"""`superviz [FILE]`: open the window."""

from __future__ import annotations

import typer


def open_window(
    file: str | None = typer.Argument(None, help="A session (.superviz), a recipe (.toml) or a preset's name."),
) -> None:
    """Open the window; the word `open` may be left out."""
    from superviz.app.show import show

    raise typer.Exit(show(file))
