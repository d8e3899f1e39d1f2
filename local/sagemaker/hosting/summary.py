"""What DescribeEndpoint says of fleets."""

from local.sagemaker import containers
from local.sagemaker.hosting.fleet import Fleet
from local.sagemaker.hosting.serverless import ServerlessVariant
from local.sagemaker.hosting.variant import Variant
from local.sagemaker.store import Record


def live(fleet: Fleet) -> Record:
    """Return the members on the variants that serve."""
    return _variants(fleet, status=fleet.stage if fleet.stage[0] == "Deleting" else None, pending=False)


def pending(fleet: Fleet) -> Record:
    """Return PendingDeploymentSummary of a fleet on its way."""
    return {
        "EndpointConfigName": fleet.config_name,
        "StartTime": fleet.began,
        **_variants(fleet, status=fleet.stage, pending=True),
    }


def _variants(fleet: Fleet, status: tuple[str, float] | None, *, pending: bool) -> Record:
    def shown(variants: list[Variant]) -> list[Record]:
        return [_variant(variant, fleet, status, pending) for variant in variants]

    members: Record = {"ProductionVariants": shown(list(fleet.variants.values()))}
    if fleet.shadows:
        members["ShadowProductionVariants"] = shown([shadow.variant for shadow in fleet.shadows])
    return members


def _variant(variant: Variant, fleet: Fleet, status: tuple[str, float] | None, pending: bool) -> Record:
    summary: Record = {
        "VariantName": variant.name,
        "DeployedImages": [_image(container, fleet.began) for container in containers.containers_of(variant.model)],
        "CurrentWeight": variant.weight,
        "DesiredWeight": variant.desired_weight,
    }
    if isinstance(variant, ServerlessVariant):
        summary |= {"CurrentServerlessConfig": variant.serverless, "DesiredServerlessConfig": variant.serverless}
    else:
        summary |= {"CurrentInstanceCount": variant.count, "DesiredInstanceCount": variant.desired_count}
    if pending and "InstanceType" in variant.config:
        summary["InstanceType"] = variant.config["InstanceType"]
    if "RoutingConfig" in variant.config:
        summary["RoutingConfig"] = variant.config["RoutingConfig"]
    if status:
        summary["VariantStatus"] = [{"Status": status[0], "StartTime": status[1]}]
    return summary


def _image(container: Record, moment: float) -> Record:
    return {"SpecifiedImage": container["Image"], "ResolvedImage": container["Image"], "ResolutionTime": moment}
