"""Scripts as Python runs them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from superviz.core.experiment import Experiment
from superviz.core.recipe import Recipe
from superviz.exchange.script import training_script
from superviz.session.recording import Recording


@pytest.fixture
def script() -> Callable[..., dict[str, Any]]:
    """What there is in a script once it is imported: its functions and settings, nothing trained yet."""
    import torch

    torch.set_num_threads(1)

    def load(source: Experiment | Recording) -> dict[str, Any]:
        told = Recipe("any", source, "A run") if isinstance(source, Experiment) else source
        names: dict[str, Any] = {"__name__": "script"}
        exec(compile(training_script(told), "script.py", "exec"), names)
        return names

    return load
