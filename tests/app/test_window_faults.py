"""What goes wrong in the window is told there in one line, and the window lives on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from superviz.app.main_window import MainWindow
from superviz.core.errors import SessionError, SupervizError
from superviz.engine.runner import RunState

MakeWindow = Callable[..., MainWindow]


def trained_to(window: MainWindow, step: int) -> Callable[[], bool]:
    return lambda: window.controller.recording.live_step >= step


def test_faults_become_notifications_and_the_app_lives_on(make: MakeWindow, qtbot: QtBot, tmp_path: Path) -> None:
    window = make("pentagon")
    told: list[tuple[str, str]] = []
    window.notifications.notify = lambda line, kind="info": told.append((line, kind))  # type: ignore[method-assign]
    (tmp_path / "no.superviz").write_bytes(b"this is no session")
    window.attempt(lambda: window.files.open(tmp_path / "no.superviz", window.stage.display))
    window.attempt(lambda: window.controller.save(tmp_path / "no such folder" / "p.superviz"))
    window.attempt(lambda: window.controller.edit("feature_probability", 7.0))
    assert [kind for _, kind in told] == ["error"] * 3
    assert "no.superviz" in told[0][0]
    assert "no such folder" in told[1][0]
    assert "feature_probability" in told[2][0]
    at = window.controller.recording.live_step
    qtbot.waitUntil(trained_to(window, at + 50), timeout=60_000)


def test_divergence_pauses_and_says_so(make: MakeWindow, qtbot: QtBot) -> None:
    window = make("pentagon")
    window.controller.toggle_flat_out()
    qtbot.waitUntil(trained_to(window, 50), timeout=60_000)
    window.controller.edit("learning_rate", 10.0)
    window.controller.edit("weight_decay", 10.0)
    qtbot.waitUntil(lambda: window.controller.runner.state is RunState.PAUSED, timeout=30_000)
    assert "diverged" in window.controller.runner.message
    assert any(line.startswith("Training diverged at step") for line in window.notifications.lines)
    assert np.isfinite(window.controller.recording.snapshots[-1].W).all()


def test_an_exception_in_the_worker_is_shown_and_a_new_run_can_start(
    make: MakeWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    from superviz.engine.trainer import Trainer

    def fail(*_: object) -> None:
        raise RuntimeError("the kernel is out of order")

    with monkeypatch.context() as patch:
        patch.setattr(Trainer, "trace", fail)
        window = make("pentagon")
        qtbot.waitUntil(lambda: window.controller.runner.state is RunState.FAILED, timeout=10_000)
        with pytest.raises(SupervizError, match="start a new one"):
            window.controller.train_on()
    window.restart()
    qtbot.waitUntil(trained_to(window, 50), timeout=60_000)


def test_a_journal_that_can_not_be_written_is_told_and_lets_the_window_close(
    make: MakeWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    from superviz.session import journal

    def full(*_: object) -> None:
        raise SessionError("journal: can't be written: No space left on device")

    window = make("pentagon")
    qtbot.waitUntil(trained_to(window, 20), timeout=60_000)
    with monkeypatch.context() as patch:
        patch.setattr(journal, "write", full)
        qtbot.waitUntil(lambda: any("No space left" in line for line in window.notifications.lines), timeout=10_000)
        at = window.controller.recording.live_step
        qtbot.waitUntil(trained_to(window, at + 20), timeout=10_000)
        assert window.close()
    with pytest.raises(LookupError):
        _ = window.controller.recording
