"""The embedded SageMaker in front of moto's server, as boto3 meets it; images of a few lines."""

import json
import os
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from textwrap import dedent
from typing import Any, cast

import pytest
from werkzeug import Request
from werkzeug.serving import make_server

from local.clients import client
from local.runtime import engine
from local.runtime.build import Plan, builder
from local.runtime.images import ImageStore, as_record, parse_reference
from local.runtime.interface import Runtime
from local.runtime.process import ProcessRuntime
from local.sagemaker.limits import Limits
from local.sagemaker.service import SageMaker
from local.settings import ACCOUNT, REGION, Settings
from tests.engine import require_engine

BUCKET = "train"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/jobs"
REGISTRY = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com"

DOCKERFILE = """\
FROM docker.io/library/debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends python3 && rm -rf /var/lib/apt/lists/*
ENV GREETING=hello
WORKDIR /opt/program
COPY program.py ./
ENTRYPOINT ["python3", "/opt/program/program.py"]
"""

SERVER = """
import http.server, os, signal, sys, threading, time

class Handler(http.server.BaseHTTPRequestHandler):
    def answer(self, status, body, kind="text/csv"):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def do_GET(self):
        self.answer(200 if self.path == "/ping" else 404, b"")
    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        invoke(self, body)
    def log_message(self, *_):
        pass

class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 128
    daemon_threads = False

def serve():
    server = Server(("0.0.0.0", int(os.environ.get("SAGEMAKER_BIND_TO_PORT", "8080"))), Handler)
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    print("serving", flush=True)
    server.serve_forever()
    server.server_close()
"""


@dataclass
class World:
    """What a test needs to talk to the embedded AWS."""

    settings: Settings
    service: SageMaker
    sagemaker: Any
    runtime: Any
    s3: Any
    logs: Any

    def publish(self, name: str, program: str, dockerfile: str = DOCKERFILE) -> str:
        """Publish an image of one program and return its URI."""
        context = self.settings.home / f"context-{name}"
        shutil.rmtree(context, ignore_errors=True)
        context.mkdir(parents=True)
        (context / "Dockerfile").write_text(dockerfile)
        (context / "program.py").write_text(dedent(program))
        uri = f"{REGISTRY}/{name}:1"
        built = builder(self.settings, lambda _: None).build(Plan(tag=uri, context=context))
        record = as_record(dockerfile="Dockerfile", digest=built.digest, engine=built.engine, build_args={}, target="")
        ImageStore(self.settings).publish(parse_reference(uri), record, built.context)
        return uri

    def publish_server(self, name: str, invoke: str, before: str = "") -> str:
        """Publish an image that serves; `invoke` is the body of `def invoke(handler, body)`."""
        body = "\n".join("    " + line for line in dedent(invoke).strip().splitlines())
        program = f"{SERVER}\ndef invoke(handler, body):\n{body}\n\n{dedent(before)}\nserve()\n"
        return self.publish(name, program)

    def put(self, key: str, body: bytes | str) -> str:
        """Store an object and return its URI."""
        self.s3.put_object(Bucket=BUCKET, Key=key, Body=body)
        return f"s3://{BUCKET}/{key}"

    def get(self, key: str) -> bytes:
        """Return an object's content."""
        return bytes(self.s3.get_object(Bucket=BUCKET, Key=key)["Body"].read())

    def lines(self, group: str, prefix: str = "") -> list[str]:
        """Return every log line of the streams of a group."""
        wanted = {"logStreamNamePrefix": prefix} if prefix else {}
        pages = self.logs.get_paginator("describe_log_streams").paginate(logGroupName=group, **wanted)
        names = [item["logStreamName"] for page in pages for item in page["logStreams"]]
        return [
            event["message"]
            for name in names
            for event in self.logs.get_log_events(logGroupName=group, logStreamName=name, startFromHead=True)["events"]
        ]

    def until(self, describe: Callable[[], dict[str, Any]], member: str, *values: str) -> dict[str, Any]:
        """Poll a description until a member has one of the values."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            found = describe()
            if found[member] in values:
                return found
            time.sleep(0.05)
        raise AssertionError(f"{member} stayed {found[member]}: {json.dumps(found, default=str)}")

    def train(self, name: str, image: str, *, wait: bool = True, **more: Any) -> dict[str, Any]:
        """Create a training job and wait for its end."""
        request = {
            "TrainingJobName": name,
            "AlgorithmSpecification": {"TrainingImage": image, "TrainingInputMode": "File"},
            "RoleArn": ROLE,
            "OutputDataConfig": {"S3OutputPath": f"s3://{BUCKET}/models"},
            "ResourceConfig": {"InstanceType": "ml.m5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 10},
            "StoppingCondition": {"MaxRuntimeInSeconds": 60},
        }
        self.sagemaker.create_training_job(**{**request, **more})
        return self.training(name) if wait else {}

    def training(self, name: str) -> dict[str, Any]:
        """Wait for a training job's end."""
        return self.until(
            lambda: self.sagemaker.describe_training_job(TrainingJobName=name),
            "TrainingJobStatus",
            "Completed",
            "Failed",
            "Stopped",
        )

    def model(self, name: str, image: str, **more: Any) -> None:
        """Create a model."""
        container = {"Image": image, **more}
        self.sagemaker.create_model(ModelName=name, PrimaryContainer=container, ExecutionRoleArn=ROLE)

    def config(self, name: str, **variants: tuple[str, float]) -> None:
        """Create an endpoint configuration of variants: model and weight."""
        self.sagemaker.create_endpoint_config(
            EndpointConfigName=name,
            ProductionVariants=[
                {
                    "VariantName": variant,
                    "ModelName": model,
                    "InitialInstanceCount": 1,
                    "InstanceType": "ml.m5.large",
                    "InitialVariantWeight": weight,
                }
                for variant, (model, weight) in variants.items()
            ],
        )

    def endpoint(self, name: str, *statuses: str) -> dict[str, Any]:
        """Wait until an endpoint has one of the statuses."""
        return self.until(lambda: self.sagemaker.describe_endpoint(EndpointName=name), "EndpointStatus", *statuses)


