"""What an image needs of this machine when no engine runs it, and what is said when that is missing."""

from pathlib import Path

import pytest

from local.runtime import build
from local.runtime.images import ImageStore, as_record, parse_reference
from local.runtime.interface import Launch, RuntimeProblem
from local.runtime.process import ProcessRuntime
from local.settings import Settings

pytestmark = pytest.mark.local


def start(folder: Path, entrypoint: str) -> None:
    settings = Settings(home=folder / "home", runtime="process")
    context, uri = folder / "context", "123456789012.dkr.ecr.us-east-1.amazonaws.com/trainyard-test-host:1"
    context.mkdir()
    (context / "Dockerfile").write_text(f"FROM scratch\nENTRYPOINT {entrypoint}\n")
    built = build.builder(settings, lambda _: None).build(build.Plan(tag=uri, context=context))
    record = as_record(dockerfile="Dockerfile", digest=built.digest, engine=built.engine, build_args={}, target="")
    ImageStore(settings).publish(parse_reference(uri), record, built.context)
    runtime = ProcessRuntime(settings)
    try:
        runtime.start(Launch(name="test", image=uri, base_dir=folder), lambda _: None)
    finally:
        runtime.close()


def test_missing_r_is_one_line_that_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RuntimeProblem, match=r"install R \(apt-get install r-base-core"):
        start(tmp_path, '["Rscript", "serve.R"]')


def test_missing_program_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RuntimeProblem, match="'julia': executable file not found"):
        start(tmp_path, '["julia", "serve.jl"]')
