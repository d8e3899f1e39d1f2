"""`trainyard ab` on a test whose traffic, captures and feedback are in moto's memory."""

import base64
import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.trainyard.conftest import WORKLOAD, Cli, client, point, put, serve
from tests.trainyard.recorded import START

pytestmark = pytest.mark.local

NOW = START + timedelta(minutes=10)
ENDPOINT = f"dev-{WORKLOAD}"
FEATURES = {
    "task": "classification",
    "layout": "raw",
    "target": {"name": "species", "type": "category", "categories": ["setosa", "versicolor"]},
    "features": [{"name": "petal_length", "type": "number"}],
    "columns": ["petal_length"],
    "decoders": {name: {"format": "csv", "output": "label"} for name in ("forest", "linear")},
}


class SageMaker:
    """moto's, with what it does not know of a served endpoint: weights, when it was changed, capture."""

    def __init__(self, weights: dict[str, float], captures: bool = True) -> None:
        self.weights, self.captures = weights, captures
        self.deployed = START - timedelta(hours=2)
        self.status = "InService"

    def describe_endpoint(self, EndpointName: str) -> dict[str, Any]:
        assert EndpointName == ENDPOINT
        variants = [
            {"VariantName": name, "CurrentWeight": weight, "DesiredWeight": weight, "CurrentInstanceCount": 1}
            for name, weight in self.weights.items()
        ]
        said: dict[str, Any] = {
            "EndpointStatus": self.status,
            "EndpointConfigName": f"{ENDPOINT}-1f",
            "ProductionVariants": variants,
        }
        said |= {"LastModifiedTime": self.deployed}
        return said | ({"DataCaptureConfig": {"EnableCapture": True}} if self.captures else {})

    def describe_endpoint_config(self, EndpointConfigName: str) -> dict[str, Any]:
        return {"EndpointConfigName": EndpointConfigName, "CreationTime": self.deployed}


class CloudWatch:
    """moto's, with percentiles, which moto has not: 30 ms each."""

    def __getattr__(self, name: str) -> Any:
        return getattr(client("cloudwatch"), name)

    def get_paginator(self, name: str) -> "CloudWatch":
        assert name == "get_metric_data"
        return self

    def paginate(self, MetricDataQueries: list[Any], **window: Any) -> Any:
        easy = [query for query in MetricDataQueries if not query["MetricStat"]["Stat"].startswith("p")]
        (page,) = client("cloudwatch").get_paginator("get_metric_data").paginate(MetricDataQueries=easy, **window)
        found = [result["Id"] for result in page["MetricDataResults"] if result["Values"]]
        at = [result["Timestamps"] for result in page["MetricDataResults"] if result["Values"]]
        hard = [query for query in MetricDataQueries if query not in easy and found]
        page["MetricDataResults"] += [
            {"Id": query["Id"], "Timestamps": at[0], "Values": [30_000.0] * len(at[0])} for query in hard
        ]
        yield page


def called(variant: str, calls: int, *, errors: int = 0, millis: float = 20) -> None:
    """Calls of the last hour, as SageMaker counts them."""
    dimensions = [{"Name": "EndpointName", "Value": ENDPOINT}, {"Name": "VariantName", "Value": variant}]
    one = {"Dimensions": dimensions, "Timestamp": START - timedelta(minutes=30)}
    counts = {"Invocations": calls, "Invocation4XXErrors": 0, "Invocation5XXErrors": errors}
    data = [{**one, "MetricName": name, "Value": value} for name, value in counts.items()]
    data += [{**one, "MetricName": "ModelLatency", "Value": millis * 1000}] * 3
    data += [{**one, "MetricName": "OverheadLatency", "Value": 5000}] * 3
    client("cloudwatch").put_metric_data(Namespace="AWS/SageMaker", MetricData=data)


def captured(variant: str, answers: dict[str, str], at: datetime = START, encoding: str = "CSV") -> None:
    """One object of captures: labels by inference id."""
    lines = []
    for inference_id, label in answers.items():
        data = base64.b64encode(f"{label}\n".encode()).decode() if encoding == "BASE64" else f"{label}\n"
        output = {"observedContentType": "text/csv", "mode": "OUTPUT", "data": data, "encoding": encoding}
        metadata = {"eventId": "e", "inferenceId": inference_id, "inferenceTime": "x"}
        lines.append({"captureData": {"endpointOutput": output}, "eventMetadata": metadata, "eventVersion": "0"})
    key = f"{WORKLOAD}/capture/{ENDPOINT}/{variant}/{at:%Y/%m/%d/%H}/00-{encoding}.jsonl"
    body = "\n".join(json.dumps(line) for line in lines)
    client("s3").put_object(Bucket="data-bucket", Key=key, Body=body.encode())


