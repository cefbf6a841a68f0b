"""Weights of other programs in the window: asked how they lie, shown at rest, nothing offered that can't be done."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from superviz.app import questions
from superviz.app.buttons import Button, Chooser
from superviz.app.clause_label import ClauseLabel
from superviz.app.import_dialog import Choice, ImportDialog
from superviz.app.main_window import MainWindow
from superviz.exchange.importing import candidates
from superviz.session.recording import Recording

MakeWindow = Callable[..., MainWindow]


@pytest.fixture
def decoder(tmp_path: Path) -> Path:
    """Two arrays that could be it, and two vectors; nothing says how they lie."""
    rng = np.random.default_rng(0)
    path = tmp_path / "decoder.npz"
    W = rng.normal(size=(6, 40)).astype(np.float32)
    np.savez(path, W_dec=W, W_enc=W.T.copy(), b_enc=np.ones(40, np.float32), other=np.ones(7, np.float32))
    return path


def button(dialog: ImportDialog, words: str) -> Button:
    return next(each for each in dialog.findChildren(Button) if each.text() == words)


def words(dialog: ImportDialog) -> list[str]:
    return [label.text() for label in dialog.findChildren(QLabel)]


def shown(window: MainWindow, title: str) -> Callable[[], bool]:
    return lambda: window.controller.recording.title == title and window.stage.frame is not None


@pytest.fixture
def dialog(themed: QApplication, qtbot: QtBot, decoder: Path) -> ImportDialog:
    made = ImportDialog("decoder.npz", candidates(decoder))
    qtbot.addWidget(made)
    made.show()
    return made


def test_it_is_asked_in_words_and_nothing_is_chosen_beforehand(dialog: ImportDialog) -> None:
    assert "6 rows × 40 columns: which are the features?" in words(dialog)
    assert [(card.text(), card.detail) for card in dialog.cards] == [
        ("The 40 columns are features", "40 features in 6 hidden dimensions"),
        ("The 6 rows are features", "6 features in 40 hidden dimensions"),
    ]
    assert dialog.choice is None
    assert not button(dialog, "Import").isEnabled()


def test_a_click_says_it_and_a_bias_may_go_along(dialog: ImportDialog, qtbot: QtBot) -> None:
    first, second = dialog.cards
    qtbot.mouseClick(first, Qt.MouseButton.LeftButton, pos=QPoint(20, 20))
    assert dialog.choice == Choice("W_dec", "hidden,features", None)
    arrays, biases = dialog.findChildren(Chooser)
    assert [biases.itemText(index) for index in range(biases.count())] == ["None", "b_enc · 40"]
    biases.setCurrentIndex(1)
    assert dialog.choice == Choice("W_dec", "hidden,features", "b_enc")
    qtbot.mouseClick(second, Qt.MouseButton.LeftButton, pos=QPoint(20, 20))
    assert dialog.choice == Choice("W_dec", "features,hidden", None), "that bias is not of six"
    arrays.setCurrentIndex(1)
    assert "40 rows × 6 columns: which are the features?" in words(dialog)
    assert dialog.choice is None, "another array is asked about anew"
    assert not button(dialog, "Import").isEnabled()


def test_a_stack_says_what_each_number_counts(themed: QApplication, qtbot: QtBot, tmp_path: Path) -> None:
    np.save(tmp_path / "stack.npy", np.ones((8, 2, 5), np.float32))
    dialog = ImportDialog("stack.npy", candidates(tmp_path / "stack.npy"))
    qtbot.addWidget(dialog)
    dialog.show()
    assert "8 × 2 × 5: what does each of these count?" in words(dialog)
    assert (dialog.cards[0].text(), dialog.cards[0].detail) == (
        "8 steps × 2 hidden × 5 features",
        "5 features in 2 hidden dimensions, 8 steps",
    )
    assert not [row for row in dialog.findChildren(Chooser) if row.isVisible()], "one array, and no bias"


def test_one_of_each_is_said_in_the_singular(themed: QApplication, qtbot: QtBot, tmp_path: Path) -> None:
    np.save(tmp_path / "one.npy", np.ones((1, 5), np.float32))
    dialog = ImportDialog("one.npy", candidates(tmp_path / "one.npy"))
    qtbot.addWidget(dialog)
    assert "1 row × 5 columns: which are the features?" in words(dialog)
    assert dialog.cards[1].text() == "The 1 row is a feature"


def test_weights_are_shown_at_rest_with_what_is_known_of_them(
    make: MakeWindow, qtbot: QtBot, tmp_path: Path, decoder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Path] = []

    def ask(_parent: object, path: Path, found: object) -> Choice:
        asked.append(path)
        return Choice("W_dec", "hidden,features", "b_enc")

    monkeypatch.setattr(questions, "ask_import", ask)
    window = make("pentagon")
    window.files.open(decoder, window.stage.display)
    qtbot.waitUntil(shown(window, "decoder"), timeout=10_000)
    assert asked == [decoder]
    recording = window.controller.recording
    assert (recording.origin, recording.described, recording.can_train) == ("imported", False, False)
    np.testing.assert_array_equal(recording.snapshots[0].W[0], np.load(decoder)["W_dec"])
    assert recording.snapshots[0].b.max() == 1
    for name in ("train", "step", "step_100", "restart", "another_seed", "instant", "flat_out", "slower", "faster"):
        assert not window.actions_by_name[name].isEnabled(), name
    visible = [label for label in window.recipe_panel.findChildren(QLabel) if label.isVisible()]
    assert {"40", "6", "1"} <= {label.text() for label in visible}
    said = [label.text for label in window.recipe_panel.findChildren(ClauseLabel) if label.isVisible()]
    assert "These weights were trained elsewhere" in said
    status = window.toolbar.findChildren(ClauseLabel)[0]
    qtbot.waitUntil(lambda: status.text == "Imported · step 0")
    assert not window.controller.has_unsaved_work, "the file is still there"
    qtbot.waitUntil(lambda: not list((tmp_path / "journals").glob("*.superviz")))  # that of the run before is gone
    # A name is work, and kept.
    window.stage.change_display(feature_names={3: "cats"})
    qtbot.waitUntil(lambda: window.controller.held.journal is not None)
    (journal,) = (tmp_path / "journals").glob("*.superviz")
    assert Recording.open(journal).display.feature_names == {3: "cats"}
    # What can be trained is offered all of it again.
    monkeypatch.setattr(questions, "ask_unsaved", lambda *_: questions.Answer.DISCARD)
    window.toolbar.preset_picked.emit("pentagon")
    assert window.actions_by_name["train"].isEnabled()
    assert "These weights were trained elsewhere" not in [
        label.text for label in window.recipe_panel.findChildren(ClauseLabel) if label.isVisible()
    ]


def test_nothing_is_asked_of_what_says_so_itself(make: MakeWindow, qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "own.npz"
    W = np.arange(10, dtype=np.float32).reshape(1, 2, 5)
    np.savez(path, W=W, superviz_axes=np.array("instances,hidden,features"))
    window = make("pentagon")
    window.files.open(path, window.stage.display)
    qtbot.waitUntil(shown(window, "own"), timeout=10_000)
    np.testing.assert_array_equal(window.controller.recording.snapshots[0].W, W)


def test_they_are_looked_at_as_was_chosen_for_every_run(make: MakeWindow, qtbot: QtBot, decoder: Path) -> None:
    window = make("pentagon")
    window.stage.change_display(theme="light", text_scale=1.2)
    window.files.importing.start(decoder, Choice("W_dec", "hidden,features", None))
    qtbot.waitUntil(shown(window, "decoder"), timeout=10_000)
    assert (window.stage.display.theme, window.stage.display.text_scale) == ("light", 1.2)
    assert window.controller.recording.display == window.stage.display
    assert not window.controller.has_unsaved_work


def test_whoever_cancels_keeps_what_was_shown(
    make: MakeWindow, qtbot: QtBot, decoder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = make("pentagon")
    before = window.controller.recording
    monkeypatch.setattr(questions, "ask_import", lambda *_: None)
    window.files.open(decoder, window.stage.display)
    qtbot.wait(50)
    assert window.controller.recording is before


def test_what_can_not_be_imported_is_told(
    make: MakeWindow, qtbot: QtBot, tmp_path: Path, decoder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = make("pentagon")
    before = window.controller.recording
    (tmp_path / "model.pt").write_bytes(b"PK\x03\x04")
    (tmp_path / "bad.npz").write_bytes(b"PK nothing")
    for name in ("model.pt", "bad.npz"):
        window.attempt(lambda name=name: window.files.open(tmp_path / name, window.stage.display))
        assert name in window.notifications.lines[-1]
    monkeypatch.setattr(questions, "ask_import", lambda *_: Choice("W_dec", "features,steps", None))
    window.files.open(decoder, window.stage.display)
    qtbot.waitUntil(lambda: "decoder.npz" in window.notifications.lines[-1])
    assert window.controller.recording is before


def test_a_window_may_open_on_weights(
    make: MakeWindow, qtbot: QtBot, decoder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(questions, "ask_import", lambda *_: Choice("W_enc", "features,hidden", None))
    window = make(decoder)
    qtbot.waitUntil(shown(window, "decoder"), timeout=10_000)


def test_a_window_that_closes_waits_for_what_is_being_read(make: MakeWindow, qtbot: QtBot, decoder: Path) -> None:
    window = make("pentagon")
    window.files.importing.start(decoder, Choice("W_dec", "hidden,features", None))
    assert window.notifications.lines == ["Reading decoder.npz…"]
    window.discard()


def test_the_dialog_answers_what_was_said(themed: QApplication, qtbot: QtBot, decoder: Path, tmp_path: Path) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)

    def answer(choose: bool) -> None:
        dialog = parent.findChildren(ImportDialog)[-1]
        if choose:
            dialog.cards[1].click()
        button(dialog, "Import" if choose else "Cancel").click()

    QTimer.singleShot(50, lambda: answer(True))
    assert questions.ask_import(parent, decoder, candidates(decoder)) == Choice("W_dec", "features,hidden", None)
    QTimer.singleShot(50, lambda: answer(False))
    assert questions.ask_import(parent, decoder, candidates(decoder)) is None
