"""What moto's CloudFormation does wrong with types that it has.

A KeyError in the making of a resource reads as an undefined reference;
an update loses resources that cannot be updated, and adds new ones without regard to DependsOn; a change set
leaves a stack without outputs; a type that is not known is skipped in silence.
"""
# moto's names are replaced or reached on purpose
# mypy: disable-error-code="method-assign"

import logging
from typing import Any

from moto.cloudformation import models, parsing
from moto.cloudformation.exceptions import CloudFormationError, ValidationError
from moto.ecr.models import ecr_backends

LOG = logging.getLogger(__name__)


def install() -> None:
    """Put all repairs in."""
    _say_what_failed()
    _keep_what_cannot_change()
    _failed_creation_leaves_nothing()
    _add_in_order()
    _change_sets_have_outputs()
    _repositories_are_emptied()
    _deleted_resources_stay_deleted()
    _failed_deletion_keeps_the_stack()
    _updates_export()
    _defaults_are_previous_values()
    _unknown_change_sets_are_gone()
    _report_gaps()


def _say_what_failed() -> None:
    original = parsing.parse_and_create_resource

    def create(logical_id: str, resource_json: dict[str, Any], *arguments: Any, **more: Any) -> Any:
        try:
            return original(logical_id, resource_json, *arguments, **more)
        except KeyError as error:
            LOG.exception("%s could not be made", logical_id)
            raise ValidationError(
                message=f"{logical_id} ({resource_json['Type']}) could not be made: no {error}"
            ) from error

    parsing.parse_and_create_resource = create


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


def _failed_creation_leaves_nothing() -> None:
    original = models.CloudFormationBackend.create_stack

    def create_stack(self: Any, name: str, *arguments: Any, **more: Any) -> Any:
        before = set(self.stacks)
        try:
            return original(self, name, *arguments, **more)
        except Exception as error:
            for identity in set(self.stacks) - before:
                _roll_back(self, identity)
            _refuse(name, error)

    models.CloudFormationBackend.create_stack = create_stack


def _refuse(name: str, error: Exception) -> None:
    """Answer the client with what went wrong, unless the error is an answer already."""
    if isinstance(error, CloudFormationError):
        raise error
    LOG.error("stack %s failed", name, exc_info=error)
    raise ValidationError(message=f"Stack {name} failed: {error!r}") from error


def _roll_back(backend: Any, identity: str) -> None:
    stack = backend.stacks[identity]
    if stack.status == "CREATE_COMPLETE":
        return
    try:
        stack.resource_map.delete()
    except Exception:
        LOG.exception("stack %s could not be rolled back", stack.name)
    backend.stacks.pop(identity)


def _add_in_order() -> None:
    original = parsing.ResourceMap.build_resource_diff

    def build_resource_diff(self: Any, other_template: dict[str, Any], parameters: Any = None) -> dict[str, Any]:
        diff: dict[str, Any] = original(self, other_template, parameters)
        diff["Add"] = in_order(diff["Add"], other_template["Resources"])
        return diff

    parsing.ResourceMap.build_resource_diff = build_resource_diff


def in_order(names: list[str], resources: dict[str, Any]) -> list[str]:
    """Return the names so that each comes after those that it depends on by DependsOn."""
    ordered: dict[str, None] = {}

    def visit(name: str) -> None:
        if name in ordered or name not in names:
            return
        needed = resources[name].get("DependsOn", [])
        for other in [needed] if isinstance(needed, str) else needed:
            visit(other)
        ordered[name] = None

    for name in names:
        visit(name)
    return list(ordered)


def _change_sets_have_outputs() -> None:
    original = models.ChangeSet.apply

    def apply(self: Any) -> None:
        _import(self.stack)
        original(self)
        self.stack.template = self.template
        self.stack._parse_template()
        self.stack.description = self.stack.template_dict.get("Description")
        self.stack.output_map = self.stack._create_output_map()
        _export(self.stack)

    models.ChangeSet.apply = apply


