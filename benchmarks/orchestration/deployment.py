"""Where runs take place: an embedded AWS of our own with this checkout's stacks, or one that is there already."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from benchmarks.orchestration.chain import Chain, chain, succeeded
from benchmarks.orchestration.jobs import jobs
from benchmarks.orchestration.visits import visits
from local import control
from local.demo import DEPLOY, ROOT, aws_environment
from local.demo.environment import temporary
from local.settings import ACCOUNT, REGION, Settings

_LOOK_SECONDS = 0.5
_CACHE = ROOT / ".trainyard/cache"


class Deployment:
    """A workload that is deployed, by the address of its AWS."""

    def __init__(self, url: str, stage: str, workload: str) -> None:
        self._url = url
        self._states, self._sagemaker = self._client("stepfunctions"), self._client("sagemaker")
        self._machine = f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:{stage}-{workload}"

    def run(self, given: str) -> Chain:
        """Run once and return what came of it.

        Raises:
            SystemExit: it failed.
        """
        arn = self._states.start_execution(stateMachineArn=self._machine, input=given)["executionArn"]
        while (said := self._states.describe_execution(executionArn=arn))["status"] == "RUNNING":
            time.sleep(_LOOK_SECONDS)
        pages = self._states.get_paginator("get_execution_history").paginate(executionArn=arn)
        found = visits([event for page in pages for event in page["events"]])
        if said["status"] != "SUCCEEDED" or not succeeded(found):
            raise SystemExit(f"{arn} is {said['status']}: {said.get('cause', '')}")
        worked = jobs(found, self._sagemaker)
        return chain(found, worked, said["startDate"].timestamp(), said["stopDate"].timestamp())

    def _client(self, service: str) -> Any:
        session: Any = boto3.session.Session(
            aws_access_key_id="test",
            aws_secret_access_key="test",  # noqa: S106  the embedded AWS checks no secret
            region_name=REGION,
        )
        return session.client(service, endpoint_url=self._url, config=Config(proxies={}))


@contextmanager
def deployed(folder: Path, port: int, workload: str) -> Iterator[str]:
    """Deploy one workload of this checkout and push its sample; yields the address. Environments are made once."""
    home = folder / "home"
    home.mkdir()
    _CACHE.mkdir(parents=True, exist_ok=True)
    (home / "cache").symlink_to(_CACHE)
    settings = Settings(home=home, port=port, runtime="process")
    environment = aws_environment(settings) | {"TRAINYARD_WORKLOADS": workload, "TRAINYARD_RUNTIME": "process"}

    def command(*words: str) -> None:
        done = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"{' '.join(words)} failed\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")

    try:
        control.up(settings)
        temporary(settings).mkdir(parents=True, exist_ok=True)
        command("cdk", "bootstrap", "--app", "", f"aws://{ACCOUNT}/{REGION}")
        command(*DEPLOY, "--output", str(folder / "cdk.out"))
        command("trainyard", "data", "push", workload)
        yield settings.endpoint_url
    finally:
        control.clean(settings)
