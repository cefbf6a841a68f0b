"""Weights from anyone's file, read as they are said to lie and never otherwise, as a recording."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import save_file

from superviz.core.errors import SessionError, WeightsError
from superviz.exchange.importing import LAST_STEP, candidates, import_weights
from superviz.session.recording import Recording

NORMAL = np.random.default_rng(0).normal
W = NORMAL(size=(2, 5)).astype(np.float32)
RUN = NORMAL(size=(7, 3, 2, 5)).astype(np.float32)
"""(steps, instances, hidden, features)."""
BIASES = NORMAL(size=(7, 3, 5)).astype(np.float32)


@pytest.fixture
def npz(tmp_path: Path) -> Callable[..., Path]:
    def npz(**arrays) -> Path:
        np.savez(tmp_path / "mine.npz", allow_pickle=False, **arrays)
        return tmp_path / "mine.npz"

    return npz


def refusal(path: Path, **options) -> str:
    with pytest.raises(WeightsError) as caught:
        import_weights(path, **options)
    assert "\n" not in str(caught.value)
    return str(caught.value).removeprefix(f"{path}: ")


def test_a_matrix_is_one_step_of_one_model(tmp_path: Path) -> None:
    np.save(tmp_path / "dictionary.npy", W)
    for axes, expected in (("hidden,features", W), ("features,hidden", W.T)):
        recording = import_weights(tmp_path / "dictionary.npy", axes=axes)
        assert (recording.origin, recording.described, recording.title) == ("imported", False, "dictionary")
        assert not recording.can_train
        (snapshot,) = recording.snapshots
        np.testing.assert_array_equal(snapshot.W, expected[None])
        np.testing.assert_array_equal(snapshot.b, np.zeros((1, expected.shape[1])))
        experiment = recording.experiment
        assert (experiment.n_hidden, experiment.n_features, experiment.n_instances) == (*expected.shape, 1)
        assert not experiment.bias
        assert recording.moment(0).W.shape == snapshot.W.shape
        recording.close()


@given(st.permutations(["steps", "instances", "hidden", "features"]), st.booleans())
@settings(max_examples=12, deadline=None)
def test_a_stack_is_a_run_whatever_its_order(tmp_path_factory, axes: list[str], bias: bool) -> None:
    path = tmp_path_factory.mktemp("stack") / "run.npz"
    order = [["steps", "instances", "hidden", "features"].index(axis) for axis in axes]
    bias_order = [["steps", "instances", "features"].index(axis) for axis in axes if axis != "hidden"]
    steps = np.arange(7) ** 2
    np.savez(path, weights=RUN.transpose(order), biases=BIASES.transpose(bias_order), step=steps)
    recording = import_weights(path, axes=",".join(axes), name="weights", bias="biases" if bias else None)
    assert [snapshot.step for snapshot in recording.snapshots] == [0, 1, 4, 9, 16, 25, 36]
    for place, snapshot in enumerate(recording.snapshots):
        np.testing.assert_array_equal(snapshot.W, RUN[place])
        np.testing.assert_array_equal(snapshot.b, BIASES[place] if bias else np.zeros((3, 5)))
    assert recording.experiment.bias == bias
    recording.close()


def test_it_is_written_to_a_file_that_holds_all_of_it(npz, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    path = npz(W=RUN[:, 0], b=BIASES[0, 0], steps=np.arange(7.0))
    recording = import_weights(
        path,
        axes="steps,hidden,features",
        bias="b",
        title="Mine",
        to=tmp_path / "mine.superviz",
        report=lambda done, of: told.append((done, of)),
    )
    assert told == [(step, 7) for step in range(1, 8)]
    assert (recording.path, recording.title, recording.keyframe_count) == (tmp_path / "mine.superviz", "Mine", 7)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["mine.npz", "mine.superviz"]
    again = Recording.open(tmp_path / "mine.superviz")
    assert (again.origin, again.described) == ("imported", False)
    for place, snapshot in enumerate(again.snapshots):
        np.testing.assert_array_equal(snapshot.W, RUN[place, :1])
        np.testing.assert_array_equal(snapshot.b, BIASES[0, :1])


def test_large_weights_are_all_kept(npz, tmp_path: Path) -> None:
    stack = NORMAL(size=(60, 20, 1000)).astype(np.float32)
    recording = import_weights(npz(W=stack), axes="steps,hidden,features", to=tmp_path / "large.superviz")
    assert (recording.keyframe_count, recording.thinned) == (60, 0)
    np.testing.assert_array_equal(recording.snapshots[59].W[0], stack[59])


def test_nothing_is_overwritten_unasked(npz, tmp_path: Path) -> None:
    target = tmp_path / "kept.superviz"
    target.write_text("precious")
    with pytest.raises(SessionError, match="exists already"):
        import_weights(npz(W=W), axes="hidden,features", to=target)
    with pytest.raises(WeightsError, match="is nan"):
        import_weights(npz(W=W * np.nan), axes="hidden,features", to=target, force=True)
    assert target.read_text() == "precious"
    assert import_weights(npz(W=W), axes="hidden,features", to=str(target), force=True).keyframe_count == 1


def test_a_target_that_can_not_be_is_told_before_the_work(npz, tmp_path: Path) -> None:
    path = npz(W=W * np.nan)  # which would be found while it is read
    with pytest.raises(SessionError, match="there is no folder"):
        import_weights(path, axes="hidden,features", to=tmp_path / "nowhere" / "run.superviz")


@pytest.mark.parametrize("fault", [SessionError("run.superviz.part: full"), KeyboardInterrupt()])
def test_what_goes_wrong_halfway_leaves_what_was_there(
    npz, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: BaseException
) -> None:
    path, target = npz(W=RUN[:, 0]), tmp_path / "run.superviz"
    import_weights(path, axes="steps,hidden,features", to=target, title="First")

    def stop(done: int, of: int) -> None:
        raise fault

    with pytest.raises(type(fault)):
        import_weights(path, axes="steps,hidden,features", to=target, force=True, report=stop)
    assert Recording.open(target).title == "First"
    assert sorted(file.name for file in tmp_path.iterdir()) == ["mine.npz", "run.superviz"]


def test_a_fault_of_the_disk_names_the_file_that_was_asked_for(npz, tmp_path, monkeypatch) -> None:
    def fail(recording: Recording) -> None:
        raise SessionError(f"{recording.path}: can't be written: no space left on device")

    monkeypatch.setattr(Recording, "flush", fail)
    with pytest.raises(SessionError) as caught:
        import_weights(npz(W=W), axes="hidden,features", to=tmp_path / "run.superviz")
    assert str(caught.value) == f"{tmp_path / 'run.superviz'}: can't be written: no space left on device"


def test_without_axes_they_are_asked_for_with_an_example_that_fits(npz) -> None:
    line = refusal(npz(W_dec=NORMAL(size=(512, 64))))
    assert line.startswith("W_dec is 512 by 64, and nothing says which is which: give its axes, such as --axes ")
    assert "--axes features,hidden (512 features in 64 dimensions) or --axes hidden,features (64 features in" in line
    (only,) = candidates(npz(W_dec=NORMAL(size=(512, 64))))
    example = line.partition("--axes ")[2].partition(" ")[0]
    assert example == only.orientations[0].axes
    assert import_weights(npz(W_dec=NORMAL(size=(512, 64))), axes=example).experiment.n_features == 512
    one_way = refusal(npz(W=NORMAL(size=(5000, 3))))
    assert one_way.endswith("such as --axes features,hidden (5,000 features in 3 dimensions)")


def test_which_array_is_asked_for_where_there_are_several(npz) -> None:
    path = npz(W=W, b=BIASES[0], names=np.array([["a"]]), step=np.arange(3))
    line = refusal(path, axes="hidden,features")
    assert line == "holds W (2 by 5, float32) and b (3 by 5, float32); say which array, such as --array W"
    assert import_weights(path, axes="hidden,features", name="W").experiment.n_features == 5
    assert import_weights(npz(W=W, b=BIASES[0, 0], step=3), axes="hidden,features").live_step == 3


@pytest.mark.parametrize(
    ("options", "line"),
    [
        ({"name": "V"}, "has no array V, but W (2 by 5, float32), b (a list of 5, float32) and t (1 by 1, text)"),
        ({"name": "t"}, "t holds text; give numbers"),
        ({"name": "b"}, 'axes "hidden,features": 2 dimensions, but b is a list of 5'),
        ({"bias": "c"}, "has no array c"),
        ({"bias": "W", "name": "W"}, "W is 2 by 5, but the bias of W is a list of 5"),
        ({"axes": "features,hidden", "bias": "b"}, "b is a list of 5, but the bias of W is a list of 2"),
        ({"axes": "hidden;features"}, 'axes "hidden;features": name each dimension once'),
    ],
)
def test_what_does_not_fit_is_named(npz, options: dict[str, str], line: str) -> None:
    path = npz(W=W, b=BIASES[0, 0], t=np.array([["text"]]))
    assert refusal(path, **{"axes": "hidden,features", **options}).startswith(line)


def test_a_file_without_a_matrix_says_what_it_holds(npz) -> None:
    arrays = {f"layer{i}.bias": np.zeros(5) for i in range(10)}
    line = refusal(npz(**arrays))
    assert line.startswith("holds no matrix, only layer0.bias (a list of 5, float64), layer1.bias")
    assert line.endswith(" and 2 more")
    with pytest.raises(WeightsError, match="but no matrix of up to 32,768 features in up to 4,096 dimensions"):
        candidates(npz(**arrays))
    assert refusal(npz(superviz_axes=np.array("hidden,features"))) == "holds no matrix, only nothing"
    assert "give a matrix, or a stack of them" in refusal(npz(W=np.zeros((1, 1, 1, 1, 1))))


@pytest.mark.parametrize(
    ("steps", "line"),
    [
        (np.arange(6), "step is a list of 6, but there are 7 steps: give a number for each"),
        (np.zeros((7, 1)), "step is 7 by 1, but there are 7 steps"),
        (np.array([0, 1, 2, 3, 4, 5, 5]), "step: 5 comes after 5; give steps that grow"),
        (np.arange(7)[::-1], "step: 5 comes after 6"),
        (np.arange(7) - 1, "step: steps are numbered from 0 to 9,007,199,254,740,992"),
        (np.arange(7) + LAST_STEP, "step: steps are numbered from 0 to"),
        (np.arange(7) / 2, "step[1] is 0.5; give whole numbers"),
        (np.array(["a"] * 7), "step holds text; give numbers"),
    ],
)
def test_steps_are_numbered_as_the_file_says_or_not_at_all(npz, steps: np.ndarray, line: str) -> None:
    assert refusal(npz(W=RUN[:, 0], step=steps), axes="steps,hidden,features", name="W").startswith(line)


def test_steps_that_are_of_something_else_do_not_matter_to_one_matrix(npz) -> None:
    path = npz(W=W, steps=np.arange(100))
    assert import_weights(path, axes="hidden,features").live_step == 0


def marked(path: Path, axes: str, **arrays: np.ndarray) -> Path:
    """A file that says how its W lies, in both manners."""
    if path.suffix == ".npz":
        np.savez(path, allow_pickle=False, **arrays, superviz_axes=np.array(axes))
    else:
        save_file(arrays, path, metadata={"superviz_axes": axes})
    return path


@pytest.mark.parametrize("name", ["w.npz", "w.safetensors"])
def test_a_file_that_says_how_it_lies_needs_no_question(tmp_path: Path, name: str) -> None:
    arrays = {"W_out": RUN[1].copy(), "W": RUN[0].copy(), "b": BIASES[0].copy(), "step": np.array([600])}
    path = marked(tmp_path / name, "instances,hidden,features", **arrays)
    first, second, *rest = candidates(path)
    assert (first.name, first.is_marked, [way.axes for way in first.orientations]) == (
        "W",
        True,
        ["instances,hidden,features"],
    )
    assert (second.name, second.is_marked) == ("W_out", True)
    assert [(one.name, one.is_marked) for one in rest] == [("b", False)]
    recording = import_weights(path)
    assert recording.live_step == 600
    np.testing.assert_array_equal(recording.snapshots[0].W, RUN[0])
    np.testing.assert_array_equal(recording.snapshots[0].b, BIASES[0])
    np.testing.assert_array_equal(import_weights(path, name="W_out").snapshots[0].W, RUN[1])
    turned = import_weights(path, axes="instances,features,hidden", name="W_out")
    assert (turned.experiment.n_features, turned.experiment.n_instances) == (2, 3)


def test_a_file_that_says_so_without_a_bias_has_none(tmp_path: Path) -> None:
    recording = import_weights(marked(tmp_path / "w.npz", "hidden,features", W=W))
    assert not recording.experiment.bias


@pytest.mark.parametrize("axes", ["instances,hidden,features", "nonsense"])
def test_a_file_that_says_what_can_not_be_is_refused(tmp_path: Path, axes: str) -> None:
    path = marked(tmp_path / "w.npz", axes, W=W)
    assert refusal(path).startswith(f'axes "{axes}"')
    with pytest.raises(WeightsError, match=f'axes "{axes}"'):
        candidates(path)
    assert import_weights(path, axes="hidden,features").experiment.n_features == 5


def test_what_superviz_writes_comes_back_unasked(small_session: Path, tmp_path: Path) -> None:
    from superviz.exchange.weights import write_weights

    last = Recording.open(small_session).snapshots[-1]
    for ending in (".npz", ".safetensors"):
        write_weights(last, tmp_path / f"w{ending}")
        recording = import_weights(tmp_path / f"w{ending}")
        (snapshot,) = recording.snapshots
        assert snapshot.step == last.step == 600
        np.testing.assert_array_equal(snapshot.W, last.W)
        np.testing.assert_array_equal(snapshot.b, last.b)


def test_candidates_tell_all_that_a_person_may_be_asked(npz) -> None:
    path = npz(layers=RUN[:, 0], vector=BIASES[0, 0], table=BIASES[:, 0], names=np.array([["a"]]))
    layers, table = candidates(path)
    assert (layers.name, layers.shape, layers.kind, layers.is_marked) == ("layers", (7, 2, 5), "float32", False)
    assert layers.orientations[0].axes == "steps,hidden,features"
    assert len(layers.orientations) == 12
    assert layers.biases(layers.orientations[0]) == ("vector", "table")
    turned = next(way for way in layers.orientations if way.axes == "instances,features,hidden")
    assert layers.biases(turned) == ()
    assert (table.name, [way.axes for way in table.orientations]) == ("table", ["features,hidden", "hidden,features"])
    assert table.biases(table.orientations[1]) == ("vector",)


def test_a_dictionary_of_directions_opens(npz, tmp_path: Path) -> None:
    directions = NORMAL(size=(2048, 64)).astype(np.float16)
    recording = import_weights(npz(W_dec=directions), axes="features,hidden", to=tmp_path / "dictionary.superviz")
    assert (recording.experiment.n_features, recording.experiment.n_hidden) == (2048, 64)
    np.testing.assert_array_equal(recording.snapshots[0].W[0], directions.T)


def test_weights_are_not_replaced_by_what_is_made_of_them(tmp_path: Path) -> None:
    np.save(tmp_path / "w.npy", W)
    content = (tmp_path / "w.npy").read_bytes()
    (tmp_path / "same.npy").symlink_to("w.npy")
    for name in ("w.npy", "same.npy"):
        with pytest.raises(SessionError, match=f"{name}: the weights themselves, which it would replace"):
            import_weights(tmp_path / "w.npy", axes="hidden,features", to=tmp_path / name, force=True)
    assert (tmp_path / "w.npy").read_bytes() == content


@pytest.mark.parametrize(("given", "kept"), [("a\nb", "a b"), ("bad\udcff", "bad?"), ("x" * 200, "x" * 80)])
def test_a_title_is_a_line_of_text(tmp_path: Path, given: str, kept: str) -> None:
    np.save(tmp_path / "w.npy", W)
    recording = import_weights(tmp_path / "w.npy", axes="hidden,features", title=given, to=tmp_path / "run.superviz")
    assert recording.title == Recording.open(tmp_path / "run.superviz").title == kept
