"""UpdateEndpointWeightsAndCapacities: what it may ask for, done to a fleet, kept in a configuration."""

from local.sagemaker.errors import validation
from local.sagemaker.hosting.fleet import Fleet
from local.sagemaker.hosting.serverless import ServerlessVariant
from local.sagemaker.store import Record


def check(endpoint: str, config: Record, changes: list[Record]) -> None:
    """Refuse changes that do not fit the configuration that the endpoint serves.

    Raises:
        AwsError: an unknown variant, one named twice, a member that its kind does not have.
    """
    variants = {item["VariantName"]: item for item in all_variants(config)}
    names = [change["VariantName"] for change in changes]
    if unknown := [name for name in names if name not in variants]:
        raise validation(f"The endpoint {endpoint} has no production variant {', '.join(unknown)}.")
    if len(set(names)) != len(names):
        raise validation(f"A variant may be named once only, got {', '.join(names)}.")
    for change in changes:
        _check(variants[change["VariantName"]], change)


def _check(variant: Record, change: Record) -> None:
    name = variant["VariantName"]
    if "ServerlessConfig" in variant:
        if "DesiredInstanceCount" in change:
            raise validation(f"DesiredInstanceCount is not allowed for serverless variant {name}.")
        check_serverless(name, {**variant["ServerlessConfig"], **change.get("ServerlessUpdateConfig", {})})
    elif "ServerlessUpdateConfig" in change:
        raise validation(f"ServerlessUpdateConfig is not allowed for variant {name}: it runs on instances.")
    elif change.get("DesiredInstanceCount") == 0:
        raise validation(f"DesiredInstanceCount of variant {name} must be at least 1.")


def check_serverless(name: str, serverless: Record) -> None:
    """Refuse more provisioned concurrency than there is.

    Raises:
        AwsError: with both numbers.
    """
    provisioned, most = serverless.get("ProvisionedConcurrency", 0), serverless["MaxConcurrency"]
    if provisioned > most:
        raise validation(
            f"ProvisionedConcurrency ({provisioned}) of variant {name} must not exceed its MaxConcurrency ({most})."
        )


def apply(fleet: Fleet, changes: list[Record]) -> None:
    """Change a fleet while it serves: capacity first, weights when it is there.

    Raises:
        FleetProblem: new instances do not come up.
    """
    variants = {variant.name: variant for variant in fleet.all_variants}
    for change in changes:
        variant = variants[change["VariantName"]]
        variant.desired_weight = change.get("DesiredWeight", variant.weight)
        if "DesiredInstanceCount" in change:
            variant.desired_count = change["DesiredInstanceCount"]
    try:
        for change in changes:
            variant = variants[change["VariantName"]]
            if isinstance(variant, ServerlessVariant):
                variant.configure(change.get("ServerlessUpdateConfig", {}))
            else:
                variant.resize(variant.desired_count)
        for variant in variants.values():
            variant.weight = variant.desired_weight
    finally:
        for variant in variants.values():
            variant.desired_weight = variant.weight
            variant.desired_count = variant.count if not isinstance(variant, ServerlessVariant) else 1


def scaled(config: Record, changes: list[Record]) -> Record:
    """Return a configuration that starts with the weights and counts that the changes ask for."""
    asked = {change["VariantName"]: change for change in changes}
    lists = ("ProductionVariants", "ShadowProductionVariants")
    return {
        **config,
        **{
            key: [_scaled(item, asked.get(item["VariantName"], {})) for item in config[key]]
            for key in lists
            if key in config
        },
    }


def _scaled(variant: Record, change: Record) -> Record:
    result = dict(variant)
    if "DesiredWeight" in change:
        result["InitialVariantWeight"] = change["DesiredWeight"]
    if "DesiredInstanceCount" in change:
        result["InitialInstanceCount"] = change["DesiredInstanceCount"]
    if "ServerlessUpdateConfig" in change:
        result["ServerlessConfig"] = {**variant["ServerlessConfig"], **change["ServerlessUpdateConfig"]}
    return result


def retained(config: Record, serving: Record, excluded: list[Record]) -> Record:
    """Return a new configuration with the weights and counts that variants of the same names have now.

    Args:
        config: the new configuration.
        serving: the configuration that is served, as it has become.
        excluded: VariantProperty members of the request; the new configuration's word counts for these.
    """
    skipped = {item["VariantPropertyType"] for item in excluded}
    properties = {"DesiredWeight": "InitialVariantWeight", "DesiredInstanceCount": "InitialInstanceCount"}
    kept = [member for property_type, member in properties.items() if property_type not in skipped]
    now = {item["VariantName"]: item for item in all_variants(serving)}

    def keep(variant: Record) -> Record:
        current = now.get(variant["VariantName"], {})
        return {**variant, **{member: current[member] for member in kept if member in current and member in variant}}

    lists = ("ProductionVariants", "ShadowProductionVariants")
    return {**config, **{key: [keep(item) for item in config[key]] for key in lists if key in config}}


def all_variants(config: Record) -> list[Record]:
    """Return the production variants and shadows of a configuration."""
    return [*config["ProductionVariants"], *config.get("ShadowProductionVariants", [])]
