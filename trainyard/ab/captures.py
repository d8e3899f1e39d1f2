"""Captured answers of the variants, of those predictions that there is feedback on.

The form of a captured invocation: AWS's page "Capture data from real-time endpoint".
"""

import base64
import binascii
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from trainyard.ab import objects


@dataclass(frozen=True)
class Answer:
    """What a variant answered to one call; `body` is None where it was not captured, or cannot be read."""

    variant: str
    inference_id: str
    body: bytes | None


def read(
    s3: Any, bucket: str, folder: str, variants: Sequence[str], start: datetime, wanted: Container[str]
) -> Iterator[Answer]:
    """The answers of these variants since then whose inference ids are wanted; `folder` is the endpoint's."""
    for variant in variants:
        for line in objects.since(s3, bucket, f"{folder}{variant}/", start):
            said = line.record or {}
            metadata = said.get("eventMetadata")
            inference_id = metadata.get("inferenceId") if isinstance(metadata, dict) else None
            if isinstance(inference_id, str) and inference_id in wanted:
                yield Answer(variant, inference_id, _body(said))


def _body(said: dict[str, Any]) -> bytes | None:
    try:
        output = said["captureData"]["endpointOutput"]
        data: str = output["data"]
        return base64.b64decode(data, validate=True) if output.get("encoding") == "BASE64" else data.encode()
    except (KeyError, TypeError, AttributeError, binascii.Error):
        return None
