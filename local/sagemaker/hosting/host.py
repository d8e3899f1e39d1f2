"""One endpoint as it runs: the work that its operations begin, and the states that the work writes.

A record of an endpoint holds, besides what AWS describes, `Pending` (the configuration that is being brought up)
and `Serving` (configuration and models of the live fleet, with the weights and counts as they are now). With
these an endpoint comes up again after a restart, whatever became of its configuration and models meanwhile.
"""

import logging
import threading
import time
from collections.abc import Callable

from local.sagemaker.context import Context
from local.sagemaker.errors import AwsError
from local.sagemaker.hosting import alarms
from local.sagemaker.hosting.deployment import Deployment
from local.sagemaker.hosting.fleet import Fleet
from local.sagemaker.hosting.plan import Plan
from local.sagemaker.hosting.problems import FleetProblem, GivenUp
from local.sagemaker.hosting.scaling import apply, scaled
from local.sagemaker.hosting.traffic import Traffic
from local.sagemaker.store import Record, Table
from local.sagemaker.variant_metrics import VariantMetrics

_INTERNAL = "Request to service failed. If failure persists after retry, contact customer support."
_LONGEST_REASON = 1024
_log = logging.getLogger(__name__)


class Host:
    """The fleets of one endpoint. Its methods run in a thread of their own, one at a time."""

    def __init__(self, context: Context, metrics: VariantMetrics, table: Table, name: str) -> None:
        self.traffic = Traffic()
        self._context = context
        self._metrics = metrics
        self._table = table
        self._name = name
        self._retiring: list[Fleet] = []
        self._give_up = threading.Event()

    def bring_up(self, serving: Record) -> None:
        """Start the first fleet: InService, or Failed with the reason."""
        deployment = self._deployment(serving, Plan())

        def failed(reason: str) -> None:
            self._table.update(self._name, EndpointStatus="Failed", FailureReason=reason, Pending=None)

        if self._run(deployment, failed):
            self._complete(serving)
            self._table.update(self._name, EndpointStatus="InService", FailureReason=None)

    def replace(self, serving: Record, plan: Plan) -> None:
        """Bring another fleet in the old one's place; what fails leaves the old one serving."""
        deployment = self._deployment(serving, plan)

        def failed(reason: str) -> None:
            self._table.update(self._name, EndpointStatus="RollingBack", FailureReason=reason, Pending=None)

        status = "InService"
        try:
            if self._run(deployment, failed):
                old = self._complete(serving)
                self._give_up.wait(plan.termination_wait)
                self._retire(old)
        except FleetProblem:  # the old fleet does not get back the capacity that it gave
            status = "UpdateRollbackFailed"
        if not self._give_up.is_set():
            self._table.update(self._name, EndpointStatus=status)

    def _deployment(self, serving: Record, plan: Plan) -> Deployment:
        fleet = Fleet(self._context, self._metrics, self._name, serving["Config"], serving["Models"])
        return Deployment(
            self.traffic,
            fleet,
            plan,
            tripped=lambda names: alarms.tripped(self._context.settings, names),
            look_seconds=self._context.limits.alarm_seconds,
            give_up=self._give_up,
        )

    def _run(self, deployment: Deployment, failed: Callable[[str], None]) -> bool:
        """Deploy; tell why it failed, unless the embedded AWS shuts down, and roll back."""
        try:
            deployment.run()
        except GivenUp:
            deployment.roll_back()
            return False
        except Exception as problem:
            failed(_reason(problem))
            deployment.roll_back()
            return False
        return True

    def _complete(self, serving: Record) -> Fleet | None:
        old = self.traffic.complete()
        if old:
            self._retiring.append(old)
        name = serving["Config"]["EndpointConfigName"]
        self._table.update(self._name, EndpointConfigName=name, Serving=serving, Pending=None)
        return old

    def _retire(self, old: Fleet | None) -> None:
        if old:
            old.stage = ("Deleting", time.time())
            old.drain()
            old.stop()
            self._retiring.remove(old)

    def scale(self, changes: list[Record]) -> None:
        """Change weights and numbers of instances; what fails leaves them as they are."""
        reason = None
        try:
            fleet = self.traffic.live
            if fleet is None:
                raise FleetProblem("nothing is running")
            apply(fleet, changes)
        except GivenUp:
            return
        except Exception as problem:
            reason = _reason(problem)

        def end(record: Record) -> None:
            record["EndpointStatus"] = "InService"
            record.pop("FailureReason", None)
            if reason:
                record["FailureReason"] = reason
            else:
                record["Serving"]["Config"] = scaled(record["Serving"]["Config"], changes)

        self._table.change(self._name, end)

    def stop(self) -> None:
        """Stop everything when the requests on their way are answered."""
        for fleet in self.traffic.end():
            fleet.drain()
            fleet.stop()

    def close(self) -> None:
        """Stop everything at once and leave the record as it is, for the next start."""
        self._give_up.set()
        for fleet in [*self.traffic.end(), *self._retiring]:
            fleet.stop()


def _reason(problem: Exception) -> str:
    if isinstance(problem, (FleetProblem, AwsError)):
        return str(problem)[:_LONGEST_REASON]
    _log.error("endpoint", exc_info=problem)
    return _INTERNAL
