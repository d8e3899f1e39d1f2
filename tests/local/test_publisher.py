"""`trainyard-docker`, called as CDK calls it."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from moto.moto_server.threaded_moto_server import ThreadedMotoServer

from local import publisher
from local.clients import client
from local.runtime.images import ImageStore
from local.settings import Settings

URI = "123456789012.dkr.ecr.us-east-1.amazonaws.com/trainyard-dev-demo:abc123"
DOCKERFILE = """\
ARG BASE=debian:bookworm-slim
FROM ${BASE}
RUN apt-get update && apt-get install -y python3
WORKDIR /opt/program
COPY program.py requirements.txt /opt/program/
RUN pip install --no-cache-dir -r requirements.txt
ENTRYPOINT ["python3", "program.py"]
"""

pytestmark = pytest.mark.local


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """A home folder, and moto's ECR with the repository."""
    server = ThreadedMotoServer(port=0)
    server.start()
    port = server.get_host_and_port()[1]
    found = Settings(home=tmp_path / "home", port=port, runtime="process")
    monkeypatch.setenv("TRAINYARD_HOME", str(found.home))
    monkeypatch.setenv("TRAINYARD_PORT", str(port))
    monkeypatch.setenv("TRAINYARD_RUNTIME", "process")
    ecr = client("ecr", found)
    ecr.create_repository(repositoryName="trainyard-dev-demo")
    yield found
    ecr.delete_repository(repositoryName="trainyard-dev-demo", force=True)
    server.stop()


@pytest.fixture
def context(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that CDK builds in."""
    folder = tmp_path / "context"
    folder.mkdir()
    (folder / "Dockerfile").write_text(DOCKERFILE)
    (folder / "program.py").write_text("print('hello')\n")
    (folder / "requirements.txt").write_text("# none\n")
    (folder / "secret.env").write_text("no\n")
    (folder / ".dockerignore").write_text("*.env\n")
    monkeypatch.chdir(folder)
    return folder


def test_an_image_goes_from_folder_to_registry_as_cdk_does_it(
    settings: Settings, context: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert publisher.main(["inspect", "cdkasset-abc123"]) == 1
    assert "no such image: cdkasset-abc123" in capsys.readouterr().err
    assert publisher.main(["build", "--tag", "cdkasset-abc123", "--platform", "linux/amd64", "."]) == 0
    assert publisher.main(["inspect", "cdkasset-abc123"]) == 0
    assert publisher.main(["tag", "cdkasset-abc123", URI]) == 0
    assert publisher.main(["push", URI]) == 0
    image = ImageStore(settings).find(URI)
    assert image is not None
    kept = sorted(path.name for path in image.context.iterdir())
    assert kept == [".dockerignore", "Dockerfile", "program.py", "requirements.txt"]
    (held,) = client("ecr", settings).describe_images(repositoryName="trainyard-dev-demo")["imageDetails"]
    assert held["imageTags"] == ["abc123"]
    assert held["imageManifestMediaType"] == "application/vnd.docker.distribution.manifest.v2+json"
    assert publisher.main(["push", URI]) == 0
    assert not [path for path in settings.state.rglob(".*") if path.name.startswith((".copied", ".staging"))]


def test_the_same_context_has_the_same_digest(settings: Settings, context: Path) -> None:
    digests = set()
    for tag in ("one", "two"):
        assert publisher.main(["build", "--tag", tag, "."]) == 0
        records = [json.loads(file.read_text()) for file in settings.state.glob("built/*/image.json")]
        digests |= {record["digest"] for record in records}
    assert len(digests) == 1


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("COPY --from=builder /a /b", "line 8: COPY --from=builder to /b needs a container engine"),
        ("ONBUILD RUN true", "line 8: ONBUILD is not understood without a container engine"),
        ("COPY nowhere.txt /x", "COPY nowhere.txt: not in the build context"),
        ("COPY ../../etc/passwd /x", "COPY ../../etc/passwd: outside the build context"),
    ],
)
def test_what_needs_an_engine_is_refused_by_line(
    settings: Settings, context: Path, capsys: pytest.CaptureFixture[str], line: str, complaint: str
) -> None:
    (context / "Dockerfile").write_text(DOCKERFILE + line + "\n")
    assert publisher.main(["build", "--tag", "x", "."]) == 1
    assert complaint in capsys.readouterr().err


def test_another_subcommand_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        publisher.main(["compose", "up"])
    assert stopped.value.code == 2
    assert "invalid choice: 'compose'" in capsys.readouterr().err


def test_a_repository_that_is_not_there_is_told(
    settings: Settings, context: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = URI.replace("trainyard-dev-demo", "nobodys")
    assert publisher.main(["build", "--tag", missing, "."]) == 0
    assert publisher.main(["push", missing]) == 1
    assert "RepositoryNotFoundException" in capsys.readouterr().err
