"""Models: an image and its artifact; and how the artifact becomes `/opt/ml/model`."""

from collections.abc import Iterator
from pathlib import Path

from local.sagemaker import archives, lists
from local.sagemaker.context import Context
from local.sagemaker.errors import validation
from local.sagemaker.s3files import S3Problem
from local.sagemaker.store import Kind, Record

MODEL = Kind(
    prefix="Model",
    segment="model",
    missing=lambda _, arn: validation(f'Could not find model "{arn}".'),
    taken=lambda _, arn: validation(f'Cannot create already existing model "{arn}".'),
)


class ModelProblem(Exception):
    """A model's artifact cannot be put in place; the message is fit for a FailureReason."""


class Models:
    """The operations on models."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self.table = context.table(MODEL)

    def create(self, request: Record) -> Record:
        """CreateModel: as on AWS the artifact must exist."""
        containers = list(_containers(request))
        if len(containers) != 1:
            raise validation(
                "Exactly one of PrimaryContainer and Containers is needed"
                if not containers or "PrimaryContainer" in request
                else "Inference pipelines (several Containers) are not covered yet by the embedded SageMaker"
            )
        self._check(containers[0])
        arn = self.table.add(request["ModelName"], {key: value for key, value in request.items() if key != "Tags"})
        self._context.tags.add(arn, request.get("Tags", []))
        return {"ModelArn": arn}

    def _check(self, container: Record) -> None:
        if not container.get("Image"):
            raise validation("The container needs an Image: ModelPackageName is not covered yet")
        if container.get("Mode", "SingleModel") != "SingleModel":
            raise validation("Mode MultiModel is not covered yet by the embedded SageMaker")
        uri = artifact(container)
        try:
            found = not uri or (self._context.s3.exists(uri) if packed(container) else bool(self._context.s3.keys(uri)))
        except S3Problem:
            found = False
        if not found:
            raise validation(f"Could not find model data at {uri}.")

    def describe(self, request: Record) -> Record:
        """DescribeModel."""
        return {"EnableNetworkIsolation": False, **self.table.get(request["ModelName"])}

    def list(self, request: Record) -> Record:
        """ListModels."""
        return lists.page(self.table, request, "Models")

    def delete(self, request: Record) -> Record:
        """DeleteModel."""
        self._context.tags.forget(self.table.remove(request["ModelName"])["ModelArn"])
        return {}


def _containers(request: Record) -> Iterator[Record]:
    if "PrimaryContainer" in request:
        yield request["PrimaryContainer"]
    yield from request.get("Containers", [])


def container_of(model: Record) -> Record:
    """Return the model's only container."""
    return next(_containers(model))


def artifact(container: Record) -> str:
    """Return the artifact's S3 URI, or nothing: an image may hold its model itself."""
    source = container.get("ModelDataSource", {}).get("S3DataSource", {})
    return str(container.get("ModelDataUrl") or source.get("S3Uri") or "")


def packed(container: Record) -> bool:
    """Tell whether the artifact is a tar.gz."""
    source = container.get("ModelDataSource", {}).get("S3DataSource", {})
    return "ModelDataUrl" in container or source.get("CompressionType") == "Gzip"


def place(context: Context, container: Record, folder: Path) -> None:
    """Put the artifact into `folder`/model.

    Raises:
        ModelProblem: it is not there, or not a decent archive.
    """
    model = folder / "model"
    model.mkdir(parents=True, exist_ok=True)
    uri = artifact(container)
    if not uri:
        return
    try:
        if not packed(container):
            context.s3.download(uri, model)
            return
        archive = folder / "model.tar.gz"
        context.s3.fetch(uri, archive)
        archives.unpack(archive, model, context.limits.archive_bytes)
        archive.unlink()
    except S3Problem as error:
        raise ModelProblem(f'Failed to download model data from URL "{uri}": {error}') from error
    except archives.ArchiveProblem as error:
        raise ModelProblem(
            f'Failed to extract model data archive from URL "{uri}": {error}. Please ensure that the object'
            " located at the URL is a valid tar.gz archive."
        ) from error
