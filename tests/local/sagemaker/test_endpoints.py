import io
import os
import signal
import tarfile
import threading
import time

import psutil
import pytest
from botocore.exceptions import ClientError

from tests.local.sagemaker.conftest import World
from tests.local.sagemaker.images import ECHO

pytestmark = pytest.mark.local


def configure(world: World, name: str, **weights: float) -> None:
    """Make one echoing model per variant, and a configuration of them."""
    image = world.publish_server("echo", ECHO)
    for variant in weights:
        world.model(f"{name}-{variant}", image, Environment={"NAME": variant})
    world.config(name, **{variant: (f"{name}-{variant}", weight) for variant, weight in weights.items()})


def serve(world: World, endpoint: str, config: str, **weights: float) -> None:
    """Make an endpoint and wait for it."""
    configure(world, config, **weights)
    world.sagemaker.create_endpoint(EndpointName=endpoint, EndpointConfigName=config)
    assert world.endpoint(endpoint, "InService", "Failed")["EndpointStatus"] == "InService"


def test_an_endpoint_answers_and_names_its_variant(world: World) -> None:
    image = world.publish_server("echo", ECHO)
    world.model("a", image, Environment={"NAME": "a"})
    world.config("c1", main=("a", 1.0))
    world.sagemaker.create_endpoint(EndpointName="e", EndpointConfigName="c1")
    assert world.sagemaker.describe_endpoint(EndpointName="e")["EndpointStatus"] == "Creating"
    described = world.endpoint("e", "InService", "Failed")
    assert described["EndpointStatus"] == "InService", described
    answer = world.runtime.invoke_endpoint(EndpointName="e", Body=b"1,2", ContentType="text/csv", InferenceId="id-1")
    assert answer["Body"].read() == b"a:1,2"
    assert answer["InvokedProductionVariant"] == "main"
    headers = answer["ResponseMetadata"]["HTTPHeaders"]
    assert headers["x-amzn-sagemaker-inference-id"] == "id-1"


def test_a_models_refusal_is_a_model_error_with_its_words(world: World) -> None:
    serve(world, "e", "c1", main=1.0)
    with pytest.raises(world.runtime.exceptions.ModelError) as refused:
        world.runtime.invoke_endpoint(EndpointName="e", Body=b"bad")
    response = refused.value.response
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 424
    assert response["OriginalStatusCode"] == 400
    assert response["OriginalMessage"] == "no such feature"
    assert ":log-group:/aws/sagemaker/Endpoints/e:log-stream:main/i-" in response["LogStreamArn"]
    assert "Received client error (400) from primary with message" in response["Error"]["Message"]


def test_variants_are_chosen_by_weight_and_by_name(world: World) -> None:
    serve(world, "e", "c1", a=9.0, b=1.0)
    answers = [world.runtime.invoke_endpoint(EndpointName="e", Body=b"x") for _ in range(100)]
    count = sum(answer["InvokedProductionVariant"] == "a" for answer in answers)
    assert 75 <= count <= 99
    pinned = world.runtime.invoke_endpoint(EndpointName="e", Body=b"x", TargetVariant="b")
    assert (pinned["Body"].read(), pinned["InvokedProductionVariant"]) == (b"b:x", "b")
    with pytest.raises(ClientError, match="Variant nobody not found") as refused:
        world.runtime.invoke_endpoint(EndpointName="e", Body=b"x", TargetVariant="nobody")
    assert refused.value.response["Error"]["Code"] == "ValidationError"
    world.sagemaker.update_endpoint_weights_and_capacities(
        EndpointName="e",
        DesiredWeightsAndCapacities=[
            {"VariantName": "a", "DesiredWeight": 0.0},
            {"VariantName": "b", "DesiredInstanceCount": 2},
        ],
    )
    described = world.endpoint("e", "InService")
    variants = {item["VariantName"]: item for item in described["ProductionVariants"]}
    assert variants["a"]["CurrentWeight"] == 0.0
    assert variants["b"]["CurrentInstanceCount"] == 2
    answers = [world.runtime.invoke_endpoint(EndpointName="e", Body=b"x") for _ in range(10)]
    assert {answer["InvokedProductionVariant"] for answer in answers} == {"b"}


def test_an_unknown_endpoint_is_told_by_name(world: World) -> None:
    with pytest.raises(ClientError, match="Endpoint nobody of account 123456789012 not found") as refused:
        world.runtime.invoke_endpoint(EndpointName="nobody", Body=b"x")
    assert refused.value.response["Error"]["Code"] == "ValidationError"
    with pytest.raises(ClientError, match='Could not find endpoint "arn:aws:sagemaker:us-east-1:123456789012'):
        world.sagemaker.describe_endpoint(EndpointName="nobody")


def test_a_body_over_six_megabytes_is_refused(world: World) -> None:
    serve(world, "e", "c1", main=1.0)
    with pytest.raises(ClientError, match="less than or equal to 6291456"):
        world.runtime.invoke_endpoint(EndpointName="e", Body=b"x" * 6_291_457)


