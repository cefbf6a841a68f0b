"""Paths through the home folder begin with a tilde; others stay as they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from superviz.app.home import with_tilde


@pytest.fixture(autouse=True)
def ann(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "home", lambda: Path("/home/ann"))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("/home/ann", "~"),
        ("/home/ann/runs/p.superviz is damaged", "~/runs/p.superviz is damaged"),
        ("/home/anna/p.superviz", "/home/anna/p.superviz"),
        ("from /home/ann/a to /home/ann/b", "from ~/a to ~/b"),
        ("no path", "no path"),
    ],
)
def test_it_is_shortened(text: str, shown: str) -> None:
    assert with_tilde(text) == shown


def test_a_user_without_a_home(monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", nowhere)
    assert with_tilde("/home/ann/a") == "/home/ann/a"
    monkeypatch.setattr(Path, "home", lambda: Path("/"))
    assert with_tilde("/usr/bin") == "/usr/bin"
