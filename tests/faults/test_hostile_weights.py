"""Weights from a stranger: cut short, flipped, forged or a bomb, they are refused in a line, soon, in little memory.

The gate tries a few hundred. All 10,000 of each kind, in a process that for each may take no more than 200 MB beside
what it has: `python3 packaging/test.py tests/faults/test_hostile_weights.py -m soak`.
"""

from __future__ import annotations

import io
import json
import os
import struct
import subprocess
import sys
import time
import tracemalloc
import zipfile
from collections.abc import Callable, Generator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from safetensors import SafetensorError
from safetensors.numpy import load, save

from superviz.core.errors import WeightsError
from superviz.exchange.importing import candidates, import_weights
from superviz.session.recording import Recording

SECONDS, BYTES = 2.0, 200_000_000
W = np.random.default_rng(0).normal(size=(3, 2, 5)).astype(np.float32)
ARRAYS = {"W": W, "b": W[:, 0].astype(">f8"), "step": np.arange(3)}
AXES = "steps,hidden,features"
HUGE = [0, 1, 2, 5, 4096, 16_384, 2**31, 2**32 + 1, 2**63, 10**30]


def saved(save: Callable[..., object], *arrays: Any, **named: Any) -> bytes:
    buffer = io.BytesIO()
    save(buffer, *arrays, **named)
    return buffer.getvalue()


VALID = {
    "npy": [saved(np.save, W), saved(np.save, np.asfortranarray(W.astype("f2")))],
    "npz": [saved(np.savez, **ARRAYS), saved(np.savez_compressed, **ARRAYS, superviz_axes=np.array(AXES))],
    "safetensors": [save({"W": W, "b": W[:, 0].copy(), "step": np.arange(3)}, {"superviz_axes": AXES})],
}


def mutated(valid: list[bytes]) -> st.SearchStrategy[bytes]:
    """Cut short, bytes changed, and stretches taken out, put in or repeated."""
    place, noise = st.floats(0, 1, exclude_max=True), st.binary(max_size=12)

    def change(content: bytes, changes: list[tuple[float, int, bytes]], end: float) -> bytes:
        for where, taken, put in changes:
            at = int(where * len(content))
            content = content[:at] + put + content[at + taken :]
        return content[: len(content) - int(end * len(content))]

    flips = st.tuples(place, st.just(1), st.binary(min_size=1, max_size=1))
    splices = st.tuples(place, st.integers(0, 40), noise)
    changes = st.lists(st.one_of(flips, splices), min_size=1, max_size=4)
    return st.builds(change, st.sampled_from(valid), changes, st.one_of(st.just(0.0), place))


counts = st.one_of(st.integers(0, 9), st.sampled_from(HUGE))
shapes = st.lists(counts, max_size=10)
bodies = st.binary(max_size=400)


@st.composite
def forged_npys(draw: st.DrawFn) -> bytes:
    """A header that claims anything, whole but for that."""
    shape = draw(shapes)
    descr = draw(st.sampled_from(["<f4", ">f8", "<f2", "|u1", "|O", "<U9", "<f16", "|V2", "<c8", "f", "<f999999999"]))
    text = f"{{'descr': {descr!r}, 'fortran_order': {draw(st.booleans())}, 'shape': {tuple(shape)}, }}"
    coded = draw(st.one_of(st.just(text), st.text(max_size=40).map(lambda end: text + end))).encode("utf-8")
    length = draw(st.one_of(st.just(len(coded)), st.integers(0, 65_535)))
    return b"\x93NUMPY" + bytes([draw(st.integers(1, 2)), 0]) + struct.pack("<H", length) + coded + draw(bodies)


