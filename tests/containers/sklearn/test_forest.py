"""Compiled forests answer what scikit-learn answers, bit for bit, and only where they are proven to."""

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from compiled import Unavailable, library
from hypothesis import given, settings
from hypothesis import strategies as st
from serving import Answer, Refusal, Settings
from sklearn_image import archive, engine, forest, model, portable
from sklearn_image.archive import FOREST, ONNX
from sklearn_image.engine import Engine
from sklearn_image.service import ModelService

from tests.compiler import require_compiler
from tests.containers.sklearn.worlds import World, kept, world

pytestmark = pytest.mark.unit


@pytest.fixture(autouse=True, scope="module")
def compiler() -> None:
    require_compiler()


FORESTS = [
    {"n_estimators": "10"},
    {"n_estimators": "7", "max_depth": "3"},
    {"n_estimators": "3", "min_samples_leaf": "40", "max_features": "all"},
    {"n_estimators": "4", "min_samples_leaf": "300"},
]


@pytest.fixture
def made() -> World:
    return world(1, "random-forest", classes=3, n_estimators="5")


@pytest.fixture
def folder(made: World, tmp_path: Path) -> Path:
    return kept(made, tmp_path / "model")


@pytest.mark.parametrize("classes", [0, 2, 3, 12])
@pytest.mark.parametrize("seed", range(4))
def test_a_forest_answers_the_same_bits(tmp_path: Path, seed: int, classes: int) -> None:
    made = world(seed, "random-forest", classes=classes, numbers=(5, 1, 2, 3)[seed], levels=0, **FORESTS[seed])
    chosen = engine.choose(kept(made, tmp_path))
    assert chosen.name == "compiled"
    rows = made.rows(2000)
    expected = made.model.predict(rows)
    np.testing.assert_array_equal(chosen.predict(rows), expected)
    assert chosen.forest
    cells = [[f"{value:.3f}" for value in row] for row in rows]
    answered = chosen.forest.text("".join(",".join(row) + "\n" for row in cells).encode(), len(cells))
    assert answered is not None
    np.testing.assert_array_equal(
        answered if classes else answered[:, 0], made.model.predict(np.array(cells, dtype=float))
    )


@pytest.mark.parametrize(
    ("estimator", "classes", "levels"),
    [("random-forest", 2, 1), ("gradient-boosting", 2, 0), ("logistic-regression", 2, 0), ("linear", 0, 0)],
)
def test_what_is_no_forest_of_numbers_has_no_file(tmp_path: Path, estimator: str, classes: int, levels: int) -> None:
    made = world(2, estimator, classes=classes, levels=levels)
    chosen = engine.choose(kept(made, tmp_path))
    assert not (tmp_path / FOREST).exists()
    assert (chosen.name, chosen.forest) == ("onnxruntime", None)
    assert FOREST not in chosen.reason


def rewritten(folder: Path, **changes: Any) -> None:
    with np.load(folder / FOREST) as read:
        arrays = {name: read[name] for name in forest.ARRAYS} | changes
    np.savez(folder / FOREST, **{name: array for name, array in arrays.items() if array is not None})


def cut(folder: Path) -> None:
    (folder / FOREST).write_bytes((folder / FOREST).read_bytes()[:-100])


def nonsense(folder: Path) -> None:
    (folder / FOREST).write_bytes(b"\x00\xff" * 1000)


def of_another_model(folder: Path) -> None:
    other = world(9, "random-forest", classes=3, n_estimators="5")
    (folder / FOREST).write_bytes(forest.content(other.model.pipeline[-1]))


def of_more_columns(folder: Path) -> None:
    other = world(9, "random-forest", classes=3, numbers=9, n_estimators="5")
    (folder / FOREST).write_bytes(forest.content(other.model.pipeline[-1]))


def of_fewer_classes(folder: Path) -> None:
    other = world(9, "random-forest", classes=2, n_estimators="5")
    (folder / FOREST).write_bytes(forest.content(other.model.pipeline[-1]))


def without_roots(folder: Path) -> None:
    rewritten(folder, roots=None)


def with_pickles(folder: Path) -> None:
    rewritten(folder, means=np.array([[{"a": 1}] * 3], dtype=object))


def leading_out(folder: Path) -> None:
    with np.load(folder / FOREST) as read:
        nodes = read["nodes"]
    nodes["left"][0] = 2**31 - 2
    rewritten(folder, nodes=nodes)


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (cut, "forest.npz: "),
        (nonsense, "forest.npz: .*it cannot be read: File is not a zip file"),
        (of_another_model, r"forest.npz: \d+ of 200 rows differ, row \d+: "),
        (of_more_columns, "forest.npz: .*the forest's features are not in order"),
        (of_fewer_classes, r"forest.npz: .*a leaf has \(2,\) values"),
        (without_roots, "forest.npz: .*it cannot be read: .*roots"),
        (with_pickles, "forest.npz: .*Object arrays cannot be loaded"),
        (leading_out, "forest.npz: .*the forest's children are not in order"),
    ],
)
def test_a_forest_that_is_not_proven_is_left_to_onnx_runtime(
    made: World, folder: Path, spoil: Callable[[Path], None], reason: str
) -> None:
    spoil(folder)
    chosen = engine.choose(folder)
    assert chosen.name == "onnxruntime"
    assert chosen.reason.startswith(f"{ONNX} agrees")
    with pytest.raises(AssertionError, match=reason):
        raise AssertionError(chosen.reason)
    rows = made.rows(50)
    np.testing.assert_array_equal(chosen.predict(rows), made.model.predict(rows))


