from typing import Any

import pytest

from local.sagemaker.errors import AwsError
from local.sagemaker.transform.checks import check

pytestmark = pytest.mark.unit


def request(
    *, kind: str = "text/csv", split: str = "Line", accept: str = "", assemble: str = "Line", **more: Any
) -> dict[str, Any]:
    return {
        "TransformInput": {
            "ContentType": kind,
            "SplitType": split,
            "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://b/in"}},
        },
        "TransformOutput": {"S3OutputPath": "s3://b/out", "AssembleWith": assemble}
        | ({"Accept": accept} if accept else {}),
        **more,
    }


@pytest.mark.parametrize(
    "accepted",
    [
        request(),
        request(MaxPayloadInMB=100),
        request(MaxPayloadInMB=0, MaxConcurrentTransforms=50),
        request(split="None", BatchStrategy="SingleRecord"),
        request(DataProcessing={"InputFilter": "$[1:]", "JoinSource": "Input", "OutputFilter": "$[0,-1]"}),
        request(kind="application/json", split="None", assemble="None", DataProcessing={"InputFilter": "$.features"}),
        request(kind="application/jsonlines", DataProcessing={"OutputFilter": "$['id','SageMakerOutput']"}),
        request(accept="application/json", DataProcessing={"InputFilter": "$[1:]"}),
        request(kind="application/x-image", split="None", assemble="None", DataProcessing={"JoinSource": "None"}),
    ],
)
def test_what_aws_takes_is_taken(accepted: dict[str, Any]) -> None:
    check(accepted)


@pytest.mark.parametrize(
    ("refused", "message"),
    [
        (request(MaxPayloadInMB=101), "MaxPayloadInMB must not exceed 100 MB"),
        (request(MaxConcurrentTransforms=17), "MaxConcurrentTransforms * MaxPayloadInMB must not exceed 100 MB"),
        (request(split="None", BatchStrategy="MultiRecord"), "BatchStrategy MultiRecord requires a SplitType"),
        (request(kind="image/png", DataProcessing={"JoinSource": "Input"}), "requires ContentType to be one of"),
        (
            request(accept="application/json", DataProcessing={"JoinSource": "Input"}),
            "cannot join input of type text/csv with output of type application/json",
        ),
        (request(assemble="None", DataProcessing={"JoinSource": "Input"}), "requires SplitType Line and AssembleWith"),
        (request(DataProcessing={"InputFilter": "[1:]"}), 'Invalid InputFilter: "[1:]".'),
        (request(DataProcessing={"InputFilter": "$.name"}), 'Unexpected "." in JsonPath'),
        (
            request(kind="application/jsonlines", DataProcessing={"OutputFilter": "$['account_id','SageMakerOutput']"}),
            "Invalid OutputFilter: \"$['account_id','SageMakerOutput']\". Unexpected \"_\" in JsonPath. Supported"
            " operators for \"application/jsonlines\" are ['$', '[', ']', '*', '.', ' ', ',', ':', '-', ''']",
        ),
    ],
)
def test_what_aws_refuses_is_refused_before_anything_runs(refused: dict[str, Any], message: str) -> None:
    with pytest.raises(AwsError) as error:
        check(refused)
    assert error.value.code == "ValidationException"
    assert message in error.value.message


def test_augmented_manifests_are_for_training() -> None:
    asked = request()
    asked["TransformInput"]["DataSource"]["S3DataSource"]["S3DataType"] = "AugmentedManifestFile"
    with pytest.raises(AwsError, match="AugmentedManifestFile is not supported"):
        check(asked)
