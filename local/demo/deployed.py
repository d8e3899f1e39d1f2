"""The deployment that the demo finds and leaves: its stage, its workloads, the last run of one of them."""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.clients import client
from local.settings import Settings


@dataclass(frozen=True)
class Run:
    """What a run came to: the gate, and each candidate's name, metrics and reason of failure."""

    gate: Mapping[str, Any]
    candidates: Sequence[Mapping[str, Any]]

    def verdict(self, candidate: Mapping[str, Any]) -> str:
        """Tell whether a candidate passed the gate, else why not."""
        if candidate["error"]:
            return str(candidate["error"])
        value = candidate["metrics"].get(self.gate["metric"])
        if value is None:
            return f"has no {self.gate['metric']}"
        passed = self.gate.get("min", value) <= value <= self.gate.get("max", value)
        return "passed" if passed else "missed"


class Deployed:
    """Stacks of one stage, by the names and outputs of docs/contracts.md."""

    def __init__(self, settings: Settings, host: Mapping[str, str] = os.environ) -> None:
        self._settings = settings
        self._stage = host.get("TRAINYARD_STAGE") or "dev"

    def workloads(self, folder: Path) -> list[str]:
        """Those that are deployed and still have a file in `folder`."""
        prefix = f"trainyard-{self._stage}-workload-"
        pages = client("cloudformation", self._settings).get_paginator("describe_stacks").paginate()
        names = [stack["StackName"] for page in pages for stack in page["Stacks"]]
        deployed = [name.removeprefix(prefix) for name in names if name.startswith(prefix)]
        return [name for name in deployed if (folder / name / "workload.yaml").is_file()]

    def api(self) -> tuple[str, str]:
        """Address and key of the public API."""
        outputs = self._outputs("api")
        key = client("apigateway", self._settings).get_api_key(apiKey=outputs["ApiKeyId"], includeValue=True)
        return outputs["ApiUrl"], str(key["value"])

    def live_run(self, workload: str) -> Run:
        """Return the run whose candidates are live."""
        name = f"/trainyard/{self._stage}/{workload}/live"
        pointer = json.loads(client("ssm", self._settings).get_parameter(Name=name)["Parameter"]["Value"])
        key = f"{workload}/runs/{pointer['execution']}/plan.json"
        plan = client("s3", self._settings).get_object(Bucket=self._outputs("storage")["BucketName"], Key=key)
        machine = self._outputs(f"workload-{workload}")["StateMachineArn"]
        arn = f"{machine.replace(':stateMachine:', ':execution:')}:{pointer['execution']}"
        execution = client("stepfunctions", self._settings).describe_execution(executionArn=arn)
        return Run(json.load(plan["Body"])["gate"], json.loads(execution["output"])["candidates"])

    def _outputs(self, stack: str) -> dict[str, str]:
        name = f"trainyard-{self._stage}-{stack}"
        (description,) = client("cloudformation", self._settings).describe_stacks(StackName=name)["Stacks"]
        return {output["OutputKey"]: output["OutputValue"] for output in description["Outputs"]}
