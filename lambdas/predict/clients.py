"""AWS clients, each built when first used and kept while the function is warm.

They come from botocore alone: boto3 adds resources and their import time, which nobody needs here. The
model of SageMaker's control plane is the largest that botocore has, and only sessions and descriptions of
workloads read it.
"""

from functools import cached_property
from typing import Any

from botocore.config import Config
from botocore.session import Session, get_session

# Below the function's own 28 s, so that the caller hears 504 from us. A model that is slow once is slow
# twice: calling it again would only double its load.
_INVOKE = Config(connect_timeout=2, read_timeout=25, retries={"total_max_attempts": 1})
_LOOK_UP = Config(connect_timeout=2, read_timeout=3, retries={"mode": "standard", "total_max_attempts": 2})


class Clients:
    """One client per service."""

    def __init__(self, session: Session | None = None) -> None:
        self._session = session or get_session()

    @cached_property
    def ssm(self) -> Any:
        """Parameter Store: the live pointers."""
        return self._session.create_client("ssm", config=_LOOK_UP)

    @cached_property
    def s3(self) -> Any:
        """S3: features.json."""
        return self._session.create_client("s3", config=_LOOK_UP)

    @cached_property
    def sagemaker(self) -> Any:
        """SageMaker: which variants are live, with which weights."""
        return self._session.create_client("sagemaker", config=_LOOK_UP)

    @cached_property
    def runtime(self) -> Any:
        """SageMaker's runtime: predictions."""
        return self._session.create_client("sagemaker-runtime", config=_INVOKE)
