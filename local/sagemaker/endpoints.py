"""Endpoints: a fleet that serves, and how another one takes its place.

An update is blue/green: the new fleet is healthy before the first request goes to it; the old one finishes
what it has and stops. A new fleet that does not come up is thrown away, and the old one never knew.
"""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from local.sagemaker import lists
from local.sagemaker.context import Context
from local.sagemaker.errors import AwsError, validation
from local.sagemaker.fleet import Fleet, FleetProblem
from local.sagemaker.store import Kind, Record, Table
from local.settings import ACCOUNT

ENDPOINT = Kind(
    prefix="Endpoint",
    segment="endpoint",
    missing=lambda _, arn: validation(f'Could not find endpoint "{arn}".'),
    taken=lambda _, arn: validation(f'Cannot create already existing endpoint "{arn}".'),
)
_MOVING = ("Creating", "Updating", "SystemUpdating", "RollingBack", "Deleting")
_log = logging.getLogger(__name__)


class Endpoints:
    """The operations on endpoints."""

    def __init__(self, context: Context, configs: Table, model_table: Table) -> None:
        self._context = context
        self._configs = configs
        self._models = model_table
        self.table = context.table(ENDPOINT)
        self._fleets: dict[str, Fleet] = {}
        self._starting: set[Fleet] = set()
        self._lock = threading.RLock()
        self._threads: set[threading.Thread] = set()
        self._closed = False

    def create(self, request: Record) -> Record:
        """CreateEndpoint."""
        name = request["EndpointName"]
        config = self._configs.get(request["EndpointConfigName"])
        record = {key: request[key] for key in ("EndpointName", "EndpointConfigName")}
        arn = self.table.add(name, {**record, "EndpointStatus": "Creating"})
        self._context.tags.add(arn, request.get("Tags", []))
        self._in_background(lambda: self._bring_up(name, config))
        return {"EndpointArn": arn}

    def _bring_up(self, name: str, config: Record) -> None:
        try:
            self._replace(name, config)
        except (FleetProblem, AwsError) as problem:
            self.table.update(name, EndpointStatus="Failed", FailureReason=str(problem))
        else:
            self.table.update(name, EndpointStatus="InService", FailureReason=None)

    def update(self, request: Record) -> Record:
        """UpdateEndpoint."""
        name = request["EndpointName"]
        self.table.get(name)
        config = self._configs.get(request["EndpointConfigName"])
        deployment = request.get("DeploymentConfig", {})
        if request.get("RetainAllVariantProperties"):
            config = self._retaining(name, config, request.get("ExcludeRetainedVariantProperties", []))

        def begin(record: Record) -> None:
            self._refuse_if_moving(record)
            if record["EndpointStatus"] not in ("InService", "OutOfService", "UpdateRollbackFailed"):
                raise validation(
                    f"Cannot update endpoint {name} in status {record['EndpointStatus']}: delete it, then create it."
                )
            if record["EndpointConfigName"] == config["EndpointConfigName"]:
                raise validation(
                    f"Cannot update endpoint {name}: it already uses endpoint configuration"
                    f" {record['EndpointConfigName']}. Specify a new one."
                )
            record["EndpointStatus"] = "Updating"
            record.pop("FailureReason", None)
            if deployment:
                record["LastDeploymentConfig"] = deployment

        arn = self.table.change(name, begin)["EndpointArn"]
        self._in_background(lambda: self._roll(name, config))
        return {"EndpointArn": arn}

    def _retaining(self, name: str, config: Record, excluded: list[Record]) -> Record:
        fleet = self._fleets.get(name)
        running = {item["VariantName"]: item for item in fleet.summaries()} if fleet else {}
        skipped = {item["VariantPropertyType"] for item in excluded}
        for variant in config["ProductionVariants"]:
            if current := running.get(variant["VariantName"]):
                if "DesiredWeight" not in skipped:
                    variant["InitialVariantWeight"] = current["CurrentWeight"]
                if "DesiredInstanceCount" not in skipped:
                    variant["InitialInstanceCount"] = current["CurrentInstanceCount"]
        return config

    def _roll(self, name: str, config: Record) -> None:
        try:
            self._replace(name, config)
        except (FleetProblem, AwsError) as problem:
            self.table.update(name, EndpointStatus="RollingBack", FailureReason=str(problem))
            self.table.update(name, EndpointStatus="InService")

    def _replace(self, name: str, config: Record) -> None:
        records = {item["ModelName"]: self._models.get(item["ModelName"]) for item in config["ProductionVariants"]}
        fleet = Fleet(self._context, name, config, records)
        with self._lock:
            if self._closed:
                raise FleetProblem("the embedded AWS is shutting down")
            self._starting.add(fleet)
        try:
            fleet.start()
        finally:
            with self._lock:
                self._starting.discard(fleet)
        with self._lock:
            old, self._fleets[name] = self._fleets.get(name), fleet
            self.table.update(
                name, EndpointConfigName=fleet.config_name, EndpointStatus="Updating" if old else "Creating"
            )
        if old:
            old.drain()
            old.stop()
            self.table.update(name, EndpointStatus="InService")

    def update_weights(self, request: Record) -> Record:
        """UpdateEndpointWeightsAndCapacities."""
        name = request["EndpointName"]
        changes = request["DesiredWeightsAndCapacities"]

        def begin(record: Record) -> None:
            self._refuse_if_moving(record)
            fleet = self._fleets.get(name)
            unknown = [c["VariantName"] for c in changes if fleet is None or c["VariantName"] not in fleet.names()]
            if unknown:
                raise validation(f"The endpoint {name} has no production variant {', '.join(unknown)}.")
            record["EndpointStatus"] = "Updating"

        arn = self.table.change(name, begin)["EndpointArn"]
        self._in_background(lambda: self._scale(name, changes))
        return {"EndpointArn": arn}

    def _scale(self, name: str, changes: list[Record]) -> None:
        reason = None
        try:
            for change in changes:
                self._fleets[name].scale(
                    change["VariantName"], change.get("DesiredWeight"), change.get("DesiredInstanceCount")
                )
        except FleetProblem as problem:
            reason = str(problem)
        self.table.update(name, EndpointStatus="InService", FailureReason=reason)

    def describe(self, request: Record) -> Record:
        """DescribeEndpoint."""
        record = self.table.get(request["EndpointName"])
        with self._lock:
            fleet = self._fleets.get(request["EndpointName"])
        if fleet and record["EndpointStatus"] not in ("Creating", "Deleting", "Failed"):
            record["ProductionVariants"] = fleet.summaries()
        return record

    def list(self, request: Record) -> Record:
        """ListEndpoints."""
        return lists.page(self.table, request, "Endpoints")

    def delete(self, request: Record) -> Record:
        """DeleteEndpoint; AWS refuses it while the endpoint is on its way to another state."""
        name = request["EndpointName"]

        def begin(record: Record) -> None:
            self._refuse_if_moving(record)
            record["EndpointStatus"] = "Deleting"

        self.table.change(name, begin)
        self._in_background(lambda: self._take_down(name))
        return {}

    def _take_down(self, name: str) -> None:
        with self._lock:
            fleet = self._fleets.pop(name, None)
        if fleet:
            fleet.drain()
            fleet.stop()
        with suppress(AwsError):
            self._context.tags.forget(self.table.remove(name)["EndpointArn"])

    @contextmanager
    def serving(self, name: str) -> Iterator[Fleet]:
        """The fleet that answers now, held until the request is over."""
        with self._lock:
            fleet = self._fleets.get(name)
            if fleet is None:
                raise AwsError("ValidationError", f"Endpoint {name} of account {ACCOUNT} not found.")
            held = fleet.request()
            held.__enter__()
        try:
            yield fleet
        finally:
            held.__exit__(None, None, None)

    def close(self) -> None:
        """Stop every fleet, also those that are coming up."""
        with self._lock:
            self._closed = True
            fleets = [*self._fleets.values(), *self._starting]
            self._fleets.clear()
            threads = list(self._threads)
        for fleet in fleets:
            fleet.stop()
        for thread in threads:
            thread.join(30)

    @staticmethod
    def _refuse_if_moving(record: Record) -> None:
        if record["EndpointStatus"] in _MOVING:
            raise validation(f'Cannot update in-progress endpoint "{record["EndpointArn"]}".')

    def _in_background(self, work: Callable[[], None]) -> None:
        def run() -> None:
            try:
                work()
            except Exception:
                _log.exception("endpoint")
            finally:
                with self._lock:
                    self._threads.discard(thread)

        thread = threading.Thread(target=run, name="endpoint", daemon=True)
        with self._lock:
            self._threads.add(thread)
        thread.start()
