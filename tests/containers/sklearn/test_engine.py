"""Which engine answers for an archive, and why: another than scikit-learn only where it is proven to agree."""

import logging
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
from contract.errors import UserError
from onnx import TensorProto, helper
from sklearn_image import archive, convert, engine, portable, sample, trial
from sklearn_image.convert import Unconvertible

from tests.containers.sklearn.worlds import World, kept, world

pytestmark = pytest.mark.unit


@pytest.fixture
def forest() -> World:
    return world(1, "random-forest", classes=3, levels=1, n_estimators="5")


@pytest.fixture
def folder(forest: World, tmp_path: Path) -> Path:
    return kept(forest, tmp_path / "model")


@pytest.mark.parametrize(
    ("estimator", "classes"),
    [("random-forest", 2), ("gradient-boosting", 3), ("logistic-regression", 2), ("linear", 0), ("random-forest", 0)],
)
def test_a_trained_model_is_answered_for_by_onnx_runtime(tmp_path: Path, estimator: str, classes: int) -> None:
    made = world(2, estimator, classes=classes, levels=1)
    chosen = engine.choose(kept(made, tmp_path))
    assert chosen.name == "onnxruntime"
    assert "agrees" in chosen.reason
    rows = made.rows(300)
    expected = made.model.predict(rows)
    assert chosen.predict(rows).shape == expected.shape
    np.testing.assert_allclose(chosen.predict(rows), expected, rtol=1e-9, atol=1e-12)


def test_the_sample_is_spread_over_the_training_rows(tmp_path: Path) -> None:
    made = world(3, "linear")
    rows = made.rows(1000)
    portable.save(made.model, rows, tmp_path)
    taken = sample.load(tmp_path, made.model.schema)
    assert len(taken.rows) == 200
    np.testing.assert_array_equal(taken.rows[[0, -1]], rows[[0, -1]])
    np.testing.assert_array_equal(taken.predictions, made.model.predict(taken.rows))


def test_all_rows_of_a_small_channel_are_the_sample(tmp_path: Path) -> None:
    made = world(3, "linear")
    portable.save(made.model, made.rows(7), tmp_path)
    assert len(sample.load(tmp_path, made.model.schema).rows) == 7


def renamed(folder: Path) -> None:
    (folder / archive.ONNX).rename(folder / "former")


def cut(folder: Path) -> None:
    file = folder / archive.ONNX
    file.write_bytes(file.read_bytes()[:-100])


def nonsense(folder: Path) -> None:
    (folder / archive.ONNX).write_bytes(b"\x00\xff" * 1000)


def empty(folder: Path) -> None:
    (folder / archive.ONNX).write_bytes(b"")


def of_another_model(folder: Path) -> None:
    other = world(9, "random-forest", classes=3, levels=1, n_estimators="5")
    (folder / archive.ONNX).write_bytes(convert.to_onnx(other.model.pipeline, 6))


def of_other_columns(folder: Path) -> None:
    other = world(9, "random-forest", classes=3, levels=0, n_estimators="5")
    (folder / archive.ONNX).write_bytes(convert.to_onnx(other.model.pipeline, 5))


def of_fewer_classes(folder: Path) -> None:
    other = world(9, "random-forest", classes=2, levels=1, n_estimators="5")
    (folder / archive.ONNX).write_bytes(convert.to_onnx(other.model.pipeline, 6))


def reading_files(folder: Path) -> None:
    """Take the weights from a file beside the server, as a model may ask for."""
    graph = onnx.load_from_string((folder / archive.ONNX).read_bytes())
    tensor = graph.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="schema.json")
    (folder / archive.ONNX).write_bytes(graph.SerializeToString())


def two_outputs(folder: Path) -> None:
    graph = onnx.load_from_string((folder / archive.ONNX).read_bytes())
    graph.graph.output.append(graph.graph.output[0])
    graph.graph.output[1].name = graph.graph.node[-2].output[0]
    (folder / archive.ONNX).write_bytes(graph.SerializeToString())


