"""A loaded model: from rows to predictions, by several threads or processes at once."""

import json
import logging
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import xgboost
from framework import plain
from numpy.typing import NDArray
from recordio import RecordIOError, read_matrix

from xgboost_image import content_types, textfiles
from xgboost_image.fast import Fast
from xgboost_image.problems import Unfaithful, Unreadable, UserError
from xgboost_image.rows import Rows

log = logging.getLogger(__name__)

Floats = NDArray[np.float32]
# As in `fast`, for XGBoost itself: some dozens of rows.
_INLINE_BYTES = 4 * 1024

Compute = Callable[[Floats], Floats]
ComputeText = Callable[[bytes], Floats | None]


class Predictor:
    """A booster, with what its answers mean; `engine` is what computes them, and `reason` why it does.

    Bodies of up to `inline_bytes` take a few milliseconds.
    """

    def __init__(self, booster: xgboost.Booster) -> None:
        booster.set_param({"nthread": 1})
        self._booster = booster
        self._features = booster.num_features()
        learner = json.loads(booster.save_config())["learner"]
        self.objective = str(learner["objective"]["name"])
        self.classes = int(learner["learner_model_param"].get("num_class", 0))
        self.compute: Compute | None
        self.text: ComputeText = _nothing
        try:
            fast = Fast(booster, self.objective)
            self.compute, self.text, self.inline_bytes = fast, fast.text, fast.inline_bytes
            self.engine, self.reason = "compiled", "agrees with XGBoost on rows around the splits of the model"
        except Unfaithful as why:
            self.compute, self.inline_bytes = _in_place(booster, learner["gradient_booster"]["name"]), _INLINE_BYTES
            self.engine, self.reason = "xgboost", str(why)
        log.info("engine: %s (%s)", self.engine, self.reason)

    def answer(self, body: bytes, content_type: str) -> Floats:
        """Return the same as `predict` for the rows of a request.

        Raises:
            Unreadable: as `read` has it.
            UserError: as `predict` has it.
        """
        kind = _kind(content_type)
        found = self.text(body) if kind == content_types.CSV else None
        return self.predict(read(body, content_type)) if found is None else found

    def predict(self, rows: Rows) -> Floats:
        """Return a number per row, or for `multi:softprob` one per class and row.

        Raises:
            UserError: the rows have more columns than the model was trained on.
        """
        if self.compute and (dense := _dense(rows.features, self._features)) is not None:
            return self.compute(dense)
        try:
            return np.asarray(self._booster.predict(rows.matrix(), validate_features=False))
        except (xgboost.core.XGBoostError, ValueError) as error:
            text = str(error).partition("Stack trace:")[0].strip()
            raise UserError(f"Unable to evaluate payload provided: {text}") from error


def _nothing(body: bytes) -> None:
    """Leave every body to be read."""


def _in_place(booster: xgboost.Booster, kind: str) -> Compute | None:
    """Return XGBoost's own shorter way. Linear models have none, and `dart` adds up in another order there."""
    return partial(booster.inplace_predict, validate_features=False) if kind == "gbtree" else None


def _dense(features: Any, width: int) -> Floats | None:
    """Return the features as XGBoost compares them; nothing where it would say something about them."""
    if not isinstance(features, np.ndarray) or features.shape[1] != width:
        return None
    dense: Floats = features.astype(np.float32, copy=False)
    return None if np.count_nonzero(np.isinf(dense)) else dense


def load(folder: Path) -> Predictor:
    """Load the model's file, whatever its name.

    Raises:
        UserError: there is none, or it is not in XGBoost's own format (a pickle is not loaded: it could run anything).
    """
    files = sorted(file for file in folder.iterdir() if file.is_file() and not file.name.startswith("."))
    if not files:
        raise UserError(f"there is no model file in {folder}")
    file = next((file for file in files if file.name == "xgboost-model"), files[0])
    log.info("Loading the model from %s", file)
    # One thread from the start: a pool of more would not live through a fork.
    booster = xgboost.Booster({"nthread": 1})
    try:
        booster.load_model(bytearray(file.read_bytes()))
    except (xgboost.core.XGBoostError, ValueError) as error:
        text = str(error).partition("Stack trace:")[0].strip()
        raise UserError(f"Model {file.name} cannot be loaded: {text}") from error
    return Predictor(booster)


def read(body: bytes, content_type: str) -> Rows:
    """Return the rows of a request.

    Raises:
        Unreadable: the content type is not read here, or the body is not what it says.
    """
    kind = _kind(content_type)
    try:
        return _rows(body, kind)
    except (Unreadable, RecordIOError) as error:
        raise Unreadable(
            f"Loading {kind} data failed with Exception, please ensure data is in {kind} format:\n {error}"
        ) from error


def _kind(content_type: str) -> str:
    try:
        kind = content_types.format_of(content_type)
    except UserError as error:
        raise Unreadable(str(error)) from error
    if kind == content_types.PARQUET:
        raise Unreadable(f"Content-type {content_type} is not supported.")
    return kind


def _rows(body: bytes, kind: str) -> Rows:
    if kind == content_types.CSV:
        table = plain.csv(body, np.float32)
        return Rows(textfiles.read_csv(body) if table is None else table)
    if kind == content_types.LIBSVM:
        return textfiles.read_libsvm(body, labelled=False)
    return Rows(read_matrix(body).features)


def listed(predictions: Floats) -> Sequence[Any]:
    """Return predictions as Python's numbers: a float per row, or a list of them."""
    found: Sequence[Any] = predictions.tolist()
    return found
