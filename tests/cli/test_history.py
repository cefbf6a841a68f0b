"""`superviz history`: a run as CSV."""

from __future__ import annotations

import csv
from pathlib import Path


def test_a_run_becomes_a_table(superviz, small_session: Path, tmp_path: Path) -> None:
    said = superviz("history", small_session, "-o", "run.csv")
    assert (said.status, said.line) == (0, "run.csv: written")
    with (tmp_path / "run.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["instance"] for row in rows} == {"0", "1"}
    assert rows[-1]["step"] == "600"


def test_an_existing_file_is_kept_without_force(superviz, small_session: Path, tmp_path: Path) -> None:
    (tmp_path / "run.csv").write_text("precious")
    assert superviz("history", small_session, "-o", "run.csv").line.startswith("superviz: run.csv: exists already")
    assert (tmp_path / "run.csv").read_text() == "precious"
    assert superviz("history", small_session, "-o", "run.csv", "--force").status == 0
    assert superviz("history", small_session, "-o", "run.xls").line == (
        "superviz: run.xls: unknown ending .xls; end the name in .csv"
    )
