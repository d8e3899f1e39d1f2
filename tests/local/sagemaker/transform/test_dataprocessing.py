import json
import re
from typing import Any

import pytest

from local.sagemaker.transform.dataprocessing import DataProblem, DataProcessing
from local.sagemaker.transform.jsonpath import PathProblem

pytestmark = pytest.mark.unit


def processing(
    kind: str, accept: str | None = None, split: str = "Line", identify: bool = False, **members: str
) -> DataProcessing:
    request = {
        "TransformInput": {"ContentType": kind, "SplitType": split},
        "TransformOutput": {"Accept": accept} if accept else {},
        "DataProcessing": members,
        "DataCaptureConfig": {"GenerateInferenceId": identify},
    }
    return DataProcessing(request, "2026-01-31T12:00:00Z")


def test_nothing_is_touched_by_default() -> None:
    found = processing("text/csv", InputFilter="$", OutputFilter="$", JoinSource="None")
    assert not found.filters_input
    assert not found.changes_output


@pytest.mark.parametrize(
    ("path", "seen"),
    [
        ("$[1:]", b'2,"a, b",\n'),
        ("$[0]", b"1\n"),
        ("$[0,-1]", b"1,\n"),
    ],
)
def test_a_row_is_filtered_as_rfc_4180_has_it(path: str, seen: bytes) -> None:
    assert processing("text/csv; charset=utf-8", InputFilter=path).filtered(b'1,2,"a, b",\r\n') == seen


def test_a_json_line_is_filtered_and_stays_a_line() -> None:
    found = processing("application/jsonlines", InputFilter="$.features")
    assert found.filtered('{"id": 1, "features": ["ä", 2]}\n'.encode()) == '["ä",2]\n'.encode()


def test_answers_are_joined_to_rows_as_further_columns() -> None:
    found = processing("text/csv", JoinSource="Input")
    assert found.finished([b"1,2,3\n", b"4,5,6\n"], b"0.1,x\n0.2,y\n") == b"1,2,3,0.1,x\n4,5,6,0.2,y"


def test_an_id_column_and_the_answer_are_kept() -> None:
    found = processing("text/csv", InputFilter="$[1:]", JoinSource="Input", OutputFilter="$[0,-1]")
    assert found.finished([b"id-1,2,3\n"], b"0.1\n") == b"id-1,0.1"


@pytest.mark.parametrize(
    ("record", "joined"),
    [
        (b'{"key":1}', {"key": 1, "SageMakerOutput": {"label": 1}}),
        (b"[1,2]", {"SageMakerInput": [1, 2], "SageMakerOutput": {"label": 1}}),
        (b'{"SageMakerOutput":"lost"}', {"SageMakerOutput": {"label": 1}}),
    ],
)
@pytest.mark.parametrize(("kind", "split"), [("application/json", "None"), ("application/jsonlines", "Line")])
def test_answers_are_joined_to_values_under_a_name(kind: str, split: str, record: bytes, joined: Any) -> None:
    found = processing(kind, split=split, JoinSource="Input")
    assert json.loads(found.finished([record], b'{"label": 1}')) == joined


def test_json_lines_keep_what_the_filter_says() -> None:
    found = processing("application/jsonlines", JoinSource="Input", OutputFilter="$['id','SageMakerOutput']")
    kept = found.finished([b'{"id":1,"x":5}\n', b'{"id":2,"x":6}\n'], b'{"y":1}\n{"y":2}\n')
    assert kept == b'{"id":1,"SageMakerOutput":{"y":1}}\n{"id":2,"SageMakerOutput":{"y":2}}'


def test_an_answer_of_many_lines_to_one_record_is_one_value() -> None:
    found = processing("application/json", split="Line", JoinSource="Input")
    assert found.finished([b'{"id":1}'], b'{\n "y": 1\n}') == b'{"id":1,"SageMakerOutput":{"y":1}}'


def test_without_a_join_the_filter_works_on_the_answer() -> None:
    found = processing("text/csv", "application/jsonlines", OutputFilter="$.score")
    assert found.finished([b"1\n", b"2\n"], b'{"score": 0.5}\n{"score": 0.25}\n') == b"0.5\n0.25"


def test_too_few_answers_are_an_error() -> None:
    with pytest.raises(DataProblem, match="answered 1 records to 2 records"):
        processing("text/csv", JoinSource="Input").finished([b"1\n", b"2\n"], b"0.1\n")


@pytest.mark.parametrize(
    ("kind", "record", "answer", "message"),
    [
        ("text/csv", b'a"b,"c"d\n', b"1", "Failed to parse input as CSV"),
        ("text/csv", b"\xff\n", b"1", "Failed to parse input as CSV"),
        ("application/json", b"{", b"1", "Failed to parse input as JSON"),
        ("application/json", b"{}", b"oops", "Failed to parse output from the algorithm as JSON"),
    ],
)
def test_what_cannot_be_read_is_named(kind: str, record: bytes, answer: bytes, message: str) -> None:
    with pytest.raises(DataProblem, match=message):
        processing(kind, JoinSource="Input").finished([record], answer)


def test_an_index_beyond_the_row_is_an_error() -> None:
    with pytest.raises(PathProblem, match="index 3 is out of the bounds"):
        processing("text/csv", InputFilter="$[3]").filtered(b"1,2,3\n")


def test_an_inference_id_and_the_start_go_to_the_end_of_each_record() -> None:
    rows = processing("text/csv", identify=True).finished([b"1\n", b"2\n"], b"0\n1\n").decode().splitlines()
    ids = [re.fullmatch(r"\d,([0-9a-f-]{36}),2026-01-31T12:00:00Z", row) for row in rows]
    assert len({match[1] for match in ids if match}) == 2
    value = json.loads(processing("application/jsonlines", identify=True).finished([b"{}"], b'{"output":0}'))
    assert list(value) == ["output", "SageMakerInferenceId", "SageMakerInferenceTime"]
