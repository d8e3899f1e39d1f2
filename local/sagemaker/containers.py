"""What a model is made of: its containers, as CreateModel takes them and as servers need them.

A model has one container, or a pipeline of up to 15 in which each has a host name: all given, or none (then
they are named by their place). `Serial` pipelines pass a request through all, `Direct` ones to the one asked for.
"""

from collections.abc import Iterator

from local.sagemaker.errors import validation
from local.sagemaker.store import Record

PRIMARY = "primary"  # what AWS calls the only container of a model in its messages
_ENVIRONMENT_BYTES = 32 * 1024
_LATER = ("MultiModelConfig", "AdditionalModelDataSources")


def containers_of(model: Record) -> list[Record]:
    """Return a model's containers in their order, each with its Image and a ContainerHostname."""
    containers = model.get("ResolvedContainers") or list(given(model))
    if len(containers) == 1:
        return [{**containers[0], "ContainerHostname": PRIMARY}]
    return [{"ContainerHostname": f"container-{place}", **item} for place, item in enumerate(containers, 1)]


def is_direct(model: Record) -> bool:
    """Tell whether a request names the container that answers it."""
    return bool(model.get("InferenceExecutionConfig", {}).get("Mode") == "Direct")


def given(request: Record) -> Iterator[Record]:
    """Yield the containers of a CreateModel request."""
    if "PrimaryContainer" in request:
        yield request["PrimaryContainer"]
    yield from request.get("Containers", [])


def check_request(request: Record) -> None:
    """Refuse a set of containers that cannot be a model; each container by itself is checked elsewhere.

    Raises:
        AwsError: too few or both forms, host names missing or taken, an environment that is too large.
    """
    containers = list(given(request))
    if not containers or ("PrimaryContainer" in request and request.get("Containers")):
        raise validation("Exactly one of PrimaryContainer and Containers is required to create a model.")
    _check_host_names(request, containers)
    size = sum(_bytes(key) + _bytes(value) for item in containers for key, value in item.get("Environment", {}).items())
    if size > _ENVIRONMENT_BYTES:
        raise validation(
            f"The environment variables of all containers have {size} bytes together,"
            f" more than the allowed {_ENVIRONMENT_BYTES}."
        )


def check(container: Record) -> None:
    """Refuse a single container that AWS refuses, or that is not covered.

    Raises:
        AwsError: what is wrong with it.
    """
    for member in _LATER:
        if container.get(member):
            raise validation(f"{member} is not covered by the embedded SageMaker")
    if container.get("Mode", "SingleModel") != "SingleModel":
        raise validation("Mode MultiModel is not covered by the embedded SageMaker")
    if not container.get("Image"):
        raise validation("A container needs either an Image or a ModelPackageName.")


def _check_host_names(request: Record, containers: list[Record]) -> None:
    direct = is_direct(request)
    if direct and len(containers) < 2:
        raise validation("Inference execution mode Direct needs a model of at least two Containers.")
    names = [item["ContainerHostname"] for item in containers if item.get("ContainerHostname")]
    if len(containers) > 1 and len(names) not in ({len(containers)} if direct else {0, len(containers)}):
        raise validation("ContainerHostname must be specified for every container of the model, or for none of them.")
    if len(set(names)) != len(names):
        raise validation(f"ContainerHostname must be unique within a model, got {', '.join(names)}.")


def _bytes(text: str) -> int:
    return len(text.encode())
