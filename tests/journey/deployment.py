"""A deployment on a running embedded AWS, handled as a user does: `cdk`, `trainyard`, boto3 and HTTP."""

import json
import shutil
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import requests
from predict.settings import DEFAULT_CACHE_SECONDS

from local.clients import client
from local.demo import ROOT, aws_environment
from local.settings import Settings
from tests.containers import rscripts

FAULTY = Path(__file__).parent / "faulty"
FAN_OUT = Path(__file__).parent / "fan_out"
WATCHED = Path(__file__).parent / "watched"
ASKED = Path(__file__).parent / "asked"
GUARDED = Path(__file__).parent / "guarded"
NAIVE = Path(__file__).parents[1] / "containers/r_fable/seasonal_naive.R"
IGNORED = shutil.ignore_patterns(
    ".git", ".venv", "node_modules", ".trainyard", "cdk.out", "__pycache__", "*.egg-info", ".*_cache", "tests"
)
REMEMBERED = DEFAULT_CACHE_SECONDS + 2
"""Seconds after which no function names what the live pointer named before: one may have read it just before, and
remembers it from when it has read features.json as well."""


def model_told(pointer: Mapping[str, Any], variant: str) -> str:
    """What an answer calls a variant's model: its version in the registry, where it has one."""
    package = pointer.get("packages", {}).get(variant, "").partition(":model-package/")[2]
    return str(package or pointer["models"][variant])


@dataclass(frozen=True)
class Answer:
    """One answer of the public API."""

    status: int
    body: dict[str, Any]
    headers: Mapping[str, str]


