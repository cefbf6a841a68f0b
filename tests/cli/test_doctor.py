"""`superviz doctor`: it says what there is, and survives what there isn't."""

from __future__ import annotations

import pytest

from superviz.cli import doctor


def test_it_names_what_this_machine_offers(superviz) -> None:
    said = superviz("doctor")
    assert (said.status, said.err) == (0, "")
    rows = dict(line.split(None, 1) for line in said.out.splitlines())
    assert "CPU" in rows["training"]
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
