"""The files that ship are found, in a checkout as in an installation."""

from superviz.core.resources import RESOURCES


def test_the_presets_lie_there() -> None:
    assert (RESOURCES / "presets" / "intro.toml").is_file()