def told(actual: dict[str, Any], at: datetime = START) -> None:
    """Feedback as the API keeps it."""
    for inference_id, value in actual.items():
        record = {
            "groundTruthData": {"data": json.dumps(value), "encoding": "JSON"},
            "eventMetadata": {"eventId": inference_id},
            "eventVersion": "0",
        }
        put(f"{WORKLOAD}/feedback/{at:%Y/%m/%d/%H}/{inference_id}.jsonl", record)


@pytest.fixture
def test(deployed: Cli) -> Cli:
    """forest 3 : linear 1, live for two hours."""
    point()
    put(f"{WORKLOAD}/live/dev-iris-sklearn-1f/features.json", FEATURES)
    deployed.fakes["sagemaker"] = SageMaker({"forest": 3.0, "linear": 1.0})
    deployed.fakes["cloudwatch"] = CloudWatch()
    return deployed


def filled(rows: int = 40) -> None:
    """forest is right, linear in every second case wrong."""
    called("forest", 310, millis=20)
    called("linear", 90, errors=9, millis=40)
    captured("forest", {f"f{n}": "setosa" for n in range(rows)})
    captured("linear", {f"l{n}": "setosa" if n % 2 else "versicolor" for n in range(rows)}, encoding="BASE64")
    told({f"{who}{n}": "setosa" for n in range(rows) for who in "fl"})


def read(cli: Cli, *more: str) -> dict[str, Any]:
    done = cli("ab", WORKLOAD, "--json", *more)
    assert done.exit_code == 0, done.output
    said: dict[str, Any] = json.loads(done.stdout)
    return said


def test_machines_get_weights_traffic_errors_latency_and_metric(test: Cli) -> None:
    filled()
    said = read(test)
    forest, linear = said["variants"]
    assert (forest["name"], forest["weight"], forest["desired"], forest["instances"]) == ("forest", 0.75, 0.75, 1)
    assert forest["traffic"]["share"] == 0.775
    assert linear["traffic"] == {
        "invocations": 90, "share": 0.225, "errors_4xx": 0, "errors_5xx": 9, "error_rate": 0.1,
    }  # fmt: skip
    assert linear["latency_ms"]["average"] == pytest.approx(45)
    assert linear["latency_ms"]["model"] == pytest.approx({"average": 40, "p50": 30, "p90": 30, "p99": 30})
    assert (forest["feedback"]["rows"], forest["feedback"]["value"]) == (40, 1.0)
    assert (linear["feedback"]["rows"], linear["feedback"]["value"]) == (40, 0.5)
    assert forest["feedback"]["probability_best"] == pytest.approx(1, abs=1e-3)
    assert (said["metric"], said["higher_is_better"], said["notes"]) == ("accuracy", True, [])


def test_people_get_tables(test: Cli) -> None:
    filled()
    shown = test("ab", WORKLOAD)
    assert shown.exit_code == 0, shown.output
    for words in ("75 %", "310", "10 %", "accuracy (higher is better)", "95 % interval", "100 %", "80 feedback"):
        assert words in shown.stdout
    assert max(map(len, shown.stdout.splitlines())) <= 120


def test_a_later_answer_takes_the_place_of_an_earlier_one(test: Cli) -> None:
    captured("forest", {"f1": "setosa"})
    told({"f1": "versicolor"}, START - timedelta(hours=1))
    told({"f1": "setosa"}, START)
    said = read(test)
    assert said["feedback"]["duplicates"] == 1
    assert said["variants"][0]["feedback"]["value"] == 1.0


def test_feedback_on_nothing_that_was_captured_is_counted(test: Cli) -> None:
    captured("forest", {"f1": "setosa"})
    told({"f1": "setosa", "stranger": "setosa"})
    assert read(test)["feedback"]["unknown"] == 1


def test_broken_lines_are_counted_and_fatal_to_nobody(test: Cli) -> None:
    captured("forest", {"f1": "setosa"})
    told({"f1": "setosa"})
    client("s3").put_object(
        Bucket="data-bucket", Key=f"{WORKLOAD}/feedback/{START:%Y/%m/%d/%H}/x.jsonl", Body=b'{"a": 1}\n[]\nno json\n\n'
    )
    client("s3").put_object(
        Bucket="data-bucket",
        Key=f"{WORKLOAD}/capture/{ENDPOINT}/forest/{START:%Y/%m/%d/%H}/x.jsonl",
        Body=b'\xff\n{"eventMetadata": 3}\n{"eventMetadata": {"inferenceId": []}}\n',
    )
    said = read(test)
    assert said["feedback"]["unreadable"] == 3
    assert said["variants"][0]["feedback"]["rows"] == 1


