import pytest
from botocore.exceptions import ClientError

from local.clients import client
from local.settings import Settings

pytestmark = pytest.mark.local


def test_a_target_that_is_not_there_is_not_found(embedded_aws: Settings) -> None:
    with pytest.raises(ClientError, match="No scalable target found") as refused:
        client("application-autoscaling", embedded_aws).deregister_scalable_target(
            ServiceNamespace="sagemaker",
            ResourceId="endpoint/none/variant/main",
            ScalableDimension="sagemaker:variant:DesiredInstanceCount",
        )
    assert refused.value.response["Error"]["Code"] == "ObjectNotFoundException"
