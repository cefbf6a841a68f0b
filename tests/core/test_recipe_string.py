"""Recipe strings: the same experiment comes back however it was pasted; what is garbled or hostile is refused."""

from __future__ import annotations

import json
import string
import time
import tracemalloc
import zlib
from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from superviz.core import recipe_string as module
from superviz.core.errors import RecipeError
from superviz.core.experiment import Experiment
from superviz.core.recipe import Recipe, load_recipe, presets, recipe_string
from superviz.core.recipe_string import decode, encode, is_recipe_string

LOOK_ALIKES = set("0OIl")
PENTAGON = recipe_string(load_recipe("pentagon"))
values = st.dictionaries(
    st.text(max_size=10),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
        lambda inner: st.lists(inner, max_size=4),
        max_leaves=20,
    ),
    max_size=6,
)


def sealed(packed: bytes) -> str:
    """A string of our making around `packed`, with the right checksum."""
    return module.BEGINNING + module._to_digits(zlib.crc32(packed).to_bytes(4) + packed)


def deflated(data: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15, zdict=module._LIKELY)
    return packer.compress(data) + packer.flush()


def test_every_preset_goes_through_a_string() -> None:
    for recipe in presets():
        text = recipe_string(recipe)
        assert len(text) < 160
        assert not LOOK_ALIKES & set(text.removeprefix("superviz1-"))
        found = load_recipe(text)
        assert found == replace(recipe, name="the recipe string", shows="", source="", place=0.0)


def test_the_pentagon_is_short() -> None:
    assert len(PENTAGON) < 60
    assert load_recipe(PENTAGON).title == "A pentagon from eight starts"


def test_what_version_1_has_sent_is_read_for_ever() -> None:
    """Written down once. Where this fails, every string that people have kept is broken: make a version 2 instead."""
    text = "superviz1-YD5RERtBJMgVrit9YmXo7UFZ54bcLBUGx97FVj96csy"
    recipe = load_recipe(text)
    assert recipe.experiment == Experiment(n_features=5, n_hidden=2, n_instances=8, seed=4)
    assert (recipe.title, recipe.instance, recipe.pace) == ("A pentagon from eight starts", 2, 120.0)


@settings(deadline=None, max_examples=150)
@given(data=st.data())
def test_every_experiment_comes_back(experiments, data: st.DataObject) -> None:
    experiment = data.draw(experiments)
    text = recipe_string(Recipe("any", experiment, ""))
    assert load_recipe(text).experiment == experiment
    assert text.removeprefix("superviz1-").isalnum()


@given(values)
def test_all_that_json_has_comes_back(given: dict[str, object]) -> None:
    assume("\x00" not in given)
    assert decode(encode(given)) == given


@given(title=st.text(max_size=200), pace=st.none() | st.floats(1e-3, 1e9))
def test_a_title_is_told_as_far_as_a_recipe_can_have_it(title: str, pace: float | None) -> None:
    recipe = Recipe("any", Experiment(n_features=5, n_hidden=2), title, pace=pace)
    found = load_recipe(recipe_string(recipe))
    assert found.title == (" ".join(title.split())[:80].strip() or "5 features, 2 dimensions")
    assert found.pace == pace


@pytest.mark.parametrize(
    "pasted",
    [
        f"  {PENTAGON}\n",
        f"`{PENTAGON}`",
        f"```\n{PENTAGON}\n```",
        f'"{PENTAGON}"',
        f"\u201c{PENTAGON}\u201d.",
        f"<{PENTAGON}>,",
        f"**{PENTAGON}**",
        f"\ufeff\u200b{PENTAGON[:20]}\u200b{PENTAGON[20:]}\u2060",
        f"{PENTAGON[:30]}\r\n{PENTAGON[30:]}",
        "\n> ".join(["", *(PENTAGON[at : at + 12] for at in range(0, len(PENTAGON), 12))]),
        PENTAGON.replace("superviz1-", "Superviz1\u2013"),
        PENTAGON.replace("superviz1-", "superviz1\u2011"),
        f"({PENTAGON})!",
    ],
)
def test_what_chat_and_mail_do_to_it_is_forgiven(pasted: str) -> None:
    assert is_recipe_string(pasted)
    assert load_recipe(pasted) == load_recipe(PENTAGON)


@given(data=st.data())
def test_a_changed_character_is_found(data: st.DataObject) -> None:
    at = data.draw(st.integers(len("superviz1-"), len(PENTAGON) - 1))
    sign = data.draw(st.sampled_from(string.ascii_letters + string.digits + "-"))
    assume(sign != PENTAGON[at])
    with pytest.raises(RecipeError, match="not whole: a character was lost or changed; copy it again"):
        load_recipe(PENTAGON[:at] + sign + PENTAGON[at + 1 :])


