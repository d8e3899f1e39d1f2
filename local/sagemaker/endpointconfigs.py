"""Endpoint configurations: which models, as which variants."""

from local.sagemaker import lists
from local.sagemaker.context import Context
from local.sagemaker.errors import validation
from local.sagemaker.store import Kind, Record, Table

ENDPOINT_CONFIG = Kind(
    prefix="EndpointConfig",
    segment="endpoint-config",
    missing=lambda _, arn: validation(f'Could not find endpoint configuration "{arn}".'),
    taken=lambda _, arn: validation(f'Cannot create already existing endpoint configuration "{arn}".'),
)
_LATER = ("ShadowProductionVariants", "AsyncInferenceConfig", "ExplainerConfig")
_MOST_VARIANTS = 10


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
                raise validation(f"{member} is not covered yet by the embedded SageMaker")
        names = [variant["VariantName"] for variant in request["ProductionVariants"]]
        if len(set(names)) != len(names):
            raise validation(f"Production variant names must be unique, got {', '.join(names)}.")
        if len(names) > _MOST_VARIANTS:
            raise validation(f"At most {_MOST_VARIANTS} production variants are allowed, got {len(names)}.")
        for variant in request["ProductionVariants"]:
            self._check(variant)
        record = {key: value for key, value in request.items() if key != "Tags"}
        record["ProductionVariants"] = [{"InitialVariantWeight": 1.0, **item} for item in record["ProductionVariants"]]
        arn = self.table.add(request["EndpointConfigName"], record)
        self._context.tags.add(arn, request.get("Tags", []))
        return {"EndpointConfigArn": arn}

    def _check(self, variant: Record) -> None:
        if "ServerlessConfig" in variant:
            raise validation("ServerlessConfig is not covered yet by the embedded SageMaker")
        for member in ("ModelName", "InstanceType", "InitialInstanceCount"):
            if member not in variant:
                raise validation(f"Production variant {variant['VariantName']} needs {member}.")
        self._models.get(variant["ModelName"])

    def describe(self, request: Record) -> Record:
        """DescribeEndpointConfig."""
        return self.table.get(request["EndpointConfigName"])

    def list(self, request: Record) -> Record:
        """ListEndpointConfigs."""
        return lists.page(self.table, request, "EndpointConfigs")

    def delete(self, request: Record) -> Record:
        """DeleteEndpointConfig."""
        record = self.table.remove(request["EndpointConfigName"])
        self._context.tags.forget(record["EndpointConfigArn"])
        return {}
