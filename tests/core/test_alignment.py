"""The gauge removes what is no learning, keeps feature 1 up and the leading directions in view, and never jumps."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from superviz.core.alignment import LARGEST_TURN, POSE_STEPS, UP, align, first_rotation, next_rotation
from superviz.core.snapshot import Array

SIZES = [(1, 3), (2, 5), (3, 7), (5, 20), (8, 4)]
seeds = st.integers(0, 2**32 - 1)
sizes = st.tuples(st.integers(1, 7), st.integers(1, 12))


def random_weights(seed: int, hidden: int, features: int, instances: int = 3) -> Array:
    return np.random.default_rng(seed).normal(size=(instances, hidden, features)).astype(np.float32)


def random_orthogonal(seed: int, hidden: int, instances: int = 3) -> NDArray[np.float64]:
    return np.linalg.qr(np.random.default_rng(seed).normal(size=(instances, hidden, hidden)))[0]


def orthogonality_error(rotation: Array) -> float:
    R = rotation.astype(np.float64)
    return float(np.abs(R @ R.swapaxes(-1, -2) - np.eye(R.shape[-1])).max())


def angle_from_up(W: Array) -> NDArray[np.float64]:
    return np.arctan2(W[..., 0, 0], W[..., UP, 0]).astype(np.float64)


def leading_share(W: Array, dimensions: int) -> float:
    """The most that any so many directions hold of ||W||_F^2."""
    values = np.linalg.eigvalsh(W.astype(np.float64) @ W.astype(np.float64).T)[::-1]
    return float(values[:dimensions].sum() / values.sum())


def held_share(W: Array, dimensions: int) -> float:
    return float((W[:dimensions].astype(np.float64) ** 2).sum() / (W.astype(np.float64) ** 2).sum())


@given(seeds, sizes, st.integers(0, 2000))
@settings(max_examples=80, deadline=None)
def test_every_gauge_is_orthogonal(seed: int, size: tuple[int, int], steps: int) -> None:
    W = random_weights(seed, *size)
    first = first_rotation(W)
    following = next_rotation(first, W, random_weights(seed + 1, *size), steps)
    assert first.dtype == following.dtype == np.float32
    assert orthogonality_error(first) < 1e-6
    assert orthogonality_error(following) < 1e-6


@given(seeds, sizes)
@settings(max_examples=50, deadline=None)
def test_a_gauge_changes_no_dot_product(seed: int, size: tuple[int, int]) -> None:
    W = random_weights(seed, *size)
    shown = align(first_rotation(W), W)
    gram = np.einsum("ihf,ihg->ifg", W.astype(np.float64), W.astype(np.float64))
    np.testing.assert_allclose(np.einsum("ihf,ihg->ifg", shown, shown), gram, atol=1e-4)


@pytest.mark.parametrize("hidden", [2, 3])
def test_the_first_frame_has_feature_one_exactly_up(hidden: int) -> None:
    W = random_weights(0, hidden, 5, instances=50)
    up = np.zeros((50, hidden))
    up[:, UP] = np.linalg.norm(W[:, :, 0], axis=1)
    np.testing.assert_allclose(align(first_rotation(W), W)[:, :, 0], up, atol=1e-6)


def test_the_first_frame_in_the_plane_is_turned_not_mirrored() -> None:
    assert np.all(np.linalg.det(first_rotation(random_weights(1, 2, 5, instances=50))) > 0.99)


def test_the_first_frame_on_a_line_has_feature_one_positive() -> None:
    W = np.array([[[-0.3, 2.0]], [[0.4, -1.0]]], dtype=np.float32)
    expected = np.array([[[0.3, -2.0]], [[0.4, -1.0]]], dtype=np.float32)
    np.testing.assert_array_equal(align(first_rotation(W), W), expected)


def test_the_first_frame_in_many_dimensions_shows_the_leading_directions_with_feature_one_up() -> None:
    W = random_weights(2, 6, 9)
    for shown in align(first_rotation(W), W):
        for dimensions in (2, 3):
            assert held_share(shown, dimensions) == pytest.approx(leading_share(shown, dimensions), abs=1e-6)
        assert shown[0, 0] == pytest.approx(0, abs=1e-6)
        assert shown[UP, 0] > 0


def test_weights_of_zero_have_a_gauge_too() -> None:
    for hidden, features in SIZES:
        W = np.zeros((2, hidden, features), dtype=np.float32)
        first = first_rotation(W)
        assert orthogonality_error(first) < 1e-6
        np.testing.assert_allclose(next_rotation(first, W, W, 10), first, atol=1e-6)


@given(seeds, sizes)
@settings(max_examples=60, deadline=None)
def test_a_rotation_of_the_hidden_space_is_not_seen(seed: int, size: tuple[int, int]) -> None:
    """Were nothing learned but the whole space turned, the picture would stand still (0 steps: no turn to the pose)."""
    W = random_weights(seed, *size)
    turned = (random_orthogonal(seed, size[0]) @ W).astype(np.float32)
    rotation = first_rotation(W)
    shown = align(rotation, W)
    np.testing.assert_allclose(align(next_rotation(rotation, W, turned, 0), turned), shown, atol=5e-3)


@given(seeds, sizes)
@settings(max_examples=40, deadline=None)
def test_the_gauge_lays_each_frame_as_near_as_can_be_on_the_one_before(seed: int, size: tuple[int, int]) -> None:
    W, W_next = random_weights(seed, *size), random_weights(seed + 1, *size)
    rotation = first_rotation(W)
    shown = align(rotation, W)
    distance = np.linalg.norm(align(next_rotation(rotation, W, W_next, 0), W_next) - shown, axis=(1, 2))
    for other in range(20):
        rival = random_orthogonal(other, size[0]) @ W_next
        assert np.all(distance <= np.linalg.norm(rival - shown, axis=(1, 2)) + 1e-3)


def test_a_chain_goes_on_from_stored_rotations_as_if_never_interrupted() -> None:
    """Nothing but its arguments enters, so bytes read back from a file give the same bytes again."""
    W = random_weights(3, 5, 9)
    chain = [first_rotation(W)]
    frames = [W]
    for k in range(5):
        frames.append(np.asarray(frames[-1] + 0.01 * random_weights(k, 5, 9), dtype=np.float32))
        chain.append(next_rotation(chain[-1], frames[-2], frames[-1], 10))
    stored = np.frombuffer(chain[2].tobytes(), dtype="<f4").reshape(chain[2].shape)
    for k in range(3, 6):
        stored = next_rotation(stored, frames[k - 1], frames[k], 10)
        assert stored.tobytes() == chain[k].tobytes()


def test_instances_do_not_touch_each_other() -> None:
    W, W_next = random_weights(4, 5, 9, instances=4), random_weights(5, 5, 9, instances=4)
    rotation = first_rotation(W)
    together = next_rotation(rotation, W, W_next, 25)
    for i in range(4):
        np.testing.assert_allclose(next_rotation(rotation[i], W[i], W_next[i], 25), together[i], atol=1e-6)


def test_feature_one_rises_at_the_stated_pace() -> None:
    W = np.array([[[1.0, 0.0], [0.0, 1.0]]], dtype=np.float32)  # feature 1 to the right
    start = np.eye(2, dtype=np.float32)[None]
    shown = align(next_rotation(start, W, W, 12), W)
    assert angle_from_up(shown)[0] == pytest.approx(np.pi / 2 * np.exp(-12 / POSE_STEPS), abs=1e-5)


def test_feature_one_comes_up_in_the_end_however_it_stood() -> None:
    W = random_weights(6, 2, 5, instances=20)
    rotation = random_orthogonal(7, 2, instances=20).astype(np.float32)
    for _ in range(400):
        rotation = next_rotation(rotation, W, W, 25)
    assert np.all(np.abs(angle_from_up(align(rotation, W))) < 0.02)


@given(seeds, st.floats(1e-6, 0.05), st.integers(1, 2000))
@settings(max_examples=40, deadline=None)
def test_a_feature_near_zero_does_not_spin_the_picture(seed: int, length: float, steps: int) -> None:
    W = random_weights(seed, 2, 5)
    W[..., 0] *= np.float32(length) / np.linalg.norm(W[..., 0], axis=1, keepdims=True)
    before = align(rotation := random_orthogonal(seed, 2).astype(np.float32), W)
    after = align(next_rotation(rotation, W, W, steps), W)
    assert np.abs(after - before).max() <= np.pi * length**2 * np.abs(before).max() * 2 + 1e-5


@given(seeds, st.sampled_from([2, 4, 6]), st.integers(1, 5000))
@settings(max_examples=60, deadline=None)
def test_the_picture_never_jumps(seed: int, hidden: int, steps: int) -> None:
    """Standing weights are turned by a bounded angle: towards the leading directions, and up."""
    W = random_weights(seed, hidden, 9)
    rotation = random_orthogonal(seed, hidden).astype(np.float32)
    turn = next_rotation(rotation, W, W, steps).astype(np.float64) @ rotation.swapaxes(-1, -2).astype(np.float64)
    angles = np.abs(np.angle(np.linalg.eigvals(turn)))
    assert angles.max() <= 2 * LARGEST_TURN + 1e-4


def test_in_three_dimensions_the_picture_stands_still() -> None:
    W = random_weights(8, 3, 7)
    rotation = random_orthogonal(9, 3).astype(np.float32)
    np.testing.assert_allclose(next_rotation(rotation, W, W, 1000), rotation, atol=1e-6)


@pytest.mark.parametrize("hidden", [4, 6, 20])
def test_the_leading_directions_are_found_and_kept(hidden: int) -> None:
    spectrum = np.geomspace(3, 0.3, hidden)[:, None].astype(np.float32)
    W = (random_orthogonal(10, hidden) @ (spectrum * random_orthogonal(11, 25)[:, :hidden])).astype(np.float32)
    rotation = random_orthogonal(12, hidden).astype(np.float32)
    shares = [held_share(align(rotation, W)[0], 2)]
    for _ in range(400):
        rotation = next_rotation(rotation, W, W, 25)
        shares.append(held_share(align(rotation, W)[0], 2))
    for shown in align(rotation, W):
        assert held_share(shown, 2) > leading_share(shown, 2) - 0.005
        assert held_share(shown, 3) > leading_share(shown, 3) - 0.005
    assert min(np.diff(shares)) > -1e-4, "each step holds more than the one before"


def test_inside_a_degenerate_subspace_nothing_moves() -> None:
    """Five orthogonal features of one length: any plane holds the same, so none is worth turning to."""
    W = np.concatenate([np.eye(5), np.zeros((5, 15))], axis=1).astype(np.float32)[None]
    W[..., 0] = 0  # feature 1 dead: nothing to turn up either
    W[..., 0, 7] = 1  # another takes its place
    rotation = random_orthogonal(13, 5, instances=1).astype(np.float32)
    np.testing.assert_allclose(next_rotation(rotation, W, W, 5000), rotation, atol=1e-5)


def test_a_drifting_degenerate_subspace_is_followed_without_a_jump() -> None:
    """Eigenvectors sorted anew at each frame would swap here over and over."""
    rng = np.random.default_rng(14)
    W = np.concatenate([np.eye(6), np.zeros((6, 6))], axis=1).astype(np.float32)[None]
    rotation = first_rotation(W)
    shown = align(rotation, W)
    for _ in range(300):
        W_next = W + rng.normal(scale=0.002, size=W.shape).astype(np.float32)
        rotation = next_rotation(rotation, W, W_next, 10)
        W, before, shown = W_next, shown, align(rotation, W_next)
        assert np.abs(shown - before).max() < 0.05
        assert orthogonality_error(rotation) < 1e-6


def test_directions_that_hold_nothing_stay_where_they_were() -> None:
    """With fewer features than dimensions Procrustes alone leaves the rest of the space undetermined."""
    W = random_weights(15, 8, 4)
    rotation = first_rotation(W)
    following = next_rotation(rotation, W, W, 0)
    np.testing.assert_allclose(following, rotation, atol=1e-5)
