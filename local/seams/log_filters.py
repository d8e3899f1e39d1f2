"""Seam: FilterLogEvents looks only at the streams whose names begin as asked.

moto ignores `logStreamNamePrefix`, so that the log of one job shows the lines of all jobs.
"""

# moto's names are replaced on purpose
# mypy: disable-error-code="method-assign"

import json
from typing import Any

from moto.logs.exceptions import InvalidParameterException
from moto.logs.responses import LogsResponse


def install() -> None:
    """Answer a request that has a prefix here; leave all others to moto."""
    original = LogsResponse.filter_log_events

    def filter_log_events(self: Any) -> str:
        prefix = self._get_param("logStreamNamePrefix")
        group = self.logs_backend.groups.get(self._get_param("logGroupName"))
        if not prefix or group is None:
            return original(self)
        if self._get_param("logStreamNames"):
            raise InvalidParameterException(msg="logStreamNames and logStreamNamePrefix cannot both be specified.")
        names = [name for name in group.streams if name.startswith(prefix)]
        return json.dumps(_found(self, names) if names else {"events": [], "searchedLogStreams": []})

    LogsResponse.filter_log_events = filter_log_events


def _found(self: Any, names: list[str]) -> dict[str, Any]:
    wanted = ("startTime", "endTime", "limit", "nextToken", "filterPattern")
    start, end, limit, token, pattern = (self._get_param(name) for name in wanted)
    events, token, searched = self.logs_backend.filter_log_events(
        self._get_param("logGroupName"), names, start, end, limit, token, pattern, self._get_param("interleaved", False)
    )
    return {"events": events, "nextToken": token, "searchedLogStreams": searched}
