"""The floor: the same bytes to the same endpoint over one kept connection, signed, and nothing else."""

import http.client
import json
import os
import time
from typing import Any
from urllib.parse import urlsplit

from predict.aws.credentials import Provider
from predict.aws.signature import signed

host = urlsplit(os.environ["AWS_ENDPOINT_URL"]).netloc
connection = http.client.HTTPConnection(host)
credentials = Provider(os.environ)


def handle(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Send one row and read the answer."""
    body, path = b"5.1,3.5,1.4,0.2\n", "/endpoints/dev-iris/invocations"
    headers = signed(
        method="POST", host=host, path=path, headers={"Content-Type": "text/csv"}, body=body, service="sagemaker",
        region=os.environ["AWS_REGION"], credentials=credentials.get(), now=time.time(),
    )  # fmt: skip
    connection.request("POST", path, body, headers)
    return {"statusCode": 200, "body": json.dumps(connection.getresponse().read().decode())}
