"""Endpoint configurations: what AWS refuses."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local.sagemaker.conftest import REGISTRY, World
from tests.local.sagemaker.images import config, pipeline, variant

pytestmark = pytest.mark.local

SERVERLESS = {"MemorySizeInMB": 2048, "MaxConcurrency": 5}


def serverless(name: str = "main", model: str = "m", **more: Any) -> dict[str, Any]:
    """Return a serverless variant."""
    return {"VariantName": name, "ModelName": model, "ServerlessConfig": {**SERVERLESS, **more}}


CAPTURE = {
    "InitialSamplingPercentage": 100,
    "DestinationS3Uri": "s3://train/captured",
    "CaptureOptions": [{"CaptureMode": "Input"}],
}
M = variant("main", "m")


@pytest.fixture(scope="module")
def with_models(shared_world: World) -> World:
    """A world with a model and a pipeline."""
    image = {"Image": f"{REGISTRY}/any:1"}
    shared_world.model("m", image["Image"])
    pipeline(shared_world, "two", "Serial", a=image, b=image)
    return shared_world


@pytest.mark.parametrize(
    ("variants", "more", "complaint"),
    [
        ([M, M], {}, "names must be unique"),
        ([variant(f"v{number}", "m") for number in range(11)], {}, "less than or equal to 10"),
        ([M], {"ShadowProductionVariants": [M]}, "names must be unique"),
        ([M, variant("b", "m")], {"ShadowProductionVariants": [variant("s", "m")]}, "exactly one production variant"),
        ([{"VariantName": "main", "ModelName": "m"}], {}, "needs InstanceType, or a ServerlessConfig"),
        ([{"VariantName": "main", "InstanceType": "ml.m5.large"}], {}, "needs a ModelName"),
        ([variant("main", "m", InstanceType="ml.none")], {}, "enum value set"),
        ([variant("main", "nobody")], {}, 'Could not find model "arn:aws:sagemaker'),
        ([serverless(), variant("b", "m")], {}, "exactly one production variant"),
        ([{**serverless(), "InstanceType": "ml.m5.large"}], {}, "InstanceType is not allowed"),
        ([serverless(MemorySizeInMB=1500)], {}, "must be one of 1024, 2048, 3072"),
        ([serverless(MemorySizeInMB=8192)], {}, "less than or equal to 6144"),
        ([serverless(MaxConcurrency=201)], {}, "less than or equal to 200"),
        ([serverless(ProvisionedConcurrency=6)], {}, "must not exceed its MaxConcurrency"),
        ([serverless()], {"DataCaptureConfig": CAPTURE}, "not supported for serverless"),
        ([serverless(model="two")], {}, "do not support inference pipelines"),
        (
            [M],
            {"AsyncInferenceConfig": {"OutputConfig": {"S3OutputPath": "s3://train/o"}}},
            "AsyncInferenceConfig is not",
        ),
        ([variant("main", "m", RoutingConfig={"RoutingStrategy": "KV_AWARE"})], {}, "KV_AWARE is not covered"),
    ],
)
def test_a_configuration_that_aws_refuses_is_refused(
    with_models: World, variants: list[dict[str, Any]], more: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(ClientError, match=complaint) as refused:
        config(with_models, "refused", *variants, **more)
    assert refused.value.response["Error"]["Code"] == "ValidationException"
    assert with_models.sagemaker.list_endpoint_configs(NameContains="refused")["EndpointConfigs"] == []


def test_a_configuration_describes_what_was_asked_for(with_models: World) -> None:
    config(
        with_models,
        "described",
        M,
        ShadowProductionVariants=[variant("s", "m", InitialVariantWeight=0.5)],
        DataCaptureConfig=CAPTURE,
    )
    described = with_models.sagemaker.describe_endpoint_config(EndpointConfigName="described")
    assert described["ProductionVariants"] == [{**M, "InitialVariantWeight": 1.0}]
    assert described["ShadowProductionVariants"][0]["InitialVariantWeight"] == 0.5
    assert described["DataCaptureConfig"] == CAPTURE
