"""What moto's CloudFormation does wrong with types that it has: updates that lose a resource, silent gaps."""

import logging
from typing import Any

from moto.cloudformation import parsing

LOG = logging.getLogger(__name__)


def install() -> None:
    """Keep resources that moto cannot update, and report types that it cannot make."""
    _keep_what_cannot_change()
    _report_gaps()


def _keep_what_cannot_change() -> None:
    original = parsing.parse_and_update_resource

    def update(
        logical_id: str, resource_json: dict[str, Any], resources_map: Any, account_id: str, region_name: str
    ) -> Any:
        model = parsing.resource_class_from_type(resource_json["Type"])
        if model is None or hasattr(model.update_from_cloudformation_json, "__isabstractmethod__"):
            return resources_map[logical_id]
        return original(logical_id, resource_json, resources_map, account_id, region_name)

    parsing.parse_and_update_resource = update


def _report_gaps() -> None:
    original = parsing.ResourceMap.load

    def load(self: Any) -> None:
        gaps = unsupported(self._resource_json_map)
        if gaps:
            LOG.warning("not made by the embedded AWS: %s", ", ".join(gaps))
        original(self)

    parsing.ResourceMap.load = load


def unsupported(resources: dict[str, Any]) -> list[str]:
    """Return the types among a template's resources that nothing here makes."""
    known = {*parsing.get_model_map(), *parsing.NULL_MODELS}
    types = {resource["Type"] for resource in resources.values()}
    return sorted(one for one in types if one not in known and not one.startswith("Custom::"))
