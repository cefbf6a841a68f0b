"""`superviz bench`: how fast this machine trains beside the plain PyTorch loop, so that anyone can check our claims."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from superviz.engine.bench import Result

_HEADER = f"{'size':28}{'reference, us':>14}{'superviz, us':>14}{'ratio':>10}{'goal':>8}"
_NO_YARDSTICK = (
    "no torch, which the reference loop is written in, so superviz's own times alone; "
    "pip install superviz[gpu] brings it"
)


def bench(
    rounds: int = typer.Option(7, min=1, max=1000, help="How often each size is measured; medians are shown."),
    as_json: bool = typer.Option(False, "--json", help="Print JSON for other programs."),
) -> None:
    """Measure training against the plain PyTorch loop.

    Both on one thread and in turns, in microseconds a step. It takes half a minute; let the machine rest meanwhile.
    """
    from superviz.engine.bench import CASES, has_yardstick, measure
    from superviz.engine.hardware import hardware_words, version_words

    if not has_yardstick():
        typer.echo(f"superviz: {_NO_YARDSTICK}", err=True)
    if as_json:
        rows = [_object(measure(case, rounds)) for case in CASES]
        shown = {"hardware": hardware_words(), "versions": version_words(), "rounds": rounds, "sizes": rows}
        typer.echo(json.dumps(shown, indent=2))
        return
    typer.echo(hardware_words())
    typer.echo(version_words())
    typer.echo(f"one thread each, in turns; medians of {rounds} round{'s' if rounds > 1 else ''}, a step\n")
    typer.echo(_HEADER)
    for case in CASES:
        typer.echo(_row(measure(case, rounds)))


def _row(result: Result) -> str:
    reference = "-" if result.reference is None else f"{result.reference * 1e6:,.1f}"
    ratio = "-" if result.ratio is None else f"x{result.ratio:.1f}"
    goal = f"x{result.case.goal}"
    return f"{result.case.name:28}{reference:>14}{result.superviz * 1e6:>14,.1f}{ratio:>10}{goal:>8}"


def _object(result: Result) -> dict[str, Any]:
    case = result.case
    return {
        "n_features": case.n_features,
        "n_hidden": case.n_hidden,
        "n_instances": case.n_instances,
        "reference_block": case.block,
        "reference_seconds": result.reference,
        "superviz_seconds": result.superviz,
        "ratio": result.ratio,
        "goal": case.goal,
    }
