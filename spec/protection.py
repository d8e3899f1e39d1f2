"""What a deployment protects its runs with: a network, a key, a boundary, isolation; and what AWS then refuses."""

import re
from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from spec.algorithm import ScriptAlgorithm
from spec.base import BOUNDARY, KMS_KEY, SECURITY_GROUP, SUBNET
from spec.problems import Problem
from spec.workload import Workload

Subnet = Annotated[str, Field(pattern=SUBNET)]
SecurityGroup = Annotated[str, Field(pattern=SECURITY_GROUP)]
KmsKey = Annotated[str, Field(pattern=KMS_KEY)]
Boundary = Annotated[str, Field(pattern=BOUNDARY)]

LOCAL_STORAGE = (
    r"^ml\.([cmr]\d+[a-z]*d[a-z]*|g4dn|g5|g6e?|gr6|i\d+[a-z]*|p3dn|p4de?|p5e?n?|p6[a-z0-9-]*|trn\d+[a-z]*|dl1)\."
)
"""Instance types whose disks are in the machine and encrypted by it: they refuse VolumeKmsKeyId.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/InstanceStorage.html
"""


def has_local_storage(instance: str) -> bool:
    """Whether a machine of this type refuses a key for its volume."""
    return bool(re.match(LOCAL_STORAGE, instance))


def unprotected(workload: Workload, *, network: bool, isolated: bool) -> Iterator[Problem]:
    """What of a workload does not work in a network of the deployment's, or without any."""
    if workload.endpoint.serverless and (network or isolated):
        variables = "TRAINYARD_SUBNETS or TRAINYARD_NETWORK_ISOLATION"
        allowed = f"endpoint.instance: SageMaker serves no serverless endpoint with {variables}"
        yield Problem(("endpoint", "serverless"), "serverless", allowed)
    for name, candidate in workload.candidates.items():
        if isolated and isinstance(candidate.algorithm, ScriptAlgorithm):
            allowed = (
                "a builtin or an image with TRAINYARD_NETWORK_ISOLATION: "
                "the framework's container fetches a script, and its requirements, over the network"
            )
            yield Problem(("candidates", name, "algorithm", "script"), candidate.algorithm.script, allowed)