def endless(folder: Path) -> None:
    """Loop for as long as an integer counts."""
    info, whole, double = helper.make_tensor_value_info, TensorProto.INT64, TensorProto.DOUBLE
    body = helper.make_graph(
        [helper.make_node("Identity", ["go"], ["on"]), helper.make_node("Identity", ["sum"], ["total"])],
        "body",
        [info("i", whole, []), info("go", TensorProto.BOOL, []), info("sum", double, [None, 6])],
        [info("on", TensorProto.BOOL, []), info("total", double, [None, 6])],
    )
    graph = helper.make_graph(
        [helper.make_node("Loop", ["most", "yes", "rows"], ["answer"], body=body)],
        "graph",
        [info("rows", double, [None, 6])],
        [info("answer", double, [None, 6])],
        [helper.make_tensor("most", whole, [], [2**62]), helper.make_tensor("yes", TensorProto.BOOL, [], [1])],
    )
    made = helper.make_model(graph, ir_version=10, opset_imports=[helper.make_opsetid("", 21)])
    (folder / archive.ONNX).write_bytes(made.SerializeToString())


def without_rows(folder: Path) -> None:
    (folder / archive.SAMPLE_ROWS).unlink()


def without_predictions(folder: Path) -> None:
    (folder / archive.SAMPLE_PREDICTIONS).unlink()


def fewer_predictions(folder: Path) -> None:
    file = folder / archive.SAMPLE_PREDICTIONS
    np.save(file, np.load(file)[:-1])


def no_predictions(folder: Path) -> None:
    for name in (archive.SAMPLE_ROWS, archive.SAMPLE_PREDICTIONS):
        np.save(folder / name, np.load(folder / name)[:0])


def other_predictions(folder: Path) -> None:
    file = folder / archive.SAMPLE_PREDICTIONS
    values = np.load(file)
    values[3] = [*values[3][:2], values[3][2] + 0.1]
    np.save(file, values)


def pickled_predictions(folder: Path) -> None:
    np.save(folder / archive.SAMPLE_PREDICTIONS, np.array([{"a": 1}], dtype=object), allow_pickle=True)


def singles(folder: Path) -> None:
    file = folder / archive.SAMPLE_PREDICTIONS
    np.save(file, np.load(file).astype(np.float32))


def boundless_predictions(folder: Path) -> None:
    header = b"{'descr': '<f8', 'fortran_order': False, 'shape': (999999999999, 3), }".ljust(117) + b"\n"
    (folder / archive.SAMPLE_PREDICTIONS).write_bytes(b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header)


def many_predictions(folder: Path) -> None:
    np.save(folder / archive.SAMPLE_PREDICTIONS, np.zeros((100_000, 3)))


def infinite_predictions(folder: Path) -> None:
    file = folder / archive.SAMPLE_PREDICTIONS
    np.save(file, np.full_like(np.load(file), np.inf))


def text_for_predictions(folder: Path) -> None:
    (folder / archive.SAMPLE_PREDICTIONS).write_text("1,2,3\n")


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (renamed, "the archive has no model.onnx"),
        (cut, "model.onnx: "),
        (nonsense, "model.onnx: "),
        (empty, "model.onnx: "),
        (of_another_model, r"model.onnx: \d+ of 200 rows differ, row \d+: "),
        (of_other_columns, "model.onnx: "),
        (of_fewer_classes, r"answers \(200, 2\) numbers instead of \(200, 3\)"),
        (reading_files, "model.onnx: .*it refers to files"),
        (two_outputs, "model.onnx: .*one output"),
        (without_rows, "no sample to check model.onnx by: .*sample-rows.npy"),
        (without_predictions, "no sample to check model.onnx by: .*sample-predictions.npy"),
        (fewer_predictions, "sample-rows.npy has 200 rows and sample-predictions.npy 199"),
        (no_predictions, r"sample-rows.npy has float64 of shape \(0, 6\)"),
        (other_predictions, "1 of 200 rows differ, row 4"),
        (pickled_predictions, "sample-predictions.npy cannot be read: Object arrays"),
        (singles, "sample-predictions.npy has float32"),
        (boundless_predictions, "sample-predictions.npy cannot be read"),
        (many_predictions, "sample-predictions.npy is larger than 200 rows are"),
        (infinite_predictions, "sample-predictions.npy has numbers that are not finite"),
        (text_for_predictions, "sample-predictions.npy cannot be read"),
    ],
)
def test_an_archive_that_is_not_proven_is_served_by_scikit_learn(
    forest: World, folder: Path, caplog: pytest.LogCaptureFixture, spoil: Callable[[Path], None], reason: str
) -> None:
    caplog.set_level(logging.INFO)
    spoil(folder)
    chosen = engine.choose(folder)
    assert chosen.name == "scikit-learn"
    assert len(chosen.reason) < 1000
    assert caplog.messages[-1] == f"engine: scikit-learn ({chosen.reason})"
    with pytest.raises(AssertionError, match=reason):
        raise AssertionError(chosen.reason)
    rows = forest.rows(50)
    np.testing.assert_array_equal(chosen.predict(rows), forest.model.predict(rows))


