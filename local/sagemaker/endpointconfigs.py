"""Endpoint configurations: which models, as which variants."""

from local.sagemaker import lists, variants
from local.sagemaker.context import Context
from local.sagemaker.errors import validation
from local.sagemaker.store import Kind, Record, Table

ENDPOINT_CONFIG = Kind(
    prefix="EndpointConfig",
    segment="endpoint-config",
    missing=lambda _, arn: validation(f'Could not find endpoint configuration "{arn}".'),
    taken=lambda _, arn: validation(f'Cannot create already existing endpoint configuration "{arn}".'),
)
_LATER = ("AsyncInferenceConfig", "ExplainerConfig", "CrossRegionTrafficConfig")


class EndpointConfigs:
    """The operations on endpoint configurations."""

    def __init__(self, context: Context, model_table: Table) -> None:
        self._context = context
        self._models = model_table
        self.table = context.table(ENDPOINT_CONFIG)

    def create(self, request: Record) -> Record:
        """CreateEndpointConfig."""
        for member in _LATER:
            if request.get(member):
                raise validation(f"{member} is not covered by the embedded SageMaker")
        variants.check(request, self._models)
        record = {key: value for key, value in request.items() if key != "Tags"}
        for member in ("ProductionVariants", "ShadowProductionVariants"):
            if member in record:
                record[member] = [{"InitialVariantWeight": 1.0, **item} for item in record[member]]
        arn = self.table.add(request["EndpointConfigName"], record)
        self._context.tags.add(arn, request.get("Tags", []))
        return {"EndpointConfigArn": arn}

    def describe(self, request: Record) -> Record:
        """DescribeEndpointConfig."""
        return {"EnableNetworkIsolation": False, **self.table.get(request["EndpointConfigName"])}

    def list(self, request: Record) -> Record:
        """ListEndpointConfigs."""
        return lists.page(self.table, request, "EndpointConfigs")

    def delete(self, request: Record) -> Record:
        """DeleteEndpointConfig."""
        record = self.table.remove(request["EndpointConfigName"])
        self._context.tags.forget(record["EndpointConfigArn"])
        return {}
