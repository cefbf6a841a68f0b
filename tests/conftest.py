"""What tests may lean on: a data folder of their own, a small trained run, and a check that nothing is left behind."""

from __future__ import annotations

import gc
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import reject
from hypothesis import strategies as st

from superviz.core.consistency import MOST_EXACT_FEATURES
from superviz.core.errors import RecipeError
from superviz.core.experiment import Experiment
from superviz.core.kinds import DISTRIBUTIONS, MODEL_KINDS, OPTIMISERS, SCHEDULES
from superviz.session.recording import Recording
from superviz.training import train

# A shell that starts the tests in the background has them ignore Ctrl-C, and so whatever they start; some send it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

_GUI_ROOMS = {"app", "views"}


@pytest.fixture(autouse=True)
def hermetic_folders(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user's folders, empty, for this test alone. The cache stays: the compiled kernel lies there."""
    home = tmp_path_factory.mktemp("home")
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "LOCALAPPDATA", "APPDATA"):
        monkeypatch.setenv(name, str(home))
    if sys.platform == "darwin":
        monkeypatch.setenv("HOME", str(home))
    return home


@pytest.fixture(autouse=True)
def one_torch_thread(request: pytest.FixtureRequest) -> None:
    """Two threads are slower than one on models this small; and torch is the oracle here, never the racer."""
    if request.path.parent.name == "engine":
        import torch

        torch.set_num_threads(1)


@pytest.fixture(autouse=True)
def nothing_left_behind(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fails a test of the window that leaves a thread, a top-level widget or a running timer."""
    if request.path.parent.name not in _GUI_ROOMS:
        yield
        return
    from PySide6.QtCore import QCoreApplication, QEvent, QThread, QTimer
    from PySide6.QtWidgets import QApplication

    def find() -> dict[str, set[object]]:
        tops = QApplication.topLevelWidgets() if QApplication.instance() is not None else []
        return {
            # Python never forgets a thread of Qt's that it has once met; those are looked at on their own.
            "threads": {thread for thread in threading.enumerate() if not isinstance(thread, threading._DummyThread)},
            "running QThreads": {thread for top in tops for thread in top.findChildren(QThread) if thread.isRunning()},
            "widgets": {top for top in tops if top.isVisible()},
            "timers": {timer for top in tops for timer in top.findChildren(QTimer) if timer.isActive()},
        }

    before = find()
    yield
    if QApplication.instance() is not None:
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)  # pyright: ignore[reportArgumentType]

    def left() -> dict[str, set[object]]:
        return {kind: things - before[kind] for kind, things in find().items() if things - before[kind]}

    if left():
        gc.collect()  # dear, with torch loaded; a cycle is no leak
    assert not left(), f"left behind: {left()}"


@pytest.fixture(scope="session")
def small_run() -> Recording:
    """A finished run in memory: two instances of five features in two dimensions, 600 steps; not to be written to."""
    return train(Experiment(n_features=5, n_hidden=2, n_instances=2, batch_size=256, steps=600))


@pytest.fixture
def small_session(small_run: Recording, tmp_path: Path) -> Path:
    """The same run in a file of the test's own."""
    path = tmp_path / "small.superviz"
    small_run.save(path)
    return path


@st.composite
def _experiments(draw: st.DrawFn) -> Experiment:
    """Small ones of every kind, with any of the fields at its default or not."""
    n, m, instances = draw(st.integers(2, 6)), draw(st.integers(1, 3)), draw(st.integers(1, 3))
    positive = st.floats(1e-6, 1)
    number = st.floats(-1e5, 1e5)
    sizes = {"n_features": n, "n_hidden": m, "n_instances": instances}

    def spread(entries: st.SearchStrategy[float], per_list: int) -> st.SearchStrategy[object]:
        nested = st.lists(st.lists(entries, min_size=n, max_size=n), min_size=instances, max_size=instances)
        return entries | st.lists(entries, min_size=per_list, max_size=per_list) | nested

    def one_each(entries: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
        return entries | st.lists(entries, min_size=instances, max_size=instances)

    row = st.lists(number, min_size=n, max_size=n)
    matrix = st.lists(row, min_size=m, max_size=m)
    start = st.just("random") | matrix | st.lists(matrix, min_size=instances, max_size=instances)
    fields: dict[str, st.SearchStrategy[object]] = {
        "importance": spread(positive, n),
        "model": st.sampled_from(list(MODEL_KINDS)),
        "bias": st.booleans(),
        "loss_over_features": st.sampled_from(["mean", "sum"]),
        "l1_penalty": st.floats(0, 100),
        "starting_weights": start | st.just("polygon") if m == 2 else start,
        "starting_polygon": one_each(st.integers(2, n)),
        "starting_scale": one_each(st.floats(1e-3, 1e3)),
        "starting_bias": spread(number, n),
        "distribution": st.sampled_from(list(DISTRIBUTIONS)),
        "feature_probability": positive | st.lists(positive, min_size=instances, max_size=instances),
        "feature_sets": st.integers(2, 7) | st.permutations(range(n)).map(lambda order: [order[:2]]),
        "correlation": st.floats(0, 1),
        "probability_of": st.just("set"),
        "parents": st.just([-1, *range(n - 1)]),
        "signed": st.booleans(),
        "training_set": st.none() | st.integers(1, 20),
        "learning_rate": st.floats(1e-6, 10),
        "batch_size": st.integers(1, 1_000_000),
        "steps": st.integers(1, 1_000_000_000),
        "weight_decay": st.floats(0, 10),
        "seed": one_each(st.integers(0, 2**63 - 1)),
        "optimiser": st.sampled_from(list(OPTIMISERS)),
        "momentum": st.floats(0, 0.999),
        "schedule": st.sampled_from(list(SCHEDULES)),
        "warmup": st.just(1),
        "best_of": st.integers(1, 20),
    }
    chosen = draw(st.lists(st.sampled_from(list(fields)), unique=True))
    values = {name: draw(fields[name]) for name in chosen}
    if values.get("training_set"):
        values["unit_norm"] = draw(st.booleans())
    elif n <= MOST_EXACT_FEATURES:
        values["noise_free"] = draw(st.booleans())
    try:
        return Experiment(**sizes, **values)  # type: ignore[arg-type]
    except RecipeError:
        reject()


@pytest.fixture(scope="session")
def experiments() -> st.SearchStrategy[Experiment]:
    """Experiments of every kind, for properties: `data.draw(experiments)`."""
    return _experiments()
