"""The operations that the function uses, each as one call.

Names of hosts, targets, paths and headers are those of botocore's service models.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import quote

from predict.aws.client import Client
from predict.aws.credentials import Provider

# Below the function's own 28 s, so that the caller hears 504 from us. A model that is slow once is slow
# twice: calling it again would only double its load.
_INVOKE_SECONDS = 25.0
_LOOK_UP_SECONDS = 3.0


@dataclass(frozen=True)
class Invocation:
    """What an endpoint is asked."""

    endpoint: str
    body: bytes
    content_type: str
    inference_id: str
    variant: str | None = None


@dataclass(frozen=True)
class Prediction:
    """What a variant answered."""

    variant: str
    body: bytes


class Services:
    """One client per service, each made when first used and kept while the function is warm."""

    def __init__(self, bucket: str, environment: Mapping[str, str] = os.environ) -> None:
        self._bucket, self._environment = bucket, environment
        self._region = environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION") or "us-east-1"
        self._credentials = Provider(environment)

    def parameter(self, name: str) -> str:
        """SSM's GetParameter: the value."""
        document = _json_call(self._ssm, "AmazonSSM.GetParameter", {"Name": name})
        return str(document["Parameter"]["Value"])

    def describe_endpoint(self, name: str) -> dict[str, Any]:
        """SageMaker's DescribeEndpoint."""
        return _json_call(self._sagemaker, "SageMaker.DescribeEndpoint", {"EndpointName": name})

    def object(self, key: str) -> bytes:
        """S3's GetObject in the deployment's bucket: the body."""
        return self._s3.send("GET", self._place(key), {}).body

    def put_object(self, key: str, body: bytes, content_type: str) -> None:
        """S3's PutObject in the deployment's bucket."""
        self._s3.send("PUT", self._place(key), {"Content-Type": content_type}, body)

    def invoke(self, call: Invocation, seconds: float) -> Prediction:
        """Ask SageMaker's InvokeEndpoint once, waiting at most `seconds`."""
        headers = {"Content-Type": call.content_type, "X-Amzn-SageMaker-Inference-Id": call.inference_id}
        if call.variant is not None:
            headers["X-Amzn-SageMaker-Target-Variant"] = call.variant
        path = f"/endpoints/{quote(call.endpoint, safe='-_.~')}/invocations"
        answer = self._runtime.send("POST", path, headers, call.body, seconds)
        return Prediction(answer.headers.get("x-amzn-invoked-production-variant", ""), answer.body)

    @cached_property
    def _ssm(self) -> Client:
        return self._client("ssm", "ssm", "SSM")

    @cached_property
    def _sagemaker(self) -> Client:
        return self._client("sagemaker", "api.sagemaker", "SAGEMAKER")

    @cached_property
    def _runtime(self) -> Client:
        return self._client("sagemaker", "runtime.sagemaker", "SAGEMAKER_RUNTIME", _INVOKE_SECONDS, tries=1)

    @cached_property
    def _s3(self) -> Client:
        return self._client("s3", f"{self._bucket}.s3", "S3")

    def _place(self, key: str) -> str:
        """AWS wants the bucket in the host's name, other servers of S3 in the path."""
        bucket = f"/{self._bucket}" if self._given("S3") else ""
        return f"{bucket}/{quote(key, safe='/-_.~')}"

    def _client(
        self, service: str, host: str, variable: str, seconds: float = _LOOK_UP_SECONDS, *, tries: int = 2
    ) -> Client:
        suffix = "amazonaws.com.cn" if self._region.startswith("cn-") else "amazonaws.com"
        return Client(
            url=self._given(variable) or f"https://{host}.{self._region}.{suffix}",
            service=service,
            region=self._region,
            credentials=self._credentials,
            seconds=seconds,
            tries=tries,
        )

    def _given(self, variable: str) -> str:
        """An endpoint of the environment's, as every AWS SDK reads it."""
        return self._environment.get(f"AWS_ENDPOINT_URL_{variable}") or self._environment.get("AWS_ENDPOINT_URL", "")


def _json_call(client: Client, target: str, document: Mapping[str, Any]) -> dict[str, Any]:
    headers = {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": target}
    answer: dict[str, Any] = json.loads(client.send("POST", "/", headers, json.dumps(document).encode()).body)
    return answer
