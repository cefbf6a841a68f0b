"""The random numbers: against splitmix64's published output, and against chance, at ten million draws."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from superviz.engine.random_numbers import GOLDEN, Stream, instance_keys, mix, random_bits, scramble, step_key

STEPS, FEATURES, BATCH = 2_000, 5, 1024


@pytest.fixture(scope="module")
def words() -> NDArray[np.uint32]:
    """A run's draws, (steps, features, batch): 10,240,000, so that a correlation of .0016 is five deviations."""
    key = instance_keys((0,), Stream.SAMPLES)
    return np.stack([random_bits(step_key(key, step), FEATURES, BATCH) for step in range(STEPS)])


@pytest.fixture(scope="module")
def centred(words: NDArray[np.uint32]) -> NDArray[np.float64]:
    return (words >> 8).astype(np.float64) * 2.0**-24 - 0.5


def deviations(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    """How many standard deviations the correlation of two uniform samples lies from 0."""
    return abs(float((a * b).mean())) * 12 * np.sqrt(a.size)


def test_scramble_is_splitmix64() -> None:
    # The first outputs for seed 1234567, as widely published (Rosetta Code, "Pseudo-random numbers/Splitmix64").
    state = np.array([1234567], dtype=np.uint64) + GOLDEN * np.arange(1, 6, dtype=np.uint64)
    expected = [
        6457827717110365317,
        3203168211198807973,
        9817491932198370423,
        4593380528125082431,
        16408922859458223821,
    ]
    assert scramble(state).tolist() == expected


def test_mix_is_what_it_says_in_whole_numbers() -> None:
    for word in (0, 1, 12345, 2**31, 2**32 - 1):
        expected = ((word ^ (word >> 16)) * 0x21F0AAAD) % 2**32
        expected = ((expected ^ (expected >> 15)) * 0x735A2D97) % 2**32
        expected ^= expected >> 15
        assert mix(np.array([word], dtype=np.uint32)).tolist() == [expected]


def test_bits_depend_on_nothing_but_their_place() -> None:
    key = instance_keys((3,), Stream.SAMPLES)
    whole = random_bits(key, 5, 1000)
    assert np.array_equal(random_bits(key, 3, 200), whole[:3, :200])
    assert np.array_equal(random_bits(key, 5, 300, first=700), whole[:, 700:])
    assert np.array_equal(instance_keys((3,) * 8, Stream.SAMPLES)[:2], instance_keys((3, 3), Stream.SAMPLES))


def test_seeds_streams_instances_and_steps_differ() -> None:
    keys = np.concatenate([instance_keys((seed,) * 10, stream) for seed in range(100) for stream in Stream])
    assert len(np.unique(keys)) == len(keys)
    steps = np.concatenate([step_key(keys[:1], step) for step in range(1000)])
    assert len(np.unique(steps)) == len(steps)


def test_mean_and_variance(centred: NDArray[np.float64]) -> None:
    count = centred.size
    assert abs(centred.mean()) < 5 * np.sqrt(1 / 12 / count)
    assert abs(centred.var() - 1 / 12) < 5 * np.sqrt(1 / 180 / count)


def test_every_bit_that_is_used_is_fair(words: NDArray[np.uint32]) -> None:
    for bit in (0, *range(8, 32)):  # the first is the sign's
        ones = float(((words >> np.uint32(bit)) & np.uint32(1)).mean())
        assert abs(ones - 0.5) < 5 * 0.5 / np.sqrt(words.size)


def test_evenly_spread(words: NDArray[np.uint32]) -> None:
    counts = np.bincount((words >> np.uint32(20)).ravel(), minlength=4096)
    expected = words.size / 4096
    statistic = float(((counts - expected) ** 2 / expected).sum())
    assert abs(statistic - 4095) < 5 * np.sqrt(2 * 4095)


def test_every_row_is_as_uneven_as_chance(words: NDArray[np.uint32]) -> None:
    """Rows that are too even would make batches less noisy than independent samples, and training unlike torch's."""
    rows = (words >> np.uint32(28)).reshape(-1, BATCH)
    counts = np.stack([(rows == value).sum(axis=1) for value in range(16)], axis=1)
    statistic = ((counts - BATCH / 16) ** 2 / (BATCH / 16)).sum(axis=1)
    assert abs(statistic.mean() - 15) < 5 * np.sqrt(30 / len(rows))
    assert abs(statistic.var() - 30) < 3


@pytest.mark.parametrize("lag", [1, 2, 3, 4, 8, 16, 32, 64, 128, 256, 512])
def test_samples_are_independent(centred: NDArray[np.float64], lag: int) -> None:
    assert deviations(centred[:, :, :-lag], centred[:, :, lag:]) < 5


@pytest.mark.parametrize("lag", [1, 2, 3, 10, 100])
def test_steps_are_independent(centred: NDArray[np.float64], lag: int) -> None:
    assert deviations(centred[:-lag], centred[lag:]) < 5


def test_features_are_independent(centred: NDArray[np.float64]) -> None:
    for one in range(FEATURES):
        for other in range(one):
            assert deviations(centred[:, one], centred[:, other]) < 5


@pytest.mark.parametrize("bit", [0, 8, 9, 10, 20, 31])
@pytest.mark.parametrize("lag", [1, 2, 4, 8, 16, 256])
def test_single_bits_are_independent(words: NDArray[np.uint32], bit: int, lag: int) -> None:
    bits = (words >> np.uint32(bit)) & np.uint32(1)
    differing = float((bits[:, :, :-lag] ^ bits[:, :, lag:]).mean())
    assert abs(differing - 0.5) < 5 * 0.5 / np.sqrt(words.size)


def test_rows_share_no_stretch(words: NDArray[np.uint32]) -> None:
    """Words repeat as often as chance has it; two rows that walked the same way would repeat hundreds at once."""
    drawn = words.ravel()[:4_000_000]
    repeats = len(drawn) - len(np.unique(drawn))
    expected = len(drawn) ** 2 / 2 / 2**32
    assert abs(repeats - expected) < 5 * np.sqrt(expected)


def test_seeds_and_instances_are_independent() -> None:
    seeds = [instance_keys((seed,), Stream.SAMPLES) for seed in range(3000)]
    instances = np.split(instance_keys((5,) * 3000, Stream.SAMPLES), 3000)
    for keys in (seeds, instances):
        values = np.stack([random_bits(step_key(key, 0), 1, BATCH)[0] >> 8 for key in keys]).astype(np.float64)
        values = values * 2.0**-24 - 0.5
        assert deviations(values[:-1], values[1:]) < 5


def test_the_sign_says_nothing_of_the_size(words: NDArray[np.uint32], centred: NDArray[np.float64]) -> None:
    """Its last bit and its upper 24 are of one word: their correlation has deviation 1 / sqrt(10,240,000)."""
    signs = (words & np.uint32(1)).astype(np.float64) - 0.5
    assert abs(float((signs * centred).mean())) * 2 * np.sqrt(12) * np.sqrt(words.size) < 5


def test_keys_are_those_of_earlier_versions() -> None:
    """A session is trained on from where it stood: frozen when a seed was still one for all instances."""
    frozen = {
        (0, 3, Stream.SAMPLES): [12035550249420947055, 12935080325729570654, 7141179953334974231],
        (7, 2, Stream.STARTING_WEIGHTS): [9391409690812996836, 13858356414843396960],
        (2**63 - 1, 2, Stream.SAMPLES): [7622863033291099422, 9188593978035851801],
        (0, 1, Stream.EVALUATION): [17160774760686499100],
    }
    for (seed, count, stream), keys in frozen.items():
        assert instance_keys((seed,) * count, stream).tolist() == keys
    words = [[3770792973, 2220704438, 471916232], [3564666941, 3659670645, 2007209611]]
    assert random_bits(step_key(instance_keys((3,), Stream.SAMPLES), 11), 2, 3).tolist() == words


def test_a_key_is_of_its_own_seed_and_index() -> None:
    mixed = instance_keys((4, 9, 4), Stream.SAMPLES)
    assert mixed[1] == instance_keys((9,) * 2, Stream.SAMPLES)[1]
    assert mixed[2] == instance_keys((4,) * 3, Stream.SAMPLES)[2]
    assert mixed[0] != mixed[2]
