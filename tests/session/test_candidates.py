"""What became of the seeds that were tried is kept with the run, and nothing else is believed of a file."""

from __future__ import annotations

import json
import math
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from superviz.core.candidates import Candidate
from superviz.core.errors import SessionError
from superviz.session import rows
from superviz.session.recording import Recording

TRIED = (
    (Candidate(0, 0.0125, "Pentagon"), Candidate(1, 0.03, "")),
    (Candidate(0, math.inf, ""), Candidate(1, 0.0, "Two digons and a dead feature")),
    (Candidate(2**63 - 1, 1e-9, "Pentagon"),),
)

candidates = st.builds(Candidate, st.integers(0, 2**63 - 1), st.floats(0) | st.just(math.inf), st.text(max_size=20))


def write_candidates(path: Path, text: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", ("candidates", text))


def test_they_come_back_with_the_run(create, made_up, tmp_path) -> None:
    recording = made_up.record(create(tmp_path / "run.superviz", candidates=TRIED), 0, 100)
    assert recording.candidates == TRIED
    recording.save(tmp_path / "copy.superviz")
    recording.close()
    for name in ("run", "copy"):
        opened = Recording.open(tmp_path / f"{name}.superviz")
        assert opened.candidates == TRIED
        assert opened.continued().candidates == TRIED


def test_where_each_instance_had_one_seed_there_are_none(create, tmp_path) -> None:
    assert create().candidates == ()
    create(tmp_path / "run.superviz").close()
    assert Recording.open(tmp_path / "run.superviz").candidates == ()


@given(st.lists(st.lists(candidates, max_size=3), min_size=1, max_size=4))
def test_any_of_them_come_back(tried: list[list[Candidate]]) -> None:
    _, (_, text) = rows.candidates_row(tried)
    assert rows.read_candidates(text, len(tried)) == tuple(map(tuple, tried))


def test_another_program_finds_plain_json() -> None:
    """A loss that is not finite would be none in JSON."""
    _, (key, text) = rows.candidates_row(TRIED[1:2])
    assert key == "candidates"
    assert "Infinity" not in text
    assert json.loads(text) == [
        [{"seed": 0, "loss": None, "shape": ""}, {"seed": 1, "loss": 0.0, "shape": "Two digons and a dead feature"}]
    ]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "7",
        "{",
        "[7]",
        "[[7]]",
        "[[[]]]",
        "[[{}]]",
        '[[{"seed": 1, "loss": 1}]]',
        '[[{"seed": 1, "loss": 1, "shape": "", "more": 1}]]',
        '[[{"seed": "1", "loss": 1, "shape": ""}]]',
        '[[{"seed": true, "loss": 1, "shape": ""}]]',
        '[[{"seed": 1.5, "loss": 1, "shape": ""}]]',
        '[[{"seed": 1, "loss": "1", "shape": ""}]]',
        '[[{"seed": 1, "loss": true, "shape": ""}]]',
        '[[{"seed": 1, "loss": NaN, "shape": ""}]]',
        '[[{"seed": 1, "loss": 1' + "0" * 400 + ', "shape": ""}]]',
        '[[{"seed": 1, "loss": 1, "shape": null}]]',
        "[" * 100_000,
    ],
)
def test_nonsense_is_refused_in_one_line(session_file, text: str) -> None:
    write_candidates(session_file, text)
    with pytest.raises(SessionError) as caught:
        Recording.open(session_file)
    line = f"{session_file}: damaged: what it says of the seeds that were tried makes no sense"
    assert str(caught.value) == line


def test_they_are_of_as_many_instances_as_there_are(session_file) -> None:
    write_candidates(session_file, "[[], []]")
    with pytest.raises(SessionError) as caught:
        Recording.open(session_file)
    line = f"{session_file}: damaged: tells of seeds tried for 2 instances, but there are 3"
    assert str(caught.value) == line
