"""A deployment as the command line finds it: stacks, bucket, table, key, in moto's memory."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws
from typer.testing import CliRunner, Result

from tests.stacks.workflow.machines import checking, workload
from tests.trainyard.recorded import START, Recording
from trainyard.cli import app
from trainyard.context import Tools

WORKLOAD = "iris-sklearn"
MACHINE = "arn:aws:states:us-east-1:123456789012:stateMachine:iris"
RUN = "20261121-030000-ab12"
ARN = f"{MACHINE.replace(':stateMachine:', ':execution:')}:{RUN}"
YAML = """
name: iris-sklearn
description: Species of iris by petals and sepals
task: classification
data: {sample: iris.csv, target: species}
candidates:
  forest: {algorithm: {image: sklearn}}
gate: {metric: accuracy, min: 0.9}
endpoint: {instance: {type: ml.m5.large, count: 1}}
"""
CSV = "petal_length,species\n1.4,setosa\n4.7,versicolor\n"


@dataclass
class States:
    """Step Functions as the command line uses it, replaying a recording a few events per look."""

    recording: Recording
    status: str
    step: int = 1000
    shown: int = 0
    stopped: list[str] = field(default_factory=list)
    started: list[dict[str, Any]] = field(default_factory=list)
    pages_read: int = 0
    definition: dict[str, Any] | None = field(default_factory=lambda: checking(workload("iris")))

    def describe_execution(self, executionArn: str) -> dict[str, Any]:
        self.shown += self.step
        ended = self.shown >= len(self.recording.events)
        last = self.recording.events[-1]
        said = {
            "executionArn": executionArn,
            "startDate": START,
            "status": self.status if ended else "RUNNING",
        }
        details = last.get("executionFailedEventDetails", {})
        return {**said, "stopDate": last["timestamp"], **details} if ended else said

    def get_paginator(self, name: str) -> "States":
        assert name == "get_execution_history"
        return self

    def paginate(self, **wanted: Any) -> Iterator[dict[str, Any]]:
        assert wanted["reverseOrder"] is True
        events = list(reversed(self.recording.events[: self.shown]))
        for start in range(0, len(events), 5):
            self.pages_read += 1
            yield {"events": events[start : start + 5]}

    def list_executions(self, **_: Any) -> dict[str, Any]:
        run = {"name": RUN, "executionArn": ARN, "status": self.status, "startDate": START}
        return {"executions": [{**run, "stopDate": START + timedelta(seconds=166)}]}

    def list_tags_for_resource(self, resourceArn: str) -> dict[str, Any]:
        assert resourceArn == MACHINE
        return {"tags": [{"key": "trainyard:workload", "value": WORKLOAD}]}

    def describe_state_machine(self, stateMachineArn: str) -> dict[str, Any]:
        assert stateMachineArn == MACHINE
        if self.definition is None:
            raise ClientError({"Error": {"Code": "AccessDeniedException"}}, "DescribeStateMachine")
        return {"definition": json.dumps(self.definition)}

    def start_execution(self, **given: Any) -> dict[str, Any]:
        self.started.append(given)
        return {"executionArn": ARN}

    def stop_execution(self, executionArn: str, **_: Any) -> None:
        self.stopped.append(executionArn)


@dataclass
class Cli:
    """The command line with a fake clock, moto, and whichever clients a test puts in the place of moto's."""

    folder: Path
    fakes: dict[str, Any] = field(default_factory=dict)
    slept: list[float] = field(default_factory=list)
    on_sleep: Callable[[], None] = lambda: None
    opened: list[str] = field(default_factory=list)
    has_browser: bool = True

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.on_sleep()

    def now(self) -> datetime:
        return START + timedelta(minutes=10)

    def client(self, service: str) -> Any:
        return self.fakes.get(service) or client(service)

    def open_page(self, address: str) -> bool:
        if self.has_browser:
            self.opened.append(address)
        return self.has_browser

    def __call__(self, *arguments: str, answers: str | None = None) -> Result:
        tools = Tools(
            client=self.client, sleep=self.sleep, now=self.now, token=lambda: "ab12", open_page=self.open_page
        )
        given = ["--workloads", str(self.folder), *arguments]
        return CliRunner().invoke(app, given, obj=tools, input=answers)


