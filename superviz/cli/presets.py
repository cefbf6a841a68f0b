"""`superviz presets`: what there is to watch without writing a recipe."""

from __future__ import annotations

import json
import textwrap
from itertools import groupby

import typer


def presets(
    as_json: bool = typer.Option(False, "--json", help="Print JSON for other programs."),
) -> None:
    """List the presets with what each shows, and who showed it first."""
    from superviz.core import recipe

    found = recipe.presets()
    if as_json:
        rows = [
            {
                "name": it.name,
                "title": it.title,
                "shows": it.shows,
                "source": it.source,
                "experiment": it.experiment.model_dump(mode="json"),
            }
            for it in found
        ]
        typer.echo(json.dumps(rows, indent=2))
        return
    indent = max(len(it.name) for it in found) + 4
    for number, (source, group) in enumerate(groupby(found, key=lambda it: it.source)):
        if number:
            typer.echo()
        typer.echo(source)
        for it in group:
            typer.echo(f"  {it.name:<{indent - 2}}{it.title}")
            typer.echo(textwrap.fill(it.shows, 96, initial_indent=" " * indent, subsequent_indent=" " * indent))
