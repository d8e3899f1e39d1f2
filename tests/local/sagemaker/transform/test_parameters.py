from typing import Any

import pytest

from local.sagemaker.transform.parameters import settle, variables

pytestmark = pytest.mark.unit

OFFERED = {"MaxConcurrentTransforms": 8, "BatchStrategy": "SINGLE_RECORD", "MaxPayloadInMB": 2}


@pytest.mark.parametrize(
    ("request_", "offered", "settled"),
    [
        ({}, {}, "MaxConcurrentTransforms=1, MaxPayloadInMB=6, BatchStrategy=MULTI_RECORD"),
        ({}, OFFERED, "MaxConcurrentTransforms=8, MaxPayloadInMB=2, BatchStrategy=SINGLE_RECORD"),
        (
            {"MaxConcurrentTransforms": 3, "MaxPayloadInMB": 5, "BatchStrategy": "MultiRecord"},
            OFFERED,
            "MaxConcurrentTransforms=3, MaxPayloadInMB=5, BatchStrategy=MULTI_RECORD",
        ),
        (
            {"MaxConcurrentTransforms": 0, "MaxPayloadInMB": 0},
            OFFERED,
            "MaxConcurrentTransforms=8, MaxPayloadInMB=0, BatchStrategy=SINGLE_RECORD",
        ),
        (
            {},
            {"MaxConcurrentTransforms": "8", "BatchStrategy": 3, "MaxPayloadInMB": -1},
            "MaxConcurrentTransforms=1, MaxPayloadInMB=6, BatchStrategy=MULTI_RECORD",
        ),
    ],
    ids=["defaults", "the container's", "the request's", "0 asks the container", "offers that make no sense"],
)
def test_the_request_goes_before_the_container_before_the_defaults(
    request_: dict[str, Any], offered: dict[str, Any], settled: str
) -> None:
    assert str(settle(request_, offered)) == settled


def test_no_bound_on_the_payload_is_none() -> None:
    assert settle({"MaxPayloadInMB": 0}, {}).payload is None
    assert settle({"MaxPayloadInMB": 1}, {}).payload == 1024 * 1024


def test_the_container_learns_what_the_request_says_and_no_defaults() -> None:
    assert variables({}) == {"SAGEMAKER_BATCH": "true"}
    assert variables({"MaxPayloadInMB": 5, "BatchStrategy": "SingleRecord", "MaxConcurrentTransforms": 2}) == {
        "SAGEMAKER_BATCH": "true",
        "SAGEMAKER_MAX_PAYLOAD_IN_MB": "5",
        "SAGEMAKER_BATCH_STRATEGY": "SINGLE_RECORD",
        "SAGEMAKER_MAX_CONCURRENT_TRANSFORMS": "2",
    }
