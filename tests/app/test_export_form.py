"""The export form: everything that rendering takes, from presets or typed."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest
from PySide6.QtWidgets import QComboBox, QFileDialog, QLineEdit
from pytestqt.qtbot import QtBot

from superviz.app.export_form import ExportForm, ExportSettings
from superviz.app.number_box import NumberBox
from superviz.export.render import FORMATS, render
from superviz.scene.frames import FRAMES

pytestmark = pytest.mark.usefixtures("themed")


@pytest.fixture
def form(qtbot: QtBot, tmp_path: Path) -> Iterator[ExportForm]:
    made = ExportForm()
    qtbot.addWidget(made)
    made.suggest(tmp_path / "pentagon.mp4", "dark")
    made.show()
    yield made
    made.close()


def part(form: ExportForm, name: str) -> QComboBox:
    return next(found for found in form.findChildren(QComboBox) if found.accessibleName() == name)


def number(form: ExportForm, name: str) -> NumberBox:
    return next(found for found in form.findChildren(NumberBox) if found.accessibleName() == name)


def file_line(form: ExportForm) -> QLineEdit:
    return next(found for found in form.findChildren(QLineEdit) if found.accessibleName() == "File")


def pick(chooser: QComboBox, data: object) -> None:
    chooser.setCurrentIndex(chooser.findData(data))
    chooser.activated.emit(chooser.currentIndex())


def test_settings_are_what_rendering_takes() -> None:
    taken = inspect.signature(render).parameters
    assert {field.name for field in fields(ExportSettings)} <= set(taken)
    for field in fields(ExportSettings):
        if field.name != "path":
            assert field.default == taken[field.name].default


def test_it_opens_on_what_rendering_defaults_to(form: ExportForm, tmp_path: Path) -> None:
    assert form.settings == ExportSettings(tmp_path / "pentagon.mp4")


def test_it_offers_every_view_and_every_format(form: ExportForm) -> None:
    views, formats = part(form, "What to show"), part(form, "Format")
    assert [views.itemData(row) for row in range(views.count())] == list(FRAMES)
    assert [formats.itemData(row) for row in range(formats.count())] == list(FORMATS)
    pick(views, "neurons")
    assert form.settings.view == "neurons"


@pytest.mark.parametrize(
    ("name", "size"),
    [("1080p", (1920, 1080)), ("4K", (3840, 2160)), ("720p", (1280, 720)), ("Square", (1080, 1080))],
)
def test_sizes_have_names(form: ExportForm, name: str, size: tuple[int, int]) -> None:
    pick(part(form, "Size"), name)
    assert form.settings.size == size
    assert number(form, "Width in pixels").text() == f"{size[0]:,}"


def test_a_size_of_ones_own(form: ExportForm) -> None:
    number(form, "Width in pixels").entered.emit(800)
    number(form, "Height in pixels").entered.emit(600)
    assert form.settings.size == (800, 600)
    assert part(form, "Size").currentData() == "Custom"
    number(form, "Width in pixels").entered.emit("wide")
    assert form.settings.size == (800, 600)
    number(form, "Width in pixels").entered.emit(1280)
    number(form, "Height in pixels").entered.emit(720)
    assert part(form, "Size").currentData() == "720p"


def test_custom_takes_the_keyboard_to_the_numbers(qtbot: QtBot, form: ExportForm) -> None:
    form.activateWindow()
    pick(part(form, "Size"), "Custom")
    qtbot.waitUntil(number(form, "Width in pixels").hasFocus)
    assert form.settings.size == (1920, 1080)


def test_frames_and_seconds(form: ExportForm) -> None:
    pick(part(form, "Frames a second"), 60)
    number(form, "Seconds").entered.emit(2.5)
    assert (form.settings.fps, form.settings.duration) == (60, 2.5)
    assert number(form, "Seconds").text() == "2.50"


def test_the_format_and_the_ending_go_together(form: ExportForm, tmp_path: Path) -> None:
    pick(part(form, "Format"), ".svg")
    assert form.settings.path == tmp_path / "pentagon.svg"
    file_line(form).setText(str(tmp_path / "other.PNG"))
    file_line(form).textEdited.emit(file_line(form).text())
    assert part(form, "Format").currentData() == ".png"


@pytest.mark.parametrize(("ending", "moves"), [(".mp4", True), (".png", False), (".svg", False), (".pdf", False)])
def test_only_films_have_frames(form: ExportForm, ending: str, moves: bool) -> None:
    pick(part(form, "Format"), ending)
    assert number(form, "Seconds").isEnabled() is moves
    assert part(form, "Frames a second").isEnabled() is moves


def test_a_home_folder_is_found(form: ExportForm) -> None:
    form.suggest(Path("~/clip.mp4"), "light")
    assert form.settings.path == Path.home() / "clip.mp4"
    assert form.settings.theme == "light"


def test_a_file_can_be_chosen(qtbot: QtBot, form: ExportForm, tmp_path: Path) -> None:
    with qtbot.waitSignal(form.changed):
        form._file_chosen(str(tmp_path / "chosen.pdf"))
    assert form.settings.path == tmp_path / "chosen.pdf"
    assert part(form, "Format").currentData() == ".pdf"
    assert form.findChildren(QFileDialog) == []
