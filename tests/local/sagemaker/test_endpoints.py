import threading
import time

import pytest
from botocore.exceptions import ClientError

from tests.local.sagemaker.conftest import World

pytestmark = pytest.mark.local

ECHO = """
    import pathlib
    base = os.environ.get("SAGEMAKER_BASE_DIR", "/opt/ml")
    name = (pathlib.Path(base) / "model/name").read_text() if (pathlib.Path(base) / "model/name").exists() else os.environ.get("NAME", "?")
    if body == b"bad": handler.answer(400, b"no such feature")
    elif body == b"crash": os._exit(3)
    elif body == b"slow": time.sleep(1); handler.answer(200, b"slow " + name.encode())
    else: handler.answer(200, name.encode() + b":" + body)
"""


def test_an_endpoint_answers_and_names_its_variant(world: World) -> None:
    image = world.publish_server("echo", ECHO)
    world.model("a", image, Environment={"NAME": "a"})
    world.config("c1", main=("a", 1.0))
    world.sagemaker.create_endpoint(EndpointName="e", EndpointConfigName="c1")
    assert world.sagemaker.describe_endpoint(EndpointName="e")["EndpointStatus"] == "Creating"
    described = world.endpoint("e", "InService", "Failed")
    assert described["EndpointStatus"] == "InService", described
    answer = world.runtime.invoke_endpoint(
        EndpointName="e", Body=b"1,2", ContentType="text/csv", InferenceId="id-1"
    )
    assert answer["Body"].read() == b"a:1,2"
    assert answer["InvokedProductionVariant"] == "main"
    headers = answer["ResponseMetadata"]["HTTPHeaders"]
    assert headers["x-amzn-sagemaker-inference-id"] == "id-1"
