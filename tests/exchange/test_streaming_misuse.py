"""superviz.record, used as it isn't meant: a line says so, and what was recorded until then is in the file."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import superviz
from superviz.core.errors import SessionError, WeightsError

W = np.random.default_rng(0).normal(size=(2, 4)).astype(np.float32)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "mine.superviz"


def steps(path: Path) -> list[int]:
    return superviz.open(path).keyframe_steps.tolist()


@pytest.mark.parametrize("step", [1.5, 1.0, float("nan"), "1", None, [1], np.array([1]), torch.tensor(1.5)])
def test_a_step_is_a_whole_number(path: Path, step: Any) -> None:
    with superviz.record(path) as recording:
        recording.append(0, W)
        with pytest.raises(WeightsError, match=r"step: give a whole number, not "):
            recording.append(step, W)
    assert steps(path) == [0]


@pytest.mark.parametrize("step", [-1, 2**53 + 1, 2**63, 2**64])
def test_a_step_is_on_the_timeline(path: Path, step: int) -> None:
    with superviz.record(path) as recording:
        recording.append(0, W)
        with pytest.raises(WeightsError, match=f"step: {step:,}; steps are numbered from 0 to 9,007,199,254,740,992"):
            recording.append(step, W)
        recording.append(2**53, W)
    assert steps(path) == [0, 2**53]


def test_numpys_and_torchs_whole_numbers_will_do(path: Path) -> None:
    with superviz.record(path) as recording:
        for step in (np.int64(0), torch.tensor(1), np.uint8(2), np.array(3)):
            recording.append(step, W)
    assert steps(path) == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (W * 1j, "complex numbers"),
        (torch.tensor(W) * 1j, "complex numbers"),
        (np.zeros((2, 4), "M8[s]"), "times"),
        (np.zeros((2, 4), "m8[s]"), "lengths of time"),
        ([["1", "2"]], "text"),
    ],
)
def test_what_only_turns_into_numbers_is_refused(path: Path, values: Any, kind: str) -> None:
    with superviz.record(path) as recording, pytest.raises(WeightsError, match=f"W: no array of numbers: {kind} won't"):
        recording.append(0, values)
    assert not path.exists()


def test_what_is_like_a_tensor_but_none_is_refused(path: Path) -> None:
    class Other:
        def detach(self) -> Other:
            return self

    with superviz.record(path) as recording, pytest.raises(WeightsError, match="W: no array of numbers: 'Other'"):
        recording.append(0, Other())


def test_numbers_too_large_are_told_without_a_warning(path: Path) -> None:
    with superviz.record(path) as recording, warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(WeightsError, match="are not finite"):
            recording.append(0, np.full((2, 4), 1e300))
        recording.append(0, W, loss=1e300)


@pytest.mark.parametrize(
    ("options", "line"),
    [
        ({"axes": None}, 'axes: give a text, such as "hidden,features", not None'),
        ({"axes": ["hidden", "features"]}, 'axes: give a text, such as "hidden,features", not '),
        ({"title": 3}, "title: give a text, not 3"),
        ({"names": "abcd"}, "names: give a list of texts, one a feature, not 'abcd'"),
        ({"names": {0: "a"}}, "names: give a list of texts, one a feature, not "),
        ({"names": None}, "names: give a list of texts, one a feature, not None"),
        ({"experiment": "pentagon"}, "experiment: give an Experiment, not 'pentagon'; of a preset, load_recipe"),
    ],
)
def test_options_of_another_kind_are_refused(path: Path, options: dict[str, Any], line: str) -> None:
    with pytest.raises(WeightsError, match=line):
        superviz.record(path, **options)


def test_more_names_than_features_are_refused_with_the_first_weights(path: Path) -> None:
    fault = "names: 5 of them, but W has 4 features"
    with superviz.record(path, names=list("abcde")) as recording, pytest.raises(WeightsError, match=fault):
        recording.append(0, W)
    assert not path.exists()


def test_names_come_from_any_list(path: Path) -> None:
    with superviz.record(path, names=np.array(["a", "b"])) as recording:  # pyright: ignore[reportArgumentType]
        recording.append(0, W)
    assert superviz.open(path).display.feature_names == {0: "a", 1: "b"}


def test_a_title_is_a_line_of_text(path: Path) -> None:
    with superviz.record(path, title="mine\nand \udcff") as recording:
        recording.append(0, W)
    assert superviz.open(path).title == "mine and ?"


@pytest.mark.parametrize(
    ("name", "line"), [("nowhere/a.superviz", "there is no folder"), ("x" * 300, "can't be written: ")]
)
def test_where_nothing_can_be_written_is_told_before_the_training(tmp_path: Path, name: str, line: str) -> None:
    with pytest.raises(SessionError, match=line):
        superviz.record(tmp_path / name)


def test_threads_that_begin_at_once_make_one_file(path: Path) -> None:
    recording, start = superviz.record(path), threading.Barrier(4)
    refused: list[str] = []

    def append(step: int) -> None:
        start.wait()
        try:
            recording.append(step, W)
        except WeightsError as error:
            refused.append(str(error))

    threads = [threading.Thread(target=append, args=(step,)) for step in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    recording.close()
    assert len(steps(path)) + len(refused) == 4
    assert all("steps must grow" in line for line in refused)


def test_a_program_that_never_closes_it_loses_nothing(path: Path) -> None:
    code = f"import superviz\nr = superviz.record({str(path)!r})\nfor s in range(9): r.append(s, [[s, 1.0]])"
    subprocess.run([sys.executable, "-c", code], check=True)
    assert steps(path) == list(range(9))
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_a_stream_that_nobody_holds_is_closed(path: Path) -> None:
    recording = superviz.record(path)
    recording.append(0, W)
    del recording
    assert not superviz.open(path).is_being_written
    assert steps(path) == [0]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no processes are forked here")
def test_a_process_that_was_forked_off_leaves_the_file_alone(path: Path) -> None:
    code = f"""
import os, superviz
recording = superviz.record({str(path)!r})
recording.append(0, [[1.0, 2.0]])
if not os.fork():
    for work in (lambda: recording.append(1, [[1.0, 2.0]]), recording.flush):
        try:
            work()
        except superviz.SupervizError as error:
            print(error)
    recording.close()
    os._exit(0)
os.wait()
recording.append(2, [[1.0, 2.0]])
recording.close()
"""
    command = [sys.executable, "-u", "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True)
    assert done.stdout.count("append there, not in one forked off") == 2
    assert steps(path) == [0, 2]


def test_another_process_is_told_whose_it_is(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with superviz.record(path) as recording:
        recording.append(0, W)
        with monkeypatch.context() as elsewhere:
            own = os.getpid()
            elsewhere.setattr(os, "getpid", lambda: own + 1)
            with pytest.raises(SessionError, match=f"recorded by process {own}; append there"):
                recording.append(1, W)
            recording.close()
        recording.append(1, W)
    assert steps(path) == [0, 1]
