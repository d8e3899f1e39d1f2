"""The instances of one job: which there are, what each is told, and their common run.

Each instance is a process or container of its own with its own `/opt/ml`. In a container engine the instances
share a network of the job's own, on which their host names (algo-1, algo-2, ...) resolve; as processes they
share this machine's network and the names do not resolve.
"""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from local.runtime.interface import Handle, Launch, Runtime, stop_all
from local.sagemaker.errors import AwsError
from local.sagemaker.store import Record

HOMOGENEOUS = "homogeneousCluster"
_POLL_SECONDS = 0.1


@dataclass(frozen=True, kw_only=True)
class Instance:
    """One machine of a job."""

    host: str
    type: str
    group: str = HOMOGENEOUS


def _groups(config: Record) -> list[Record]:
    preferred = (config.get("InstancePreferences") or [{}])[0]
    return config.get("InstanceGroups") or [
        {
            "InstanceType": config.get("InstanceType") or preferred.get("InstanceType", ""),
            "InstanceCount": config.get("InstanceCount") or preferred.get("InstanceCount", 1),
            "InstanceGroupName": HOMOGENEOUS,
        }
    ]


def instances(config: Record) -> list[Instance]:
    """Return the instances that a ResourceConfig or ClusterConfig asks for, numbered from algo-1."""
    kinds = [group for group in _groups(config) for _ in range(group["InstanceCount"])]
    return [
        Instance(host=f"algo-{number}", type=group["InstanceType"], group=group["InstanceGroupName"])
        for number, group in enumerate(kinds, 1)
    ]


def check_quota(config: Record, usage: str, most: int) -> None:
    """Refuse more instances than a job may have, as AWS refuses what is above a service quota."""
    groups = _groups(config)
    asked = sum(group["InstanceCount"] for group in groups)  # not a list of them: there may be billions
    if asked > most:
        raise AwsError(
            "ResourceLimitExceeded",
            f"The account-level service limit '{groups[0]['InstanceType']} for {usage} usage' is {most} Instances,"
            f" with current utilization of 0 Instances and a request delta of {asked} Instances. Please use AWS"
            " Service Quotas to request an increase for this quota.",
        )


def resource_config(current: Instance, cluster: Sequence[Instance]) -> Record:
    """Return one instance's resourceconfig.json."""
    groups: dict[str, Record] = {}
    for instance in cluster:
        group = groups.setdefault(
            instance.group, {"instance_group_name": instance.group, "instance_type": instance.type, "hosts": []}
        )
        group["hosts"] = sorted([*group["hosts"], instance.host])
    return {
        "current_host": current.host,
        "current_instance_type": current.type,
        "current_group_name": current.group,
        "hosts": sorted(instance.host for instance in cluster),
        "instance_groups": list(groups.values()),
        "network_interface_name": "eth0",
    }


class Cluster:
    """Runs one launch per instance until all have ended well or one has failed."""

    def __init__(self, runtime: Runtime, grace: float, check: Callable[[], None]) -> None:
        self._runtime = runtime
        self._grace = grace
        self._check = check  # raises what ends the run early
        self._handles: dict[str, Handle] = {}

    def run(self, launches: Sequence[Launch], heard: Callable[[str, str], None]) -> tuple[str, int]:
        """Return host and exit code of the first that failed, else an exit code of 0; nothing runs any more then."""
        try:
            for launch in launches:
                self._check()
                self._handles[launch.host_name] = self._runtime.start(launch, partial(heard, launch.host_name))
            return self._await()
        finally:
            stop_all(self._handles.values(), self._grace)

    def _await(self) -> tuple[str, int]:
        running = dict(self._handles)
        while running:
            self._check()
            for host, handle in list(running.items()):
                code = handle.wait(_POLL_SECONDS / len(running))
                if code is not None:
                    del running[host]
                if code:
                    return host, code
        return "", 0


class Deadlines:
    """When a job's time is over."""

    def __init__(self, condition: Record, default: float, created: float) -> None:
        self._runtime = float(condition.get("MaxRuntimeInSeconds", default))
        wait = float(condition.get("MaxWaitTimeInSeconds", math.inf))
        self._wait = time.monotonic() + created + wait - time.time()
        self._end = math.inf

    def start(self) -> None:
        """Let the clock of MaxRuntimeInSeconds run; it is one clock for all attempts."""
        self._end = min(self._end, time.monotonic() + self._runtime)

    @property
    def waited(self) -> bool:
        """Waiting and running together took longer than allowed."""
        return time.monotonic() > self._wait

    @property
    def ran(self) -> bool:
        """Running took longer than allowed."""
        return time.monotonic() > self._end
