"""Request and answer formats of the linear-learner stand-in."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from framework.service import FunctionService
from linear_learner_image.model import LinearModel, load
from linear_learner_image.problems import ClientError
from linear_learner_image.serve import service
from recordio import Record, Tensor, read_records, write_records

from tests.local.images.test_framework_serving import ask

pytestmark = pytest.mark.unit

RECORDIO = "application/x-recordio-protobuf"
REGRESSION = LinearModel(np.array([[2.0], [3.0]]), np.array([1.0]), "regressor", "squared_loss")
BINARY = LinearModel(np.array([[2.0], [0.0]]), np.array([0.0]), "binary_classifier", "logistic", 1.0)
MULTICLASS = LinearModel(np.eye(3)[:2], np.zeros(3), "multiclass_classifier", "softmax_loss")


def serving(model: LinearModel) -> FunctionService:
    return service(model, workers=2)


def scores(body: bytes) -> list[Any]:
    return [answer["score"] for answer in json.loads(body)["predictions"]]


DENSE = {"instances": [{"features": [1, 1]}, {"features": [0.0, 2]}]}
VALUES = {"instances": [{"data": {"features": {"values": [1, 1]}}}, {"data": {"features": {"values": [0, 2]}}}]}
SPARSE = {
    "instances": [
        {"data": {"features": {"keys": [0, 1], "shape": [2], "values": [1, 1]}}},
        {"data": {"features": {"keys": [1], "shape": [2], "values": [2]}}},
    ]
}
RECORDS = write_records(
    [
        Record({"values": Tensor(np.array([1.0, 1.0]))}),
        Record({"values": Tensor(np.array([2.0]), np.array([1]), (2,))}),
    ]
)


@pytest.mark.parametrize(
    ("body", "media_type"),
    [
        (b"1,1\n0,2\n", "text/csv"),
        (b"1,1\n0,2", "text/csv; charset=utf-8"),
        (b"1,1\n0,2", ""),
        (json.dumps(DENSE).encode(), "application/json"),
        (json.dumps(VALUES).encode(), "application/json"),
        (json.dumps(SPARSE).encode(), "application/json"),
        (b'{"features": [1, 1]}\n{"data": {"features": {"values": [0, 2]}}}\n', "application/jsonlines"),
        (RECORDS, RECORDIO),
    ],
)
def test_every_documented_request_is_read(body: bytes, media_type: str) -> None:
    status, answered, answer = ask(serving(REGRESSION), body, content_type=media_type)
    assert (status, answered) == (200, "application/json"), answer
    assert scores(answer) == [6.0, 7.0]


def test_a_regression_answers_scores_only() -> None:
    assert ask(serving(REGRESSION), b"1,1", content_type="text/csv")[2] == b'{"predictions": [{"score": 6.0}]}'


def test_a_binary_classifier_answers_chance_and_label_by_its_threshold() -> None:
    body = ask(serving(BINARY), b"0.4,0\n1,0\n", content_type="text/csv")[2]
    answers = json.loads(body)["predictions"]
    assert [answer["predicted_label"] for answer in answers] == [0, 1], "raw scores 0.8 and 2, the threshold is 1"
    assert answers[1]["score"] == float(np.float32(1 / (1 + np.exp(-2.0))))


def test_a_multiclass_classifier_answers_all_chances() -> None:
    answer = json.loads(ask(serving(MULTICLASS), b"0,5", content_type="text/csv")[2])["predictions"][0]
    assert answer["predicted_label"] == 1
    assert sum(answer["score"]) == pytest.approx(1, abs=1e-6)


def test_json_lines_hold_one_answer_each() -> None:
    status, media_type, body = ask(
        serving(BINARY), b"0,0\n1,0\n", content_type="text/csv", accept="application/jsonlines"
    )
    assert (status, media_type) == (200, "application/jsonlines")
    assert [json.loads(line)["predicted_label"] for line in body.splitlines()] == [0, 1]


def test_records_hold_score_and_label() -> None:
    body = ask(serving(MULTICLASS), b"0,5", content_type="text/csv", accept=RECORDIO)[2]
    (record,) = read_records(body)
    assert record.label["predicted_label"].values.tolist() == [1.0]
    assert len(record.label["score"].values) == 3


@pytest.mark.parametrize(
    ("body", "headers", "status", "word"),
    [
        (b"1,1", {"content_type": "text/libsvm"}, 415, "text/libsvm"),
        (b"1,1", {"content_type": "text/csv", "accept": "text/csv"}, 406, "application/jsonlines"),
        (b"1,1,1", {"content_type": "text/csv"}, 400, "3 features, the model has 2"),
        (b"a,b", {"content_type": "text/csv"}, 400, "not rows of numbers"),
        (b"", {"content_type": "text/csv"}, 400, "no rows"),
        (b"{", {"content_type": "application/json"}, 400, "application/json"),
        (b'{"rows": []}', {"content_type": "application/json"}, 400, "instances"),
        (b'{"instances": []}', {"content_type": "application/json"}, 400, "no rows"),
        (b'{"instances": [[1, 1]]}', {"content_type": "application/json"}, 400, ""),
        (b'{"instances": [{"features": ["a", 1]}]}', {"content_type": "application/json"}, 400, "could not convert"),
        (b'{"instances": [{"features": [1, null]}]}', {"content_type": "application/json"}, 400, "finite"),
        (
            b'{"instances": [{"data": {"features": {"keys": [7], "shape": [2], "values": [1]}}}]}',
            {"content_type": "application/json"},
            400,
            "do not fit",
        ),
        (b"nonsense", {"content_type": RECORDIO}, 400, "frame"),
    ],
)
def test_what_is_wrong_with_a_request_is_told(body: bytes, headers: dict[str, str], status: int, word: str) -> None:
    found, _, answer = ask(serving(REGRESSION), body, **headers)
    assert found == status, answer
    assert word in json.loads(answer)["error-message"]


def test_batch_transform_learns_how_to_send() -> None:
    answer = json.loads(serving(REGRESSION).execution_parameters() or b"")
    assert answer["BatchStrategy"] == "MULTI_RECORD"
    assert answer["MaxPayloadInMB"] == 6


def test_a_model_is_the_same_after_its_file(tmp_path: Path) -> None:
    BINARY.save(tmp_path)
    found = load(tmp_path)
    assert (found.predictor_type, found.loss, found.threshold) == ("binary_classifier", "logistic", 1.0)
    assert found.weights.tolist() == BINARY.weights.tolist()


def test_a_file_of_somebody_else_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ClientError, match="there is no model_algo-1"):
        load(tmp_path)
    (tmp_path / "model_algo-1").write_bytes(b"PK\x03\x04")
    with pytest.raises(ClientError, match="was not written by this image"):
        load(tmp_path)
