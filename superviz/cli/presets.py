"""`superviz presets`: what there is to watch without writing a recipe."""

from __future__ import annotations

import json
import textwrap

import typer


def presets(
    as_json: bool = typer.Option(False, "--json", help="Print JSON for other programs."),
) -> None:
    """List the presets with what each shows."""
    from superviz.core import recipe

    found = recipe.presets()
    if as_json:
        rows = [
            {"name": it.name, "title": it.title, "shows": it.shows, "experiment": it.experiment.model_dump(mode="json")}
            for it in found
        ]
        typer.echo(json.dumps(rows, indent=2))
        return
    indent = max(len(it.name) for it in found) + 2
    for it in found:
        typer.echo(f"{it.name:<{indent}}{it.title}")
        typer.echo(textwrap.fill(it.shows, 88, initial_indent=" " * indent, subsequent_indent=" " * indent))
