"""The CDK app: the environment and the workloads in, a cloud assembly out.

Nothing below this file reads the environment, and no stack is made before every workload is valid.
"""

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import aws_cdk as cdk

from spec.algorithm import ImageAlgorithm
from spec.deployment import Deployment
from spec.errors import SpecError, SpecErrors
from spec.loader import load_workloads
from spec.workload import Workload
from stacks.api import ApiStack
from stacks.boundary import bound
from stacks.image import ImageStack
from stacks.monitoring import MonitoringStack
from stacks.naming import ROOT, stack_name
from stacks.registry import RegistryStack
from stacks.size import oversized
from stacks.storage import StorageStack
from stacks.workload import WorkloadStack

CONTAINERS = ROOT / "containers"
WORKLOADS = ROOT / "workloads"
INVALID_INPUT = 2


def main() -> int:
    """Synthesize, or list everything that is wrong with the input."""
    try:
        deployment, workloads = read(os.environ, folder=WORKLOADS, containers=CONTAINERS)
    except SpecErrors as errors:
        print(errors, file=sys.stderr)  # noqa: T201
        return INVALID_INPUT
    account, region = os.environ.get("CDK_DEFAULT_ACCOUNT"), os.environ.get("CDK_DEFAULT_REGION")
    app = cdk.App()
    wire(
        app,
        deployment=deployment,
        workloads=workloads,
        env=cdk.Environment(account=account, region=region),
        containers=CONTAINERS,
    )
    return write(app)


def write(app: cdk.App) -> int:
    """The cloud assembly, if AWS takes what is in it."""
    problems = [*oversized(Path(app.synth().directory))]
    for problem in problems:
        print(problem, file=sys.stderr)  # noqa: T201
    return INVALID_INPUT if problems else 0


def read(environment: Mapping[str, str], *, folder: Path, containers: Path) -> tuple[Deployment, Sequence[Workload]]:
    """The deployment and its workloads; the errors of both are reported together."""
    try:
        deployment = Deployment.from_environment(environment)
    except SpecErrors as errors:
        raise SpecErrors([*errors.errors, *_errors_of(folder)]) from errors
    workloads = load_workloads(folder, deployment.workloads)
    deployment.check(workloads)
    missing = list(_missing_images(workloads, containers))
    if missing:
        raise SpecErrors(missing)
    return deployment, workloads


def wire(
    app: cdk.App,
    *,
    deployment: Deployment,
    workloads: Sequence[Workload],
    env: cdk.Environment,
    containers: Path,
) -> None:
    """Make every stack of the deployment and hand each what it needs."""
    if deployment.permissions_boundary:
        bound(app, deployment.permissions_boundary)
    image_names = sorted({image for workload in workloads for image in workload.images})
    registry = RegistryStack(
        app, stack_name(deployment, "registry"), env=env, deployment=deployment, images=image_names
    )
    images = {
        image: ImageStack(
            app,
            stack_name(deployment, "image", image),
            env=env,
            deployment=deployment,
            image=image,
            containers=containers,
        )
        for image in image_names
    }
    for image_stack in images.values():
        image_stack.add_stack_dependency(registry)
    storage = StorageStack(
        app,
        stack_name(deployment, "storage"),
        env=env,
        deployment=deployment,
        workloads=[workload.name for workload in workloads],
        announces=any(workload.trigger for workload in workloads),
    )
    monitoring = MonitoringStack(app, stack_name(deployment, "monitoring"), env=env, deployment=deployment)
    for workload in workloads:
        stack = WorkloadStack(
            app,
            stack_name(deployment, "workload", workload.name),
            env=env,
            deployment=deployment,
            workload=workload,
            bucket=storage.bucket,
            leases=storage.leases,
            failures=monitoring.failures,
            images={image: images[image].uri for image in workload.images},
        )
        # A URI is a plain string, so nothing else says that the image comes first.
        for image in sorted(workload.images):
            stack.add_stack_dependency(images[image])
        cdk.Tags.of(stack).add("trainyard:workload", workload.name)
    ApiStack(
        app,
        stack_name(deployment, "api"),
        env=env,
        deployment=deployment,
        workloads=workloads,
        bucket=storage.bucket,
    )
    for key, value in {**deployment.tags, "trainyard:stage": deployment.stage}.items():
        cdk.Tags.of(app).add(key, value)


def _errors_of(folder: Path) -> Sequence[SpecError]:
    try:
        load_workloads(folder)
    except SpecErrors as errors:
        return errors.errors
    return ()


def _missing_images(workloads: Sequence[Workload], containers: Path) -> Iterator[SpecError]:
    """The spec cannot know which images there are; without this the CDK would name a file and no workload."""
    known = sorted(path.parent.name for path in containers.glob("*/Dockerfile"))
    for workload in workloads:
        for name, candidate in workload.candidates.items():
            if isinstance(candidate.algorithm, ImageAlgorithm) and candidate.algorithm.image not in known:
                yield SpecError(
                    str(workload.folder / "workload.yaml"),
                    f"candidates.{name}.algorithm.image",
                    candidate.algorithm.image,
                    f"a folder of containers/ with a Dockerfile: {', '.join(known)}",
                )


if __name__ == "__main__":
    sys.exit(main())
