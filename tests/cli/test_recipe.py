"""`superviz recipe`: what was trained, as TOML or as a string; and strings where recipes are taken."""

from __future__ import annotations

from pathlib import Path

import pytest

from superviz.core.recipe import load_recipe, parse_recipe
from superviz.session.recording import Recording


def test_a_run_tells_its_recipe(superviz, small_session: Path, tmp_path: Path) -> None:
    said = superviz("recipe", small_session)
    assert (said.status, said.err) == (0, "")
    assert parse_recipe(said.out, "r").experiment == Recording.open(small_session).experiment
    assert superviz("recipe", small_session, "-o", "mine.toml").line == "mine.toml: written"
    assert (tmp_path / "mine.toml").read_text() == said.out
    assert superviz("recipe", "mine.toml").out.startswith("# A superviz recipe")
    assert superviz("recipe", small_session, "-o", "mine.toml").line.startswith("superviz: mine.toml: exists already")
    assert superviz("recipe", "intro", "-o", "mine.toml", "--force").status == 0


def test_a_string_goes_from_one_command_to_the_next(superviz, tmp_path: Path) -> None:
    text = superviz("recipe", "pentagon", "--string").out
    assert text.endswith("\n")
    text = text.strip()
    assert load_recipe(text).experiment == load_recipe("pentagon").experiment
    assert superviz("train", f" {text} ", "--steps", "20", "-o", "p.superviz").status == 0
    recording = Recording.open(tmp_path / "p.superviz")
    assert recording.title == "A pentagon from eight starts"
    assert recording.experiment == load_recipe("pentagon").experiment
    recording.close()
    assert superviz("render", text, "-o", "p.png", "--size", "320x180", "--instance", "9").status == 2
    assert superviz("recipe", "p.superviz", "--string").out.startswith("superviz1-")


def test_a_string_is_for_the_window_too(superviz, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("superviz.app.show.require_screen", lambda: None)
    opened: list[object] = []
    monkeypatch.setattr("superviz.app.show.show", lambda what, **options: opened.append(what) or 0)
    long = "superviz1-" + "2" * 5_000
    for text in ("superviz1-abc", long):
        assert superviz(text).status == 0
    assert opened == ["superviz1-abc", long]


def test_what_is_garbled_or_asked_for_twice_is_one_line(superviz) -> None:
    assert superviz("recipe", "superviz1-abc").line == (
        "superviz: the recipe string is not whole: a character was lost or changed; copy it again"
    )
    assert superviz("train", "superviz9-abc", "-o", "r.superviz").line.startswith("superviz: the recipe string has ver")
    assert "--string is printed; leave out --output" in superviz("recipe", "pentagon", "--string", "-o", "p.toml").line
