"""`superviz recipe`: what a run was trained by, to hand on as TOML or as a line of text."""

from __future__ import annotations

from pathlib import Path

import typer

from superviz.cli.source import opened


def recipe(
    source: str = typer.Argument(
        ..., metavar="RUN_OR_RECIPE", help="A session (.superviz), a preset's name, a recipe (.toml) or recipe string."
    ),
    output: Path | None = typer.Option(
        None, "--output", "-o", help="The file to write, .toml; by default it is printed."
    ),
    as_string: bool = typer.Option(
        False, "--string", help="Print a recipe string, to be pasted wherever a recipe is taken."
    ),
    force: bool = typer.Option(False, "--force", help="Replace OUTPUT where it exists."),
) -> None:
    """Hand on a recipe, as TOML or as a string.

    Of a run it is the experiment in force at its end, edits applied.
    """
    from superviz.core.recipe import recipe_string
    from superviz.exchange.recipe_file import recipe_of, recipe_toml, write_recipe

    if as_string and output is not None:
        raise typer.BadParameter("--string is printed; leave out --output")
    with opened(source) as found:
        if output is not None:
            write_recipe(found, output, force=force)
            typer.echo(f"{output}: written", err=True)
        else:
            typer.echo(recipe_string(recipe_of(found)) if as_string else recipe_toml(found), nl=as_string)
