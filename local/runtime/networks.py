"""Networks of the container engine: one per job whose containers speak to each other by host name.

They carry the runtime's label, so that the next start finds what a killed server left.
"""

import uuid
from contextlib import suppress
from typing import Any

import docker
from docker.errors import APIError
from requests.exceptions import RequestException

from local.runtime.interface import Launch, RuntimeProblem


class Networks:
    """Makes, names and removes the bridge networks of jobs."""

    def __init__(self, connection: docker.DockerClient, label: dict[str, str]) -> None:
        self._docker = connection
        self._label = label

    def open(self, name: str, *, isolated: bool) -> str:
        """Make a network and return its name; from an isolated one nothing but its members is in reach.

        Raises:
            RuntimeProblem: the engine has no more networks or does not answer.
        """
        unique = f"trainyard-{name[:40]}-{uuid.uuid4().hex[:8]}"
        try:
            self._docker.networks.create(unique, driver="bridge", internal=isolated, labels=self._label)
        except (APIError, RequestException) as error:
            raise RuntimeProblem(f"cannot make a network for {name}: {error}") from error
        return unique

    def close(self, network: str) -> None:
        """Remove a network whose containers have ended."""
        with suppress(APIError, RequestException):
            self._docker.networks.get(network).remove()

    def membership(self, launch: Launch) -> dict[str, Any]:
        """Return the arguments of `containers.create` that let others find the container by its host name."""
        if not launch.network:
            return {}
        endpoint = self._docker.api.create_endpoint_config(aliases=[launch.host_name])
        return {"network": launch.network, "networking_config": {launch.network: endpoint}}

    def reap(self) -> None:
        """Remove what an earlier server left."""
        (key, value), *_ = self._label.items()
        with suppress(APIError, RequestException):
            for network in self._docker.networks.list(filters={"label": f"{key}={value}"}):
                self.close(str(network.name))