def test_a_model_that_computes_without_end_is_left(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    endless(folder)
    monkeypatch.setattr(trial, "SECONDS", 2.0)
    assert engine.choose(folder).reason == "model.onnx: it takes longer than 2 seconds"


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"no model\.skops in the model's folder"):
        engine.choose(tmp_path)


def test_training_tells_what_it_cannot_convert(
    forest: World, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> bytes:
        raise Unconvertible("it is too large")

    caplog.set_level(logging.INFO)
    monkeypatch.setattr(convert, "to_onnx", refuse)
    portable.save(forest.model, forest.rows(10), tmp_path)
    assert caplog.messages[-1] == "no model.onnx: it is too large"
    assert list(tmp_path.iterdir()) == []


def test_training_keeps_no_model_that_differs(
    forest: World, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.INFO)
    other = world(9, "random-forest", classes=3, levels=1, n_estimators="5")
    monkeypatch.setattr(convert, "to_onnx", lambda *_: convert_to_onnx(other.model.pipeline, 6))
    portable.save(forest.model, forest.rows(100), tmp_path)
    assert "no model.onnx: " in caplog.messages[-1]
    assert "rows differ" in caplog.messages[-1]
    assert list(tmp_path.iterdir()) == []


convert_to_onnx = convert.to_onnx


@pytest.mark.parametrize(
    ("expected", "answered", "agrees"),
    [
        ([1.0, 2.0], [1.000009, 2.0], True),
        ([1.0, 2.0], [1.000011, 2.0], False),
        ([0.0, 1e6], [1e-7, 1e6], True),
        ([0.0, 1.0], [1e-7, 1.0], False),
        ([1.0, 2.0], [1.0, np.nan], False),
        ([1.0, 2.0], [[1.0], [2.0]], False),
    ],
)
def test_numbers_agree_relative_to_themselves(expected: list[float], answered: list[float], agrees: bool) -> None:
    assert (sample.difference("regression", np.array(expected), np.array(answered)) is None) is agrees


@pytest.mark.parametrize(
    ("answered", "agrees"),
    [
        ([[0.6, 0.4], [0.5, 0.5]], True),
        ([[0.600009, 0.399991], [0.5, 0.5]], True),
        ([[0.60002, 0.39998], [0.5, 0.5]], False),
        ([[0.6, 0.4], [0.4999999, 0.5000001]], False),
        ([[0.6, np.nan], [0.5, 0.5]], False),
    ],
)
def test_probabilities_agree_if_the_class_is_the_same(answered: list[list[float]], agrees: bool) -> None:
    expected = np.array([[0.6, 0.4], [0.5, 0.5]])
    assert (sample.difference("classification", expected, np.array(answered)) is None) is agrees


def killed() -> str | None:
    os.kill(os.getpid(), signal.SIGKILL)
    return None


def slow() -> str | None:
    time.sleep(60)
    return None


def failing() -> str | None:
    raise MemoryError("no room")


@pytest.mark.parametrize(
    ("work", "said"),
    [
        (lambda: None, None),
        (lambda: "it differs", "it differs"),
        (lambda: "x" * 100_000, "x" * 4096),
        (failing, "MemoryError: no room"),
        (killed, "a process that read it ended with -9"),
        (slow, "it takes longer than 0.5 seconds"),
    ],
)
def test_what_ends_a_process_ends_no_server(work: Callable[[], str | None], said: str | None) -> None:
    assert trial.run(work, 0.5 if work is slow else 30) == said
