"""A progress bar on stderr with the time left; silent where nobody watches."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import TypeAlias

Report: TypeAlias = Callable[[int, int], None]
"""Takes how much is done, and of how much."""


@contextmanager
def progress_bar(verb: str, unit: str) -> Generator[Report]:
    """A bar for as long as the context is open: "Training  3,000 of 10,000 steps  4,100 steps/s  0:00:02 left"."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn

    with Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn(f"{{task.completed:,.0f}} of {{task.total:,.0f}} {unit}"),
        TextColumn(f"{{task.fields[rate]:,.0f}} {unit}/s"),
        TimeRemainingColumn(),
        TextColumn("left"),
        console=Console(stderr=True),
        transient=True,
        disable=not Console(stderr=True).is_terminal,
    ) as progress:
        task = progress.add_task("Preparing", total=1, rate=0.0)

        def report(done: int, total: int) -> None:
            rate = progress.tasks[task].speed or 0.0
            progress.update(task, description=verb if done else "Preparing", completed=done, total=total, rate=rate)

        yield report
