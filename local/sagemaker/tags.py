"""Tags of any resource, by its ARN: what is kept, and what is refused."""

import threading
from collections import Counter

from local.sagemaker.errors import validation
from local.sagemaker.store import Record

_MOST = 50
_RESERVED = "aws:"


class Tags:
    """All tags."""

    def __init__(self, tags: dict[str, dict[str, str]] | None = None) -> None:
        self._tags: dict[str, dict[str, str]] = dict(tags or {})
        self.version = 0  # differs after each change
        self._lock = threading.Lock()

    def add(self, arn: str, tags: list[Record]) -> None:
        """Set tags.

        Raises:
            AwsError: some may not be set, or there would be too many.
        """
        check(tags)
        with self._lock:
            merged = {**self._tags.get(arn, {}), **{tag["Key"]: tag["Value"] for tag in tags}}
            if len(merged) > _MOST:
                raise validation(f"The number of tags of {arn} would exceed the limit of {_MOST} tags per resource.")
            self._tags[arn] = merged
            self.version += 1

    def delete(self, arn: str, keys: list[str]) -> None:
        """Remove tags; those that are not there are nobody's concern."""
        with self._lock:
            kept = {key: value for key, value in self._tags.get(arn, {}).items() if key not in keys}
            self._tags[arn] = kept
            self.version += 1

    def forget(self, arn: str) -> None:
        """Drop the tags of a deleted resource."""
        with self._lock:
            self._tags.pop(arn, None)
            self.version += 1

    def listed(self, arn: str) -> list[Record]:
        """Return a resource's tags as operations show them."""
        with self._lock:
            return [{"Key": key, "Value": value} for key, value in self._tags.get(arn, {}).items()]

    def state(self) -> dict[str, dict[str, str]]:
        """Return a copy of all tags, by ARN."""
        with self._lock:
            return {arn: dict(tags) for arn, tags in self._tags.items()}


def check(tags: list[Record]) -> None:
    """Refuse keys that are reserved or given twice.

    Raises:
        AwsError: there is one.
    """
    counts = Counter(tag["Key"] for tag in tags)
    for key, count in counts.items():
        if key.lower().startswith(_RESERVED):
            raise validation(f"Invalid tag key {key}: tag keys that start with {_RESERVED} are reserved for AWS.")
        if count > 1:
            raise validation(f"Duplicate tag key {key}: tag keys must be unique per resource.")