@st.composite
def forged_npzs(draw: st.DrawFn) -> bytes:
    """A zip whose lists may claim other sizes, ways to pack and places than it has."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", draw(st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED]))) as archive:
        names = draw(st.lists(st.sampled_from(["W.npy", "b.npy", "step.npy", "superviz_axes.npy"]), unique=True))
        for name in names:
            npy = st.one_of(forged_npys(), st.sampled_from(VALID["npy"]), st.integers(0, 10**6).map(bytes))
            archive.writestr(name, draw(npy))
    content = bytearray(buffer.getvalue())
    entry = content.find(b"PK\x01\x02")
    for at in draw(st.lists(st.integers(6, 45), max_size=3)) if entry >= 0 else ():
        content[entry + at] = draw(st.integers(0, 255))
    return bytes(content)


@st.composite
def forged_safetensors(draw: st.DrawFn) -> bytes:
    """A header of any JSON, near to a real one."""
    junk: st.SearchStrategy[Any] = st.one_of(st.none(), st.booleans(), counts, st.floats(), st.text(max_size=5))
    entries = st.fixed_dictionaries(
        {
            "dtype": st.one_of(st.sampled_from(["F32", "F16", "BF16", "I64", "F8_E5M2", "BOOL"]), junk),
            "shape": st.one_of(shapes, junk),
            "data_offsets": st.one_of(st.tuples(counts, counts), st.just([0, 120]), junk),
        }
    )
    header = draw(st.dictionaries(st.sampled_from(["W", "b", "step", "__metadata__"]), st.one_of(entries, junk)))
    coded = json.dumps(header).encode()
    length = draw(st.one_of(st.just(len(coded)), st.sampled_from(HUGE[:-1])))
    return length.to_bytes(8, "little") + coded + draw(st.one_of(st.just(W.tobytes()), bodies))


HOSTILE = {
    "npy": st.one_of(mutated(VALID["npy"]), forged_npys()),
    "npz": st.one_of(mutated(VALID["npz"]), forged_npzs()),
    "safetensors": st.one_of(mutated(VALID["safetensors"]), forged_safetensors()),
}


def as_others_read(content: bytes, ending: str, name: str) -> np.ndarray:
    """What numpy or the library makes of an array: only asked for files that were accepted."""
    if ending == ".safetensors":
        return load(content)[name]
    read = np.load(io.BytesIO(content), allow_pickle=False)
    return read if ending == ".npy" else read[name]


@contextmanager
def soon() -> Generator[None]:
    """Counts the processor's seconds: what else the machine does is no fault of the file's."""
    begun = time.process_time()
    try:
        yield
    finally:
        assert time.process_time() - begun < SECONDS


@contextmanager
def in_little_memory() -> Generator[None]:
    """Slows down what it watches to a third."""
    tracemalloc.start()
    try:
        yield
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < BYTES


def check_line(line: str, path: Path) -> None:
    assert line.startswith(f"{path}: ")
    assert "\n" not in line
    assert "memory" not in line


def imported(path: Path) -> tuple[str, Recording]:
    """The name of the first array in it that can be weights, and those, read in the usual way."""
    chosen = candidates(path)[0]
    return chosen.name, import_weights(path, name=chosen.name, axes=chosen.orientations[0].axes)


def survives(path: Path, content: bytes) -> bool:
    """Whether it was accepted, and then as others read it; otherwise it was refused in a line, and either way soon."""
    path.write_bytes(content)
    try:
        with suppress(WeightsError), in_little_memory():
            imported(path)[1].close()
        with soon():
            name, recording = imported(path)
    except WeightsError as error:
        check_line(str(error), path)
        return False
    shown = np.concatenate([snapshot.W.ravel() for snapshot in recording.snapshots])
    recording.close()
    with suppress(ValueError, SafetensorError):  # they refuse a whole file for what was changed in another array
        others = as_others_read(content, path.suffix, name).astype(np.float32)
        np.testing.assert_array_equal(np.sort(shown), np.sort(others.ravel()))
    return True


def zip_bomb() -> bytes:
    """32 MB of zeros in 33 KB."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("W.npy", "w") as member:
        header = io.BytesIO()
        np.lib.format.write_array_header_1_0(header, {"descr": "<f4", "fortran_order": False, "shape": (512, 16_384)})
        member.write(header.getvalue())
        for _ in range(32):
            member.write(bytes(2**20))
    return buffer.getvalue()


def zip_of_many() -> bytes:
    """As many arrays as are read, and the last of them damaged."""
    array = saved(np.save, np.zeros((1, 1, 1)))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for index in range(4096):
            archive.writestr(f"{index}.npy", array if index < 4095 else array[:-1])
    return buffer.getvalue()


def with_header(header: bytes) -> bytes:
    return len(header).to_bytes(8, "little") + header


BOMBS: dict[str, Callable[[], bytes]] = {
    "shape.npy": lambda: saved(np.save, W).replace(b"(3, 2, 5), }     ", b"(300000, 200000)}"),
    "zeros.npz": zip_bomb,
    "many.npz": zip_of_many,
    "deep.safetensors": lambda: with_header(b'{"W":' + b"[" * 1_000_000),
    "wide.safetensors": lambda: with_header(b'{"W":[' + b"[]," * 349_000 + b"1]}"),
    "long.safetensors": lambda: with_header(b"{" + b",".join(b'"%d":{}' % at for at in range(85_000)) + b"}"),
    "digits.safetensors": lambda: with_header(b'{"W":' + b"9" * 1_000_000 + b"}"),
}


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hostile")


@contextmanager
def address_space_limited() -> Generator[None]:
    """The process can have no more than BYTES beside what it has, of which tracemalloc doesn't see all."""
    import resource

    pages = int(Path("/proc/self/statm").read_text().split()[0])
    before = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + BYTES, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


def check(ending: str, scratch: Path, examples: int, limited: Callable[[], Any] = nullcontext) -> None:
    @seed(4)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(HOSTILE[ending])
    def try_all(content: bytes) -> None:
        with limited():
            survives(scratch / f"w.{ending}", content)

    try_all()


@pytest.mark.parametrize("ending", HOSTILE)
def test_nothing_hostile_gets_through(ending: str, scratch: Path) -> None:
    check(ending, scratch, 100)


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_are_refused(name: str, scratch: Path) -> None:
    assert not survives(scratch / name, BOMBS[name]())


@pytest.mark.parametrize("ending", HOSTILE)
def test_what_they_were_made_from_is_read(ending: str, scratch: Path) -> None:
    for content in VALID[ending]:
        assert survives(scratch / f"w.{ending}", content)


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.skipif(sys.platform != "linux", reason="limits on memory as Linux has them")
@pytest.mark.parametrize("ending", HOSTILE)
def test_nothing_hostile_gets_through_of_ten_thousand(ending: str, scratch: Path) -> None:
    """In a process of its own, since the limit is on all of it."""
    script = f"""
import runpy
from pathlib import Path
tests = runpy.run_path({__file__!r})
tests["check"]({ending!r}, Path({str(scratch)!r}), 10_000, tests["address_space_limited"])
"""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
