"""What the engine runs for a URI: what it holds, what was published, what it can pull."""

import io
import uuid
from collections.abc import Iterator
from pathlib import Path

import docker
import pytest

from local.runtime import build, engine
from local.runtime.engine_images import EngineImages
from local.runtime.images import ImageStore, as_record, parse_reference
from local.runtime.interface import ImageNotFoundError, Launch, RuntimeProblem
from local.runtime.library import ImageLibrary
from local.settings import Settings
from tests.engine import require_engine

pytestmark = pytest.mark.image

OWN = "123456789012.dkr.ecr.us-east-1.amazonaws.com/trainyard-test-held"
DOCKERFILE = """FROM docker.io/library/debian:bookworm-slim
RUN printf '#!/bin/sh\\necho trains at /opt/ml: $(ls -A /opt/ml)\\n' > /usr/bin/train && chmod +x /usr/bin/train
"""


@pytest.fixture(scope="module")
def connection() -> Iterator[docker.DockerClient]:
    require_engine()
    found = engine.connect()
    assert found is not None
    yield found
    found.close()


@pytest.fixture(scope="module")
def held(connection: docker.DockerClient) -> Iterator[str]:
    """An image that a user built by hand: `docker build -t URI .`, its `train` on the path, no ENTRYPOINT."""
    uri = f"{OWN}:{uuid.uuid4().hex[:12]}"
    connection.images.build(fileobj=io.BytesIO(DOCKERFILE.encode()), tag=uri, rm=True)
    yield uri
    connection.images.remove(uri, force=True)


def images(connection: docker.DockerClient, home: Path, *, pull_seconds: float = 30) -> EngineImages:
    settings = Settings(home=home)
    return EngineImages(settings, connection, lambda *_: None, ImageLibrary(settings), pull_seconds)


def test_an_image_that_the_engine_holds_runs_as_it_is(
    connection: docker.DockerClient, held: str, tmp_path: Path
) -> None:
    settings, lines = Settings(home=tmp_path / "home"), list[str]()
    client = engine.connect()
    assert client is not None
    runtime = engine.EngineRuntime(settings, client)
    (tmp_path / "ml" / "input").mkdir(parents=True)
    try:
        launch = Launch(name="test", image=held, base_dir=tmp_path / "ml", arguments=("train",))
        assert runtime.start(launch, lines.append).wait(30) == 0
    finally:
        runtime.close()
    assert lines == ["trains at /opt/ml: input"]


def test_an_image_is_found_by_its_id_as_digest(connection: docker.DockerClient, held: str, tmp_path: Path) -> None:
    identifier = connection.images.get(held).id
    assert images(connection, tmp_path).resolve(f"{OWN}@{identifier}") == identifier
    with pytest.raises(ImageNotFoundError):
        images(connection, tmp_path).resolve(f"{OWN}-other@{identifier}")


def test_an_image_is_found_by_the_digest_under_which_it_was_published(
    connection: docker.DockerClient, held: str, tmp_path: Path
) -> None:
    digest = f"sha256:{'7' * 64}"
    record = as_record(dockerfile="Dockerfile", digest=digest, engine=True, build_args={}, target="")
    ImageStore(Settings(home=tmp_path)).publish(parse_reference(held), record, None)
    assert images(connection, tmp_path).resolve(f"{OWN}@{digest}") == held


def test_an_image_published_without_an_engine_is_built_when_one_runs_it(
    connection: docker.DockerClient, tmp_path: Path
) -> None:
    settings = Settings(home=tmp_path / "home", runtime="process")
    context, uri = tmp_path / "context", f"{OWN}-later:1"
    context.mkdir()
    (context / "Dockerfile").write_text('FROM docker.io/library/debian:bookworm-slim\nENTRYPOINT ["true"]\n')
    built = build.builder(settings, lambda _: None).build(build.Plan(tag=uri, context=context))
    record = as_record(dockerfile="Dockerfile", digest=built.digest, engine=False, build_args={}, target="")
    ImageStore(settings).publish(parse_reference(uri), record, built.context)
    client = engine.connect()
    assert client is not None
    runtime = engine.EngineRuntime(settings, client)
    try:
        assert runtime.start(Launch(name="test", image=uri, base_dir=tmp_path), lambda _: None).wait(30) == 0
    finally:
        runtime.close()


def test_an_image_built_under_the_uri_of_aws_s_goes_before_the_stand_in(
    connection: docker.DockerClient, held: str, tmp_path: Path
) -> None:
    name, tag = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost", "0.0-1"
    connection.images.get(held).tag(name, tag=tag)
    try:
        assert images(connection, tmp_path).resolve(f"{name}:{tag}") == f"{name}:{tag}"
    finally:
        connection.images.remove(f"{name}:{tag}")
    stand_in = images(connection, tmp_path).resolve(f"{name}:{tag}")
    assert stand_in.startswith("localhost/trainyard-stand-in-xgboost:")


def test_an_image_nobody_has_says_which_there_are(connection: docker.DockerClient, held: str, tmp_path: Path) -> None:
    with pytest.raises(ImageNotFoundError) as caught:
        images(connection, tmp_path).resolve(f"{OWN}-nobody:1")
    text = str(caught.value)
    assert "Published images: none. The container engine does not hold it either. The engine holds: " in text
    assert "Stand-ins for AWS's own images: linear-learner, sagemaker-scikit-learn, sagemaker-xgboost" in text


def test_an_image_that_cannot_be_pulled_says_why_and_does_not_wait(
    connection: docker.DockerClient, tmp_path: Path
) -> None:
    with pytest.raises((ImageNotFoundError, RuntimeProblem), match=r"cannot pull it|takes longer"):
        images(connection, tmp_path, pull_seconds=10).resolve("localhost:9/nobody/nothing:1")