def test_a_file_that_unpacks_to_more_than_a_model_may_have_is_not_unpacked(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forest, "MOST_BYTES", 2**20)
    with zipfile.ZipFile(folder / FOREST, "w", zipfile.ZIP_DEFLATED) as members:
        members.writestr("means.npy", bytes(2**21))
    assert (folder / FOREST).stat().st_size < 2**14
    assert "forest.npz: ValueError: 2097152 bytes are more than 1048576" in engine.choose(folder).reason


def unavailable() -> None:
    raise Unavailable("no compiled library: no compiler")


def test_without_a_library_a_forest_is_kept_and_onnx_runtime_serves(
    made: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(library, "load", unavailable)
    kept(made, tmp_path)
    assert (tmp_path / FOREST).is_file()
    chosen = engine.choose(tmp_path)
    assert chosen.name == "onnxruntime"
    assert "no compiled library: no compiler" in chosen.reason
    answer = ModelService(chosen, Settings()).invoke(b"1,2,3,4,5\n", "text/csv", "text/csv")
    monkeypatch.undo()
    compiled = engine.choose(tmp_path)
    assert compiled.name == "compiled"
    assert ModelService(compiled, Settings()).invoke(b"1,2,3,4,5\n", "text/csv", "text/csv") == answer


def test_a_forest_that_is_too_large_is_not_kept(
    made: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    monkeypatch.setattr(forest, "MOST_BYTES", 1000)
    kept(made, tmp_path)
    assert not (tmp_path / FOREST).exists()
    assert "no forest.npz: 0 MB of trees are more than 0" in caplog.messages
    assert engine.choose(tmp_path).name == "onnxruntime"


class Worlds:
    """Services of one model, with the short way from text and without."""

    def __init__(self, folder: Path, made: World) -> None:
        chosen = engine.choose(kept(made, folder))
        self.short = ModelService(chosen, Settings())
        self.long = ModelService(Engine(chosen.name, "", chosen.schema, chosen.predict), Settings())
        assert chosen.forest


@pytest.fixture(scope="module", params=[0, 3])
def services(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Worlds:
    made = world(4, "random-forest", classes=request.param, numbers=3, n_estimators="5")
    return Worlds(tmp_path_factory.mktemp("model"), made)


CELLS = st.one_of(
    st.floats(-3, 3).map("{:.3f}".format),
    st.floats(-3, 3).map("{:.3f}".format),
    st.floats(allow_nan=False).map(repr),
    st.sampled_from(["", " 1", ".5", "5.", "+1", "007", "1e5", "1e39", "nan", '"1"', "x", "1_0", "\u0661", "number 0"]),
)
ROWS = st.integers(2, 4).flatmap(lambda width: st.lists(CELLS, min_size=width, max_size=width))
THREE = st.lists(CELLS, min_size=3, max_size=3)


def asked(service: ModelService, body: bytes, accept: str) -> Answer | tuple[int, str]:
    try:
        return service.invoke(body, "text/csv", accept)
    except Refusal as refusal:
        return refusal.status, str(refusal)


@given(
    rows=st.lists(st.one_of(THREE, THREE, THREE, ROWS), max_size=12),
    end=st.sampled_from(["\n", "\n", "\r\n", "\r"]),
    last=st.sampled_from(["", "\n", "\n\n", "\r\n"]),
    header=st.sampled_from([[], [], [], ["number 0", "number 1", "number 2"]]),
    accept=st.sampled_from(["text/csv", "application/json"]),
)
@settings(max_examples=400, deadline=None)
def test_text_is_answered_as_if_it_had_been_read_first(
    services: Worlds, rows: list[list[str]], end: str, last: str, header: list[str], accept: str
) -> None:
    lines = [header, *rows] if header else rows
    body = (end.join(",".join(row) for row in lines) + last).encode()
    assert asked(services.short, body, accept) == asked(services.long, body, accept)


def test_columns_that_are_called_like_numbers_are_read_first(tmp_path: Path) -> None:
    made = world(4, "random-forest", classes=2, numbers=2, n_estimators="5")
    model.save(made.model, tmp_path)
    text = (tmp_path / archive.SCHEMA).read_text().replace("number 0", "0").replace("number 1", "1")
    (tmp_path / archive.SCHEMA).write_text(text)
    portable.save(made.model, made.rows(100), tmp_path)
    service = ModelService(engine.choose(tmp_path), Settings())
    answer = service.invoke(b"1,2\n3,4\n", "text/csv", "text/csv").body
    assert service.invoke(b"1,0\n2,1\n4,3\n", "text/csv", "text/csv").body == answer, "the first line is a header"
