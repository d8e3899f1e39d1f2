"""What SageMaker knows: one table per kind of resource, records that readers get as copies."""

import copy
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from local.sagemaker.arns import arn
from local.sagemaker.errors import AwsError

Record = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Kind:
    """How AWS names a kind of resource, and what it says when one is missing or taken."""

    prefix: str  # of the members: TrainingJob -> TrainingJobName, TrainingJobArn, TrainingJobStatus
    segment: str  # in the ARN
    missing: Callable[[str, str], AwsError]  # from name and ARN
    taken: Callable[[str, str], AwsError]

    @property
    def name_member(self) -> str:
        """The member that identifies a record."""
        return f"{self.prefix}Name"

    def arn(self, name: str) -> str:
        """Return the ARN of the resource called `name`."""
        return arn(self.segment, name)


class Table:
    """All resources of one kind."""

    def __init__(self, kind: Kind, records: dict[str, Record] | None = None) -> None:
        self.kind = kind
        self.version = 0  # differs after each change
        self._records: dict[str, Record] = dict(records or {})
        self._lock = threading.RLock()

    def add(self, name: str, record: Record) -> str:
        """Insert a record and return its ARN."""
        identifier = self.kind.arn(name)
        now = time.time()
        with self._lock:
            if name in self._records:
                raise self.kind.taken(name, identifier)
            times = {"CreationTime": now, "LastModifiedTime": now}
            self._records[name] = {**copy.deepcopy(record), f"{self.kind.prefix}Arn": identifier, **times}
            self.version += 1
        return identifier

    def get(self, name: str) -> Record:
        """Return a copy of a record."""
        with self._lock:
            if name not in self._records:
                raise self.kind.missing(name, self.kind.arn(name))
            return copy.deepcopy(self._records[name])

    def change(self, name: str, change: Callable[[Record], None]) -> Record:
        """Let `change` modify a record alone; it may raise to leave it as it is."""
        with self._lock:
            record = self.get(name)
            change(record)
            record["LastModifiedTime"] = time.time()
            self._records[name] = record
            self.version += 1
            return copy.deepcopy(record)

    def update(self, name: str, **members: Any) -> Record:
        """Set members of a record; None removes one."""

        def assign(record: Record) -> None:
            record.update(members)
            for key in [key for key, value in members.items() if value is None]:
                del record[key]

        return self.change(name, assign)

    def remove(self, name: str) -> Record:
        """Delete a record and return it."""
        with self._lock:
            record = self.get(name)
            del self._records[name]
            self.version += 1
            return record

    def records(self) -> dict[str, Record]:
        """Return the records by name; they must not be changed, but are never changed here either."""
        with self._lock:
            return dict(self._records)

    def all(self) -> list[Record]:
        """Return copies of all records."""
        with self._lock:
            return copy.deepcopy(list(self._records.values()))
