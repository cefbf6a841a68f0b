"""KnownSizes: in place of a recipe stands what can be told from the weights alone."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from superviz.app.known_sizes import KnownSizes
from superviz.core.experiment import Experiment


def test_it_shows_sizes_and_how_many_moments_were_kept(themed: QApplication, qtbot: QtBot) -> None:
    sizes = KnownSizes()
    qtbot.addWidget(sizes)
    sizes.show_sizes(Experiment(n_features=4096, n_hidden=512))
    sizes.show_snapshots(1234)
    words = [label.text() for label in sizes.findChildren(QLabel)]
    for known in ("4,096", "512", "1", "Snapshots", "1,234"):
        assert known in words
    assert not any("0.05" in word for word in words), "nothing is claimed about how they were trained"
