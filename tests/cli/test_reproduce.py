"""`superviz reproduce`: what is printed, what is refused before any training, and how it ends."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from superviz.reproduction import suite
from superviz.reproduction.expected import near
from superviz.reproduction.pictures import vectors
from superviz.reproduction.run import probabilities, sweep
from superviz.reproduction.study import Check, Picture, Study, at

RUN = sweep(probabilities(0.5), seeds=2, n_features=3, n_hidden=2, batch_size=32, steps=30)


def _seeds(low: float) -> Check:
    return Check("seeds", "So many seeds.", "a table", near(low, 0), at("p = 0.5", lambda t: [float(len(t.W))]))


GOOD = Study("good", "A good study", "a paper", (RUN,), (_seeds(2),), (Picture("Vectors.", vectors("p = 0.5")),))
BAD = Study("bad", "A bad study", "a paper", (RUN,), (_seeds(2), _seeds(3)), quick=False)


@pytest.fixture
def two_studies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suite, "SUITE", (GOOD, BAD))


def test_a_real_study_of_formulas_passes(superviz) -> None:
    said = superviz("reproduce", "ideals")
    assert said.status == 0
    assert said.err == ""
    lines = said.out.splitlines()
    assert "cores" in lines[0]
    assert lines[1].startswith("Python ")
    assert "ideals: The ideal shapes, by the formula" in lines
    assert [line.split()[:2] for line in lines if "pass " in line][4] == ["pass", "pentagon"]
    assert lines[-1].startswith("11 of 11 checks pass, in ")


def test_a_real_study_that_trains(superviz) -> None:
    """Two pairs of features, some 300,000 steps: correlated ones orthogonal, anticorrelated ones antipodal."""
    said = superviz("reproduce", "pairs", "--json")
    assert said.status == 0
    (study,) = json.loads(said.out)["studies"]
    correlated, anticorrelated = study["checks"]
    assert correlated["measured"] == pytest.approx([0, 0], abs=0.05)
    assert anticorrelated["measured"] == pytest.approx([-1, -1], abs=0.01)
    assert (study["seeds"], study["models"], study["model_steps"]) == (16, 32, 320_000)


def test_a_failure_is_told_with_its_claim_and_ends_with_1(superviz, two_studies: None) -> None:
    said = superviz("reproduce")
    assert said.status == 1
    assert said.err == ""
    text = said.out
    assert "good: A good study\na paper, 2 seeds, " in text
    assert text.count("  pass  seeds") == 2
    assert "  FAIL  seeds                     3 exactly                       measured 2\n" in text
    assert "\n        So many seeds. (a table)\n" in text
    assert "\n2 of 3 checks pass, in " in text


def test_quick_leaves_out_what_takes_long(superviz, two_studies: None) -> None:
    said = superviz("reproduce", "--quick")
    assert said.status == 0
    assert "bad" not in said.out
    assert "1 of 1 checks pass" in said.out
    assert superviz("reproduce", "bad", "--quick").status == 1


def test_json_is_one_object(superviz, two_studies: None) -> None:
    said = superviz("reproduce", "--json")
    assert said.status == 1
    shown = json.loads(said.out)
    assert list(shown) == ["hardware", "versions", "quick", "seconds", "passed", "studies"]
    assert shown["passed"] is False
    assert [study["name"] for study in shown["studies"]] == ["good", "bad"]
    assert [check["passed"] for check in shown["studies"][1]["checks"]] == [True, False]
    assert shown["quick"] is False
    assert json.loads(superviz("reproduce", "--quick", "--json").out)["quick"] is True


def test_a_report_is_written_and_never_replaced_unasked(superviz, two_studies: None, tmp_path: Path) -> None:
    said = superviz("reproduce", "good", "-o", "report.html")
    assert said.status == 0
    assert said.out.endswith("; report.html shows it\n")
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "data:image/svg+xml," in text
    assert "1 of 1" in text
    again = superviz("reproduce", "good", "-o", "report.html")
    assert again.status == 2
    assert again.line.startswith("superviz: report.html: exists already; give another name, or replace it with --force")
    assert again.out == ""
    assert superviz("reproduce", "good", "-o", "report.html", "--force").status == 0


def test_a_report_is_written_where_checks_fail_too(superviz, two_studies: None, tmp_path: Path) -> None:
    assert superviz("reproduce", "bad", "-o", "report.html").status == 1
    assert "1 of 2" in (tmp_path / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["pentagons"], "superviz: no study 'pentagons' (did you mean pentagon?); the studies are ideals, intro, "),
        (["ideals", "-o", "r.pdf"], "superviz: r.pdf: unknown ending .pdf; end the name in .htm or .html"),
        (["ideals", "-o", "none/r.html"], "superviz: none/r.html: no folder none; make it first"),
    ],
)
def test_what_cannot_be_done_is_one_line_before_anything_is_trained(
    superviz, monkeypatch: pytest.MonkeyPatch, arguments: list[str], line: str
) -> None:
    monkeypatch.setattr("superviz.reproduction.verdict.judge", None)
    said = superviz("reproduce", *arguments)
    assert said.status == 2
    assert said.line.startswith(line)
    assert said.out == ""


def test_ctrl_c_ends_with_1_and_leaves_no_report(superviz, two_studies: None, monkeypatch, tmp_path: Path) -> None:
    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("superviz.reproduction.verdict.train", stop)
    said = superviz("reproduce", "good", "-o", "report.html")
    assert said.status == 1
    assert "Traceback" not in said.err
    assert list(tmp_path.iterdir()) == []


def test_it_loads_no_torch_and_qt_only_for_a_report(tmp_path: Path) -> None:
    program = """
import atexit, sys
loaded = lambda: {name.partition(".")[0] for name in sys.modules}
atexit.register(lambda: print("LOADED", *sorted(loaded() & {"torch", "PySide6"})))
sys.argv = ["superviz", "reproduce", "crossover", "--json"]
from superviz.cli.main import main
main()
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "LOADED"