@given(st.integers(len("superviz1-"), len(PENTAGON) - 1), st.sampled_from("1z8K"))
def test_a_lost_or_doubled_character_is_found(at: int, sign: str) -> None:
    for garbled in (PENTAGON[:at] + PENTAGON[at + 1 :], PENTAGON[:at] + sign + PENTAGON[at:], PENTAGON + sign):
        with pytest.raises(RecipeError, match="not whole"):
            load_recipe(garbled)


@given(st.text(max_size=300) | st.text(string.ascii_letters + string.digits).map("superviz1-{}".format))
def test_whatever_is_pasted_is_a_recipe_or_one_line(text: str) -> None:
    with pytest.raises(RecipeError) as caught:
        decode(text)
    assert "\n" not in str(caught.value)


def test_a_newer_version_is_told_as_such() -> None:
    with pytest.raises(RecipeError) as caught:
        load_recipe(PENTAGON.replace("superviz1", "superviz12"))
    line = "the recipe string has version 12, from a newer superviz; this one reads version 1"
    assert str(caught.value) == line
    with pytest.raises(RecipeError, match="not whole"):
        load_recipe(PENTAGON.replace("superviz1", "superviz0"))


@pytest.mark.parametrize("text", ["pentagon", "superviz-1", "", "superviz1", "/tmp/superviz1-a", "x" * 3_000_000])
def test_other_words_are_none(text: str) -> None:
    assert not is_recipe_string(text)
    with pytest.raises(RecipeError, match="no recipe string; one begins with superviz1-"):
        decode(text)


@pytest.mark.parametrize("name", ["superviz1-run.superviz", "superviz1-mine.toml", "superviz1-w.safetensors"])
def test_a_files_name_is_none(name: str) -> None:
    assert not is_recipe_string(name)


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b"[1, 2]", "the recipe string holds no recipe that superviz wrote"),
        (b"{", "the recipe string holds no recipe that superviz wrote"),
        (b'{"\xff": 1}', "the recipe string holds no recipe that superviz wrote"),
        (b'{"about": {"title": "\\ud800"}}', "the recipe string holds no recipe that superviz wrote"),
        (b"[" * 100_000, "the recipe string holds no recipe that superviz wrote"),
        (b'{"n_features": ' + b"9" * 5_000 + b"}", "the recipe string holds no recipe that superviz wrote"),
        (b"{}", "the recipe string: n_features: missing; "),
        (b'{"n_features":5,"n_hidden":2,"about":7}', "the recipe string: about: give a table of fields, not 7"),
        (b'{"n_features":5,"n_hidden":2,"steps":NaN}', "the recipe string: steps: "),
        (b'{"n_features":5,"n_hidden":2,"__class__":1}', "the recipe string: __class__: no such field; "),
        (b'{"n_features":5,"n_hidden":2,"about":{"instance":1}}', "the recipe string: about.instance: 1, but n_ins"),
    ],
)
def test_what_someone_made_up_is_refused(data: bytes, line: str) -> None:
    with pytest.raises(RecipeError) as caught:
        load_recipe(sealed(deflated(data)))
    assert str(caught.value).startswith(line)


def test_what_is_not_deflated_or_goes_on_is_refused() -> None:
    fine = deflated(b'{"n_features":5,"n_hidden":2}')
    assert load_recipe(sealed(fine)).experiment == Experiment(n_features=5, n_hidden=2)
    for packed in (b"\xff\xff", fine + b"more", fine[:-1]):
        with pytest.raises(RecipeError, match="holds no recipe"):
            load_recipe(sealed(packed))


def test_a_bomb_takes_neither_memory_nor_time() -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15, zdict=module._LIKELY)
    bomb = sealed(b"".join(packer.compress(b" " * 2**20) for _ in range(100)) + packer.flush())
    assert len(bomb) < 200_000, "it stands for 100 MB"
    tracemalloc.start()
    begun = time.process_time()
    with pytest.raises(RecipeError, match="holds no recipe"):
        load_recipe(bomb)
    assert time.process_time() - begun < 5
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20_000_000


def test_too_many_numbers_are_better_a_file() -> None:
    rows = [[0.123456789 + feature for feature in range(300)] for _ in range(300)]
    many = Experiment(n_features=300, n_hidden=300, starting_weights=rows)
    assert len(json.dumps(rows)) > 2**20
    with pytest.raises(RecipeError, match="too many numbers for a recipe string; save its recipe as a file instead"):
        recipe_string(Recipe("any", many, ""))
