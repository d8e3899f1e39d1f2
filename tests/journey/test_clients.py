"""The plain `aws` command line, and ours, against the deployed workload."""

import json

import pytest

from tests.journey.deployment import Deployment

pytestmark = [pytest.mark.local, pytest.mark.timeout(1200)]


def test_aws_command_line_lists_the_run_and_describes_the_endpoint(on_processes: Deployment) -> None:
    machine = on_processes.output("workload-iris-sklearn", "StateMachineArn")
    listed = on_processes.command("aws", "stepfunctions", "list-executions", "--state-machine-arn", machine)
    assert "SUCCEEDED" in {execution["status"] for execution in json.loads(listed.stdout)["executions"]}
    described = on_processes.command("aws", "sagemaker", "describe-endpoint", "--endpoint-name", "dev-iris-sklearn")
    endpoint = json.loads(described.stdout)
    assert endpoint["EndpointStatus"] == "InService"
    assert [variant["VariantName"] for variant in endpoint["ProductionVariants"]] == ["forest"]


def test_curl_gets_a_prediction(on_processes: Deployment) -> None:
    body = '{"instances": [{"sepal_length": 5.1, "sepal_width": 3.5, "petal_length": 1.4, "petal_width": 0.2}]}'
    answer = on_processes.command(
        "curl", "--silent", "--fail-with-body", "--header", f"x-api-key: {on_processes.api_key}",
        "--header", "content-type: application/json", "--data", body,
        f"{on_processes.api_url}/v1/workloads/iris-sklearn/predictions",
    )  # fmt: skip
    assert json.loads(answer.stdout)["predictions"][0]["label"] == "setosa"


def test_status_for_machines_names_endpoint_and_variant(on_processes: Deployment) -> None:
    status = json.loads(on_processes.command("trainyard", "status", "iris-sklearn", "--json").stdout)
    assert "dev-iris-sklearn" in json.dumps(status)
    assert "forest" in json.dumps(status)


def test_job_logs_are_shown_on_request(on_processes: Deployment) -> None:
    said = on_processes.command("trainyard", "logs", "iris-sklearn").stdout
    assert "validation:accuracy" in said


def test_prediction_of_bad_input_exits_with_1_and_names_the_field(on_processes: Deployment) -> None:
    answer = on_processes.command(
        "trainyard", "predict", "iris-sklearn", "--json", '[{"sepal_length": "long"}]', check=False
    )
    assert answer.returncode == 1
    assert "sepal_length" in answer.stdout + answer.stderr


def test_everything_a_run_makes_is_tagged(on_processes: Deployment) -> None:
    sagemaker = on_processes.client("sagemaker")
    for arn in (
        on_processes.endpoint("iris-sklearn")["EndpointArn"],
        sagemaker.list_models(NameContains="dev-iris-sklearn")["Models"][0]["ModelArn"],
        sagemaker.list_training_jobs(NameContains="dev-iris-sklearn")["TrainingJobSummaries"][0]["TrainingJobArn"],
    ):
        tags = {tag["Key"]: tag["Value"] for tag in sagemaker.list_tags(ResourceArn=arn)["Tags"]}
        assert tags["trainyard:stage"] == "dev"
        assert tags["trainyard:workload"] == "iris-sklearn"
