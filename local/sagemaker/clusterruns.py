"""A job on one or several instances: what training and processing share."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from local.runtime.interface import Launch
from local.sagemaker import cluster
from local.sagemaker.cluster import Cluster, Deadlines, Instance
from local.sagemaker.logs import LogStream
from local.sagemaker.runs import JobRun, JobTimedOut, JobWaitedTooLong
from local.sagemaker.store import Record

DAY = 86_400


class ClusterRun(JobRun):
    """A run whose instances have each a log stream and a folder below the job's."""

    deadlines: Deadlines

    def open_log(self) -> LogStream:
        """Open a stream per instance, named as AWS names it; return the first."""
        self.instances = cluster.instances(self.cluster_config)
        condition = self.request.get("StoppingCondition", {})
        self.deadlines = Deadlines(condition, DAY, self.request["CreationTime"])
        epoch = int(time.time() * 1000)
        self._logs = {
            instance.host: self.context.open_log(self.log_group, f"{self.name}/{instance.host}-{epoch}")
            for instance in self.instances
        }
        return self._logs["algo-1"]

    def close_logs(self) -> None:
        """Send what is left of every log."""
        for log in self._logs.values():
            log.close()

    @property
    def cluster_config(self) -> Record:
        """The part of the request that names the instances."""
        raise NotImplementedError

    @property
    def isolated(self) -> bool:
        """Whether the containers must reach nothing but each other."""
        return bool(self.request.get("EnableNetworkIsolation"))

    def check(self) -> None:
        """Raise what ends the job early: a stop, or that its time is over."""
        self.check_stop()
        if self.deadlines.waited:
            raise JobWaitedTooLong
        if self.deadlines.ran:
            raise JobTimedOut

    def places(self, folder: Path) -> dict[str, Path]:
        """Return the `/opt/ml` of each host."""
        return {instance.host: folder / instance.host for instance in self.instances}

    def run_cluster(self, folder: Path) -> tuple[str, int]:
        """Run the image on every instance; return host and code of the first failure, or a code of 0."""
        self.deadlines.start()
        members = Cluster(self.context.runtime, self.context.limits.stop_grace_seconds, self.check)
        with self._network() as network:
            launches = [self.launch(instance, folder / instance.host, network) for instance in self.instances]
            return members.run(launches, self.heard_from)

    @contextmanager
    def _network(self) -> Iterator[str]:
        if len(self.instances) == 1 and not self.isolated:
            yield ""
            return
        network = self.context.runtime.open_network(self.name, isolated=self.isolated)
        try:
            yield network
        finally:
            self.context.runtime.close_network(network)

    def heard_from(self, host: str, line: str) -> None:
        """Take a line that an instance wrote."""
        self._logs[host].write(line)

    def launch(self, instance: Instance, folder: Path, network: str) -> Launch:
        """Return how an instance is started."""
        raise NotImplementedError
