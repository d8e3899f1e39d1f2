"""Serving: what a body may be, what comes back in which media type, and the status of what is wrong."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xgboost
from framework.problems import ScriptModeError
from framework.service import FunctionService
from recordio import Record, Tensor, read_records, write_records
from serving import Answer
from xgboost_image import predictor, serving
from xgboost_image.defaults import XgboostDefaults
from xgboost_image.predictor import Predictor
from xgboost_image.problems import UserError

from tests.local.images.xgboost_jobs import IRIS, Floats, csv, iris, iris_job

pytestmark = pytest.mark.unit

Serve = Callable[..., FunctionService]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of three classes."""
    base = tmp_path_factory.mktemp("iris")
    iris_job(base).run(**IRIS)
    return base / "model"


@pytest.fixture(scope="module")
def rows() -> Floats:
    return iris()[0][100:103]


@pytest.fixture(scope="module")
def plain(folder: Path, rows: Floats) -> Floats:
    """What plain XGBoost says."""
    booster = xgboost.Booster(model_file=folder / "xgboost-model")
    return np.asarray(booster.predict(xgboost.DMatrix(rows)), dtype=float)


def service_of(model: Predictor, **environment: str) -> FunctionService:
    workers = {"SAGEMAKER_MODEL_SERVER_WORKERS": "2"}
    return serving.service(model, serving.settings_from(workers | environment), environment)


@pytest.fixture(scope="module")
def serve(folder: Path) -> Serve:
    model = predictor.load(folder)
    return lambda **environment: service_of(model, **environment)


def ask(service: FunctionService, body: bytes, content_type: str = "text/csv", accept: str = "") -> Answer:
    return service.invoke(body, content_type, accept)


def text_of(answer: Answer) -> str:
    return answer.body.decode()


def test_csv_comes_back_as_one_line_per_row(serve: Serve, rows: Floats, plain: Floats) -> None:
    answer = ask(serve(), csv(None, rows))
    assert (answer.status, answer.media_type) == (200, "text/csv")
    assert answer.body.endswith(b"\n")
    got = [[float(cell) for cell in line.split(",")] for line in text_of(answer).splitlines()]
    np.testing.assert_allclose(got, plain, atol=1e-6)


def test_up_to_1_2_1_all_rows_come_back_in_one_line(serve: Serve, rows: Floats, plain: Floats) -> None:
    for image in ("xgboost:1", "sagemaker-xgboost:0.90-2-cpu-py3", "sagemaker-xgboost:1.2-1"):
        text = text_of(ask(serve(STAND_IN_FOR=image), csv(None, rows)))
        assert "\n" not in text
        np.testing.assert_allclose(json.loads(f"[{text}]"), plain, atol=1e-6)
    assert ask(serve(STAND_IN_FOR="sagemaker-xgboost:1.7-1"), csv(None, rows)).body.count(b"\n") == 3


def test_a_batch_transform_gets_one_line_per_row_several_numbers_in_brackets(
    serve: Serve, rows: Floats, plain: Floats
) -> None:
    lines = ask(serve(SAGEMAKER_BATCH="true"), csv(None, rows)).body.splitlines()
    np.testing.assert_allclose([json.loads(line) for line in lines], plain, atol=1e-6)


def test_json_comes_back_where_it_is_accepted(serve: Serve, rows: Floats, plain: Floats) -> None:
    answer = ask(serve(), csv(None, rows), accept="application/json")
    assert answer.media_type == "application/json"
    got = [row["score"] for row in json.loads(answer.body)["predictions"]]
    np.testing.assert_allclose(got, plain, atol=1e-6)
    by_default = ask(serve(SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT="application/json"), csv(None, rows), accept="*/*")
    assert by_default == answer


def test_libsvm_and_recordio_are_read_too(serve: Serve, rows: Floats) -> None:
    expected = ask(serve(), csv(None, rows)).body
    lines = [" ".join(f"{place}:{value}" for place, value in enumerate(row)) for row in rows.tolist()]
    text = "\n".join(lines).encode()
    records = write_records(Record({"values": Tensor(row.astype(np.float32))}) for row in rows)
    assert ask(serve(), text, "text/libsvm").body == expected
    assert ask(serve(), b"\n".join(b"1 " + line.encode() for line in lines), "text/x-libsvm").body == expected
    assert ask(serve(), records, "application/x-recordio-protobuf").body == expected


def test_missing_cells_are_missing_values(serve: Serve, folder: Path, rows: Floats) -> None:
    row = rows[:1].copy()
    row[0, 2] = np.nan
    booster = xgboost.Booster(model_file=folder / "xgboost-model")
    body = b"%f,%f,,%f" % tuple(row[0, [0, 1, 3]])
    got = [float(cell) for cell in ask(serve(), body).body.split(b",")]
    np.testing.assert_allclose([got], booster.predict(xgboost.DMatrix(row)), atol=1e-6)


