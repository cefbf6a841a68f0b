"""Finding a GPU and a torch: against a driver library of our own making, and this very machine."""

from __future__ import annotations

import ctypes
import subprocess
import sys
from importlib.metadata import version

import pytest

from superviz.core.errors import TrainingError
from superviz.engine import devices
from superviz.engine.devices import Gpu, TorchBuild, ask_driver, find_gpu, find_torch, read_build, require_device

H100 = Gpu("NVIDIA H100 80GB HBM3", 80 * 2**30)
SMALL = Gpu("NVIDIA T400", 4 * 2**30)
UUIDS = {b"GPU-aaaa": 0, b"GPU-bbbb": 1}


class Driver:
    """NVML's functions as far as they are called, for two GPUs; `fails` names one that doesn't succeed."""

    def __init__(self, fails: str = "") -> None:
        self.gpus = [H100, SMALL]
        self.fails = fails
        self.open = 0

    def nvmlInit_v2(self) -> int:
        self.open += self.fails != "init"
        return 9 if self.fails == "init" else 0

    def nvmlShutdown(self) -> int:
        self.open -= 1
        return 0

    def nvmlDeviceGetHandleByIndex_v2(self, index, handle) -> int:
        return self._hand_out(index.value, handle)

    def nvmlDeviceGetHandleByUUID(self, uuid, handle) -> int:
        return self._hand_out(UUIDS.get(uuid, 99), handle)

    def nvmlDeviceGetMemoryInfo(self, handle, memory) -> int:
        memory._obj.total = self.gpus[handle.value - 1].memory
        return 3 if self.fails == "memory" else 0

    def nvmlDeviceGetName(self, handle, name, size) -> int:
        name.value = self.gpus[handle.value - 1].name.encode()
        return 7 if self.fails == "name" or size.value < len(name.value) else 0

    def _hand_out(self, index, handle) -> int:
        handle._obj.value = index + 1
        return 0 if index < len(self.gpus) else 2


class OldDriver(Driver):
    """One that lacks a function."""

    nvmlDeviceGetName = property()  # pyright: ignore[reportAssignmentType]


@pytest.mark.parametrize(
    ("visible", "expected"),
    [
        (None, H100),
        ("0", H100),
        ("1,0", SMALL),
        (" 1", SMALL),
        ("GPU-bbbb,GPU-aaaa", SMALL),
        ("", None),
        ("-1", None),
        ("2", None),
        ("GPU-cccc", None),
    ],
)
def test_the_gpu_is_the_first_that_cuda_may_see(visible: str | None, expected: Gpu | None) -> None:
    driver = Driver()
    assert ask_driver(driver, {} if visible is None else {"CUDA_VISIBLE_DEVICES": visible}) == expected
    assert driver.open == 0


@pytest.mark.parametrize("fails", ["init", "memory", "name"])
def test_a_driver_that_fails_is_no_gpu(fails: str) -> None:
    driver = Driver(fails)
    assert ask_driver(driver, {}) is None
    assert driver.open == 0


def test_a_library_of_another_make_is_no_gpu() -> None:
    assert ask_driver(OldDriver(), {}) is None
    assert ask_driver(ctypes.CDLL(None) if sys.platform != "win32" else object(), {}) is None


def test_how_a_gpu_and_a_torch_are_told() -> None:
    assert str(H100) == "NVIDIA H100 80GB HBM3, 80 GiB"
    assert str(TorchBuild("2.13.0", "12.8")) == "2.13.0, CUDA 12.8"
    assert str(TorchBuild("2.13.0+cpu", None)) == "2.13.0+cpu, built without CUDA"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "__version__ = '2.13.0+cu128'\ncuda: Optional[str] = '12.8'\nhip = None\n",
            TorchBuild("2.13.0+cu128", "12.8"),
        ),
        ("__version__ = '2.13.0+cpu'\ncuda: Optional[str] = None\nhip = '6.1'\n", TorchBuild("2.13.0+cpu", None)),
        ('__version__ = "2.4.1"\ncuda = "12.1"\n', TorchBuild("2.4.1", "12.1")),
        ("cuda = '12.1'\n", None),
        ("", None),
    ],
)
def test_a_build_is_read_from_its_version_file(text: str, expected: TorchBuild | None) -> None:
    assert read_build(text) == expected


def test_the_installed_torch_is_the_one_that_its_package_says() -> None:
    found = find_torch()
    assert found is not None
    assert found.version.split("+")[0] == version("torch").split("+")[0]


def test_looking_imports_nothing_and_is_quick() -> None:
    """A start looks on its own thread: it takes milliseconds, and torch's import a second or two."""
    code = (
        "import sys, time; from superviz.engine import devices; begun = time.perf_counter();"
        "devices.find_gpu(), devices.find_torch(); took = time.perf_counter() - begun;"
        "sys.exit(bool({'torch', 'numba'} & set(sys.modules)) or took > .5)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """A GPU and a torch that can use it."""
    monkeypatch.setattr(devices, "find_gpu", lambda: H100)
    monkeypatch.setattr(devices, "find_torch", lambda: TorchBuild("2.13.0", "12.8"))
    return monkeypatch


def test_cuda_is_refused_with_what_is_missing(machine: pytest.MonkeyPatch) -> None:
    require_device("cuda")
    machine.setattr(devices, "find_torch", lambda: TorchBuild("2.13.0+cpu", None))
    with pytest.raises(TrainingError, match=r"^device 'cuda': torch 2\.13\.0\+cpu was built without CUDA: install"):
        require_device("cuda")
    machine.setattr(devices, "find_torch", lambda: None)
    with pytest.raises(TrainingError, match=r"^device 'cuda': torch is not installed: pip install superviz\[gpu\]; "):
        require_device("cuda")
    machine.setattr(devices, "find_gpu", lambda: None)
    with pytest.raises(TrainingError, match=r"^device 'cuda': no NVIDIA GPU was found; cpu and auto train on the CPU$"):
        require_device("cuda")
    for device in ("auto", "cpu"):
        require_device(device)


@pytest.mark.parametrize("device", ["tpu", "", "CUDA"])
def test_another_device_is_refused(device: str) -> None:
    with pytest.raises(TrainingError, match=f"^device '{device}': give auto, cpu or cuda$"):
        require_device(device)


def test_the_answer_is_kept() -> None:
    assert find_gpu() is find_gpu()
    assert find_torch() is find_torch()
