"""FeatureFinder: the features that the words typed into the command palette mean, by number or by name."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction

from superviz.session.display import DisplaySettings

_NUMBER = re.compile(r"(?:feature\s*#?|#)?\s*(\d[\d,]{0,8})", re.IGNORECASE)
_MOST_FOUND = 8


def find_features(
    typed: str, n_features: int, display: DisplaySettings, pin: Callable[[int], None], parent: QObject
) -> list[QAction]:
    """A command a feature that was meant, which pins it: "1234", "#1234", "feature 1,234", or part of its name.

    The actions belong to `parent`. There are none where no feature has that number or name.
    """
    words = typed.strip()
    by_number = _NUMBER.fullmatch(words)
    number = int(by_number[1].replace(",", "")) if by_number else 0
    found = [number - 1] if 1 <= number <= n_features else []
    letters = words.lower()
    if letters:
        names = sorted(display.feature_names.items())
        found += [index for index, name in names if letters in name.lower() and index not in found]
    actions: list[QAction] = []
    for feature in (index for index in found[:_MOST_FOUND] if index < n_features):
        name = display.feature_names.get(feature)
        text = f"Pin feature {feature + 1:,}" + (f": {name}" if name else "")
        action = QAction(text.replace("&", "&&"), parent)
        action.triggered.connect(partial(_pin, pin, feature))
        actions.append(action)
    return actions


def _pin(pin: Callable[[int], None], feature: int, _checked: bool = False) -> None:
    pin(feature)
