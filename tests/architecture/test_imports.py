"""What each start loads: a room that isn't used costs nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {"PySide6", "torch", "numba", "numpy", "pydantic", "av", "rich", "safetensors"}


_REPORT = """
import atexit, json, sys
atexit.register(lambda: print(json.dumps([name.partition('.')[0] for name in sys.modules])))
"""


def _loaded(program: str, cwd: Path) -> set[str]:
    """The heavy packages that are loaded when the program has run, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", _REPORT + program], capture_output=True, text=True, cwd=cwd, check=False
    )
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout.splitlines()[-1])) & HEAVY


def _cli(*arguments: str) -> str:
    return f"import sys; sys.argv = ['superviz', *{list(arguments)!r}]\nfrom superviz.cli.main import main\nmain()"


@pytest.mark.parametrize("arguments", [["--help"], ["--version"]])
def test_help_loads_nothing_heavy(arguments: list[str], tmp_path: Path) -> None:
    assert _loaded(_cli(*arguments), tmp_path) == set()


def test_the_surface_is_instant(tmp_path: Path) -> None:
    assert _loaded("import superviz; dir(superviz)", tmp_path) == set()
    assert _loaded("import superviz; superviz.Experiment(n_features=5, n_hidden=2)", tmp_path) == {"numpy", "pydantic"}


def test_presets_load_no_engine(tmp_path: Path) -> None:
    assert _loaded(_cli("presets"), tmp_path) <= {"numpy", "pydantic"}


def test_training_loads_neither_qt_nor_torch(tmp_path: Path) -> None:
    train = _cli("train", "pentagon", "--steps", "20", "-o", "run.superviz")
    assert _loaded(train, tmp_path) <= {"numpy", "pydantic", "numba", "rich"}


def test_choosing_where_to_train_loads_neither_torch_nor_the_compiler(tmp_path: Path) -> None:
    """With a GPU to be found too: only preparing loads what trains, in the thread that does."""
    program = (
        "from superviz.engine import auto, devices\n"
        "from superviz.core.experiment import Experiment\n"
        "devices.find_gpu = lambda: devices.Gpu('a GPU', 2**33)\n"
        "devices.find_torch = lambda: devices.TorchBuild('2.13.0', '12.8')\n"
        "large = Experiment(n_features=200, n_hidden=20, n_instances=20)\n"
        "for device in ('auto', 'cuda', 'cpu'):\n"
        "    trainer = auto.make_trainer(large, device)\n"
        "    trainer.snapshot(), trainer.checkpoint(), trainer.backend, trainer.close()\n"
    )
    assert _loaded(program, tmp_path) == {"numpy", "pydantic"}


def test_the_doctor_loads_nothing_that_trains(tmp_path: Path) -> None:
    assert not _loaded(_cli("doctor"), tmp_path) & {"torch", "numba"}


def test_looking_at_a_session_loads_neither_qt_nor_torch_nor_the_compiler(tmp_path: Path, small_session: Path) -> None:
    assert _loaded(_cli("describe", str(small_session)), tmp_path) <= {"numpy", "pydantic", "rich"}
    assert _loaded(_cli("weights", str(small_session), "-o", "w.npz"), tmp_path) <= {"numpy", "pydantic"}
    assert _loaded(_cli("import", "w.npz", "-o", "w.superviz"), tmp_path) <= {"numpy", "pydantic", "rich"}


def test_a_still_loads_no_torch(tmp_path: Path, small_session: Path) -> None:
    loaded = _loaded(_cli("render", str(small_session), "-o", "still.png", "--size", "320x180"), tmp_path)
    assert not loaded & {"torch", "numba"}


def test_the_window_loads_no_torch(tmp_path: Path) -> None:
    program = (
        "from superviz.app.application import make_application, make_window\n"
        "from pathlib import Path\n"
        "app = make_application()\n"
        "window = make_window(None, Path('journals'))\n"
        "window.show()\n"
        "app.processEvents()\n"
        "window.close()\n"
    )
    assert "torch" not in _loaded(program, tmp_path)
