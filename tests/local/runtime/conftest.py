"""One image, run by each runtime: the same contract."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent

import pytest

from local.runtime import build, engine
from local.runtime.images import ImageStore, as_record, parse_reference
from local.runtime.interface import Launch, Runtime
from local.runtime.process import ProcessRuntime
from local.settings import Settings
from tests.engine import require_engine

DOCKERFILE = """\
ARG BASE=docker.io/library/debian:bookworm-slim
FROM ${BASE}
RUN apt-get update && apt-get install -y --no-install-recommends python3 && rm -rf /var/lib/apt/lists/*
"""

PROGRAM = """\
WORKDIR /opt/program
COPY program.py .
ENV GREETING="good day" PROGRAM=/opt/program/program.py
ENTRYPOINT ["python3", "/opt/program/program.py"]
"""


@dataclass
class Bench:
    """A runtime and what it takes to run a program in it."""

    runtime: Runtime
    settings: Settings
    base_dir: Path
    lines: list[str] = field(default_factory=list)

    def publish(self, name: str, program: str, dockerfile: str = "") -> str:
        """Build an image of one program for this runtime and return its URI."""
        context = self.settings.home / name
        shutil.rmtree(context, ignore_errors=True)
        context.mkdir(parents=True)
        uri = f"123456789012.dkr.ecr.us-east-1.amazonaws.com/trainyard-test-{name}:1"
        (context / "program.py").write_text(dedent(program))
        (context / "Dockerfile").write_text(dockerfile or DOCKERFILE + PROGRAM)
        built = build.builder(self.settings, print).build(build.Plan(tag=uri, context=context))
        record = as_record(dockerfile="Dockerfile", digest=built.digest, engine=built.engine, build_args={}, target="")
        ImageStore(self.settings).publish(parse_reference(uri), record, built.context)
        return uri

    def stand_in(self, folder: str, program: str) -> None:
        """Put a stand-in of one program where the catalog looks for `folder`."""
        context = self.settings.home.parent / "stand-ins" / "local" / "images" / folder
        context.mkdir(parents=True, exist_ok=True)
        (context / "program.py").write_text(dedent(program))
        (context / "Dockerfile").write_text(DOCKERFILE + PROGRAM.replace("COPY ", f"COPY local/images/{folder}/"))

    def launch(self, image: str, *arguments: str, serves: bool = False, **environment: str) -> Launch:
        """Return a plan for a run."""
        return Launch(
            name="test",
            image=image,
            base_dir=self.base_dir,
            arguments=arguments,
            environment=environment,
            serves=serves,
        )


@pytest.fixture(
    params=[pytest.param("process", marks=pytest.mark.local), pytest.param("engine", marks=pytest.mark.image)]
)
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    """Each runtime in turn."""
    settings = Settings(home=tmp_path / "home", runtime=request.param)
    base_dir = tmp_path / "ml"
    (base_dir / "model").mkdir(parents=True)
    if request.param == "engine":
        require_engine()
        connection = engine.connect()
        assert connection is not None
        runtime: Runtime = engine.EngineRuntime(settings, connection, stand_ins=tmp_path / "stand-ins")
    else:
        runtime = ProcessRuntime(settings, stand_ins=tmp_path / "stand-ins")
    yield Bench(runtime, settings, base_dir)
    runtime.close()
