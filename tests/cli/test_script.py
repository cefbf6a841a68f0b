"""`superviz script`: a PyTorch script of a run or recipe."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest


@pytest.mark.parametrize("source", ["pentagon", "small.superviz"])
def test_a_script_is_written(superviz, small_session: Path, tmp_path: Path, source: str) -> None:
    said = superviz("script", source, "-o", "mine.py")
    assert (said.status, said.line) == (0, "mine.py: written; python mine.py trains it")
    functions = {node.name for node in ast.parse((tmp_path / "mine.py").read_text()).body if hasattr(node, "name")}  # type: ignore[attr-defined]
    assert {"sample", "Model", "losses", "train", "evaluate"} <= functions
    assert superviz("script", source, "-o", "mine.py").line.startswith("superviz: mine.py: exists already")
    assert superviz("script", source, "-o", "mine.py", "--force").status == 0
    assert superviz("script", source, "-o", "mine.txt").line.startswith("superviz: mine.txt: unknown ending .txt")