def test_what_other_models_answered_before_this_deployment_does_not_count(test: Cli) -> None:
    before = START - timedelta(hours=4)
    captured("forest", {"old": "versicolor"}, before)
    captured("forest", {"new": "setosa"})
    told({"old": "setosa"}, before)
    told({"new": "setosa"})
    said = read(test, "--since", "7d")
    assert said["variants"][0]["feedback"]["rows"] == 1
    assert said["since"] == (START - timedelta(hours=2)).isoformat()


def test_late_feedback_counts_while_its_prediction_is_in_the_window(test: Cli) -> None:
    captured("forest", {"f1": "setosa"}, START - timedelta(hours=2))
    told({"f1": "setosa"}, START)
    assert read(test)["variants"][0]["feedback"]["rows"] == 1


def test_too_little_feedback_is_said_and_no_probability_told(test: Cli) -> None:
    filled(rows=29)
    said = read(test)
    assert [one["feedback"]["probability_best"] for one in said["variants"]] == [None, None]
    assert said["notes"] == [
        "Too little feedback to say who is better: forest 29, linear 29, of at least 30 judged rows each."
    ]


def test_calls_that_are_not_split_as_the_weights_say_are_told(test: Cli) -> None:
    called("forest", 100)
    called("linear", 100)
    said = read(test)
    assert said["split_p_value"] < 1e-9
    assert "not split as the weights say" in said["notes"][0]


def test_calls_before_the_weights_were_changed_are_no_evidence(test: Cli) -> None:
    test.fakes["sagemaker"].deployed = START - timedelta(minutes=20)
    called("forest", 100)
    called("linear", 100)
    assert read(test)["split_p_value"] is None


def test_without_capture_it_says_what_to_set(test: Cli) -> None:
    test.fakes["sagemaker"].captures = False
    told({"f1": "setosa"})
    assert any("endpoint.data_capture" in note for note in read(test)["notes"])


def test_without_feedback_it_says_where_to_send_it(test: Cli) -> None:
    shown = test("ab", WORKLOAD)
    assert "No feedback in this time" in shown.stdout
    assert "probably best" not in shown.stdout


def test_a_variant_alone_has_nothing_to_be_compared_with(test: Cli) -> None:
    test.fakes["sagemaker"].weights = {"forest": 1.0}
    assert "only live variant" in read(test)["notes"][0]


def test_an_endpoint_that_is_changing_is_told(test: Cli) -> None:
    test.fakes["sagemaker"].status = "Updating"
    assert "about to change" in read(test)["notes"][0]


def test_regression_tells_errors(test: Cli) -> None:
    value = {"format": "csv", "output": "value"}
    document = {**FEATURES, "task": "regression", "target": {"name": "medv", "type": "number"}}
    document["decoders"] = {"forest": value, "linear": value}
    put(f"{WORKLOAD}/live/dev-iris-sklearn-1f/features.json", document)
    captured("forest", {"f1": "20", "f2": "24"})
    told({"f1": 21, "f2": [23]})
    said = read(test)
    assert (said["metric"], said["higher_is_better"]) == ("mae", False)
    found = said["variants"][0]["feedback"]
    assert (found["value"], found["also"]) == (1.0, {"mse": 1.0, "rmse": 1.0, "bias": 0.0})


def test_the_metric_can_be_published_for_alarms(test: Cli) -> None:
    filled()
    assert read(test, "--publish")["published"] == ["forest", "linear"]
    metrics = client("cloudwatch").list_metrics(Namespace="Trainyard")["Metrics"]
    assert {metric["MetricName"] for metric in metrics} == {"accuracy", "judged_rows"}
    assert {"Name": "Variant", "Value": "forest"} in metrics[0]["Dimensions"]


def test_a_span_that_is_none_is_refused(test: Cli) -> None:
    done = test("ab", WORKLOAD, "--since", "a day")
    assert done.exit_code == 2
    assert "--since 'a day' is not a span of time" in done.stderr


def test_nothing_live_says_how_to_make_it(deployed: Cli) -> None:
    done = deployed("ab", WORKLOAD)
    assert done.exit_code == 3
    assert f"trainyard run {WORKLOAD}" in done.stderr


def test_an_endpoint_that_is_gone_is_told(deployed: Cli) -> None:
    point()
    done = deployed("ab", WORKLOAD)
    assert done.exit_code == 3
    assert "is gone" in done.stderr


def test_moto_knows_an_endpoint_too(deployed: Cli) -> None:
    """The fake above has the members of the real client's answers."""
    serve(["forest"])
    point()
    put(f"{WORKLOAD}/live/dev-iris-sklearn-1f/features.json", FEATURES)
    assert read(deployed)["variants"][0]["name"] == "forest"