def _updates_export() -> None:
    original = models.Stack.update

    def update(self: Any, *arguments: Any, **more: Any) -> None:
        _import(self)
        try:
            original(self, *arguments, **more)
        except Exception as error:
            _refuse(self.name, error)
        _export(self)

    models.Stack.update = update


def _import(stack: Any) -> None:
    """Let a stack see the exports of all; moto gives it those that were there when it was made, if any."""
    stack.cross_stack_resources = stack.resource_map.cross_stack_resources = _exports(stack)


def _exports(stack: Any) -> Any:
    return models.cloudformation_backends[stack.account_id][stack.region_name].exports


def _export(stack: Any) -> None:
    """Make a stack's exports known to the other stacks."""
    _exports(stack).update({export.name: export for export in stack.exports})


def _defaults_are_previous_values() -> None:
    """A parameter that was left to its default has a previous value too: moto only knows those that were given."""
    original = models.CloudFormationBackend._resolve_update_parameters

    def resolve(self: Any, instance: Any, incoming_params: list[dict[str, Any]]) -> dict[str, str]:
        known = [
            parameter
            for parameter in incoming_params
            if "ParameterValue" in parameter or parameter["ParameterKey"] in instance.parameters
        ]
        return original(self, instance, known)

    models.CloudFormationBackend._resolve_update_parameters = resolve


def _repositories_are_emptied() -> None:
    """`EmptyOnDelete` deletes a repository with its images; moto refuses while there are any."""
    original = parsing.ResourceMap._delete_resource

    def delete_resource(self: Any, parsed_resource: Any, resource_json: dict[str, Any]) -> None:
        if str(resource_json.get("Properties", {}).get("EmptyOnDelete")).lower() == "true":
            ecr_backends[self._account_id][self._region_name].delete_repository(parsed_resource.name, force=True)
        else:
            original(self, parsed_resource, resource_json)

    parsing.ResourceMap._delete_resource = delete_resource


def _deleted_resources_stay_deleted() -> None:
    """To moto a look-up makes a resource, so what refers to one that was deleted first made it anew."""
    original_delete, original_get = parsing.ResourceMap.delete, parsing.ResourceMap.__getitem__

    def delete(self: Any) -> None:
        self.gone = dict(self._parsed_resources)  # for good: the outputs of a deleted stack can be described, too
        try:
            original_delete(self)
        except Exception:
            del self.gone
            raise

    def getitem(self: Any, key: str) -> Any:
        gone = vars(self).get("gone", {})
        if key in gone and key not in self._parsed_resources:
            return gone[key]
        return original_get(self, key)

    parsing.ResourceMap.delete = delete
    parsing.ResourceMap.__getitem__ = getitem


def _failed_deletion_keeps_the_stack() -> None:
    """A stack that cannot be deleted stays, as DELETE_FAILED with the reason; DeleteStack itself has answered."""
    original = models.CloudFormationBackend.delete_stack

    def delete_stack(self: Any, name_or_stack_id: str) -> None:
        before = dict(self.stacks)
        try:
            original(self, name_or_stack_id)
        except Exception as error:
            LOG.warning("stack %s could not be deleted", name_or_stack_id, exc_info=error)
            for identity, stack in before.items():
                if name_or_stack_id in (identity, stack.name):
                    self.stacks[identity] = stack
                    stack.status, stack.status_reason = "DELETE_FAILED", str(error)
                    stack._add_stack_event("DELETE_FAILED", resource_status_reason=str(error))

    models.CloudFormationBackend.delete_stack = delete_stack


def _unknown_change_sets_are_gone() -> None:
    """Deleting one twice is fine on AWS; CDK does so before it makes each."""
    original = models.CloudFormationBackend.delete_change_set

    def delete_change_set(self: Any, change_set_name: str) -> None:
        names = {name for one in self.change_sets.values() for name in (one.change_set_name, one.change_set_id)}
        if change_set_name in names:
            original(self, change_set_name)

    models.CloudFormationBackend.delete_change_set = delete_change_set


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
