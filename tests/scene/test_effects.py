"""Effects are what the model answers, and the sentence says what they say."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from superviz.core.experiment import Experiment
from superviz.core.snapshot import frozen
from superviz.engine.toy_models import MODELS
from superviz.scene.effects import effect_sentence, effects, effects_formula
from superviz.scene.feature_names import UNNAMED
from superviz.session.display import DisplaySettings
from superviz.session.moment import Moment


def moment_of(
    W: np.ndarray, bias: float = -0.25, model: str = "relu_output", W_out: np.ndarray | None = None
) -> Moment:
    hidden, features = W.shape
    experiment = Experiment(n_features=features, n_hidden=hidden, model=model)  # pyright: ignore[reportArgumentType]
    b, loss = frozen(np.full((1, features), bias)), frozen(np.zeros(1))
    return Moment(
        1.0, experiment, frozen(W[None]), b, loss, frozen(W[None]), 0, None if W_out is None else frozen(W_out[None])
    )


def sentence(gram_row: list[float], bias: float = -0.25, model: str = "relu_output") -> tuple[str, str]:
    """Of feature 1, whose dot products with itself and the others are given."""
    W = np.zeros((len(gram_row), len(gram_row)))
    W[0, 0] = np.sqrt(gram_row[0])
    W[0, 1:] = np.array(gram_row[1:]) / W[0, 0]
    return effect_sentence(moment_of(W, bias, model), UNNAMED, 0)


def test_looks_own_sentence() -> None:
    turns = np.radians([90, 18, 162, 234, 306])
    W = 1.13 * np.stack([np.cos(turns), np.sin(turns)])
    heading, body = effect_sentence(moment_of(W), UNNAMED, 2)
    assert heading == "When feature 3 is active"
    assert body == "1 and 4 are pushed up by 0.39. 2 and 5 are pushed down by 1.03, which the ReLU cuts off."


@pytest.mark.parametrize("model", MODELS)
@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=20)
def test_effects_are_what_the_model_itself_answers(model: str, seed: int) -> None:
    """One feature at 1, the others at 0, put through the engine's own forward."""
    rng = np.random.default_rng(seed)
    W, W_out = rng.normal(size=(2, 4, 6))
    untied = model == "absolute_value"
    found = effects(moment_of(W, model=model, W_out=W_out if untied else None), 0, [4, 1], [0, 5, 2])
    toy = MODELS[model]  # pyright: ignore[reportArgumentType]
    hidden = toy.hidden(W[None], np.eye(6)[None])
    answers = ((W_out if untied else W).T @ hidden[0]).T
    np.testing.assert_allclose(found, answers[np.ix_([4, 1], [0, 5, 2])], atol=1e-5)


def test_formulas() -> None:
    formulas = [effects_formula(moment_of(np.eye(2), model=model)) for model in MODELS]
    assert formulas == ["W<sup>T</sup>W", "W<sup>T</sup>W", "ReLU(W)<sup>T</sup>W", "ReLU(W)<sup>T</sup>V"]


def test_behind_a_relu_only_what_it_lets_through_is_spoken_of() -> None:
    W = np.array([[1.0, 0.4], [-1.0, 0.9]])
    assert effect_sentence(moment_of(W), UNNAMED, 0)[1] == "2 is pushed down by 0.50, which the ReLU cuts off."
    assert effect_sentence(moment_of(W, model="relu_hidden"), UNNAMED, 0)[1] == "2 is pushed up by 0.40."


def test_the_linear_model_cuts_nothing_off() -> None:
    assert sentence([1.0, -1.0], model="linear")[1] == "2 is pushed down by 1.00."
    assert sentence([1.0, -1.0])[1] == "2 is pushed down by 1.00, which the ReLU cuts off."


def test_nothing_is_cut_off_that_its_bias_holds_up() -> None:
    assert sentence([1.0, -0.3], bias=0.5)[1] == "2 is pushed down by 0.30."
    assert sentence([1.0, -0.6], bias=0.5)[1] == "2 is pushed down by 0.60, which the ReLU cuts off."


@pytest.mark.parametrize(
    ("row", "body"),
    [
        ([1.0, 0.4, 0.4, 0.4], "2, 3 and 4 are pushed up by 0.40."),
        ([1.0, *[0.4] * 5], "Five others are pushed up by 0.40."),
        ([1.0, *[0.4] * 20], "20 others are pushed up by 0.40."),
        ([1.0, 0.2, 0.6], "2 and 3 are pushed up by 0.20 to 0.60."),
        ([1.0, 0.04, -0.04, 0.3], "4 is pushed up by 0.30."),
        ([1.0, 0.04, -0.04], "no other feature moves: its direction is its own."),
        ([1.0], "nothing else can move."),
        ([0.004, 0.0], "the model hardly sees it: its length is under 0.1."),
    ],
)
def test_in_words(row: list[float], body: str) -> None:
    assert sentence(row)[1] == body


@given(st.integers(1, 30), st.integers(1, 6), st.integers(0, 2**32 - 1))
def test_every_noticeable_push_is_spoken_of(n_features: int, n_hidden: int, seed: int) -> None:
    W = frozen(np.random.default_rng(seed).normal(size=(n_hidden, n_features)))
    _, body = effect_sentence(moment_of(W, 0.0), UNNAMED, 0)
    pushes = (W.T @ W)[0, 1:]
    if W[:, 0] @ W[:, 0] >= 0.01:
        assert ("up" in body) == bool((pushes >= 0.05).any())
        assert ("down" in body) == bool((pushes <= -0.05).any())
    assert "nan" not in body


class TestWhereNothingIsKnownOfTheModel:
    """Only directions are spoken of: no pushes, no ReLU."""

    DISPLAY = DisplaySettings()

    def test_the_planted_neighbours_are_named(self, make_dictionary) -> None:
        heading, words = effect_sentence(make_dictionary(), self.DISPLAY, 16)
        assert heading == "Around feature 17"
        assert words.startswith("Nearest: 908 at 14°, 501 at 37°. Opposite: 89 at 172°, 301 at 123°. ")

    def test_how_many_interfere(self, make_dictionary) -> None:
        moment = make_dictionary()
        products = np.abs(moment.W[0].T @ moment.W[0][:, 16])
        count = int((products >= 0.05).sum()) - 1
        assert effect_sentence(moment, self.DISPLAY, 16)[1].endswith(f"{count:,} of 1,023 interfere by 0.05 or more.")

    def test_one_that_stands_alone(self, make_dictionary) -> None:
        words = effect_sentence(make_dictionary(), self.DISPLAY, 700)[1]
        assert words.startswith("No other lies within 60° of it or of its opposite.")

    def test_names_that_were_given(self, make_dictionary) -> None:
        named = DisplaySettings(feature_names={16: "bridges", 88: "tunnels"})
        heading, words = effect_sentence(make_dictionary(), named, 16)
        assert heading == "Around bridges"
        assert "Opposite: tunnels at 172°" in words