@pytest.fixture(scope="session")
def port() -> Iterator[int]:
    """The port of one moto server with a mount point for the service under test."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number = probe.getsockname()[1]
    os.environ["MOTO_PORT"] = str(number)
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

    from local.seams import cloudwatch

    cloudwatch.install(Settings(home=Path(), port=number))
    moto = DomainDispatcherApplication(create_backend_app)

    def application(environ: Any, start_response: Any) -> Any:
        request = Request(environ)
        target = request.headers.get("X-Amz-Target", "").startswith("SageMaker.")
        if _mounted and (target or request.path.startswith("/endpoints/")):
            return _mounted[-1].handle(request)(environ, start_response)
        return moto(environ, start_response)

    server = make_server("127.0.0.1", number, application, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield number
    server.shutdown()
    thread.join(5)
    server.server_close()


_mounted: list[SageMaker] = []


@pytest.fixture
def home(port: int, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of a fresh home that shares its cache of environments with other tests."""
    return _home(port, tmp_path, tmp_path_factory)


def _home(port: int, folder: Path, factory: pytest.TempPathFactory) -> Settings:
    settings = Settings(home=folder / "home", port=port, runtime="process")
    cache = factory.getbasetemp() / "cache"
    cache.mkdir(exist_ok=True)
    settings.home.mkdir()
    settings.cache.symlink_to(cache)
    return settings


@pytest.fixture(scope="module")
def shared_world(port: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One embedded SageMaker for all tests of a module that asks for it: they take names of their own."""
    home = _home(port, tmp_path_factory.mktemp("shared"), tmp_path_factory)
    with embedded(home, ProcessRuntime(home)) as found:
        yield found


@pytest.fixture
def world(home: Settings) -> Iterator[World]:
    """A fresh embedded SageMaker with the process runtime."""
    with embedded(home, ProcessRuntime(home)) as found:
        yield found


@pytest.fixture
def containers(port: int, tmp_path: Path) -> Iterator[World]:
    """An embedded SageMaker on the container engine."""
    require_engine()
    connection = engine.connect()
    assert connection is not None
    settings = Settings(home=tmp_path / "home", port=port, runtime="engine")
    with embedded(settings, engine.EngineRuntime(settings, connection)) as found:
        yield found
    check = engine.connect()
    assert check is not None
    assert not check.containers.list(all=True, filters={"label": f"{engine.LABEL}={settings.home}"})
    check.close()


@contextmanager
def embedded(
    settings: Settings, runtime: Runtime, *, kept: dict[str, Any] | None = None, **limits: float
) -> Iterator[World]:
    """An embedded SageMaker on a runtime, closed afterwards; `kept` is an earlier one's state, `limits` are bounds."""
    bounds = Limits(parallel_jobs=2, startup_seconds=20, stop_grace_seconds=2, drain_seconds=10, sync_seconds=0.2)
    moved = replace(bounds, **cast("dict[str, Any]", limits))
    service = SageMaker(settings, limits=moved, runtime=runtime, kept=kept)
    _mounted.append(service)
    s3 = client("s3", settings)
    s3.create_bucket(Bucket=BUCKET)
    try:
        yield World(
            settings=settings,
            service=service,
            sagemaker=client("sagemaker", settings),
            runtime=client("sagemaker-runtime", settings),
            s3=s3,
            logs=client("logs", settings),
        )
    finally:
        service.close()
        _mounted.remove(service)
