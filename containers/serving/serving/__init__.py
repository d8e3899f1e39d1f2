"""The serving kernel: SageMaker's three routes over HTTP/1.1 for any model that can turn bytes into bytes."""

from serving.service import Answer, Refusal, Service
from serving.settings import Settings
from serving.supervisor import run

__all__ = ["Answer", "Refusal", "Service", "Settings", "run"]
