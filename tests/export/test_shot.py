"""A shot shows the right model, from what was recorded when it was taken."""

from __future__ import annotations

import numpy as np
import pytest

from superviz.core.errors import ExportError
from superviz.core.experiment import Experiment
from superviz.core.kinds import MODEL_KINDS, ModelKind
from superviz.core.snapshot import Snapshot
from superviz.export.shot import Shot
from superviz.scene.drawables import Scene, Text
from superviz.scene.frames import FRAMES
from superviz.scene.palette import DARK, LIGHT, Palette
from superviz.session.display import Theme
from superviz.session.recording import Recording

SIZE = (640, 360)


def words(scene: Scene) -> str:
    return " ".join(drawable.text for drawable in scene.drawables if isinstance(drawable, Text))


def test_by_default_it_shows_the_model_of_lowest_evaluation_loss(run: Recording) -> None:
    assert Shot(run, view="vectors", size=SIZE, theme="dark").instance == 1


def test_a_model_that_diverged_is_never_the_best() -> None:
    recording = Recording.create(Experiment(n_features=2, n_hidden=2, n_instances=3))
    W = np.stack([np.zeros((2, 2)), np.full((2, 2), np.nan), np.eye(2)]).astype(np.float32)
    recording.append(Snapshot(0, W, np.zeros((3, 2), np.float32)))
    assert Shot(recording, view="vectors", size=SIZE, theme="dark").instance == 2


def test_an_untied_model_is_judged_with_what_unpacks_it() -> None:
    """Both instances read alike; only the second writes what it read."""
    experiment = Experiment(n_features=2, n_hidden=4, n_instances=2, model="absolute_value", signed=True)
    recording = Recording.create(experiment)
    W = np.vstack([np.eye(2), -np.eye(2)]).astype(np.float32)
    W_out = np.stack([np.zeros_like(W), np.abs(W)])
    recording.append(Snapshot(0, np.stack([W, W]), np.zeros((2, 2), np.float32), W_out))
    assert Shot(recording, view="vectors", size=SIZE, theme="dark").instance == 1


@pytest.mark.parametrize("model", MODEL_KINDS)
@pytest.mark.parametrize("view", FRAMES)
def test_every_view_of_every_model(model: ModelKind, view: str) -> None:
    experiment = Experiment(n_features=6, n_hidden=4, model=model, training_set=9, bias=model != "linear", steps=100)
    recording = Recording.create(experiment, title=model)
    rng = np.random.default_rng(0)
    for step in (0, 50, 100):
        W, W_out = rng.normal(0, 0.5, (2, 1, 4, 6)).astype(np.float32)
        snapshot = Snapshot(step, W, np.zeros((1, 6), np.float32), None if experiment.is_tied else W_out)
        recording.append(snapshot)
    recording.append_losses(np.full((10, 1), 0.01, np.float32), np.full((10, 1), 0.05, np.float32))
    shot = Shot(recording, view=view, size=(1280, 720), theme="light")
    for position in (0.0, 75.0, shot.end):
        said = words(shot.scene(position))
        assert "loss, mean over features" in said
        assert "nan" not in said


def test_the_instance_asked_for_is_shown(run: Recording) -> None:
    settled, random = (Shot(run, view="vectors", size=SIZE, theme="dark", instance=index) for index in (1, 0))
    assert "Pentagon" in words(settled.scene(settled.end))
    assert "Pentagon" not in words(random.scene(random.end))


def test_it_reaches_from_the_start_to_the_end(run: Recording) -> None:
    shot = Shot(run, view="vectors", size=SIZE, theme="dark")
    assert shot.end == 1000
    assert "Pentagon" not in words(shot.scene(0))
    assert "Pentagon" in words(shot.scene(shot.end))


def test_what_is_recorded_later_is_not_seen(run: Recording) -> None:
    shot = Shot(run, view="vectors", size=SIZE, theme="dark")
    last = run.snapshots[-1]
    run.append(Snapshot(2000, last.W, last.b))
    assert shot.end == 1000
    assert len(shot.snapshots) == 21


@pytest.mark.parametrize("view", FRAMES)
@pytest.mark.parametrize(("theme", "palette"), [("dark", DARK), ("light", LIGHT)])
def test_every_view_fills_its_size_in_either_theme(run: Recording, view: str, theme: Theme, palette: Palette) -> None:
    scene = Shot(run, view=view, size=SIZE, theme=theme).scene(700.5)
    assert (scene.width, scene.height) == SIZE
    assert scene.background in (palette.canvas, palette.panel)
    assert scene.drawables


@pytest.mark.parametrize(
    ("asked", "line"),
    [
        ({"view": "waves"}, "view: there is no 'waves'; the views are vectors, interference, neurons, dashboard"),
        ({"theme": "sepia"}, "theme: there is no 'sepia'; the themes are dark, light"),
        ({"instance": 2}, "instance: there is no 2; the instances are 0 to 1"),
        ({"instance": -1}, "instance: there is no -1; the instances are 0 to 1"),
        ({"instance": "0"}, "instance: there is no '0'; the instances are 0 to 1"),
        ({"instance": 0.0}, "instance: there is no 0.0; the instances are 0 to 1"),
    ],
)
def test_what_there_is_not_is_refused_with_what_there_is(run: Recording, asked: dict[str, object], line: str) -> None:
    with pytest.raises(ExportError) as error:
        Shot(run, **{"view": "vectors", "size": SIZE, "theme": "dark", **asked})  # type: ignore[arg-type]
    assert str(error.value) == line


def test_a_single_model_is_the_one_instance() -> None:
    recording = Recording.create(Experiment(n_features=2, n_hidden=2))
    recording.append(Snapshot(0, np.eye(2, dtype=np.float32)[None], np.zeros((1, 2), np.float32)))
    with pytest.raises(ExportError, match="there is no 1; the one instance is 0"):
        Shot(recording, view="vectors", size=SIZE, theme="dark", instance=1)
    assert Shot(recording, view="vectors", size=SIZE, theme="dark").instance == 0


def test_an_empty_run_is_refused() -> None:
    recording = Recording.create(Experiment(n_features=2, n_hidden=2), title="Pairs")
    with pytest.raises(ExportError, match=r"^Pairs: nothing is recorded in it yet; train it first$"):
        Shot(recording, view="vectors", size=SIZE, theme="dark")