@cache
def client(service: str) -> Any:
    make: Any = boto3.client
    return make(service, region_name="us-east-1")


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("AWS_ENDPOINT_URL", "AWS_PROFILE", "TRAINYARD_STAGE", "TRAINYARD_OUTPUT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "120")
    with mock_aws():
        client.cache_clear()
        yield


@pytest.fixture
def cli(aws: None, tmp_path: Path) -> Cli:
    folder = tmp_path / "workloads" / WORKLOAD
    folder.mkdir(parents=True)
    (folder / "workload.yaml").write_text(YAML)
    (folder / "iris.csv").write_text(CSV)
    return Cli(tmp_path / "workloads")


def stack(part: str, resources: dict[str, Any], outputs: dict[str, Any], stage: str = "dev") -> None:
    values = {name: {"Value": value} for name, value in outputs.items()}
    body = {"Resources": resources, "Outputs": values}
    client("cloudformation").create_stack(StackName=f"trainyard-{stage}-{part}", TemplateBody=json.dumps(body))


@pytest.fixture
def deployed(cli: Cli) -> Cli:
    """Storage and one workload; the API comes with the test that needs it."""
    key: dict[str, Any] = {"AttributeName": "lease", "KeyType": "HASH"}
    table: dict[str, Any] = {"TableName": "leases", "KeySchema": [key], "BillingMode": "PAY_PER_REQUEST"}
    table["AttributeDefinitions"] = [{"AttributeName": "lease", "AttributeType": "S"}]
    bucket = {
        "Type": "AWS::S3::Bucket",
        "DeletionPolicy": "Retain",
        "Properties": {"BucketName": "data-bucket"},
    }
    resources: dict[str, Any] = {
        "Bucket": bucket,
        "Leases": {"Type": "AWS::DynamoDB::Table", "Properties": table},
    }
    stack("storage", resources, {"BucketName": "data-bucket", "LeaseTableName": "leases"})
    topic: dict[str, Any] = {"Topic": {"Type": "AWS::SNS::Topic"}}
    stack(f"workload-{WORKLOAD}", topic, {"StateMachineArn": MACHINE, "JobRoleArn": "arn:aws:iam::1:role/jobs"})
    return cli


def put(key: str, value: Any) -> None:
    client("s3").put_object(Bucket="data-bucket", Key=key, Body=json.dumps(value).encode())


def point(execution: str = RUN, metrics: dict[str, Any] | None = None) -> None:
    """Moves the live pointer."""
    value: dict[str, Any] = {
        "endpoint": "dev-iris-sklearn",
        "config": "dev-iris-sklearn-1f",
        "execution": execution,
    }
    value |= {"features": f"{WORKLOAD}/live/dev-iris-sklearn-1f/features.json", "models": {}}
    value |= {"metrics": metrics or {"forest": {"accuracy": 0.96}}, "later": "unknown members are ignored"}
    name = f"/trainyard/dev/{WORKLOAD}/live"
    client("ssm").put_parameter(Name=name, Value=json.dumps(value), Type="String", Overwrite=True)


def serve(names: Sequence[str] = ("forest",), workload: str = WORKLOAD, stage: str = "dev") -> None:
    """Model, config and endpoint of a workload, tagged as a run tags them."""
    sagemaker, base = client("sagemaker"), f"{stage}-{workload}"
    tags = [{"Key": "trainyard:stage", "Value": stage}, {"Key": "trainyard:workload", "Value": workload}]
    role = "arn:aws:iam::123456789012:role/jobs"
    for name in names:
        image = {"Image": "1.dkr.ecr.us-east-1.amazonaws.com/x:1"}
        model = f"{base}-{name}-1f"
        sagemaker.create_model(ModelName=model, ExecutionRoleArn=role, Tags=tags, PrimaryContainer=image)
    variants = [
        {"VariantName": name, "ModelName": f"{base}-{name}-1f", "InstanceType": "ml.m5.large",
         "InitialInstanceCount": 1, "InitialVariantWeight": 1.0} for name in names
    ]  # fmt: skip
    sagemaker.create_endpoint_config(EndpointConfigName=f"{base}-1f", ProductionVariants=variants, Tags=tags)
    sagemaker.create_endpoint(EndpointName=base, EndpointConfigName=f"{base}-1f", Tags=tags)
