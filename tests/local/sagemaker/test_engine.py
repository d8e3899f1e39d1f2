"""The same jobs and endpoints in containers."""

import time

import pytest

from local.runtime import engine
from tests.local.sagemaker.conftest import World
from tests.local.sagemaker.images import ECHO, ask, config, pipeline, start, variant

pytestmark = pytest.mark.image


def test_a_container_trains_serves_and_transforms(containers: World) -> None:
    world = containers
    trainer = """
        import pathlib
        pathlib.Path("/opt/ml/model/name").write_text("trained")
        print("done")
    """
    job = world.train("contained", world.publish("trainyard-test-trainer", trainer))
    assert job["TrainingJobStatus"] == "Completed", job
    assert world.lines("/aws/sagemaker/TrainingJobs", "contained/") == ["done"]
    image = world.publish_server("trainyard-test-echo", ECHO)
    world.model("m", image, ModelDataUrl=job["ModelArtifacts"]["S3ModelArtifacts"])
    world.config("c", main=("m", 1.0))
    world.sagemaker.create_endpoint(EndpointName="e", EndpointConfigName="c")
    assert world.endpoint("e", "InService", "Failed")["EndpointStatus"] == "InService"
    answer = world.runtime.invoke_endpoint(EndpointName="e", Body=b"x")
    assert answer["Body"].read() == b"trained:x"


def test_a_container_stops_when_its_job_is_stopped(containers: World) -> None:
    world = containers
    world.train("endless", world.publish("trainyard-test-endless", "import time; time.sleep(600)"), wait=False)
    world.until(
        lambda: world.sagemaker.describe_training_job(TrainingJobName="endless"),
        "SecondaryStatus",
        "Training",
    )
    time.sleep(0.5)
    world.sagemaker.stop_training_job(TrainingJobName="endless")
    assert world.training("endless")["TrainingJobStatus"] == "Stopped"


def test_an_image_nobody_holds_fails_the_job(containers: World) -> None:
    job = containers.train("nobody", "123456789012.dkr.ecr.us-east-1.amazonaws.com/nobody:1")
    assert "The container engine does not hold it either" in job["FailureReason"]


def test_images_are_docker_schema_2(containers: World) -> None:
    uri = containers.publish("trainyard-test-quick", "pass")
    connection = engine.connect()
    assert connection is not None
    manifest = connection.images.get(uri).attrs.get("ManifestType", "application/vnd.docker")
    connection.close()
    assert manifest.startswith("application/vnd.docker")


def test_a_pipeline_of_containers_is_updated_blue_green(containers: World) -> None:
    world = containers
    image = world.publish_server("trainyard-test-echo", ECHO)
    several = {name: {"Image": image, "Environment": {"NAME": name}} for name in ("clean", "score")}
    pipeline(world, "two", "Serial", **several)
    world.model("one", image, Environment={"NAME": "one"})
    config(world, "c1", variant("main", "two"))
    config(world, "c2", variant("main", "one"))
    start(world, "e", "c1")
    assert ask(world) == "score:clean:x"
    world.sagemaker.update_endpoint(EndpointName="e", EndpointConfigName="c2")
    assert world.endpoint("e", "InService")["EndpointConfigName"] == "c2"
    assert ask(world) == "one:x"
