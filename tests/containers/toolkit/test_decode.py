from pathlib import Path

import numpy as np
import pytest
from contract.errors import UserError
from toolkit import decode
from toolkit.decode import Classes, Values

pytestmark = pytest.mark.unit

THREE = ["aster", "bellis", "crocus"]


def read(folder: Path, text: str, form: str, output: str, categories: list[str]) -> Values | Classes:
    path = folder / "features.csv.out"
    path.write_text(text, encoding="utf-8")
    return decode.read(path, {"format": form, "output": output}, categories)


@pytest.mark.parametrize("text", ["1.5\n-2\n", "1.5\r\n-2", "[1.5]\n[-2.0]\n", "\n1.5\n\n-2\n"])
def test_values_are_numbers(tmp_path: Path, text: str) -> None:
    result = read(tmp_path, text, "csv", "value", [])
    assert isinstance(result, Values)
    assert result.values.tolist() == [1.5, -2.0]


@pytest.mark.parametrize(
    ("output", "text", "codes", "probabilities"),
    [
        ("label", "crocus\naster\n", [2, 0], None),
        ("code", "2.0\n0\n", [2, 0], None),
        ("label-probabilities", "crocus,0.1,0.2,0.7\naster,1,0,0\n", [2, 0], [[0.1, 0.2, 0.7], [1, 0, 0]]),
        ("probabilities", "0.1,0.2,0.7\n[1, 0, 0]\n", [2, 0], [[0.1, 0.2, 0.7], [1, 0, 0]]),
    ],
)
def test_classes_are_codes(
    tmp_path: Path, output: str, text: str, codes: list[int], probabilities: list[list[float]] | None
) -> None:
    result = read(tmp_path, text, "csv", output, THREE)
    assert isinstance(result, Classes)
    assert result.codes.tolist() == codes
    assert (None if result.probabilities is None else result.probabilities.tolist()) == probabilities


def test_one_column_of_two_classes_is_the_second(tmp_path: Path) -> None:
    result = read(tmp_path, "0.25\n0.75\n", "csv", "probabilities", ["no", "yes"])
    assert isinstance(result, Classes)
    assert result.codes.tolist() == [0, 1]
    assert np.asarray(result.probabilities).tolist() == [[0.75, 0.25], [0.25, 0.75]]


def test_quoted_labels_are_whole(tmp_path: Path) -> None:
    result = read(tmp_path, '"a ""b"", c",0.9,0.1\n', "csv", "label-probabilities", ['a "b", c', "z"])
    assert isinstance(result, Classes)
    assert result.codes.tolist() == [0]


@pytest.mark.parametrize("between", ["\n", "", "\r\n\r\n"])
def test_json_answers_one_behind_another(tmp_path: Path, between: str) -> None:
    text = between.join(['{"predictions": [{"score": 1.5}, {"score": 2}]}', '{"predictions": [{"score": -1}]}'])
    result = read(tmp_path, text, "json", "score", [])
    assert isinstance(result, Values)
    assert result.values.tolist() == [1.5, 2.0, -1.0]


def test_json_scores_of_classes(tmp_path: Path) -> None:
    two = '{"predictions": [{"score": 0.25, "predicted_label": 0}]}'
    result = read(tmp_path, two, "json", "score", ["no", "yes"])
    assert isinstance(result, Classes)
    assert (result.codes.tolist(), np.asarray(result.probabilities).tolist()) == ([0], [[0.75, 0.25]])
    three = '{"predictions": [{"score": [0.1, 0.2, 0.7], "predicted_label": 2.0}]}'
    result = read(tmp_path, three, "json", "score", THREE)
    assert isinstance(result, Classes)
    assert (result.codes.tolist(), np.asarray(result.probabilities).tolist()) == ([2], [[0.1, 0.2, 0.7]])


@pytest.mark.parametrize(
    ("form", "output", "text", "reason"),
    [
        ("csv", "label", "daisy\n", "answered 'daisy', which is none of aster, bellis, crocus"),
        ("csv", "code", "3\n", "no class code from 0 to 2"),
        ("csv", "code", "-1\n", "no class code"),
        ("csv", "code", "0.5\n", "no class code"),
        ("csv", "probabilities", "0.5,0.5\n", "row 1 has 2 numbers instead of 3"),
        ("csv", "probabilities", "0.5,0.5,nan\n", "no finite number"),
        ("csv", "label-probabilities", "aster,1,0,0\naster\n", "row 2 has 0 numbers instead of 3"),
        ("csv", "value", "1\n", "decoder 'csv value' is not known"),
        ("xml", "label", "1\n", "decoder 'xml label' is not known"),
        ("json", "score", '{"error": 1}', "no answer with predictions"),
        ("json", "score", '{"predictions": [{"score": 1}]}', "lacks score or predicted_label"),
        ("json", "score", "{", "no answer with predictions at character 0"),
    ],
)
def test_what_does_not_decode_is_told(tmp_path: Path, form: str, output: str, text: str, reason: str) -> None:
    with pytest.raises(UserError, match=reason):
        read(tmp_path, text, form, output, THREE)
