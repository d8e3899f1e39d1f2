"""API keys and usage plans."""

from local.seams.cloudformation.adapter import Adapter, Made, Properties, lowered, present, tags, truth
from local.seams.cloudformation.apigateway import gone_is_fine


class ApiKey(Adapter):
    """`AWS::ApiGateway::ApiKey`; a change keeps its value, so that callers need no new one."""

    type = "AWS::ApiGateway::ApiKey"
    name_property = "Name"

    def create(self, name: str, properties: Properties) -> Made:
        """Create it."""
        made = self.aws("apigateway").create_api_key(
            name=name,
            enabled=truth(properties.get("Enabled", True)),
            **present(
                value=properties.get("Value"),
                description=properties.get("Description"),
                tags=tags(properties),
            ),
        )
        return self.made(made["id"], properties, APIKeyId=made["id"])

    def update(self, made: Made, name: str, properties: Properties) -> Made:
        """Change it in place."""
        if properties.get("Value") != made.properties.get("Value"):
            return super().update(made, name, properties)
        patches = [{"op": "replace", "path": "/enabled", "value": str(properties.get("Enabled", True)).lower()}]
        if "Description" in properties:
            patches.append({"op": "replace", "path": "/description", "value": properties["Description"]})
        self.aws("apigateway").update_api_key(apiKey=made.physical_resource_id, patchOperations=patches)
        return self.made(made.physical_resource_id, properties, **made.attributes)

    def delete(self, made: Made) -> None:
        """Delete it."""
        with gone_is_fine():
            self.aws("apigateway").delete_api_key(apiKey=made.physical_resource_id)


class UsagePlan(Adapter):
    """`AWS::ApiGateway::UsagePlan`: which stages, how fast, how often."""

    type = "AWS::ApiGateway::UsagePlan"
    name_property = "UsagePlanName"

    def create(self, name: str, properties: Properties) -> Made:
        """Create it."""
        made = self.aws("apigateway").create_usage_plan(
            name=name,
            **present(
                description=properties.get("Description"),
                apiStages=[
                    present(apiId=stage["ApiId"], stage=stage["Stage"]) for stage in properties.get("ApiStages", [])
                ],
                throttle=_numbers(properties.get("Throttle", {})),
                quota=_numbers(properties.get("Quota", {})),
                tags=tags(properties),
            ),
        )
        return self.made(made["id"], properties, Id=made["id"])

    def update(self, made: Made, name: str, properties: Properties) -> Made:
        """Make a new plan and move the keys, since those of the template stay as they are."""
        gateway = self.aws("apigateway")
        keys = gateway.get_usage_plan_keys(usagePlanId=made.physical_resource_id)["items"]
        new = self.create(name, properties)
        for key in keys:
            gateway.create_usage_plan_key(usagePlanId=new.physical_resource_id, keyId=key["id"], keyType="API_KEY")
        self.delete(made)
        return new

    def delete(self, made: Made) -> None:
        """Delete it."""
        with gone_is_fine():
            self.aws("apigateway").delete_usage_plan(usagePlanId=made.physical_resource_id)


class UsagePlanKey(Adapter):
    """`AWS::ApiGateway::UsagePlanKey`: which keys a plan is for."""

    type = "AWS::ApiGateway::UsagePlanKey"

    def create(self, name: str, properties: Properties) -> Made:
        """Create it."""
        self.aws("apigateway").create_usage_plan_key(
            usagePlanId=properties["UsagePlanId"], keyId=properties["KeyId"], keyType=properties["KeyType"]
        )
        identity = f"{properties['KeyId']}:{properties['UsagePlanId']}"
        return self.made(identity, properties, Id=identity)

    def delete(self, made: Made) -> None:
        """Take the key out of the plan."""
        with gone_is_fine():
            self.aws("apigateway").delete_usage_plan_key(
                usagePlanId=made.properties["UsagePlanId"], keyId=made.properties["KeyId"]
            )


def _numbers(value: Properties) -> Properties:
    return {
        key: item if key == "period" else float(item) if key == "rateLimit" else int(item)
        for key, item in lowered(value).items()
    }


ADAPTERS: tuple[type[Adapter], ...] = (ApiKey, UsagePlan, UsagePlanKey)
