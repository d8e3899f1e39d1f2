"""SageMaker takes Docker v2 schema 2 images; it refuses OCI manifests, and that only after the training."""

from collections.abc import Iterator
from typing import Any

from trainyard.checks.finding import Finding, attempt
from trainyard.context import Context
from trainyard.stacks import deploy_command

DOCKER = "application/vnd.docker.distribution.manifest.v2+json"


def formats(context: Context) -> Iterator[Finding]:
    """The newest image of each of the stage's repositories."""
    yield from attempt(_formats, context, "images")


def _formats(context: Context) -> Iterator[Finding]:
    pages = context.client("ecr").get_paginator("describe_repositories").paginate()
    prefix = f"trainyard-{context.stage}-"
    names = [item["repositoryName"] for page in pages for item in page["repositories"]]
    found = [name for name in names if name.startswith(prefix)]
    if not found:
        yield Finding("warn", "images", "no repositories yet", deploy_command(context.stage))
    for name in sorted(found):
        yield _newest(context, name)


def _newest(context: Context, repository: str) -> Finding:
    about = f"image {repository}"
    pages = context.client("ecr").get_paginator("describe_images").paginate(repositoryName=repository)
    images: list[dict[str, Any]] = [item for page in pages for item in page["imageDetails"] if item.get("imageTags")]
    if not images:
        return Finding("warn", about, "no image was pushed", deploy_command(context.stage))
    kind = max(images, key=lambda item: item["imagePushedAt"]).get("imageManifestMediaType", DOCKER)
    if kind == DOCKER:
        return Finding("ok", about, "Docker v2 schema 2")
    fix = "push it again with BUILDX_NO_DEFAULT_ATTESTATIONS=1, or with Podman: --format docker"
    return Finding("fail", about, f"SageMaker refuses {kind}", fix)
