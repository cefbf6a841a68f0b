"""The export dialog: refuses in place what can't be written, asks before it replaces, and tells how far it is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QProgressBar, QWidget
from pytestqt.qtbot import QtBot

from superviz.app import export_dialog
from superviz.app.buttons import Button
from superviz.app.export_dialog import ExportDialog
from superviz.app.export_form import ExportForm, ExportSettings
from superviz.app.number_box import NumberBox
from superviz.scene.palette import DARK
from superviz.views.theme import apply_theme

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def dialog(qtbot: QtBot, themed: QApplication, tmp_path: Path) -> Iterator[ExportDialog]:
    made = ExportDialog()
    qtbot.addWidget(made)
    made.suggest(tmp_path / "pentagon.mp4", "dark")
    made.show()
    yield made
    made.close()


def button(dialog: ExportDialog, *texts: str) -> Button:
    return next(found for found in dialog.findChildren(Button) if found.text() in texts)


def said(dialog: ExportDialog) -> str:
    return "\n".join(label.text() for label in dialog.findChildren(QLabel) if label.isVisible())


def requests(dialog: ExportDialog) -> list[ExportSettings]:
    heard: list[ExportSettings] = []
    dialog.export_requested.connect(heard.append)
    return heard


def export(qtbot: QtBot, dialog: ExportDialog) -> None:
    qtbot.mouseClick(button(dialog, "Export", "Replace it"), LEFT)


def test_it_asks_for_what_the_form_says(qtbot: QtBot, dialog: ExportDialog, tmp_path: Path) -> None:
    heard = requests(dialog)
    export(qtbot, dialog)
    assert heard == [ExportSettings(tmp_path / "pentagon.mp4")] == [dialog.settings]
    assert list(tmp_path.iterdir()) == [], "asking writes nothing"


def test_it_is_not_modal(dialog: ExportDialog) -> None:
    assert not dialog.isModal()


@pytest.mark.parametrize(
    ("name", "size", "says"),
    [
        ("pentagon.gif87", (1920, 1080), "unknown ending .gif87"),
        ("pentagon", (1920, 1080), "no ending"),
        ("nowhere/pentagon.mp4", (1920, 1080), "no folder"),
        ("pentagon.mp4", (1921, 1080), "1922x1080"),
        ("pentagon.png", (4, 4), "16 to 8192"),
    ],
)
def test_what_cant_be_written_is_refused_in_place(
    qtbot: QtBot, dialog: ExportDialog, tmp_path: Path, name: str, size: tuple[int, int], says: str
) -> None:
    heard = requests(dialog)
    dialog.suggest(tmp_path / name, "dark")
    for box, side in zip(("Width in pixels", "Height in pixels"), size, strict=True):
        next(found for found in dialog.findChildren(NumberBox) if found.accessibleName() == box).entered.emit(side)
    export(qtbot, dialog)
    assert heard == []
    assert says in said(dialog)
    assert dialog.findChildren(ExportForm)[0].isEnabled()


def test_an_existing_file_is_replaced_only_when_told_so(qtbot: QtBot, dialog: ExportDialog, tmp_path: Path) -> None:
    heard = requests(dialog)
    (tmp_path / "pentagon.mp4").write_bytes(b"precious")
    export(qtbot, dialog)
    assert heard == []
    assert "pentagon.mp4 exists already." in said(dialog)
    assert button(dialog, "Replace it").isVisible()
    export(qtbot, dialog)
    assert len(heard) == 1


def test_another_name_is_asked_about_anew(qtbot: QtBot, dialog: ExportDialog, tmp_path: Path) -> None:
    heard = requests(dialog)
    for name in ("a.mp4", "b.mp4"):
        (tmp_path / name).write_bytes(b"precious")
        dialog.suggest(tmp_path / name, "dark")
        export(qtbot, dialog)
        assert f"{name} exists already." in said(dialog)
    assert heard == []


def test_it_tells_how_far_it_is(qtbot: QtBot, dialog: ExportDialog, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(export_dialog.time, "monotonic", lambda: now)
    export(qtbot, dialog)
    assert not dialog.findChildren(ExportForm)[0].isEnabled()
    assert "Preparing" in said(dialog)
    now = 100.2
    dialog.show_progress(6, 240)
    assert "Frame 6 of 240" in said(dialog)
    assert "left" not in said(dialog), "too early to tell"
    now = 104.0
    dialog.show_progress(120, 240)
    assert "Frame 120 of 240 · 4 s left" in said(dialog)
    bar = dialog.findChildren(QProgressBar)[0]
    assert (bar.value(), bar.maximum()) == (120, 240)
    now = 400.0
    dialog.show_progress(150, 240)
    assert "3 min left" in said(dialog)
    dialog.show_progress(240, 240)
    assert dialog.findChildren(ExportForm)[0].isEnabled()
    assert button(dialog, "Export").isVisible()


def test_it_can_be_cancelled(qtbot: QtBot, dialog: ExportDialog) -> None:
    export(qtbot, dialog)
    with qtbot.waitSignal(dialog.cancel_requested):
        qtbot.mouseClick(button(dialog, "Cancel"), LEFT)
    assert dialog.findChildren(ExportForm)[0].isEnabled()
    dialog.show_progress(7, 240)
    assert dialog.findChildren(ExportForm)[0].isEnabled(), "the last frame of a cancelled export changes nothing"


def test_a_fault_is_told_in_place(qtbot: QtBot, dialog: ExportDialog) -> None:
    export(qtbot, dialog)
    dialog.show_idle("pentagon.mp4: can't be written: No space left on device")
    assert "No space left on device" in said(dialog)
    assert dialog.findChildren(ExportForm)[0].isEnabled()


def test_closed_meanwhile_it_knows_when_opened_again(qtbot: QtBot, dialog: ExportDialog) -> None:
    export(qtbot, dialog)
    dialog.close()
    dialog.show_progress(100, 240)
    dialog.show()
    assert "Frame 100 of 240" in said(dialog)
    dialog.show_idle()


def test_closed_on_a_fault_it_opens_without_it(qtbot: QtBot, dialog: ExportDialog, tmp_path: Path) -> None:
    dialog.suggest(tmp_path / "no.such", "dark")
    export(qtbot, dialog)
    assert "unknown ending" in said(dialog)
    dialog.close()
    dialog.show()
    assert "unknown ending" not in said(dialog)


@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_nothing_is_cut_off(qtbot: QtBot, qapp: QApplication, tmp_path: Path, scale: float) -> None:
    apply_theme(qapp, DARK, scale)
    dialog = ExportDialog()
    qtbot.addWidget(dialog)
    dialog.show()
    for part in dialog.findChildren(QWidget):
        if part.isVisible():
            assert part.width() >= part.minimumSizeHint().width()
            assert dialog.rect().contains(part.mapTo(dialog, part.rect().bottomRight()))
    dialog.close()
