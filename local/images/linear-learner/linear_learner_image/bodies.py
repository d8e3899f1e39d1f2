"""Request and answer bodies of the endpoint, as AWS documents them for its built-in algorithms and for this one.

Source: https://docs.aws.amazon.com/sagemaker/latest/dg/cdf-inference.html and .../LL-in-formats.html.
"""

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import orjson
from framework.problems import RequestProblem
from recordio import Record, Tensor, read_matrix, write_records
from scipy.sparse import csr_matrix, vstack

from linear_learner_image.data import CSV, RECORDIO, csv_rows
from linear_learner_image.scaling import Features

JSON, LINES = "application/json", "application/jsonlines"
READ = (CSV, JSON, LINES, RECORDIO)
WRITTEN = (JSON, LINES, RECORDIO)


def read(body: bytes, content_type: str) -> Features:
    """Return a body's rows.

    Raises:
        RequestProblem: 415 for a media type that is not read, 400 for a body that is not what its type says.
    """
    media_type = content_type.split(";")[0].strip().lower()
    if media_type not in READ:
        raise RequestProblem(415, ValueError(f"Content type {content_type} is not supported: {', '.join(READ)}"))
    try:
        rows = _rows(body, media_type)
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError) as error:
        raise RequestProblem(400, ValueError(f"the body is not {media_type} as it should be: {error}")) from error
    if not rows.shape[0]:
        raise RequestProblem(400, ValueError("the body has no rows"))
    return rows


def _rows(body: bytes, media_type: str) -> Features:
    if media_type == CSV:
        return csv_rows(body)
    if media_type == RECORDIO:
        return read_matrix(body).features
    if media_type == JSON:
        instances = _loaded(body)["instances"]
        if not isinstance(instances, list):
            raise ValueError("instances must be a list")
    else:
        instances = [_loaded(line) for line in body.decode().splitlines() if line.strip()]
    return _instances(instances)


def _loaded(text: str | bytes) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:  # the long way reads more, and says what it does not
        return json.loads(text)


def _instances(instances: list[Any]) -> Features:
    features = [_features(instance) for instance in instances]
    if all(isinstance(row, list) for row in features):
        return _dense(features)
    vectors = [_vector(row) for row in features]
    if any(isinstance(vector, csr_matrix) for vector in vectors):
        width = max(vector.shape[-1] for vector in vectors)
        return vstack([_widened(vector, width) for vector in vectors]).tocsr() if vectors else csr_matrix((0, 0))
    return _dense(vectors)


def _features(instance: Any) -> Any:
    """Return one row as it was sent: a plain list of numbers, or a tensor of values with or without keys."""
    return instance["data"]["features"] if "data" in instance else instance["features"]


def _dense(rows: list[Any]) -> Features:
    array = np.array(rows, dtype=float)
    if not np.isfinite(array).all():
        raise ValueError("a feature is no finite number")
    return array.reshape(len(rows), -1) if rows else np.zeros((0, 0))


def _vector(features: Any) -> "np.ndarray[Any, np.dtype[np.float64]] | csr_matrix":
    if isinstance(features, list):
        return np.array(features, dtype=float)
    values = np.array(features["values"], dtype=float)
    if not features.get("keys"):
        return values
    keys = np.array(features["keys"], dtype=np.int64)
    width = int(features["shape"][-1]) if features.get("shape") else int(keys.max()) + 1
    if len(keys) != len(values) or not 0 <= keys.min() <= keys.max() < width:
        raise ValueError("keys, values and shape of an instance do not fit each other")
    return csr_matrix((values, (np.zeros(len(keys), dtype=np.int64), keys)), shape=(1, width))


def _widened(vector: Any, width: int) -> csr_matrix:
    row = csr_matrix(vector)
    row.resize((1, width))
    return row


def choose(accept: str) -> str:
    """Return the media type to write for an Accept header.

    Raises:
        RequestProblem: 406, none of those is written.
    """
    for wish in accept.split(","):
        media_type = wish.split(";")[0].strip().lower()
        if media_type in ("", "*/*", "application/*"):
            return JSON
        if media_type in WRITTEN:
            return media_type
    raise RequestProblem(406, ValueError(f"Accept {accept} is not supported: {', '.join(WRITTEN)}"))


def write(answers: list[dict[str, Any]], media_type: str) -> bytes:
    """Return the answers as a body."""
    if media_type == JSON:
        return json.dumps({"predictions": answers}).encode()
    if media_type == LINES:
        return "".join(json.dumps(answer) + "\n" for answer in answers).encode()
    return write_records(_records(answers))


def _records(answers: list[dict[str, Any]]) -> Iterator[Record]:
    for answer in answers:
        yield Record(label={name: Tensor(np.atleast_1d(np.float64(value))) for name, value in answer.items()})
