"""What is dragged over the window is told by its name before it is let go of."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QUrl

from superviz.app.dropped import read
from superviz.core.recipe import load_recipe, recipe_string


def urls(*names: str) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl(name) for name in names])
    return data


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("pentagon.superviz", "session"),
        ("mine.toml", "recipe"),
        ("W.npz", "Weights"),
        ("W.npy", "Weights"),
        ("W.SAFETENSORS", "Weights"),
        ("W.pt", "convert"),
    ],
)
def test_what_can_be_opened(tmp_path: Path, name: str, kind: str) -> None:
    dropped = read(urls(QUrl.fromLocalFile(str(tmp_path / name)).toString()))
    assert dropped is not None
    assert (dropped.heading, dropped.path, dropped.refused) == (f"Open {name}", tmp_path / name, False)
    assert kind in dropped.words


@pytest.mark.parametrize(
    ("names", "line"),
    [
        (
            ["file:///tmp/notes.txt"],
            "notes.txt: superviz opens sessions (.superviz), recipes (.toml) and weights (.npz, .npy, .safetensors)",
        ),
        (["file:///tmp/a.superviz", "file:///tmp/b.superviz"], "2 files: superviz opens one at a time"),
        (["https://example.org/a.superviz"], "https://example.org/a.superviz: not a file on this machine"),
    ],
)
def test_what_can_not_is_refused_in_one_line(names: list[str], line: str) -> None:
    dropped = read(urls(*names))
    assert dropped is not None
    assert dropped.refused
    assert dropped.line == line


def test_a_folder_is_no_session(tmp_path: Path) -> None:
    (tmp_path / "folder.superviz").mkdir()
    dropped = read(urls(QUrl.fromLocalFile(str(tmp_path / "folder.superviz")).toString()))
    assert dropped is not None
    assert dropped.refused


def test_a_recipe_string_can_be_opened_and_other_text_means_nothing() -> None:
    data = QMimeData()
    data.setText(f"look: \n{recipe_string(load_recipe('pentagon'))}\n")
    assert read(data) is None
    data.setText(f"  {recipe_string(load_recipe('pentagon'))}\n")
    dropped = read(data)
    assert dropped is not None
    assert dropped.recipe.strip().startswith("superviz1-")
    data.setText("a shopping list")
    assert read(data) is None
    assert read(QMimeData()) is None
