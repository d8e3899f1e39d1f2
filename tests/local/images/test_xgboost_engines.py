"""Whichever engine computes, a caller gets the same bytes."""

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import xgboost
from framework.service import FunctionService
from hypothesis import example, given, settings
from hypothesis import strategies as st
from recordio import Record, Tensor, write_records
from serving import Settings
from xgboost_image import predictor, serving
from xgboost_image.rows import Rows

from tests.local.images.xgboost_jobs import Floats, csv

# The server says so too.
pytestmark = [pytest.mark.unit, pytest.mark.filterwarnings("ignore:overflow encountered in cast")]

RANDOM = np.random.default_rng(2)
TRAINED = RANDOM.integers(-20, 20, size=(300, 4)) / 4.0

# In what XGBoost complains of.
CLOCK = re.compile(rb"\d\d:\d\d:\d\d")
ENVIRONMENTS: tuple[dict[str, str], ...] = (
    {},
    {"SAGEMAKER_BATCH": "true"},
    {"STAND_IN_FOR": "xgboost:1"},
    {"SAGEMAKER_INFERENCE_OUTPUT": "predicted_score"},
    {"SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT": "application/json"},
)
CELLS = ["1", "-2.25", "0.1", "1e-5", "", "nan", "3e38", "1e39", "inf", "x"]
ODD = ["+1", ".5", "5.", "01", "-0", "1e400", "1e-50", "9007199254740993", "1_0", "0x1", '"1"', "-", "1e", "1.2.3"]
MARKS = [",", ",", ",", ",", ",", ",", "\n", "\n", "\r\n", "\r", " ", ";", "\t", "#", "\0", "\xa0"]


@pytest.fixture(scope="module")
def engines(tmp_path_factory: pytest.TempPathFactory) -> tuple[predictor.Predictor, predictor.Predictor]:
    """One model twice: evaluated the fast way, and by XGBoost."""
    folder: Path = tmp_path_factory.mktemp("model")
    labels = TRAINED[:, 0] * TRAINED[:, 1] + TRAINED[:, 2]
    xgboost.train({"nthread": 1}, xgboost.DMatrix(TRAINED, labels), 20).save_model(folder / "model.json")
    fast, slow = predictor.load(folder), predictor.load(folder)
    assert fast.engine == "compiled"
    slow.compute, slow.text = None, lambda body: None
    return fast, slow


def service(model: predictor.Predictor, environment: dict[str, str]) -> FunctionService:
    return serving.service(model, Settings(), environment)


Engines = tuple[predictor.Predictor, predictor.Predictor]


def same(engines: Engines, environment: dict[str, str], body: bytes, content_type: str, accept: str = "") -> int:
    fast, slow = (service(model, environment).invoke(body, content_type, accept) for model in engines)
    assert CLOCK.sub(b"", fast.body) == CLOCK.sub(b"", slow.body)
    assert fast[1:] == slow[1:]
    return fast.status


@settings(deadline=None)
@given(
    st.lists(st.lists(st.sampled_from(CELLS), min_size=3, max_size=5), min_size=1, max_size=4),
    st.sampled_from(ENVIRONMENTS),
)
@example([["1", "2", "3", "4"]], {})
@example([["1", "2", "3"]], {})
@example([["1", "2", "3", "4", "5"]], {})
def test_any_csv_is_answered_the_same(engines: Engines, rows: list[list[str]], environment: dict[str, str]) -> None:
    same(engines, environment, "\n".join(map(",".join, rows)).encode(), "text/csv")


@settings(deadline=None)
@given(st.lists(st.sampled_from(["1", "-2.25", "1e-5", *ODD, *MARKS]), max_size=16).map("".join))
@example("1,2,3,4\r\n5,6,7,8\r\n")
@example("1,2,3,4\n\n5,6,7,8\n")
@example("1,2,3,4,\n")
@example("1,2,3,4\r")
@example("\n1,2,3,4\n")
@example("1,2,3,4,5,6,7,8\n")
@example("+1,.5,5.,-0")
def test_any_text_is_answered_the_same(engines: Engines, text: str) -> None:
    same(engines, {}, text.encode(), "text/csv")


@settings(deadline=None)
@given(st.lists(st.lists(st.floats(width=32, allow_nan=False), min_size=4, max_size=4), min_size=1, max_size=20))
def test_any_numbers_are_answered_the_same(engines: Engines, rows: list[list[float]]) -> None:
    same(engines, {}, "".join(",".join(map(repr, row)) + "\n" for row in rows).encode(), "text/csv")


@pytest.mark.parametrize("environment", ENVIRONMENTS, ids=str)
@pytest.mark.parametrize("accept", ["", "text/csv", "application/json"])
def test_every_content_type_is_answered_the_same(engines: Engines, environment: dict[str, str], accept: str) -> None:
    rows = RANDOM.integers(-30, 30, size=(150, 4)) / 8.0
    rows[RANDOM.random(rows.shape) < 0.1] = np.nan
    lines = (" ".join(f"{place}:{value}" for place, value in enumerate(row) if value == value) for row in rows.tolist())
    libsvm = "\n".join(f"0 {line}" for line in lines).encode()
    records = write_records(Record({"values": Tensor(row)}) for row in rows)
    bodies = {"text/csv": csv(None, rows), "text/libsvm": libsvm, "application/x-recordio-protobuf": records}
    for content_type, body in bodies.items():
        assert same(engines, environment, body, content_type, accept) == 200


def dart(labels: Floats) -> xgboost.Booster:
    return xgboost.train({"nthread": 1, "booster": "dart", "rate_drop": 0.5}, xgboost.DMatrix(TRAINED, labels), 20)


def linear(labels: Floats) -> xgboost.Booster:
    return xgboost.train({"nthread": 1, "booster": "gblinear"}, xgboost.DMatrix(TRAINED, labels), 20)


def two_targets(labels: Floats) -> xgboost.Booster:
    return xgboost.train({"nthread": 1}, xgboost.DMatrix(TRAINED, np.stack([labels, -labels], axis=1)), 20)


def categories(labels: Floats) -> xgboost.Booster:
    codes = np.abs(TRAINED * 4)
    matrix = xgboost.DMatrix(codes, labels, feature_types=["c"] * 4, enable_categorical=True)
    return xgboost.train({"nthread": 1, "max_cat_to_onehot": 1}, matrix, 20)


@pytest.mark.parametrize("make", [dart, linear, two_targets, categories])
def test_what_xgboost_itself_computes_is_what_it_predicts(make: Callable[[Floats], xgboost.Booster]) -> None:
    booster = make(TRAINED[:, 0] * TRAINED[:, 1])
    model = predictor.Predictor(booster)
    assert model.engine == "xgboost"
    rows = RANDOM.integers(0, 60, size=(1000, 4)) / 8.0
    rows[RANDOM.random(rows.shape) < 0.1] = np.nan
    assert np.array_equal(model.predict(Rows(rows)), booster.predict(xgboost.DMatrix(rows)))
