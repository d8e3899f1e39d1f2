"""A loaded model: from rows to predictions, by several threads or processes at once."""

import json
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import xgboost
from numpy.typing import NDArray
from recordio import RecordIOError, read_matrix

from xgboost_image import content_types, plain, textfiles
from xgboost_image.fast import Fast
from xgboost_image.problems import Unfaithful, Unreadable, UserError
from xgboost_image.rows import Rows

log = logging.getLogger(__name__)


class Predictor:
    """A booster, with what its answers mean; `engine` is what computes them, and `reason` why it does."""

    def __init__(self, booster: xgboost.Booster) -> None:
        booster.set_param({"nthread": 1})
        self._booster = booster
        learner = json.loads(booster.save_config())["learner"]
        self.objective = str(learner["objective"]["name"])
        self.classes = int(learner["learner_model_param"].get("num_class", 0))
        self._fast: Fast | None = None
        try:
            self._fast = Fast(booster, self.objective)
            self.engine, self.reason = "onnxruntime", "agrees with XGBoost on rows around the splits of the model"
        except Unfaithful as why:
            self.engine, self.reason = "xgboost", str(why)
        log.info("engine: %s (%s)", self.engine, self.reason)

    def predict(self, rows: Rows) -> NDArray[np.float32]:
        """Return a number per row, or for `multi:softprob` one per class and row.

        Raises:
            UserError: the rows have more columns than the model was trained on.
        """
        if self._fast and (dense := _dense(rows.features, self._fast.features)) is not None:
            return self._fast(dense)
        try:
            return np.asarray(self._booster.predict(rows.matrix(), validate_features=False))
        except (xgboost.core.XGBoostError, ValueError) as error:
            text = str(error).partition("Stack trace:")[0].strip()
            raise UserError(f"Unable to evaluate payload provided: {text}") from error


def _dense(features: Any, width: int) -> NDArray[np.float32] | None:
    """Return the features as XGBoost compares them; nothing where it would say something about them."""
    if not isinstance(features, np.ndarray) or features.shape[1] != width:
        return None
    dense: NDArray[np.float32] = features.astype(np.float32, copy=False)
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
        UserError: the content type is not read here, or the body is not what it says.
    """
    kind = content_types.format_of(content_type)
    if kind == content_types.PARQUET:
        raise UserError(f"Content-type {content_type} is not supported.")
    try:
        return _rows(body, kind)
    except (Unreadable, RecordIOError) as error:
        raise UserError(
            f"Loading {kind} data failed with Exception, please ensure data is in {kind} format:\n {error}"
        ) from error


def _rows(body: bytes, kind: str) -> Rows:
    if kind == content_types.CSV:
        table = plain.read_csv(body)
        return Rows(textfiles.read_csv(body) if table is None else table)
    if kind == content_types.LIBSVM:
        return textfiles.read_libsvm(body, labelled=False)
    return Rows(read_matrix(body).features)


def listed(predictions: NDArray[np.float32]) -> Sequence[Any]:
    """Return predictions as Python's numbers: a float per row, or a list of them."""
    return list(predictions.tolist())
