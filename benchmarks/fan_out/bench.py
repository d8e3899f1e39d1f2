"""A deployment of its own with a workload that fans out."""

import json
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

from local import control
from local.clients import client
from local.demo import DEPLOY, ROOT, aws_environment
from local.demo.environment import temporary
from local.settings import ACCOUNT, REGION, Settings

SAMPLE = ROOT / "tests/journey/fan_out"
WORKLOAD = "slopes"
PORT = 4698
KINDS = ("training", "transform", "processing")
LEFT_OUT = shutil.ignore_patterns(".git", ".venv", "node_modules", ".trainyard", "cdk.out", "__pycache__", "tests")


class Bench:
    """A deployment with the workload, and its fan-out."""

    def __init__(self, folder: Path, sets: int) -> None:
        self.settings = Settings(home=folder / "home", port=PORT, runtime="process")
        self._checkout, self._sets = folder / "checkout", sets

    def deploy(self) -> None:
        """Copy the checkout, add the workload, start the embedded AWS, deploy, put the data."""
        shutil.copytree(ROOT, self._checkout, ignore=LEFT_OUT)
        for name in (".venv", "node_modules"):
            (self._checkout / name).symlink_to(ROOT / name)
        shutil.copytree(SAMPLE / "image", self._checkout / "containers" / WORKLOAD)
        shutil.copytree(SAMPLE / "workload", self._checkout / "workloads" / WORKLOAD)
        control.up(self.settings)
        temporary(self.settings).mkdir(parents=True, exist_ok=True)
        self._run(["cdk", "bootstrap", "--app", "", f"aws://{ACCOUNT}/{REGION}"])
        self._run(list(DEPLOY))
        self._bucket = self._outputs("storage")["BucketName"]
        self._machine = self._outputs(f"workload-{WORKLOAD}")["FanOutStateMachineArn"]
        lines = [f"shop {shop},{row},{row * shop}" for shop in range(self._sets) for row in range(20)]
        body = "\n".join(["shop,visitors,sales", *lines]).encode()
        client("s3", self.settings).put_object(Bucket=self._bucket, Key=f"{WORKLOAD}/data/shops.csv", Body=body)

    def fan_out(self, at_once: int) -> float:
        """Return the seconds of the map over all data sets."""
        states = client("stepfunctions", self.settings)
        given = json.dumps({"concurrency": at_once})
        execution = states.start_execution(stateMachineArn=self._machine, input=given)["executionArn"]
        while (said := states.describe_execution(executionArn=execution))["status"] == "RUNNING":
            time.sleep(0.5)
        if said["status"] != "SUCCEEDED":
            raise RuntimeError(said.get("cause"))
        (run,) = states.list_map_runs(executionArn=execution)["mapRuns"]
        told = states.describe_map_run(mapRunArn=run["mapRunArn"])
        return float((told["stopDate"] - told["startDate"]).total_seconds())

    def seconds_of_jobs(self) -> float:
        """Return the seconds of all jobs of data sets so far, from creation to end."""
        return sum(self._lasted(job) for kind in KINDS for job in self._jobs(kind) if f"-{WORKLOAD}-line-" in job[0])

    def _jobs(self, kind: str) -> list[tuple[str, Any]]:
        name = kind.capitalize() + "Job"
        pages = client("sagemaker", self.settings).get_paginator(f"list_{kind}_jobs").paginate()
        return [(job[f"{name}Name"], job) for page in pages for job in page[f"{name}Summaries"]]

    @staticmethod
    def _lasted(job: tuple[str, Any]) -> float:
        _, said = job
        end = next(said[name] for name in ("TrainingEndTime", "TransformEndTime", "ProcessingEndTime") if name in said)
        return float((end - said["CreationTime"]).total_seconds())

    def _outputs(self, stack: str) -> dict[str, str]:
        cloudformation = client("cloudformation", self.settings)
        (said,) = cloudformation.describe_stacks(StackName=f"trainyard-dev-{stack}")["Stacks"]
        return {output["OutputKey"]: output["OutputValue"] for output in said["Outputs"]}

    def _run(self, command: list[str]) -> None:
        environment = aws_environment(self.settings) | {"TRAINYARD_WORKLOADS": WORKLOAD}
        done = subprocess.run(command, cwd=self._checkout, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"{' '.join(command)} failed\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
