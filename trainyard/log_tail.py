"""CloudWatch Logs, read page by page and, on request, followed."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError

from trainyard.context import Context
from trainyard.errors import code_of
from trainyard.history import History, Job

GROUPS = {
    "training": "/aws/sagemaker/TrainingJobs",
    "tuning": "/aws/sagemaker/TrainingJobs",
    "processing": "/aws/sagemaker/ProcessingJobs",
    "transform": "/aws/sagemaker/TransformJobs",
}
EVERY = 2.0


@dataclass(frozen=True)
class Source:
    """A log group and, where one job is meant, the start of its streams' names."""

    group: str
    prefix: str | None = None
    label: str | None = None


@dataclass
class Tail:
    """Reads one source from a time on; each event once."""

    client: Any
    source: Source
    since: int
    _seen: set[str] = field(default_factory=set)

    def fresh(self) -> Iterator[dict[str, Any]]:
        """Events not given before; a group that does not exist yet has none."""
        try:
            for page in self._pages():
                yield from (event for event in page["events"] if self._take(event))
        except ClientError as error:
            if code_of(error) != "ResourceNotFoundException":
                raise

    def _pages(self) -> Any:
        wanted = {"logGroupName": self.source.group, "startTime": self.since}
        if self.source.prefix:
            wanted["logStreamNamePrefix"] = self.source.prefix
        return self.client.get_paginator("filter_log_events").paginate(**wanted)

    def _take(self, event: dict[str, Any]) -> bool:
        if not event["logStreamName"].startswith(self.source.prefix or ""):
            return False  # the prefix narrows the query; what counts is the name
        key = event.get("eventId") or f"{event['logStreamName']}{event['timestamp']}{event['message']}"
        new = key not in self._seen
        self._seen.add(key)
        return new


def of_job(job: Job) -> Source:
    """Where a job of a run writes; a tuning's training jobs carry its name as a prefix."""
    separator = "-" if job.kind == "tuning" else "/"
    return Source(GROUPS[job.kind], f"{job.name}{separator}", job.name)


def read(
    context: Context, sources: list[Source], since: datetime, follow: bool
) -> Iterator[tuple[Source, dict[str, Any]]]:
    """The events of several sources by time; with `follow`, for ever."""
    client, start = context.client("logs"), int(since.timestamp() * 1000)
    tails = [Tail(client, source, start) for source in sources]
    while True:
        found = [(tail.source, event) for tail in tails for event in tail.fresh()]
        yield from sorted(found, key=lambda pair: pair[1]["timestamp"])
        if not follow:
            return
        context.tools.sleep(EVERY)


class JobLogs:
    """The logs of whatever jobs a run has started so far."""

    def __init__(self, context: Context) -> None:
        self._client = context.client("logs")
        self._tails: dict[str, Tail] = {}

    def fresh(self, history: History) -> Iterator[str]:
        """Lines that are new since the last call, each with its state's name."""
        for step in history.steps:
            if step.job and step.job.name not in self._tails:
                start = int((step.entered - timedelta(seconds=5)).timestamp() * 1000)
                label = step.candidate or step.state
                source = of_job(step.job)
                self._tails[step.job.name] = Tail(self._client, Source(source.group, source.prefix, label), start)
        for tail in self._tails.values():
            yield from (f"{tail.source.label} | {event['message'].rstrip()}" for event in tail.fresh())
