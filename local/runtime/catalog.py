"""Which of AWS's own images have a stand-in here: by registry, repository and tag of the URI.

AWS's images live in registries of AWS's accounts, one account per region. Any account but the embedded AWS's
own counts as AWS's, so that every region and partition is known without a table. One stand-in serves all
versions of its image: `local/images/README.md` tells what that means.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from local.runtime.images import parse_reference
from local.settings import ACCOUNT

# The build context of all stand-ins is the checkout: they share the serving kernel with the images that are deployed.
ROOT = Path(__file__).parents[2]

_REGISTRY = re.compile(r"(?P<account>\d{12})\.dkr\.ecr(-fips)?\.[a-z0-9-]+\.[a-z0-9.]+")
_FRAMEWORK_TAG = re.compile(r"\d+\.\d+(\.\d+)?(-\d+)*(-(cpu|py\d+))*")
_BUILTIN_TAG = re.compile(r"1|latest")


@dataclass(frozen=True)
class StandIn:
    """An image of AWS's that `local/images/{folder}` stands in for."""

    repository: str
    tags: re.Pattern[str]
    folder: str

    @property
    def dockerfile(self) -> str:
        """The Dockerfile, within the build context."""
        return f"local/images/{self.folder}/Dockerfile"


STAND_INS = (
    StandIn("linear-learner", _BUILTIN_TAG, "linear-learner"),
    StandIn("sagemaker-scikit-learn", _FRAMEWORK_TAG, "scikit-learn"),
    StandIn("sagemaker-xgboost", _FRAMEWORK_TAG, "xgboost"),
    StandIn("xgboost", _BUILTIN_TAG, "xgboost"),
)


def own_registry(registry: str) -> bool:
    """Tell whether a registry is the embedded AWS's own, which nobody can pull from."""
    match = _REGISTRY.fullmatch(registry)
    return match is not None and match["account"] == ACCOUNT


def find(uri: str) -> StandIn | None:
    """Return the stand-in for an image URI, if it names an image of AWS's that has one."""
    reference = parse_reference(uri)
    if reference.digest or not _REGISTRY.fullmatch(reference.registry) or own_registry(reference.registry):
        return None
    fitting = (known for known in STAND_INS if known.repository == reference.repository)
    return next((known for known in fitting if known.tags.fullmatch(reference.tag)), None)


def variables(uri: str) -> dict[str, str]:
    """Return what a stand-in is told: name and tag of the image that it stands in for, whose forms it keeps."""
    if find(uri) is None:
        return {}
    reference = parse_reference(uri)
    return {"STAND_IN_FOR": f"{reference.repository}:{reference.tag}"}


def names() -> list[str]:
    """Return the repositories of AWS's that have a stand-in."""
    return [known.repository for known in STAND_INS]
