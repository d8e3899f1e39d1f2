"""XGBoost's binary form of a model is read as what its JSON says."""

import json
from typing import Any

import numpy as np
import pytest
import xgboost
from xgboost_image import ubjson
from xgboost_image.problems import Unfaithful

pytestmark = pytest.mark.unit

RANDOM = np.random.default_rng(4)
FEATURES = RANDOM.integers(-20, 20, size=(200, 4)) / 4.0
LABELS = FEATURES[:, 0] * FEATURES[:, 1]


def trained(**parameters: Any) -> xgboost.Booster:
    matrix = xgboost.DMatrix(FEATURES, LABELS, feature_names=["one", "zwei", "três", "四"])
    return xgboost.train({"nthread": 1, **parameters}, matrix, 3)


def listed(value: Any) -> Any:
    """Return NumPy's arrays as lists, and numbers in single precision, which JSON writes in fewest digits."""
    if isinstance(value, dict):
        return {name: listed(each) for name, each in value.items()}
    if isinstance(value, list | np.ndarray):
        return [listed(each) for each in (value if isinstance(value, list) else value.tolist())]
    return float(np.float32(value)) if isinstance(value, float) else value


@pytest.mark.parametrize("booster", ["gbtree", "dart", "gblinear"])
def test_it_says_what_json_says(booster: str) -> None:
    model = trained(booster=booster)
    model.set_attr(note='a "note"')
    assert listed(ubjson.read(model.save_raw("ubj"))) == listed(json.loads(model.save_raw("json")))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (b"T", True),
        (b"F", False),
        (b"Z", None),
        (b"i\xff", -1),
        (b"U\xff", 255),
        (b"I\x01\x00", 256),
        (b"d\x3f\x80\x00\x00", 1.0),
        (b"D\xbf\xf0\x00\x00\x00\x00\x00\x00", -1.0),
        (b"[#i\x02TSi\x01x", [True, "x"]),
        (b"[$I#i\x02\x00\x01\xff\xff", [1, -1]),
        (b"[$d#i\x00", []),
        (b"{i\x01ai\x01i\x01b{}}", {"a": 1, "b": {}}),
    ],
)
def test_each_kind_of_value_is_read(text: bytes, value: Any) -> None:
    assert listed(ubjson.read(text)) == value


@pytest.mark.parametrize(
    "text", [b"", b"{", b"x", b"Si\x01\xff", b"[i\x01]", b"[$S#i\x00", b"[$d#i\x01\x00", b"l\x00", b"{S"]
)
def test_anything_else_leaves_the_model_to_xgboost(text: bytes) -> None:
    with pytest.raises(Unfaithful, match="the model's binary form is not understood"):
        ubjson.read(text)


def test_a_file_that_is_cut_off_is_noticed_wherever_it_ends() -> None:
    whole = bytes(trained(max_depth=1).save_raw("ubj"))
    for end in range(0, len(whole), 7):
        with pytest.raises(Unfaithful):
            ubjson.read(whole[:end])
