"""The variants of an endpoint configuration: what AWS refuses, and what is not covered here."""

from local.sagemaker import containers
from local.sagemaker.errors import validation
from local.sagemaker.hosting.scaling import check_serverless
from local.sagemaker.store import Record, Table

_LATER = ("InstancePools", "ManagedInstanceScaling", "AcceleratorPartitionLayouts")
_INSTANCE_MEMBERS = ("InstanceType", "InitialInstanceCount", "AcceleratorType", "VolumeSizeInGB")
_ROUTING = ("RANDOM", "LEAST_OUTSTANDING_REQUESTS")
_MEMORY_STEP = 1024


def check(request: Record, models: Table) -> None:
    """Refuse variants that cannot be an endpoint.

    Raises:
        AwsError: names taken twice, members that exclude each other or are missing, models that are not there.
    """
    production, shadows = request["ProductionVariants"], request.get("ShadowProductionVariants", [])
    names = [variant["VariantName"] for variant in [*production, *shadows]]
    if len(set(names)) != len(names):
        raise validation(f"Production variant names must be unique, got {', '.join(names)}.")
    if shadows and (len(production) > 1 or len(shadows) > 1):
        raise validation("A shadow variant needs exactly one production variant and exactly one shadow variant.")
    serverless = [variant["VariantName"] for variant in [*production, *shadows] if "ServerlessConfig" in variant]
    if serverless and len(names) > 1:
        raise validation("A serverless endpoint has exactly one production variant and no shadow variant.")
    if serverless and request.get("DataCaptureConfig"):
        raise validation("DataCaptureConfig is not supported for serverless variants.")
    for variant in [*production, *shadows]:
        _check(variant, models)


def _check(variant: Record, models: Table) -> None:
    name = variant["VariantName"]
    for member in _LATER:
        if variant.get(member):
            raise validation(f"{member} is not covered by the embedded SageMaker")
    routing = variant.get("RoutingConfig", {}).get("RoutingStrategy", "RANDOM")
    if routing not in _ROUTING:
        raise validation(f"RoutingStrategy {routing} is not covered by the embedded SageMaker")
    if "ModelName" not in variant:
        raise validation(f"Production variant {name} needs a ModelName: inference components are not covered")
    model = models.get(variant["ModelName"])
    if "ServerlessConfig" in variant:
        _check_serverless(variant, model)
        return
    for member in ("InstanceType", "InitialInstanceCount"):
        if member not in variant:
            raise validation(f"Production variant {name} needs {member}, or a ServerlessConfig.")


def _check_serverless(variant: Record, model: Record) -> None:
    name, config = variant["VariantName"], variant["ServerlessConfig"]
    for member in _INSTANCE_MEMBERS:
        if member in variant:
            raise validation(f"{member} is not allowed for production variant {name}: it has a ServerlessConfig.")
    if config["MemorySizeInMB"] % _MEMORY_STEP:
        raise validation(
            f"MemorySizeInMB of variant {name} must be one of 1024, 2048, 3072, 4096, 5120 and 6144,"
            f" got {config['MemorySizeInMB']}."
        )
    check_serverless(name, config)
    several = containers.containers_of(model)
    if len(several) > 1:
        raise validation(f"Variant {name}: serverless endpoints do not support inference pipelines.")
    if any(item.get("ModelDataSource") for item in several):
        raise validation(f"Variant {name}: serverless endpoints do not support ModelDataSource.")
    if model.get("VpcConfig") or model.get("EnableNetworkIsolation"):
        raise validation(f"Variant {name}: serverless endpoints support neither VPCs nor network isolation.")
