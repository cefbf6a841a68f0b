"""Thousands of broken and hostile sessions, each opened and read whole. Prints JSON; exits with 1 if one gets through.

Each must be refused with a SupervizError of one line, or be read, in under 2 s and with less than 200 MB more memory:
the children that read them are given no more than that. After an accident (flipped bits, lost pages) what can be read
is right. --careless reads them as they should not be.

python tests/faults/hostile_files.py [--count 10000] [--seed S] [--only MUTATION] [--careless]
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import resource
import select
import shutil
import signal
import sqlite3
import sys
import tempfile
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import TypeAlias

import numpy as np
from mutations import FAITHFUL, MUTATIONS, Mutation
from sessions import LARGE, SMALL, recorded, weights

from superviz.core.errors import SupervizError
from superviz.core.snapshot import Edit
from superviz.exchange.streaming import Stream
from superviz.session.recording import Recording
from superviz.session.timeline import TimelineReader

Read: TypeAlias = Callable[[Path], dict[int, bytes]]
"""Reads a file, and returns its weights by step."""
MOST_SECONDS, MOST_BYTES = 2.0, 200 * 2**20
_BATCH = 100


def sources(folder: Path) -> list[Path]:
    """Valid sessions of several kinds, among them those of older layouts."""
    for old in (Path(__file__).parents[1] / "session").glob("version_*.superviz"):
        shutil.copy(old, folder)
    recording = recorded(folder / "small.superviz", "A run", 150)
    recording.append_edit(Edit(150, "learning_rate", 0.002))
    recording.bookmark(50, "here it turns")
    recording.close()
    recorded(folder / "large.superviz", "", 60, LARGE).close()
    with Stream(folder / "streamed.superviz", names=["one", "other"]) as stream:
        for step in range(0, 200, 10):
            stream.append(step, weights(SMALL, step).W[0], loss=1 / (1 + step))
    return sorted(folder.iterdir())


def read_whole(path: Path) -> dict[int, bytes]:
    """Everything that can be asked of a session, and its keyframes by step. Raises SupervizError."""
    recording = Recording.open(path)
    kept = {snapshot.step: snapshot.W.tobytes() + snapshot.b.tobytes() for snapshot in recording.snapshots}
    instances = recording.experiment.n_instances
    for instance in {0, instances - 1}:
        for position in np.linspace(0, recording.live_step, 5):
            recording.moment(float(position), instance)
        TimelineReader(recording, lambda W, experiment, instance, position: None).read(instance)
    for thing in (recording.losses, recording.edits, recording.display, recording.candidates, recording.bookmarks):
        str(thing)
    copy = recording.continued() if recording.can_train else recording.copied()
    copy.close()
    recording.close()
    return kept


def read_carelessly(path: Path) -> dict[int, bytes]:
    """As it should not be done: what a file says is believed."""
    with closing(sqlite3.connect(path)) as session:
        return {step: W + b for step, W, b in session.execute("SELECT step, W, b FROM snapshot")}


def mutate(source: Path, path: Path, mutation: Mutation, seed: tuple[int, int]) -> None:
    """A broken copy of a source."""
    for ending in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + ending).unlink(missing_ok=True)
    shutil.copyfile(source, path)
    with suppress(sqlite3.Error):
        mutation(path, np.random.default_rng(seed))


def try_one(path: Path, original: dict[int, bytes], read: Read, *, faithful: bool) -> tuple[str, str]:
    """What became of it, and what is wrong with that."""
    before, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter()
    try:
        kept = read(path)
    except SupervizError as error:
        became, problem = "refused", "" if "\n" not in str(error) else f"not one line: {error}"
    except MemoryError:
        became, problem = "failed", f"wanted more than {MOST_BYTES:,} bytes: {traceback.format_exc(limit=-1)}"
    except Exception:
        became, problem = "failed", traceback.format_exc(limit=-4)
    else:
        became = "read"
        wrong = [step for step, found in kept.items() if original.get(step) != found]
        problem = f"wrong weights at steps {wrong}" if wrong and faithful else ""
    seconds = time.perf_counter() - start
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024
    if seconds > MOST_SECONDS:
        problem = problem or f"took {seconds:.1f} s"
    if grown > MOST_BYTES:
        problem = problem or f"took {grown:,} bytes"
    return f"{became} {seconds:.6f} {grown}", problem


def child(numbers: list[int], seed: int, only: str, originals: dict[Path, dict[int, bytes]], read: Read) -> int:
    """Try some files, in a process of its own; the end of a pipe that tells of each."""
    files = list(originals)
    reader, writer = os.pipe()
    if os.fork():
        os.close(writer)
        return reader
    try:
        warnings.simplefilter("error")
        size = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (size + MOST_BYTES, size + MOST_BYTES))
        path = files[0].parent.parent / f"{os.getpid()}.superviz"
        kinds = [mutation for mutation in MUTATIONS if only in ("", mutation.__name__)]
        for number in numbers:
            mutation, source = kinds[number % len(kinds)], files[(number // len(kinds)) % len(files)]
            mutate(source, path, mutation, (seed, number))
            os.write(writer, f"{json.dumps([number, mutation.__name__, source.name])}\n".encode())
            became, problem = try_one(path, originals[source], read, faithful=mutation in FAITHFUL)
            os.write(writer, f"{json.dumps([became, problem[-1500:]])}\n".encode())
    except BaseException:
        traceback.print_exc()
    os._exit(0)


def lines(reader: int) -> Iterator[str]:
    """What a child tells, until it ends or is silent for too long."""
    rest = b""
    while select.select([reader], [], [], 10 * MOST_SECONDS)[0] and (some := os.read(reader, 65536)):
        *whole, rest = (rest + some).split(b"\n")
        yield from (line.decode() for line in whole)
    os.close(reader)


def main() -> int:
    """0 where none got through."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", default="", help="the name of one way to break them")
    parser.add_argument("--careless", action="store_true")
    wanted = parser.parse_args()
    became: Counter[str] = Counter()
    problems: list[str] = []
    slowest = largest = 0.0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "sources"
        folder.mkdir()
        originals = {path: read_whole(path) for path in sources(folder)}
        read = read_carelessly if wanted.careless else read_whole
        gc.freeze()
        left = list(range(wanted.count))
        while left:
            batch, pending = left[:_BATCH], ""
            reader = child(batch, wanted.seed, wanted.only, originals, read)
            done = 0
            for line in lines(reader):
                if not pending:
                    pending = line
                    continue
                outcome, problem = json.loads(line)
                what, seconds, grown = outcome.split()
                became[f"{json.loads(pending)[1]}: {what}"] += 1
                slowest, largest = max(slowest, float(seconds)), max(largest, int(grown))
                if problem:
                    problems.append(f"{pending}: {problem}")
                pending, done = "", done + 1
            ended, status = os.waitpid(-1, os.WNOHANG)
            if not ended:  # silent for too long, or just about to end
                time.sleep(0.1)
                ended, status = os.waitpid(-1, os.WNOHANG)
            if pending or not ended:
                died = signal.Signals(os.WTERMSIG(status)).name if ended and os.WIFSIGNALED(status) else "hangs"
                problems.append(f"{pending}: {died}")
                done += 1
            assert done, "a child died before its first file"
            left = left[done:]
    report = {"files": wanted.count, "slowest, s": round(slowest, 3), "largest, MB": round(largest / 2**20, 1)}
    print(json.dumps({**report, "became": dict(sorted(became.items())), "problems": problems}, indent=1))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
