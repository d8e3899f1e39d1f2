"""What a task sends for a blob: JSON, whatever the value is, as Step Functions does."""

import botocore.session
import pytest

from local.seams.task_values import to_request

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("value", "sent"),
    [
        ("5.1,3.5", b'"5.1,3.5"'),
        ('a "quoted"\nline', b'"a \\"quoted\\"\\nline"'),
        ({"instances": [[1, 2.5]]}, b'{"instances":[[1,2.5]]}'),
        ("é", '"é"'.encode()),
        (b"raw", b"raw"),
    ],
)
def test_every_body_is_sent_as_json(value: object, sent: bytes) -> None:
    model = botocore.session.get_session().get_service_model("sagemaker-runtime")
    shape = model.operation_model("InvokeEndpoint").input_shape
    assert to_request({"EndpointName": "e", "Body": value}, shape) == {"EndpointName": "e", "Body": sent}
