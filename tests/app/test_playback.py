"""The playhead: follows, plays, holds, loops."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from superviz.app.playback import Playback


def test_it_follows_the_live_head_from_the_start():
    playback = Playback()
    assert playback.tick(0.016, 10) == 10
    assert playback.tick(0.016, 25) == 25


def test_scrubbing_holds_the_playhead_while_training_goes_on():
    playback = Playback()
    playback.scrub(400.5, live_step=1000)
    assert [playback.tick(0.016, live) for live in (1000, 1100, 1200)] == [400.5] * 3
    assert not playback.following


def test_scrubbing_to_the_live_head_joins_it_again():
    playback = Playback()
    playback.scrub(10, 1000)
    playback.scrub(1000, 1000)
    assert playback.tick(0.016, 1010) == 1010


def test_playing_moves_at_pace_times_speed():
    playback = Playback(pace=400)
    playback.scrub(100, 10_000)
    playback.speed = 2.0
    playback.toggle_playing(10_000)
    assert playback.tick(0.5, 10_000) == pytest.approx(100 + 0.5 * 400 * 2)


def test_playing_from_the_live_head_starts_over():
    playback = Playback(pace=100)
    playback.tick(0, 500)
    playback.toggle_playing(500)
    assert playback.tick(1.0, 500) == pytest.approx(100)


def test_at_the_end_it_follows_or_loops():
    playback = Playback(pace=100)
    playback.scrub(450, 500)
    playback.toggle_playing(500)
    assert playback.tick(1.0, 500) == 500
    assert playback.following
    assert not playback.playing
    playback.looping = True
    playback.scrub(450, 500)
    playback.toggle_playing(500)
    assert playback.tick(1.0, 500) == 0
    assert playback.playing


def test_toggling_twice_holds():
    playback = Playback()
    playback.scrub(100, 500)
    playback.toggle_playing(500)
    playback.toggle_playing(500)
    assert playback.tick(1.0, 500) == 100


@given(st.lists(st.tuples(st.floats(-1e6, 1e6), st.integers(0, 100_000), st.booleans()), max_size=20))
def test_the_playhead_never_leaves_the_recording(moves: list[tuple[float, int, bool]]):
    playback = Playback()
    live = 0
    for position, more, play in moves:
        live += more
        playback.scrub(position, live)
        if play:
            playback.toggle_playing(live)
        assert 0 <= playback.tick(0.1, live) <= live