@pytest.mark.parametrize(
    ("body", "content_type", "accept", "status", "reason"),
    [
        (b"{}", "application/json", "", 415, "application/json is not an accepted ContentType"),
        (b"PAR1", "application/x-parquet", "", 415, "not supported"),
        (b"a,b,c,d\n", "text/csv", "", 415, "please ensure data is in csv format"),
        (b"1,2,3,4\n1,2\n", "text/csv", "", 415, "Expected 4 columns, got 2"),
        (b"1,2,3,4\n", "text/csv;label_size=0", "", 415, "label_size must be equal to 1"),
        (b"1 x:2\n", "text/libsvm", "", 415, "line 1 is not libsvm"),
        (b"1,2,3,4\n", "application/x-recordio-protobuf", "", 415, "no RecordIO frame"),
        (b"1,2,3,4,5\n", "text/csv", "", 400, "Unable to evaluate payload provided"),
        (b"1,2,inf,4\n", "text/csv", "", 400, "inf"),
        (b"1,2,3,4\n", "text/csv", "image/png", 406, "Accept type image/png is not supported"),
        (b"1,2,3,4\n", "text/csv", "application/jsonlines", 406, "SAGEMAKER_INFERENCE_OUTPUT"),
        (b"", "text/csv", "", 204, ""),
    ],
)
def test_what_is_wrong_has_a_status_and_a_reason(
    serve: Serve, body: bytes, content_type: str, accept: str, status: int, reason: str
) -> None:
    answer = ask(serve(), body, content_type, accept)
    assert answer.status == status
    assert reason in text_of(answer)


def test_execution_parameters_tell_batch_transform_what_to_send(serve: Serve) -> None:
    told = serve(MAX_CONTENT_LENGTH="20971520").execution_parameters()
    assert json.loads(told or b"") == {
        "MaxConcurrentTransforms": 2,
        "BatchStrategy": "MULTI_RECORD",
        "MaxPayloadInMB": 20,
        "Engine": "compiled",
        "EngineReason": "agrees with XGBoost on rows around the splits of the model",
    }


def test_a_body_may_have_six_megabytes_or_what_the_variable_says() -> None:
    assert serving.settings_from({}).max_body_bytes == 6 * 1024**2
    assert serving.settings_from({"MAX_CONTENT_LENGTH": "1000"}).max_body_bytes == 1000
    with pytest.raises(ScriptModeError, match="MAX_CONTENT_LENGTH='6MB' must be a whole number"):
        serving.settings_from({"MAX_CONTENT_LENGTH": "6MB"})


def test_selected_output_in_all_media_types(serve: Serve, rows: Floats, plain: Floats) -> None:
    client = serve(SAGEMAKER_INFERENCE_OUTPUT="predicted_label, probability,probabilities")
    one = csv(None, rows[:1])
    label, probabilities = int(plain[0].argmax()), pytest.approx(plain[0].tolist())
    expected = {"predicted_label": label, "probability": pytest.approx(plain[0].max()), "probabilities": probabilities}
    assert json.loads(ask(client, one, accept="application/json").body) == {"predictions": [expected]}
    assert json.loads(ask(client, one, accept="application/jsonlines").body) == expected
    first, second, third = text_of(ask(client, one)).split(",", 2)
    assert int(first) == label
    assert float(second) == pytest.approx(plain[0].max())
    assert json.loads(third.strip('"')) == probabilities
    (record,) = read_records(ask(client, one, accept="application/x-recordio-protobuf").body)
    assert record.label["predicted_label"].values.tolist() == [label]
    assert record.label["probabilities"].values.tolist() == probabilities


def test_what_the_objective_cannot_tell_is_nan(serve: Serve, rows: Floats) -> None:
    answer = ask(serve(SAGEMAKER_INFERENCE_OUTPUT="predicted_score,labels"), csv(None, rows[:1]))
    assert text_of(answer) == 'nan,"[0, 1, 2]"'


def model_of(folder: Path, **parameters: Any) -> Predictor:
    matrix = xgboost.DMatrix(np.array([[0.0], [1.0]] * 20), [0.0, 1.0] * 20)
    booster = xgboost.train(parameters, matrix, 3)
    folder.mkdir(exist_ok=True)
    booster.save_model(folder / "model.json")
    return predictor.load(folder)


@pytest.mark.parametrize(
    ("objective", "label", "probability"),
    [("binary:logistic", 1, 0.7), ("binary:logitraw", 1, None), ("binary:hinge", 1.0, None)],
)
def test_binary_objectives_tell_what_they_know(
    tmp_path: Path, objective: str, label: float, probability: float | None
) -> None:
    model = model_of(tmp_path / "m", objective=objective)
    client = service_of(model, SAGEMAKER_INFERENCE_OUTPUT="predicted_label,labels,probability")
    (row,) = json.loads(ask(client, b"1\n", accept="application/json").body)["predictions"]
    assert (row["predicted_label"], row["labels"]) == (label, [0, 1])
    assert row["probability"] > probability if probability else np.isnan(row["probability"])


def test_a_model_of_another_name_and_of_plain_xgboost_is_served(tmp_path: Path) -> None:
    client = service_of(model_of(tmp_path / "m", objective="reg:squarederror"))
    assert float(ask(client, b"1\n").body) > 0.5


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        (None, b"", "there is no model file"),
        (".DS_Store", b"x", "there is no model file"),
        ("xgboost-model", b"\x80\x04\x95pickle", "cannot be loaded"),
        ("xgboost-model", b"{}", "cannot be loaded"),
    ],
)
def test_what_is_no_model_is_refused(tmp_path: Path, name: str | None, content: bytes, reason: str) -> None:
    if name:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(UserError, match=reason):
        predictor.load(tmp_path)


def test_script_mode_reads_a_dmatrix_and_predicts_without_names(folder: Path, rows: Floats, plain: Floats) -> None:
    defaults = XgboostDefaults()
    booster = xgboost.Booster(model_file=folder / "xgboost-model")
    for body in (csv(None, rows), csv(None, rows).decode()):
        matrix = defaults.input_fn(body, "text/csv")
        assert isinstance(matrix, xgboost.DMatrix)
        np.testing.assert_allclose(defaults.predict_fn(matrix, booster), plain, atol=1e-6)
    with pytest.raises(NotImplementedError, match="model_fn"):
        defaults.model_fn(str(folder))
