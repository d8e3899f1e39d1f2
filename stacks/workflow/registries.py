"""Repositories that a workload's jobs pull from: ours, and AWS's own for built-ins and framework images."""

from collections.abc import Mapping

from aws_cdk import Stack

from spec.algorithm import BuiltinAlgorithm, ImageAlgorithm, ScriptAlgorithm
from spec.images import builtin_image_uri, framework_image_uri
from spec.workload import Workload


def repository_arns(stack: Stack, stage: str, workload: Workload, images: Mapping[str, str]) -> list[str]:
    """One per repository; registries of AWS are in accounts that differ by region."""
    ours = [_arn(stack, stack.account, stack.region, f"trainyard-{stage}-{name}") for name in sorted(images)]
    return ours + [_arn_of(stack, uri) for uri in _published(workload, stack.region)]


def _published(workload: Workload, region: str) -> list[str]:
    uris = set()
    for candidate in workload.candidates.values():
        match candidate.algorithm:
            case BuiltinAlgorithm(builtin=name, version=version):
                uris.add(builtin_image_uri(name, version, region))
            case ScriptAlgorithm(framework=framework, version=version):
                uris.add(framework_image_uri(framework, version, region))
            case ImageAlgorithm():
                continue
    return sorted(uris)


def _arn_of(stack: Stack, uri: str) -> str:
    registry, _, path = uri.partition("/")
    account, _, _, region, *_ = registry.split(".")
    return _arn(stack, account, region, path.partition(":")[0])


def _arn(stack: Stack, account: str, region: str, repository: str) -> str:
    return f"arn:{stack.partition}:ecr:{region}:{account}:repository/{repository}"
