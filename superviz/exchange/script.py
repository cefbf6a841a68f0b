"""A run or recipe as a plain PyTorch script that trains the same experiment; made to be read, and changed by hand."""

from __future__ import annotations

from pathlib import Path

from superviz.core.errors import ExportError
from superviz.core.recipe import Recipe, given_fields
from superviz.exchange import script_parts as parts
from superviz.exchange.literals import count
from superviz.exchange.recipe_file import recipe_of
from superviz.exchange.script_plan import Plan
from superviz.exchange.script_samples import sample_function
from superviz.exchange.target import check_ending, new_file
from superviz.session.recording import Recording

SCRIPT_ENDING = ".py"
MOST_NUMBERS = 20_000
"""That a script may spell out: starting weights, probabilities, edits."""


def training_script(source: Recipe | Recording) -> str:
    """The script for a recipe, or for a run with the edits that were made while it trained.

    Its models train in float32 as superviz's do, from other random numbers. It needs torch and nothing else. Raises
    ExportError where of a run only the weights are known, and where there are too many numbers to spell out.
    """
    title, first = recipe_of(source).title, source.experiment
    edits = source.edits if isinstance(source, Recording) else ()
    numbers = count(list(given_fields(first).values())) + sum(count(edit.value) for edit in edits)
    if numbers > MOST_NUMBERS:
        raise ExportError(
            f"the experiment has {numbers:,} numbers, too many to spell out in a script; "
            f"{MOST_NUMBERS:,} are the most: export its recipe or its weights instead"
        )
    plan = Plan.of(first, edits)
    imports = ["import math", "", "import torch"] if plan.uses_math else ["import torch"]
    head = [parts.heading(title, plan), imports, parts.settings(plan)]
    functions = [
        sample_function(first),
        parts.start_function(first),
        parts.model_class(plan),
        parts.losses_function(plan),
        parts.rate_function(plan),
        parts.train_function(plan),
        parts.evaluate_function(first),
        parts.best_function(plan),
        parts.main(plan),
    ]
    sections = ["\n\n".join(map("\n".join, head)), *("\n".join(lines) for lines in functions if lines)]
    return "\n\n\n".join(sections) + "\n"


def write_script(source: Recipe | Recording, path: Path, *, force: bool = False) -> None:
    """Write the script to `path`, .py. Raises ExportError as `training_script` does, and where it can't be written."""
    check_ending(path, [SCRIPT_ENDING])
    text = training_script(source)
    with new_file(path, force=force) as part:
        part.write_text(text, encoding="utf-8", newline="\n")