@dataclass
class Deployment:
    """The stacks of `folder` (a copy of this checkout) on the embedded AWS of `settings`."""

    settings: Settings
    folder: Path
    environment: dict[str, str] = field(init=False)
    up_log: str = ""

    def __post_init__(self) -> None:
        """Point every client at the embedded AWS."""
        self.environment = aws_environment(self.settings) | {"TRAINYARD_RUNTIME": self.settings.runtime}

    @classmethod
    def with_faulty_workload(cls, settings: Settings, folder: Path) -> Self:
        """Copy this checkout to `folder`; add the workload that breaks on request, and a model where fable lacks."""
        shutil.copytree(ROOT, folder, ignore=IGNORED)
        for name in (".venv", "node_modules"):
            (folder / name).symlink_to(ROOT / name)
        shutil.copytree(FAULTY / "image", folder / "containers/faulty")
        for name in ("faulty", "watched", "asked", "canary", "linear"):
            shutil.copytree(FAULTY / "workload", folder / "workloads" / name)
        shutil.copytree(FAN_OUT / "image", folder / "containers/slopes")
        shutil.copytree(FAN_OUT / "workload", folder / "workloads/slopes")
        shutil.copy(WATCHED / "workload.yaml", folder / "workloads/watched")
        shutil.copy(ASKED / "workload.yaml", folder / "workloads/asked")
        for name in ("canary", "linear"):
            shutil.copy(GUARDED / f"{name}.yaml", folder / "workloads" / name / "workload.yaml")
        if not (shutil.which("Rscript") and rscripts.has_packages(*rscripts.FABLE)):
            fitters = "\ndefault_fitters <- function() list(ets = seasonal_naive, arima = seasonal_naive)\n"
            # The image reads its files in the order of their names: what comes last holds.
            (folder / "containers/r-fable/R/zz_naive.R").write_text(NAIVE.read_text(encoding="utf-8") + fitters)
        return cls(settings, folder)

    @property
    def stage(self) -> str:
        """The stage that commands and names are of."""
        return self.environment.get("TRAINYARD_STAGE", "dev")

    def command(self, *words: str, timeout: float = 600, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run a command in the deployment's folder."""
        process = subprocess.run(
            words,
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        if check and process.returncode:
            said = f"{process.stdout}\n{process.stderr}\nserver log:\n{self.server_log()}"
            raise AssertionError(f"{' '.join(words)} exited {process.returncode}\n{said}")
        return process

    def server_log(self) -> str:
        """Return the end of the embedded AWS's own log."""
        log = self.settings.state / "log/server.log"
        return "\n".join(log.read_text().splitlines()[-60:]) if log.exists() else ""

    def client(self, service: str) -> Any:
        """Return a boto3 client of the embedded AWS."""
        return client(service, self.settings)

    def output(self, stack: str, key: str) -> str:
        """Return one output of `trainyard-{stage}-{stack}`."""
        name = f"trainyard-{self.stage}-{stack}"
        (description,) = self.client("cloudformation").describe_stacks(StackName=name)["Stacks"]
        outputs = {output["OutputKey"]: output["OutputValue"] for output in description["Outputs"]}
        return str(outputs[key])

    def push(self, workload: str) -> None:
        """Upload the sample data."""
        self.command("trainyard", "data", "push", workload)

    def start(self, workload: str, **execution_input: Any) -> str:
        """Start the workload's state machine; returns the execution's ARN."""
        answer = self.client("stepfunctions").start_execution(
            stateMachineArn=self.output(f"workload-{workload}", "StateMachineArn"),
            input=json.dumps(execution_input),
        )
        return str(answer["executionArn"])

    def finish(self, execution: str, timeout: float = 240) -> dict[str, Any]:
        """Wait for the execution's end; returns its description."""
        states = self.client("stepfunctions")
        deadline = time.monotonic() + timeout
        while True:
            description: dict[str, Any] = states.describe_execution(executionArn=execution)
            if description["status"] != "RUNNING":
                return description
            assert time.monotonic() < deadline, f"{execution} still runs after {timeout} s"
            time.sleep(0.25)

    def run(self, workload: str, **execution_input: Any) -> dict[str, Any]:
        """Start an execution and wait for its end."""
        return self.finish(self.start(workload, **execution_input))

    def endpoint(self, workload: str) -> dict[str, Any]:
        """Describe the workload's live endpoint, or, before it has one, the one that it is making."""
        found = self.client("ssm").get_parameters(Names=[f"/trainyard/{self.stage}/{workload}/live"])["Parameters"]
        name = json.loads(found[0]["Value"])["endpoint"] if found else f"{self.stage}-{workload}"
        description: dict[str, Any] = self.client("sagemaker").describe_endpoint(EndpointName=name)
        return description

    def pointer(self, workload: str) -> tuple[dict[str, Any], float]:
        """Return the live pointer and how many seconds ago it was written."""
        found = self.client("ssm").get_parameter(Name=f"/trainyard/{self.stage}/{workload}/live")["Parameter"]
        return json.loads(found["Value"]), time.time() - found["LastModifiedDate"].timestamp()

    def settled(self, workload: str) -> dict[str, Any]:
        """Return the live pointer, once the API names its models and no function can remember an earlier one."""
        deadline = time.monotonic() + 2 * REMEMBERED
        while True:
            pointer, age = self.pointer(workload)
            if age > REMEMBERED and self.models_told(workload) == {
                variant: model_told(pointer, variant) for variant in pointer["models"]
            }:
                return pointer
            assert time.monotonic() < deadline, f"the API does not name the models of {pointer}"
            time.sleep(0.25)

    def models_told(self, workload: str) -> dict[str, str]:
        """What the API calls the models that are live, by variant."""
        return {variant["name"]: variant["model"] for variant in self.described(workload)["variants"]}

    def described(self, workload: str) -> dict[str, Any]:
        """What the API tells of a workload: features, example, variants."""
        address, headers = f"{self.api_url}/v1/workloads/{workload}", {"x-api-key": self.api_key}
        answer = requests.get(address, headers=headers, timeout=60)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    @cached_property
    def api_url(self) -> str:
        """The public API's address."""
        return self.output("api", "ApiUrl")

    @cached_property
    def api_key(self) -> str:
        """The API key's value."""
        key = self.client("apigateway").get_api_key(apiKey=self.output("api", "ApiKeyId"), includeValue=True)
        return str(key["value"])

    def predict(self, workload: str, instances: Sequence[Any], **headers: str) -> Answer:
        """POST records to the workload's predictions."""
        return self.post(workload, json.dumps({"instances": list(instances)}).encode(), **headers)

    def post(self, workload: str, body: bytes, content_type: str = "application/json", **headers: str) -> Answer:
        """POST any body to the workload's predictions."""
        sent = {"content-type": content_type, "x-api-key": self.api_key} | headers
        address = f"{self.api_url}/v1/workloads/{workload}/predictions"
        answer = requests.post(address, data=body, headers=sent, timeout=60)
        return Answer(answer.status_code, answer.json(), answer.headers)

    @contextmanager
    def calling(self, workload: str, instance: Mapping[str, Any], pause: float = 0.05) -> Any:
        """Keep calling the API in the background; yields the list that the answers are appended to."""
        answers: list[Answer] = []
        stop = threading.Event()

        def call() -> None:
            while not stop.is_set():
                answers.append(self.predict(workload, [instance]))
                stop.wait(pause)

        caller = threading.Thread(target=call)
        caller.start()
        try:
            yield answers
        finally:
            stop.set()
            caller.join(timeout=90)
