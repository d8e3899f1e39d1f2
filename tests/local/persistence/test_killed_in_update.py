"""The server is killed while one fleet takes the place of another."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from local import control
from local.settings import Settings
from tests.conftest import free_port
from tests.local.persistence.conftest import IMAGE, ROLE, World

pytestmark = [pytest.mark.local, pytest.mark.timeout(180)]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(Settings(home=tmp_path / "home", port=free_port(), runtime="process"))
    yield world
    control.clean(world.settings)


def configure(world: World, name: str, environment: dict[str, str]) -> None:
    sagemaker = world.aws("sagemaker")
    container = {"Image": IMAGE, "Environment": environment}
    sagemaker.create_model(ModelName=name, PrimaryContainer=container, ExecutionRoleArn=ROLE)
    variant = {"VariantName": "v", "ModelName": name, "InitialInstanceCount": 1, "InstanceType": "ml.m5.large"}
    sagemaker.create_endpoint_config(EndpointConfigName=name, ProductionVariants=[variant])


def servers(home: Path) -> list[psutil.Process]:
    """Return the models' servers that belong to this home."""
    return [
        process
        for process in psutil.process_iter(["cmdline"])
        if any(str(home) in word for word in process.info["cmdline"] or []) and "serve" in process.info["cmdline"]
    ]


def test_the_endpoint_comes_back_on_the_old_configuration_and_no_server_is_left(world: World) -> None:
    sagemaker = world.aws("sagemaker")
    control.up(world.settings)
    world.publish()
    configure(world, "old", {})
    configure(world, "slow", {"DELAY": "600"})
    sagemaker.create_endpoint(EndpointName="live", EndpointConfigName="old")
    world.until(lambda: sagemaker.describe_endpoint(EndpointName="live")["EndpointStatus"] == "InService")
    sagemaker.update_endpoint(EndpointName="live", EndpointConfigName="slow")
    assert sagemaker.describe_endpoint(EndpointName="live")["EndpointStatus"] == "Updating"
    saved = time.time()
    world.until(lambda: world.settings.snapshot.exists() and world.settings.snapshot.stat().st_mtime > saved)
    before = {process.pid for process in servers(world.settings.home)}

    os.kill(int((world.settings.state / "server.pid").read_text()), signal.SIGKILL)
    world.until(lambda: not any(psutil.pid_exists(pid) for pid in before))
    control.up(world.settings)

    world.until(lambda: sagemaker.describe_endpoint(EndpointName="live")["EndpointStatus"] == "InService")
    assert sagemaker.describe_endpoint(EndpointName="live")["EndpointConfigName"] == "old"
    answer = world.aws("sagemaker-runtime").invoke_endpoint(EndpointName="live", Body=b"abc")
    assert answer["Body"].read() == b"ABC"
    sagemaker.delete_endpoint(EndpointName="live")
    world.until(lambda: not servers(world.settings.home))
