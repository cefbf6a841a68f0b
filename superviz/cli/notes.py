"""Notes: what a recipe gives that means nothing in it, a line each. Nothing is wrong, but somebody may wonder."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from superviz.core.experiment import Experiment


def idle_fields(experiment: Experiment) -> list[str]:
    """A line for each field that isn't at its default and has no effect, with the reason."""
    from superviz.core.experiment import field_note, is_called_for

    lines: list[str] = []
    for name, field in type(experiment).model_fields.items():
        if is_called_for(name, experiment) or getattr(experiment, name) == field.default:
            continue
        reasons = [
            f"{other} is {_shown(getattr(experiment, other))}"
            for other, calling in field_note(name).when.items()
            if getattr(experiment, other) not in calling
        ]
        lines.append(f"{name}: has no effect, since {' and '.join(reasons)}")
    return lines


def _shown(value: object) -> str:
    return "given" if isinstance(value, tuple) else json.dumps(value)
