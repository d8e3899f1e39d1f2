"""Seam: CloudFormation makes every type that we use, updates and deletes them, and says what it cannot make.

moto finds its resource classes by `CloudFormationModel.__subclasses__()`, the last of a type wins. Ours are
defined after its own, from adapters that speak to the embedded AWS's public APIs. What moto skips silently is
logged as a warning; what it can make but not update keeps its identity.
"""

from moto.cloudformation import parsing

from local.seams.cloudformation import apigateway, buckets, other, outputs, registry, repairs, usage
from local.seams.cloudformation.adapter import Adapter, model_for
from local.settings import Settings

ADAPTERS: tuple[type[Adapter], ...] = (
    *apigateway.ADAPTERS,
    *usage.ADAPTERS,
    *buckets.ADAPTERS,
    *other.ADAPTERS,
    *registry.ADAPTERS,
)


def install(settings: Settings) -> None:
    """Define our classes and make moto look for classes again."""
    models = [model_for(adapter(settings)) for adapter in ADAPTERS]
    _KEPT.extend(models)  # `__subclasses__` holds them weakly
    for cached in (parsing.get_model_list, parsing.get_model_map, parsing.get_name_type_map):
        cached.cache_clear()
    repairs.install()
    outputs.install(settings)


_KEPT: list[type] = []
