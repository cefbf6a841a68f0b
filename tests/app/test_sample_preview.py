"""The preview shows the very samples that the instance trains on, and says how many they are."""

from __future__ import annotations

from time import perf_counter

import numpy as np
import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from superviz.app.sample_preview import MOST_SAMPLES, SamplePreview, first_samples
from superviz.core.experiment import Experiment
from superviz.engine.sampling import sample
from superviz.scene.palette import DARK, LIGHT
from superviz.session.display import DisplaySettings
from superviz.views.theme import apply_theme

pytestmark = pytest.mark.usefixtures("themed")


def experiment(**values: object) -> Experiment:
    return Experiment(**{"n_features": 6, "n_hidden": 2, "n_instances": 3, "feature_probability": 0.3, **values})  # pyright: ignore[reportArgumentType]


def make(qtbot: QtBot, of: Experiment, instance: int = 0) -> tuple[SamplePreview, list[str]]:
    preview = SamplePreview()
    qtbot.addWidget(preview)
    captions: list[str] = []
    preview.captioned.connect(captions.append)
    preview.set_compact(False)
    preview.resize(272, preview.height())
    preview.show_samples_of(of, instance)
    preview.show()
    return preview, captions


@pytest.mark.parametrize("batch_size", [1, 50, 1024])
def test_they_are_those_of_the_first_step(batch_size: int) -> None:
    made = experiment(batch_size=1024, distribution="correlated", correlation=0.5)
    expected = sample(made, 2, 0)[:, :MOST_SAMPLES]
    np.testing.assert_array_equal(first_samples(made.changed(batch_size=batch_size), 2), expected)


@pytest.mark.parametrize(("examples", "shown"), [(1, 1), (7, 7), (50, 50), (1000, 50)])
@pytest.mark.parametrize("unit_norm", [False, True])
def test_of_a_training_set_they_are_the_first_examples(examples: int, shown: int, unit_norm: bool) -> None:
    made = experiment(training_set=examples, unit_norm=unit_norm)
    x = first_samples(made, 1)
    assert x.shape == (6, shown)
    np.testing.assert_array_equal(x, sample(made, 1, 0)[:, :shown])


def test_a_million_examples_are_not_all_made() -> None:
    made = experiment(n_features=33, training_set=1_000_000)
    started = perf_counter()
    assert first_samples(made, 0).shape == (33, 50)
    assert perf_counter() - started < 0.2, "all of them take seconds"


@pytest.mark.parametrize(
    ("values", "caption"),
    [
        ({}, "50 samples"),
        ({"noise_free": True}, "50 samples"),
        ({"training_set": 1}, "its one example"),
        ({"training_set": 12}, "all 12 examples"),
        ({"training_set": 2000}, "50 of 2,000 examples"),
        ({"n_features": 100}, "50 samples, 19 features"),
    ],
)
def test_it_says_what_the_columns_are(qtbot: QtBot, values: dict[str, object], caption: str) -> None:
    preview, captions = make(qtbot, experiment(**values))
    assert captions[-1] == caption
    assert preview.accessibleDescription().startswith(caption.split(",")[0])
    if "features" in caption:
        assert "The first 19 of 100 features." in preview.toolTip()


def test_another_recipe_or_instance_is_another_picture(qtbot: QtBot) -> None:
    preview, _ = make(qtbot, experiment())
    seen = [preview.grab().toImage()]
    for of, instance in (
        (experiment(), 1),
        (experiment(seed=5), 1),
        (experiment(distribution="one_hot"), 1),
        (experiment(distribution="hierarchical"), 1),
        (experiment(signed=True), 1),
        (experiment(feature_probability=0.9), 1),
        (experiment(importance=0.5, feature_probability=0.9), 1),
    ):
        preview.show_samples_of(of, instance)
        seen.append(preview.grab().toImage())
    assert all(one != other for at, one in enumerate(seen) for other in seen[:at] if at != 7)
    preview.show_samples_of(experiment(), 0)
    assert preview.grab().toImage() == seen[0]


def test_it_follows_theme_and_size(qtbot: QtBot, qapp: QApplication) -> None:
    preview, _ = make(qtbot, experiment())
    assert preview.grab().toImage().pixelColor(100, 2) == QColor(DARK.canvas)
    apply_theme(qapp, LIGHT, 1.0)
    assert preview.grab().toImage().pixelColor(100, 2) == QColor(LIGHT.canvas)
    tall = preview.height()
    preview.set_compact(True)
    assert preview.height() < tall / 2
    apply_theme(qapp, DARK, 2.0)
    preview.set_compact(False)
    assert preview.height() == 2 * tall


def test_with_nothing_to_show_it_is_empty(qtbot: QtBot) -> None:
    preview = SamplePreview()
    qtbot.addWidget(preview)
    preview.resize(200, 40)
    preview.show()
    assert not preview.grab().isNull()


def test_features_have_the_colours_they_were_given(qtbot: QtBot) -> None:
    preview, _ = make(qtbot, experiment())
    before = preview.grab().toImage()
    preview.show_display(DisplaySettings(feature_colors={0: "#22cc44"}))
    assert preview.grab().toImage() != before
    preview.show_display(DisplaySettings(feature_names={0: "Dog"}))
    assert preview.grab().toImage() == before
