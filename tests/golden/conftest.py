"""The switch that makes the golden pictures anew: pytest tests/golden --regenerate-golden."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--regenerate-golden", action="store_true", help="write the golden pictures instead of comparing")


@pytest.fixture
def regenerate(request: pytest.FixtureRequest) -> bool:
    """Whether to write. A run of all tests reads this file too late to know the option: then it's off."""
    return bool(request.config.getoption("--regenerate-golden", default=False))
