"""superviz: watch a neural network decide where to put its features. The Python surface, each name loaded when used."""

from __future__ import annotations

from importlib import import_module
from operator import attrgetter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from superviz.app.show import show as show
    from superviz.core.errors import SupervizError as SupervizError
    from superviz.core.experiment import Experiment as Experiment
    from superviz.core.recipe import load_recipe as load_recipe
    from superviz.exchange.importing import import_weights as import_weights
    from superviz.exchange.streaming import Stream
    from superviz.export.render import render as render
    from superviz.session.recording import Recording as Recording
    from superviz.training import train as train

    open = Recording.open
    record = Stream

__version__ = "0.1.0"

_SURFACE = {
    "Experiment": ("superviz.core.experiment", "Experiment"),
    "Recording": ("superviz.session.recording", "Recording"),
    "SupervizError": ("superviz.core.errors", "SupervizError"),
    "import_weights": ("superviz.exchange.importing", "import_weights"),
    "load_recipe": ("superviz.core.recipe", "load_recipe"),
    "open": ("superviz.session.recording", "Recording.open"),
    "record": ("superviz.exchange.streaming", "Stream"),
    "render": ("superviz.export.render", "render"),
    "show": ("superviz.app.show", "show"),
    "train": ("superviz.training", "train"),
}
"""Where each public object lives. Nothing is imported before it is asked for, so `import superviz` is instant."""


def __getattr__(name: str) -> Any:
    if name not in _SURFACE:
        raise AttributeError(f"module 'superviz' has no attribute {name!r}")
    module, path = _SURFACE[name]
    value = attrgetter(path)(import_module(module))
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*_SURFACE, "__version__"])
