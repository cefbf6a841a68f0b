"""Power cuts, as far as they can be tried: disks as they could be found after any call. Prints JSON; 1 where one loses.

What was not synced is on the disk in part: of each write any of its sectors, names up to any of the changes made to
them. So does a journalling file system (ext4, XFS, APFS, NTFS) leave it: data in any order, names in the order in which
they were changed.

python tests/faults/power_cut.py [--full] [--careless] [--seed S]: some states of each cut, or with --full many.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from collections import Counter
from itertools import pairwise
from pathlib import Path

import numpy as np
from faulty_io import (
    CREATE,
    LINK,
    RENAME,
    SYNC,
    TRUNCATE,
    UNLINK,
    WRITE,
    Call,
    read_log,
    restart_over_shim,
    watched,
)
from scenarios import CARELESS, FILE, FIRST_STEP, LONG_JOURNAL, QUICK, SCENARIOS, Scenario
from sessions import LARGE, SMALL, content, weights

from superviz.core.errors import SupervizError
from superviz.core.experiment import Experiment
from superviz.session.recording import Recording

SECTOR = 512
"""Bytes that reach a disk whole or not at all."""


_MOST_CUTS = 250
"""Of what makes more calls only so many are tried, at random."""


class Disk:
    """A folder on a disk: what is surely there, and what may be."""

    def __init__(self, folder: Path) -> None:
        """As `folder` is now, all of it synced."""
        self._folder = str(folder.resolve())
        files = list(folder.iterdir())
        self._ids = {file.stat().st_ino: number for number, file in enumerate(files)}
        self._synced = [file.read_bytes() for file in files]
        self._pending: list[list[Call]] = [[] for _ in files]
        self._names = {file.name: number for number, file in enumerate(files)}
        self._changes: list[tuple[Call, int]] = []
        """Of names: what was done, and to which file, since the folder was last synced."""

    def take(self, call: Call) -> None:
        """What happens next."""
        if call.kind == SYNC and call.path == self._folder:
            self._names, self._changes = self._renamed(len(self._changes)), []
        elif call.kind == SYNC:
            number = self._ids[call.file]
            self._synced[number] = _written(self._synced[number], self._pending[number])
            self._pending[number] = []
        elif call.kind in (WRITE, TRUNCATE):
            self._pending[self._ids[call.file]].append(call)
        elif call.kind == CREATE:
            self._ids[call.file] = len(self._synced)
            self._synced.append(b"")
            self._pending.append([])
            self._changes.append((call, self._ids[call.file]))
        elif call.kind in (RENAME, UNLINK, LINK):
            self._changes.append((call, -1))

    def found(self, random: np.random.Generator, kept: float) -> dict[str, bytes]:
        """The files after a power cut now: of what was not synced about `kept` has arrived."""
        changes = int(random.binomial(len(self._changes), kept))
        return {
            name: _written(self._synced[number], _some(self._pending[number], random, kept))
            for name, number in self._renamed(changes).items()
            if not name.endswith("-shm")  # an index, made anew from the log by whoever opens the file first
        }

    def _renamed(self, changes: int) -> dict[str, int]:
        names = dict(self._names)
        for call, number in self._changes[:changes]:
            name, other = Path(call.path).name, Path(call.other).name
            if call.kind == CREATE:
                names[name] = number
            elif call.kind == LINK:
                names[other] = names[name]
            else:
                number = names.pop(name)
                if call.kind == RENAME:
                    names[other] = number
        return names


def _some(calls: list[Call], random: np.random.Generator, kept: float) -> list[Call]:
    """Of each write some sectors, of each truncation all or nothing, in the order they were made."""
    pieces: list[Call] = []
    for call in calls:
        if call.kind == TRUNCATE:
            pieces.append(call)
            continue
        starts = [0, *range(SECTOR - call.place % SECTOR, len(call.data), SECTOR), len(call.data)]
        for start, end in pairwise(starts):
            pieces.append(Call(WRITE, call.path, "", call.file, call.place + start, call.data[start:end]))
    return [piece for piece, arrives in zip(pieces, random.random(len(pieces)) < kept, strict=True) if arrives]


def _written(content: bytes, calls: list[Call]) -> bytes:
    data = bytearray(content)
    for call in calls:
        end = call.place + len(call.data)
        if len(data) < end:
            data.extend(bytes(end - len(data)))
        if call.kind == WRITE:
            data[call.place : end] = call.data
        else:
            del data[call.place :]
    return bytes(data)


class Verdict:
    """What a scenario may leave."""

    def __init__(self, scenario: Scenario, experiment: Experiment, before: Path) -> None:
        self._scenario, self._experiment = scenario, experiment
        self._old = self._new = content(before / FILE) if (before / FILE).exists() else "no file"
        self.outcomes: Counter[str] = Counter()

    def expect(self, folder: Path) -> None:
        """Take what it leaves where nothing goes wrong."""
        self._new = content(folder / FILE)

    def on(self, folder: Path, *, ended: bool) -> str:
        """What is wrong with what is in the folder, maybe of what had come to its end; empty where nothing is."""
        try:
            if self._scenario.acknowledged:
                return self._broken(Recording.open(folder / FILE), self._scenario.last if ended else FIRST_STEP)
            now = content(folder / FILE) if (folder / FILE).exists() else "no file"
        except SupervizError as error:
            return str(error)
        self.outcomes[now.partition(",")[0]] += 1
        if now not in (self._old, self._new):
            return f"neither the old session nor the new one: {now}"
        return f"it had returned, but the old session is back: {now}" if ended and now != self._new else ""

    def _broken(self, recording: Recording, least: int) -> str:
        """Of a journal the newest commits may be missing until it is closed; what is there is right."""
        steps = [snapshot.step for snapshot in recording.snapshots]
        if self._scenario is not LONG_JOURNAL:
            self.outcomes[f"up to step {recording.live_step}"] += 1
        if steps != list(range(0, steps[-1] + 1, 10)) or steps[-1] < least:
            return f"keyframes are missing: {steps}"
        for snapshot in recording.snapshots:
            if snapshot.W.tobytes() != weights(self._experiment, snapshot.step).W.tobytes():
                return f"step {snapshot.step} holds other weights"
        return ""


def try_scenario(
    scenario: Scenario, experiment: Experiment, room: Path, states: int, random: np.random.Generator
) -> tuple[dict[str, int], list[str]]:
    """Counts and problems of `states` disks, at least, after each call."""
    folder = room / "folder"
    folder.mkdir()
    scenario.prepare(folder, experiment)
    act = scenario.act(folder, experiment)
    verdict, disk = Verdict(scenario, experiment, _copy(folder, room / "before")), Disk(folder)
    with watched(folder, log=room / "log"):
        act()
    verdict.expect(folder)
    seen: set[int] = set()
    problems: list[str] = []
    calls = read_log(room / "log")
    cuts = {len(calls), *random.permutation(np.arange(1, len(calls)))[:_MOST_CUTS].tolist()}
    for number, call in enumerate(calls, 1):
        disk.take(call)
        if number not in cuts:
            continue
        for kept in (0.0, 1.0, *random.beta(0.5, 0.5, states)):
            files = disk.found(random, kept)
            ended = number == len(calls)
            if (state := hash((ended, frozenset(files.items())))) in seen:
                continue
            seen.add(state)
            after = room / "after"
            shutil.rmtree(after, ignore_errors=True)
            after.mkdir()
            for name, data in files.items():
                (after / name).write_bytes(data)
            if problem := verdict.on(after, ended=ended):
                problems.append(f"{scenario.name}: cut after call {number} of {len(calls)}: {problem}; {sorted(files)}")
    return {"calls": len(calls), "states": len(seen), **dict(sorted(verdict.outcomes.items()))}, problems


def _copy(folder: Path, to: Path) -> Path:
    shutil.copytree(folder, to)
    return to


def main() -> int:
    """0 where nothing was lost."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--careless", action="store_true")
    parser.add_argument("--seed", type=int, default=0)
    wanted = parser.parse_args()
    restart_over_shim()
    report: dict[str, dict[str, int]] = {}
    problems: list[str] = []
    with tempfile.TemporaryDirectory() as name:
        for experiment in (SMALL, LARGE) if wanted.full else (SMALL,):
            every = SCENARIOS if experiment is SMALL else (*SCENARIOS, LONG_JOURNAL)
            for scenario in CARELESS if wanted.careless else every if wanted.full else QUICK:
                title = f"{scenario.name}, {experiment.n_features} features"
                room = Path(name) / title.replace(" ", "-")
                room.mkdir()
                random = np.random.default_rng(wanted.seed)
                states = 48 if wanted.full and scenario is not LONG_JOURNAL else 6
                report[title], found = try_scenario(scenario, experiment, room, states, random)
                problems += found
    print(json.dumps({"scenarios": report, "problems": problems}, indent=1))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
