"""A deployment of this checkout on an embedded AWS of its own, handled by the commands that a user has."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

from local import control
from local.clients import client
from local.demo import DEPLOY, ROOT, aws_environment
from local.demo.environment import temporary
from local.settings import ACCOUNT, REGION, Settings

WORKLOADS = ("boston", "iris-sklearn")
# The tuning of boston is not what is measured.
QUICK = {"boston": {"tuning": {"xgboost": {"max_jobs": 3}}}, "iris-sklearn": {}}
CACHE = ROOT / ".trainyard/cache"
LEFT_OUT = shutil.ignore_patterns(".git", ".venv", "node_modules", ".trainyard", "cdk.out", "__pycache__", "tests")


class Bench:
    """Both workloads live, and a key that the throttle hardly touches."""

    def __init__(self, folder: Path, port: int) -> None:
        home = folder / "home"
        home.mkdir()
        CACHE.mkdir(parents=True, exist_ok=True)
        (home / "cache").symlink_to(CACHE)  # environments are made once
        self.settings = Settings(home=home, port=port, runtime="process")
        self._checkout = folder / "checkout"
        chosen = {"TRAINYARD_WORKLOADS": ",".join(WORKLOADS), "TRAINYARD_RUNTIME": "process"}
        self._environment = aws_environment(self.settings) | chosen

    def deploy(self) -> None:
        """Start the embedded AWS, deploy a copy of the checkout, run each workload once."""
        shutil.copytree(ROOT, self._checkout, ignore=LEFT_OUT)
        for name in (".venv", "node_modules"):
            (self._checkout / name).symlink_to(ROOT / name)
        control.up(self.settings)
        temporary(self.settings).mkdir(parents=True, exist_ok=True)
        self.command("cdk", "bootstrap", "--app", "", f"aws://{ACCOUNT}/{REGION}")
        self.command(*DEPLOY)
        for workload in WORKLOADS:
            self.command("trainyard", "data", "push", workload)
            self.command("trainyard", "run", workload, "--input", json.dumps(QUICK[workload]))

    def key(self, rate: int, burst: int) -> str:
        """Make a key of the load's own; return its value."""
        limits = ("--rate", str(rate), "--burst", str(burst), "--quota", "0")
        return str(json.loads(self.command("trainyard", "keys", "create", "load", *limits, "--json"))["value"])

    def url(self) -> str:
        """Return the API's address."""
        return str(json.loads(self.command("trainyard", "status", "--json"))["api_url"])

    def endpoint(self, workload: str) -> str:
        """Return the name of the endpoint that serves."""
        said = client("ssm", self.settings).get_parameter(Name=f"/trainyard/dev/{workload}/live")
        return str(json.loads(said["Parameter"]["Value"])["endpoint"])

    def described(self, endpoint: str) -> dict[str, Any]:
        """Return SageMaker's description."""
        answer: dict[str, Any] = client("sagemaker", self.settings).describe_endpoint(EndpointName=endpoint)
        return answer

    def start(self, *words: str) -> subprocess.Popen[str]:
        """Start a command."""
        return subprocess.Popen(
            words, cwd=self._checkout, env=self._environment, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    def command(self, *words: str) -> str:
        """Run a command to its end; return what it printed."""
        return finished(self.start(*words))

    def close(self) -> None:
        """Stop everything."""
        control.clean(self.settings)


def finished(process: subprocess.Popen[str]) -> str:
    """Wait for a command; return what it printed.

    Raises:
        SystemExit: it failed.
    """
    said, complained = process.communicate()
    if process.returncode:
        raise SystemExit(f"{process.args!r} exited {process.returncode}\n{said[-3000:]}\n{complained[-3000:]}")
    return said
