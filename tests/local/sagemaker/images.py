"""Servers of a few lines that tests of endpoints share, and the steps to an endpoint."""

from typing import Any

from tests.local.sagemaker.conftest import ROLE, World

ECHO = """
    import pathlib
    base = os.environ.get("SAGEMAKER_BASE_DIR", "/opt/ml")
    file = pathlib.Path(base) / "model/name"
    name = file.read_text() if file.exists() else os.environ.get("NAME", "?")
    if body == b"bad": handler.answer(400, b"no such feature")
    elif body == b"pid": handler.answer(200, str(os.getpid()).encode())
    elif body == b"slow": time.sleep(1); handler.answer(200, b"slow " + name.encode())
    elif body.startswith(b"until "):
        while not pathlib.Path(body[6:].decode()).exists(): time.sleep(0.02)
        handler.answer(200, b"done")
    elif body == b"long": handler.answer(200, b"x" * 6_291_457)
    elif body == b"die": os._exit(1)
    elif body.startswith(b"header "):
        handler.answer(200, (handler.headers.get(body[7:].decode()) or "-").encode())
    else: handler.answer(200, name.encode() + b":" + body)
"""


def echo(world: World, *names: str, **environment: str) -> None:
    """Make models that answer `NAME:body`, each with its own name as NAME."""
    image = world.publish_server("echo", ECHO)
    for name in names:
        world.model(name, image, Environment={"NAME": name, **environment})


def pipeline(world: World, name: str, mode: str, **containers: dict[str, Any]) -> None:
    """Make a model of several containers, each under its host name."""
    world.sagemaker.create_model(
        ModelName=name,
        ExecutionRoleArn=ROLE,
        Containers=[{"ContainerHostname": host, **container} for host, container in containers.items()],
        InferenceExecutionConfig={"Mode": mode},
    )


def variant(name: str, model: str, **more: Any) -> dict[str, Any]:
    """Return a production variant of one instance."""
    return {
        "VariantName": name,
        "ModelName": model,
        "InitialInstanceCount": 1,
        "InstanceType": "ml.m5.large",
        **more,
    }


def config(world: World, name: str, *variants: dict[str, Any], **more: Any) -> None:
    """Create an endpoint configuration."""
    world.sagemaker.create_endpoint_config(EndpointConfigName=name, ProductionVariants=list(variants), **more)


def start(world: World, endpoint: str, config_name: str) -> dict[str, Any]:
    """Create an endpoint and wait until it is in service."""
    world.sagemaker.create_endpoint(EndpointName=endpoint, EndpointConfigName=config_name)
    described = world.endpoint(endpoint, "InService", "Failed")
    assert described["EndpointStatus"] == "InService", described
    return described


def ask(world: World, body: bytes = b"x", endpoint: str = "e", **more: Any) -> str:
    """Invoke an endpoint and return its answer's text."""
    answer: bytes = world.runtime.invoke_endpoint(EndpointName=endpoint, Body=body, **more)["Body"].read()
    return answer.decode()
