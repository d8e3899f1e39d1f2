"""Adapters make one type of resource each, by public APIs; moto's CloudFormation sees a class for each."""

from dataclasses import dataclass, field
from typing import Any, ClassVar

from moto.core.common_models import CloudFormationModel

from local import clients
from local.settings import Settings

Properties = dict[str, Any]


@dataclass
class Made:
    """A resource of a stack: what Ref and GetAtt answer, and what it was made of."""

    adapter: "Adapter"
    physical_resource_id: str
    attributes: dict[str, Any] = field(default_factory=dict)
    properties: Properties = field(default_factory=dict)
    cf_resource_type: str = ""
    logical_resource_id: str = ""

    def is_created(self) -> bool:
        """All of ours are ready at once."""
        return True

    def get_cfn_attribute(self, name: str) -> Any:
        """Answer GetAtt."""
        return self.attributes[name]

    def delete(self, account_id: str, region: str) -> None:
        """Delete the resource with its stack, or when it leaves the template."""
        self.adapter.delete(self)


class Adapter:
    """Makes, changes and deletes one type of resource. Unless it knows better, a change replaces."""

    type: ClassVar[str]
    name_property: ClassVar[str] = ""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def aws(self, service: str) -> Any:
        """Return a client of the embedded AWS."""
        return clients.client(service, self._settings)

    def create(self, name: str, properties: Properties) -> Made:
        """Make the resource; `name` is its own or a generated one."""
        raise NotImplementedError

    def update(self, made: Made, name: str, properties: Properties) -> Made:
        """Change the resource to the new properties."""
        self.delete(made)
        return self.create(name, properties)

    def delete(self, made: Made) -> None:
        """Delete the resource; one that is gone already is fine."""

    def made(self, physical_id: str, properties: Properties, **attributes: Any) -> Made:
        """Return what `create` and `update` answer."""
        return Made(self, physical_id, attributes, properties)


def present(**arguments: Any) -> dict[str, Any]:
    """Return the arguments that have a value."""
    return {name: value for name, value in arguments.items() if value not in (None, [], {})}


def truth(value: Any) -> bool:
    """Read a boolean, which CloudFormation also takes as text."""
    return value is True or str(value).lower() == "true"


def tags(properties: Properties) -> dict[str, str]:
    """Return a resource's tags as the REST services want them."""
    return {tag["Key"]: tag["Value"] for tag in properties.get("Tags", [])}


def lowered(value: Any) -> Any:
    """Return properties with the first letter of each member lowered, as the API Gateway's API names them."""
    if isinstance(value, list):
        return [lowered(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {key[:1].lower() + key[1:]: lowered(item) for key, item in value.items()}


def model_for(adapter: Adapter) -> type[CloudFormationModel]:
    """Return a class that moto's CloudFormation takes for a resource class of the adapter's type."""

    class Model(CloudFormationModel):
        @staticmethod
        def cloudformation_name_type() -> str:
            return adapter.name_property

        @staticmethod
        def cloudformation_type() -> str:
            return adapter.type

        @classmethod
        def has_cfn_attr(cls, attr: str) -> bool:
            return True

        @classmethod
        def create_from_cloudformation_json(
            cls,
            resource_name: str,
            cloudformation_json: Any,
            account_id: str,
            region_name: str,
            **kwargs: Any,
        ) -> Made:
            return adapter.create(resource_name, cloudformation_json.get("Properties", {}))

        @classmethod
        def update_from_cloudformation_json(
            cls,
            original_resource: Made,
            new_resource_name: str,
            cloudformation_json: Any,
            account_id: str,
            region_name: str,
        ) -> Made:
            return adapter.update(original_resource, new_resource_name, cloudformation_json.get("Properties", {}))

        @classmethod
        def delete_from_cloudformation_json(
            cls, resource_name: str, cloudformation_json: Any, account_id: str, region_name: str
        ) -> None:
            return None  # `Made.delete` does it

    Model.__name__ = adapter.type.replace("AWS::", "").replace("::", "")
    return Model
