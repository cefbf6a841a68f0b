"""kill -9 at random moments of training flat out, journalled, and saving over one file again and again. Prints JSON.

Each child reports the steps that flush() acknowledged, the step it is at, and each save that returned. Killed, its
journal must hold every acknowledged keyframe and all but the last second of work; the saved file must be as it was, to
the byte, or a whole new one. Exits with 1 where that is not so.

python tests/faults/random_kills.py [--kills 200] [--seed S] [--longest 2.5]
"""

from __future__ import annotations

import argparse
import gc
import hashlib
import json
import os
import shutil
import signal
import sys
import tempfile
import threading
import time
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import numpy as np

from superviz.core.errors import SupervizError
from superviz.core.experiment import Experiment
from superviz.core.recipe import load_recipe
from superviz.engine.runner import Runner
from superviz.engine.trainer import Trainer
from superviz.session.recording import Recording

MOST_LOST_SECONDS = 1.0
_ENDLESS = 10**9
_TOLD_SECONDS = 0.02


def experiments() -> tuple[Experiment, ...]:
    """The first preset, and a model whose step takes a hundred times as long."""
    return load_recipe("intro").experiment, Experiment(n_features=80, n_hidden=20, n_instances=4)


def train_and_save(folder: Path, experiment: Experiment, tell: int) -> NoReturn:
    """What is killed: a training thread, and this one, which flushes, saves and tells of it."""

    def say(*words: object) -> None:
        os.write(tell, (" ".join(map(str, (time.monotonic(), *words))) + "\n").encode())

    recording = Recording.create(experiment, folder / "run.superviz")
    runner = Runner(Trainer(experiment), [recording], until=_ENDLESS)
    threading.Thread(target=runner.run, daemon=True).start()
    saved, told = folder / "saved.superviz", 0.0
    while True:
        say("at", runner.step)
        last = recording.last_keyframe
        if last is not None:
            count = recording.keyframe_count
            recording.flush()
            say("kept", count, last.step)
        if last is not None and time.monotonic() - told > 3 * _TOLD_SECONDS:
            recording.save(saved, force=True)
            say("saved", hashlib.sha256(saved.read_bytes()).hexdigest())
            told = time.monotonic()
        time.sleep(_TOLD_SECONDS)


@dataclass(slots=True)
class Told:
    """What a child said before it was killed."""

    steps: list[tuple[float, int]]
    """Times, and the steps it was at."""
    keyframes: int = 0
    """How many were acknowledged."""
    last_keyframe: int = -1
    saved: str = ""
    """Digest of the last save that returned."""
    saves: int = 0


def killed(folder: Path, experiment: Experiment, seconds: float) -> tuple[Told, float]:
    """What a child said until it was killed, so long after it had begun to train, and when that was."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            train_and_save(folder, experiment, writer)
        except BaseException:
            traceback.print_exc()
        os._exit(1)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        first = pipe.readline()
        time.sleep(seconds)
        moment = time.monotonic()
        os.kill(child, signal.SIGKILL)
        lines = [first, *pipe]
    assert os.WIFSIGNALED(os.waitpid(child, 0)[1]), "it ended by itself"
    told = Told([])
    for line in lines:
        if not line.endswith("\n"):
            continue
        when, kind, *words = line.split()
        if kind == "at":
            told.steps.append((float(when), int(words[0])))
        elif kind == "kept":
            told.keyframes, told.last_keyframe = int(words[0]), int(words[1])
        else:
            told.saved, told.saves = words[0], told.saves + 1
    return told, moment


def look(folder: Path, told: Told, moment: float) -> tuple[list[str], dict[str, float]]:
    """What is wrong with what a kill has left, and figures of it."""
    problems: list[str] = []
    recording = Recording.open(folder / "run.superviz")
    snapshots = list(recording.snapshots)
    kept = {snapshot.step: snapshot.W.tobytes() for snapshot in snapshots}
    if recording.keyframe_count < told.keyframes or (told.keyframes and told.last_keyframe not in kept):
        problems.append(f"{told.keyframes} keyframes were acknowledged, {recording.keyframe_count} are there")
    resumes = recording.checkpoint.step if recording.checkpoint else 0
    before = [when for when, step in told.steps if step <= recording.live_step]
    lost = moment - max(before, default=told.steps[0][0])
    again = moment - max(when for when, step in told.steps if step <= resumes or when == told.steps[0][0])
    if lost > MOST_LOST_SECONDS:
        problems.append(f"{lost:.2f} s of work are lost: the file ends at step {recording.live_step}")
    recording.continued().close()
    saved = folder / "saved.superviz"
    unchanged = saved.exists() and hashlib.sha256(saved.read_bytes()).hexdigest() == told.saved
    if saved.exists():
        copy = Recording.open(saved)
        for snapshot in copy.snapshots:
            if kept.get(snapshot.step, snapshot.W.tobytes()) != snapshot.W.tobytes():
                problems.append(f"the saved file differs from the journal at step {snapshot.step}")
                break
    elif told.saved:
        problems.append("the saved file is gone")
    figures = {
        "seconds of work lost": lost,
        "seconds to train again": again,
        "saves": told.saves,
        "kills with the saved file as it was": unchanged,
        "kills with a whole new saved file": saved.exists() and not unchanged,
        "kills before the first save": not saved.exists(),
        "parts left by a save": len(list(folder.glob(".*.part"))),
    }
    return problems, figures


def main() -> int:
    """0 where nothing was lost."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--longest", type=float, default=2.5, help="seconds from the first step to the kill")
    wanted = parser.parse_args()
    random = np.random.default_rng(wanted.seed)
    kinds = experiments()
    for experiment in kinds:
        Trainer(experiment).prepare()  # here, so that the children are at work as soon as they are there
    gc.freeze()
    problems: list[str] = []
    every: list[dict[str, float]] = []
    with tempfile.TemporaryDirectory() as name:
        for number in range(wanted.kills):
            folder = Path(name) / str(number)
            folder.mkdir()
            try:
                told, moment = killed(folder, kinds[number % len(kinds)], random.uniform(0, wanted.longest))
                found, figures = look(folder, told, moment)
                every.append(figures)
            except SupervizError as error:
                found = [f"unreadable: {error}"]
            problems += [f"kill {number}: {problem}" for problem in found]
            shutil.rmtree(folder)
    report: dict[str, object] = {"kills": wanted.kills}
    for key in every[0]:
        values = [figures[key] for figures in every]
        if key.startswith("seconds"):
            report[key] = {"median": round(float(np.median(values)), 3), "most": round(max(values), 3)}
        else:
            report[key] = int(sum(values))
    print(json.dumps({**report, "problems": problems}, indent=1))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
