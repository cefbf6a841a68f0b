"""`superviz doctor`: it says what there is, and survives what there isn't."""

from __future__ import annotations

from importlib.metadata import version

import pytest

from superviz.cli import doctor
from superviz.engine import devices
from superviz.engine.devices import Gpu, TorchBuild


def test_it_names_what_this_machine_offers(superviz) -> None:
    said = superviz("doctor")
    assert (said.status, said.err) == (0, "")
    rows = dict(line.split(None, 1) for line in said.out.splitlines())
    assert rows["training"].startswith("auto takes the CPU")
    assert rows["torch"].startswith(version("torch"))
    assert rows["CPU"].startswith("the kernel is ")
    assert "libx264" in rows["encoders"]
    assert "numpy" in rows["versions"]
    assert "no display, so files only" in said.out


def test_a_probe_that_dies_is_a_line_not_an_end(superviz, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "_ENCODERS", "raise ImportError('no av here')")
    monkeypatch.setattr(doctor, "_KERNEL", "import os; os.abort()")
    said = superviz("doctor")
    assert said.status == 0
    assert "failed: ImportError: no av here" in said.out
    assert "failed: exit status" in said.out


@pytest.mark.parametrize(
    ("gpu", "torch", "probe", "training"),
    [
        (None, TorchBuild("2.13.0", "12.8"), "", "auto takes the CPU: no NVIDIA GPU was found"),
        (Gpu("NVIDIA T400", 2**32), None, "", "auto takes the CPU: torch is not installed: pip install superviz[gpu]"),
        (
            Gpu("NVIDIA T400", 2**32),
            TorchBuild("2.13.0", "12.8"),
            "raise RuntimeError('the driver is too old')",
            "auto takes the CPU: the GPU failed: RuntimeError: the driver is too old",
        ),
        (
            Gpu("NVIDIA T400", 2**32),
            TorchBuild("2.13.0", "12.8"),
            "",
            "auto takes the CPU or the GPU, whichever it measures to be faster as a run begins",
        ),
    ],
)
def test_it_says_what_auto_takes_and_why(
    superviz,
    monkeypatch: pytest.MonkeyPatch,
    gpu: Gpu | None,
    torch: TorchBuild | None,
    probe: str,
    training: str,
) -> None:
    monkeypatch.setattr(devices, "find_gpu", lambda: gpu)
    monkeypatch.setattr(devices, "find_torch", lambda: torch)
    for program in ("_ENCODERS", "_KERNEL", "_QT"):
        monkeypatch.setattr(doctor, program, "print('-')")
    monkeypatch.setattr(doctor, "_CUDA", probe)
    said = superviz("doctor")
    rows = dict(line.split(None, 1) for line in said.out.splitlines())
    assert rows["GPU"] == ("none found" if gpu is None else "NVIDIA T400, 4 GiB")
    assert rows["torch"] == ("not installed" if torch is None else "2.13.0, CUDA 12.8")
    assert rows["training"] == training
