"""The operations on endpoints. What they begin runs in the background, see `hosting.host`."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from local.sagemaker import capture, lists
from local.sagemaker.context import Context
from local.sagemaker.errors import AwsError, validation
from local.sagemaker.hosting import scaling, summary
from local.sagemaker.hosting.fleet import Fleet
from local.sagemaker.hosting.host import Host
from local.sagemaker.hosting.hosts import Hosts
from local.sagemaker.hosting.plan import plan_of
from local.sagemaker.store import Kind, Record, Table
from local.sagemaker.variant_metrics import VariantMetrics
from local.settings import ACCOUNT

ENDPOINT = Kind(
    prefix="Endpoint",
    segment="endpoint",
    missing=lambda _, arn: validation(f'Could not find endpoint "{arn}".'),
    taken=lambda _, arn: validation(f'Cannot create already existing endpoint "{arn}".'),
)
_MOVING = ("Creating", "Updating", "SystemUpdating", "RollingBack", "Deleting")
_SERVING = ("InService", "OutOfService", "UpdateRollbackFailed")
_WITH_FLEET = ("InService", "Updating", "RollingBack", "UpdateRollbackFailed")


class Endpoints:
    """The operations on endpoints."""

    def __init__(self, context: Context, configs: Table, model_table: Table) -> None:
        self.metrics = VariantMetrics(context.settings)
        self.table = context.table(ENDPOINT)
        self._context = context
        self._configs = configs
        self._models = model_table
        self._hosts = Hosts(lambda name: Host(context, self.metrics, self.table, name))

    def create(self, request: Record) -> Record:
        """CreateEndpoint."""
        name = request["EndpointName"]
        config = self._configs.get(request["EndpointConfigName"])
        record = {key: request[key] for key in ("EndpointName", "EndpointConfigName")}
        if request.get("DeploymentConfig"):
            record["LastDeploymentConfig"] = request["DeploymentConfig"]
        arn = self.table.add(name, {**record, "EndpointStatus": "Creating", "Pending": config})
        self._context.tags.add(arn, request.get("Tags", []))
        self._hosts.begin(name, lambda host: self._bring_up(name, host, config))
        return {"EndpointArn": arn}

    def _bring_up(self, name: str, host: Host, config: Record) -> None:
        try:
            serving = self._serving(config)
        except AwsError as error:
            self.table.update(name, EndpointStatus="Failed", FailureReason=str(error), Pending=None)
        else:
            host.bring_up(serving)

    def _serving(self, config: Record) -> Record:
        names = {item["ModelName"] for item in scaling.all_variants(config)}
        return {"Config": config, "Models": {name: self._models.get(name) for name in sorted(names)}}

    def update(self, request: Record) -> Record:
        """UpdateEndpoint."""
        name = request["EndpointName"]
        record = self.table.get(name)
        _refuse_unless_serving(record)
        config = self._configs.get(request["EndpointConfigName"])
        current = record["Serving"]["Config"]
        if request.get("RetainAllVariantProperties"):
            config = scaling.retained(config, current, request.get("ExcludeRetainedVariantProperties", []))
        deployment = request.get("DeploymentConfig", {})
        if not deployment and request.get("RetainDeploymentConfig"):
            deployment = record.get("LastDeploymentConfig", {})
        plan = plan_of(deployment, current, config)
        serving = self._serving(config)

        def begin(record: Record) -> None:
            _refuse_unless_serving(record)
            if record["EndpointConfigName"] == config["EndpointConfigName"]:
                raise validation(
                    f"Cannot update endpoint {name}: it already uses endpoint configuration"
                    f" {record['EndpointConfigName']}. Specify a new one."
                )
            record |= {"EndpointStatus": "Updating", "Pending": config}
            record.pop("FailureReason", None)
            if deployment:
                record["LastDeploymentConfig"] = deployment

        arn = self.table.change(name, begin)["EndpointArn"]
        self._hosts.begin(name, lambda host: host.replace(serving, plan))
        return {"EndpointArn": arn}

    def update_weights(self, request: Record) -> Record:
        """UpdateEndpointWeightsAndCapacities."""
        name, changes = request["EndpointName"], request["DesiredWeightsAndCapacities"]

        def begin(record: Record) -> None:
            _refuse_unless_serving(record)
            scaling.check(name, record["Serving"]["Config"], changes)
            record["EndpointStatus"] = "Updating"

        arn = self.table.change(name, begin)["EndpointArn"]
        self._hosts.begin(name, lambda host: host.scale(changes))
        return {"EndpointArn": arn}

    def describe(self, request: Record) -> Record:
        """DescribeEndpoint."""
        name = request["EndpointName"]
        record = self.table.get(name)
        host = self._hosts.find(name)
        if host and (fleet := host.traffic.live) and record["EndpointStatus"] in _WITH_FLEET:
            record |= summary.live(fleet)
        if host and (fleet := host.traffic.follower):
            record["PendingDeploymentSummary"] = summary.pending(fleet)
        if captured := record.get("Serving", {}).get("Config", {}).get("DataCaptureConfig"):
            record["DataCaptureConfig"] = capture.summary(captured)
        return record

    def list(self, request: Record) -> Record:
        """ListEndpoints."""
        return lists.page(self.table, request, "Endpoints")

    def delete(self, request: Record) -> Record:
        """DeleteEndpoint; AWS refuses it while the endpoint is on its way to another state."""
        name = request["EndpointName"]

        def begin(record: Record) -> None:
            _refuse_if_moving(record)
            record["EndpointStatus"] = "Deleting"

        self.table.change(name, begin)
        self._hosts.begin(name, lambda host: self._take_down(name, host))
        return {}

    def _take_down(self, name: str, host: Host) -> None:
        host.stop()
        self._hosts.forget(name)
        with suppress(AwsError):
            self._context.tags.forget(self.table.remove(name)["EndpointArn"])

    def resume(self) -> None:
        """Bring up again, in the background, what the records say was there when the last server ended.

        An update that was under way is gone: its endpoint comes up with the configuration that it had.
        """
        for record in self.table.all():
            self._resume(record)

    def _resume(self, record: Record) -> None:
        name = record["EndpointName"]
        if record["EndpointStatus"] == "Deleting":
            self._hosts.begin(name, lambda host: self._take_down(name, host))
        elif serving := record.get("Serving"):
            self.table.update(name, EndpointStatus="Updating", Pending=None)
            self._hosts.begin(name, lambda host: host.bring_up(serving))
        elif config := record.get("Pending"):
            self._hosts.begin(name, lambda host: self._bring_up(name, host, config))

    @contextmanager
    def serving(self, name: str) -> Iterator[Fleet]:
        """The fleet that answers now, held until the request is over.

        Raises:
            AwsError: nothing serves under that name.
        """
        host = self._hosts.find(name)
        if host is None:
            raise _not_found(name)
        with host.traffic.serving() as fleet:
            if fleet is None:
                raise _not_found(name)
            yield fleet

    def close(self) -> None:
        """Stop every fleet, also those that are coming up."""
        self._hosts.close()
        self.metrics.close()


def _refuse_if_moving(record: Record) -> None:
    if record["EndpointStatus"] in _MOVING:
        raise validation(f'Cannot update in-progress endpoint "{record["EndpointArn"]}".')


def _refuse_unless_serving(record: Record) -> None:
    _refuse_if_moving(record)
    if record["EndpointStatus"] not in _SERVING:
        name, status = record["EndpointName"], record["EndpointStatus"]
        raise validation(f"Cannot update endpoint {name} in status {status}: delete it, then create it.")


def _not_found(name: str) -> AwsError:
    return AwsError("ValidationError", f"Endpoint {name} of account {ACCOUNT} not found.")