def test_an_update_under_load_loses_no_request(world: World) -> None:
    serve(world, "e", "c1", old=1.0)
    failures: list[Exception] = []
    answers: list[str] = []
    over = threading.Event()

    def ask(body: bytes) -> None:
        while not over.is_set():
            try:
                answer = world.runtime.invoke_endpoint(EndpointName="e", Body=body)
                answers.append(answer["InvokedProductionVariant"])
            except Exception as error:
                failures.append(error)

    threads = [threading.Thread(target=ask, args=(body,)) for body in (b"x", b"x", b"slow", b"slow")]
    for thread in threads:
        thread.start()
    time.sleep(0.5)
    configure(world, "c2", new=1.0)
    world.sagemaker.update_endpoint(EndpointName="e", EndpointConfigName="c2")
    with pytest.raises(ClientError, match="Cannot update in-progress endpoint"):
        world.sagemaker.update_endpoint(EndpointName="e", EndpointConfigName="c2")
    with pytest.raises(ClientError, match="Cannot update in-progress endpoint"):
        world.sagemaker.delete_endpoint(EndpointName="e")
    described = world.endpoint("e", "InService")
    time.sleep(0.5)
    over.set()
    for thread in threads:
        thread.join()
    assert not failures
    assert described["EndpointConfigName"] == "c2"
    assert answers[0] == "old"
    assert answers[-1] == "new"
    assert answers == sorted(answers, key=["old", "new"].index) or answers.count("new") > 5


def test_a_failed_update_keeps_the_old_fleet_serving(world: World) -> None:
    serve(world, "e", "c1", main=1.0)
    world.model("broken", world.publish("broken", "import sys; sys.exit('cannot load the model')"))
    world.config("c-broken", main=("broken", 1.0))
    world.sagemaker.update_endpoint(EndpointName="e", EndpointConfigName="c-broken")
    described = world.endpoint("e", "InService")
    assert described["EndpointConfigName"] == "c1"
    assert "main did not pass the ping health check" in described["FailureReason"]
    assert world.runtime.invoke_endpoint(EndpointName="e", Body=b"x")["Body"].read() == b"main:x"
    assert "cannot load the model" in world.lines("/aws/sagemaker/Endpoints/e")


def test_an_endpoint_whose_model_cannot_serve_fails_and_can_be_deleted(world: World) -> None:
    world.model("broken", world.publish("broken", "import sys; sys.exit(1)"))
    world.config("c-broken", main=("broken", 1.0))
    world.sagemaker.create_endpoint(EndpointName="f", EndpointConfigName="c-broken")
    with pytest.raises(ClientError, match="Cannot update in-progress endpoint"):
        world.sagemaker.delete_endpoint(EndpointName="f")
    described = world.endpoint("f", "Failed", "InService")
    assert "did not pass the ping health check" in described["FailureReason"]
    configure(world, "c2", main=1.0)
    with pytest.raises(ClientError, match="Cannot update endpoint f in status Failed"):
        world.sagemaker.update_endpoint(EndpointName="f", EndpointConfigName="c2")
    world.sagemaker.delete_endpoint(EndpointName="f")
    world.sagemaker.get_waiter("endpoint_deleted").wait(EndpointName="f", WaiterConfig={"Delay": 1, "MaxAttempts": 20})


def test_a_killed_server_is_started_again(world: World) -> None:
    serve(world, "e", "c1", main=1.0)
    pid = int(world.runtime.invoke_endpoint(EndpointName="e", Body=b"pid")["Body"].read())
    os.kill(pid, signal.SIGKILL)
    while psutil.pid_exists(pid):  # a request that meets the dying server is a ModelError, as on AWS
        time.sleep(0.02)
    answer = world.runtime.invoke_endpoint(EndpointName="e", Body=b"pid")
    assert int(answer["Body"].read()) != pid


def test_a_deleted_endpoint_leaves_no_process(world: World) -> None:
    serve(world, "e", "c1", main=1.0)
    pid = int(world.runtime.invoke_endpoint(EndpointName="e", Body=b"pid")["Body"].read())
    world.sagemaker.delete_endpoint(EndpointName="e")
    world.sagemaker.get_waiter("endpoint_deleted").wait(EndpointName="e", WaiterConfig={"Delay": 1, "MaxAttempts": 20})
    assert not psutil.pid_exists(pid)
    assert not list((world.settings.state / "sagemaker").iterdir())


def evil_link() -> tarfile.TarInfo:
    member = tarfile.TarInfo("link")
    member.type = tarfile.SYMTYPE
    member.linkname = "/etc/passwd"
    return member


@pytest.mark.parametrize(
    ("member", "complaint"),
    [(tarfile.TarInfo("../escaped"), "leads out of the folder"), (evil_link(), "is a link or a device")],
)
def test_a_hostile_model_archive_fails_the_endpoint(world: World, member: tarfile.TarInfo, complaint: str) -> None:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        archive.addfile(member)
    uri = world.put("evil/model.tar.gz", packed.getvalue())
    world.model("evil", world.publish_server("echo", ECHO), ModelDataUrl=uri)
    world.config("c-evil", main=("evil", 1.0))
    world.sagemaker.create_endpoint(EndpointName="evil", EndpointConfigName="c-evil")
    described = world.endpoint("evil", "Failed", "InService")
    assert described["FailureReason"].startswith(f'Failed to extract model data archive from URL "{uri}"')
    assert complaint in described["FailureReason"]


def test_a_model_needs_its_artifact(world: World) -> None:
    with pytest.raises(ClientError, match="Could not find model data at s3://train/none/"):
        world.model("m", world.publish_server("echo", ECHO), ModelDataUrl="s3://train/none/model.tar.gz")
