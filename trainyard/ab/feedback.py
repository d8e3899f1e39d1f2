"""Ground truth by inference id, in the form in which SageMaker's Model Monitor reads it.

https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-model-quality-merge.html
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from trainyard.ab import objects


@dataclass(frozen=True)
class Feedback:
    """`actual` by inference id: of several answers to one id the last one counts."""

    actual: dict[str, Any]
    received: int
    unreadable: int

    @property
    def duplicates(self) -> int:
        """Answers that a later one took the place of."""
        return self.received - len(self.actual)


def read(s3: Any, bucket: str, workload: str, start: datetime) -> Feedback:
    """All feedback that came since; that may be long after its prediction, never before it."""
    actual: dict[str, Any] = {}
    received = unreadable = 0
    for line in objects.since(s3, bucket, f"{workload}/feedback/", start):
        try:
            said = line.record or {}
            value = json.loads(said["groundTruthData"]["data"])
            actual[str(said["eventMetadata"]["eventId"])] = value
        except (KeyError, TypeError, ValueError):
            unreadable += 1
        else:
            received += 1
    return Feedback(actual, received, unreadable)
