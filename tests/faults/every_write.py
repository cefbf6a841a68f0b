"""A fault at the Nth call, for every N, of what writes a session. Prints JSON; exits with 1 where something is lost.

python tests/faults/every_write.py [--full] [--careless]

Errors and kills at each call of a save and of a journal; --full adds the other things that write, more errors and a
larger session; --careless tries it on saving as it should not be done.
"""

from __future__ import annotations

import argparse
import errno
import gc
import json
import os
import shutil
import signal
import sys
import tempfile
import threading
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from faulty_io import Fault, restart_over_shim, watched
from scenarios import CARELESS, FILE, FIRST_STEP, QUICK, SCENARIOS, Scenario, closed_session
from sessions import LARGE, SMALL, content

from superviz.core.errors import SupervizError
from superviz.core.experiment import Experiment
from superviz.session.recording import Recording

DONE = "done"


def faults(call: int, *, full: bool) -> Iterator[Fault]:
    """What is tried at one call."""
    yield Fault(call)
    yield Fault(call, error=errno.ENOSPC, lasting=True, torn=True)
    yield Fault(call, kill=True)
    yield Fault(call, kill=True, torn=True)
    if full:
        for error in (errno.ENOSPC, errno.EIO, errno.EROFS):
            yield Fault(call, error=error, torn=True)
            yield Fault(call, error=error, lasting=True)


def in_child(work: Callable[[], str]) -> str:
    """What `work` says in a process of its own, or the signal that ended it."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        try:
            said = work()
        except BaseException:
            said = traceback.format_exc(limit=-1)
        os.write(writer, said.encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        said = pipe.read()
    status = os.waitpid(child, 0)[1]
    return signal.Signals(os.WTERMSIG(status)).name if os.WIFSIGNALED(status) else said


def attempt(scenario: Scenario, folder: Path, experiment: Experiment, fault: Fault | None) -> str:
    """Act with that fault: DONE, an error's line, or a traceback; behind it, how many calls there were."""
    act = scenario.act(folder, experiment)
    with watched(folder, fault) as shim:
        try:
            act()
            said = DONE
        except SupervizError as error:
            said = f"error: {error}"
        calls = shim.faulty_calls()
    return f"{calls} {said}"


def found(folder: Path) -> str:
    """What is in the file, which a reader from elsewhere may look at."""
    return content(folder / FILE) if (folder / FILE).exists() else "no file"


def last_step(folder: Path) -> int:
    """How far the run in the file has come."""
    recording = Recording.open(folder / FILE)
    steps = [snapshot.step for snapshot in recording.snapshots]
    assert steps == list(range(0, steps[-1] + 1, 10)), f"keyframes are missing: {steps}"
    return steps[-1]


class Trial:
    """One scenario and all its faults, each on a fresh copy of what was there before."""

    def __init__(self, scenario: Scenario, experiment: Experiment, room: Path) -> None:
        self.scenario, self.experiment, self.room = scenario, experiment, room
        self.before = room / "before"
        self.before.mkdir()
        scenario.prepare(self.before, experiment)
        self.old_bytes = {file.name: file.read_bytes() for file in self.before.iterdir()}
        self.old = in_child(lambda: found(self._fresh()))
        self.folder = self._fresh()
        said = in_child(lambda: attempt(scenario, self.folder, experiment, None))
        assert said.endswith(DONE), said
        self.calls = int(said.split()[0])
        self.new = found(self.folder)
        self.outcomes: Counter[str] = Counter()

    def run(self, fault: Fault) -> str:
        """What is wrong after that fault; empty where nothing is."""
        self.folder = self._fresh()
        said = in_child(lambda: attempt(self.scenario, self.folder, self.experiment, fault))
        killed, outcome = said == "SIGKILL", said.partition(" ")[2]
        if not killed and outcome != DONE and not outcome.startswith("error: "):
            return f"no typed error: {said}"
        if "\n" in outcome:
            return f"not one line: {outcome}"
        self.outcomes["killed" if killed else outcome.partition(":")[0]] += 1
        try:
            problem = self._lost(outcome) if self.scenario.acknowledged else self._replaced(outcome)
            return problem or self._blocked(tidy=not killed and not fault.lasting)
        except (SupervizError, AssertionError) as error:
            return f"{outcome or 'killed'}; then: {error}"

    def _fresh(self) -> Path:
        folder = self.room / "folder"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.before, folder)
        folder.with_suffix(".acknowledged").unlink(missing_ok=True)
        return folder

    def _replaced(self, outcome: str) -> str:
        now = (self.folder / FILE).read_bytes() if (self.folder / FILE).exists() else None
        if self.scenario.prepare is closed_session and now == self.old_bytes[FILE] and outcome != DONE:
            kept = "old"
        else:
            content_now = found(self.folder)
            allowed = {self.new: "new"} if outcome == DONE else {self.new: "new", self.old: "old"}
            if self.scenario.prepare is closed_session:
                allowed.pop(self.old, None)  # its bytes were to stay as they were
            if content_now not in allowed:
                return f"{outcome or 'killed'}, and the file holds neither: {content_now}"
            kept = allowed[content_now]
        self.outcomes[f"{kept} file"] += 1
        return ""

    def _lost(self, outcome: str) -> str:
        told = self.folder.with_suffix(".acknowledged")
        least = int(told.read_text()) if told.exists() else FIRST_STEP
        step = last_step(self.folder)
        if step < least or (outcome == DONE and step < self.scenario.last):
            return f"{outcome or 'killed'}: step {least} was acknowledged, the file ends at {step}"
        return ""

    def _blocked(self, *, tidy: bool) -> str:
        """Whether what the fault left behind stands in the way of what is done next."""
        strays = sorted(file.name for file in self.folder.iterdir() if file.name != FILE)
        if strays:
            self.outcomes["left something beside the file"] += 1
        if tidy and not self.scenario.acknowledged and any(name.startswith(".") for name in strays):
            return f"left behind: {', '.join(strays)}"
        self.scenario.act(self.folder, self.experiment)()
        assert threading.active_count() == 1, "what was begun is let go of: nothing but this thread may run at a fork"
        return "" if found(self.folder) == self.new else f"what is done next leaves {found(self.folder)}"


def main() -> int:
    """0 where nothing was lost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--careless", action="store_true")
    wanted = parser.parse_args()
    restart_over_shim()
    gc.freeze()  # the collector would touch, and so copy, every page of the parent in every child
    report: dict[str, dict[str, int]] = {}
    problems: list[str] = []
    with tempfile.TemporaryDirectory() as name:
        for experiment in (SMALL, LARGE) if wanted.full else (SMALL,):
            for scenario in CARELESS if wanted.careless else SCENARIOS if wanted.full else QUICK:
                title = f"{scenario.name}, {experiment.n_features} features"
                room = Path(name) / title.replace(" ", "-")
                room.mkdir()
                trial = Trial(scenario, experiment, room)
                tried = [fault for call in range(1, trial.calls + 1) for fault in faults(call, full=wanted.full)]
                for fault in tried:
                    if problem := trial.run(fault):
                        problems.append(f"{title}: {fault}: {problem}")
                report[title] = {"calls": trial.calls, "faults": len(tried), **dict(sorted(trial.outcomes.items()))}
    print(json.dumps({"scenarios": report, "problems": problems}, indent=1))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
