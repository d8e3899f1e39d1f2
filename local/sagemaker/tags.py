"""Tags of any resource, by its ARN."""

import threading

from local.sagemaker.errors import validation
from local.sagemaker.store import Record

_MOST = 50


class Tags:
    """AddTags, ListTags, DeleteTags, and the tags that a Create brings along."""

    def __init__(self, tags: dict[str, dict[str, str]] | None = None) -> None:
        self._tags: dict[str, dict[str, str]] = dict(tags or {})
        self.version = 0  # differs after each change
        self._lock = threading.Lock()

    def add(self, arn: str, tags: list[Record]) -> None:
        """Set tags."""
        with self._lock:
            merged = {**self._tags.get(arn, {}), **{tag["Key"]: tag["Value"] for tag in tags}}
            if len(merged) > _MOST:
                raise validation(f"{arn} would have more than {_MOST} tags")
            self._tags[arn] = merged
            self.version += 1

    def forget(self, arn: str) -> None:
        """Drop the tags of a deleted resource."""
        with self._lock:
            self._tags.pop(arn, None)
            self.version += 1

    def add_tags(self, request: Record) -> Record:
        """AddTags."""
        self.add(request["ResourceArn"], request["Tags"])
        return {"Tags": self._listed(request["ResourceArn"])}

    def list_tags(self, request: Record) -> Record:
        """ListTags; a resource has at most 50, so there is one page."""
        return {"Tags": self._listed(request["ResourceArn"])}

    def delete_tags(self, request: Record) -> Record:
        """DeleteTags."""
        with self._lock:
            for key in request["TagKeys"]:
                self._tags.get(request["ResourceArn"], {}).pop(key, None)
            self.version += 1
        return {}

    def state(self) -> dict[str, dict[str, str]]:
        """Return a copy of all tags, by ARN."""
        with self._lock:
            return {arn: dict(tags) for arn, tags in self._tags.items()}

    def _listed(self, arn: str) -> list[Record]:
        with self._lock:
            return [{"Key": key, "Value": value} for key, value in self._tags.get(arn, {}).items()]
