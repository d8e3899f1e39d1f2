import re

import pytest

from spec.errors import UnknownImageError
from spec.images import builtin_image_uri, builtin_versions, framework_image_uri, framework_versions

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("name", "version", "region", "uri"),
    [
        (
            "xgboost",
            "1.7-1",
            "us-east-1",
            "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1",
        ),
        (
            "xgboost",
            "1.0-1",
            "eu-central-1",
            "492215442770.dkr.ecr.eu-central-1.amazonaws.com/sagemaker-xgboost:1.0-1-cpu-py3",
        ),
        ("linear-learner", "1", "us-east-1", "382416733822.dkr.ecr.us-east-1.amazonaws.com/linear-learner:1"),
        (
            "linear-learner",
            "1",
            "cn-north-1",
            "390948362332.dkr.ecr.cn-north-1.amazonaws.com.cn/linear-learner:1",
        ),
        (
            "xgboost",
            "1.5-1",
            "us-iso-east-1",
            "833128469047.dkr.ecr.us-iso-east-1.c2s.ic.gov/sagemaker-xgboost:1.5-1",
        ),
    ],
)
def test_builtin_image_is_the_one_aws_publishes(name: str, version: str, region: str, uri: str) -> None:
    assert builtin_image_uri(name, version, region) == uri


def test_framework_image_names_processor_and_python() -> None:
    uri = "141502667606.dkr.ecr.eu-west-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3"
    assert framework_image_uri("scikit-learn", "1.2-1", "eu-west-1") == uri


@pytest.mark.parametrize("name", ["xgboost", "linear-learner"])
def test_every_version_has_an_image(name: str) -> None:
    uris = {builtin_image_uri(name, version, "eu-west-1") for version in builtin_versions(name)}
    assert len(uris) == len(builtin_versions(name))
    assert all(re.fullmatch(r"[0-9]{12}\.dkr\.ecr\.eu-west-1\.amazonaws\.com/[a-z-]+:[0-9a-z.-]+", u) for u in uris)


def test_unknown_region_names_the_known_ones() -> None:
    with pytest.raises(UnknownImageError, match=r"'mars-1' is unknown; known are af-south-1.*us-west-2"):
        builtin_image_uri("xgboost", "1.7-1", "mars-1")


def test_unknown_version_names_the_known_ones() -> None:
    with pytest.raises(UnknownImageError, match=r"version of scikit-learn: '9' is unknown; .*1\.2-1"):
        framework_image_uri("scikit-learn", "9", "us-east-1")


def test_versions_are_listed_oldest_first() -> None:
    assert framework_versions("scikit-learn") == ("0.23-1", "1.0-1", "1.2-1")
