"""REST APIs: moto's classes cannot update or delete, drop most properties, and lack stages and models."""

import contextlib
import json
from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from local.seams.cloudformation.adapter import Adapter, Made, Properties, lowered, present, tags, truth


@contextlib.contextmanager
def gone_is_fine() -> Iterator[None]:
    """Let a deletion pass when there is nothing left to delete."""
    try:
        yield
    except ClientError as error:
        if error.response["Error"]["Code"] not in {
            "NotFoundException",
            "ResourceNotFoundException",
            "NotFound",
        }:
            raise


class RestApi(Adapter):
    """`AWS::ApiGateway::RestApi`, empty or from an OpenAPI body."""

    type = "AWS::ApiGateway::RestApi"
    name_property = "Name"

    def create(self, name: str, properties: Properties) -> Made:
        """Create it."""
        api = self.aws("apigateway").create_rest_api(
            name=name,
            **present(
                description=properties.get("Description"),
                binaryMediaTypes=properties.get("BinaryMediaTypes"),
                apiKeySource=properties.get("ApiKeySourceType"),
                endpointConfiguration=lowered(properties.get("EndpointConfiguration", {})) or None,
                policy=json.dumps(properties["Policy"]) if "Policy" in properties else None,
                tags=tags(properties),
            ),
        )
        return self._filled(api["id"], properties)

    def update(self, made: Made, name: str, properties: Properties) -> Made:
        """Change name, description and media types in place; the id, and so the URL, stays."""
        old = made.properties.get("BinaryMediaTypes", [])
        new = properties.get("BinaryMediaTypes", [])
        patches = [
            {"op": "replace", "path": "/name", "value": name},
            {"op": "replace", "path": "/description", "value": properties.get("Description", "")},
            *({"op": "remove", "path": f"/binaryMediaTypes/{_escaped(one)}"} for one in old if one not in new),
            *({"op": "add", "path": f"/binaryMediaTypes/{_escaped(one)}"} for one in new if one not in old),
        ]
        self.aws("apigateway").update_rest_api(restApiId=made.physical_resource_id, patchOperations=patches)
        return self._filled(made.physical_resource_id, properties)

    def delete(self, made: Made) -> None:
        """Delete it with all its resources."""
        with gone_is_fine():
            self.aws("apigateway").delete_rest_api(restApiId=made.physical_resource_id)

    def _filled(self, api_id: str, properties: Properties) -> Made:
        gateway = self.aws("apigateway")
        if "Body" in properties:
            gateway.put_rest_api(restApiId=api_id, mode="overwrite", body=json.dumps(properties["Body"]).encode())
        items = gateway.get_resources(restApiId=api_id)["items"]
        root = next(item["id"] for item in items if item["path"] == "/")
        return self.made(api_id, properties, RootResourceId=root, RestApiId=api_id)


class Resource(Adapter):
    """`AWS::ApiGateway::Resource`, one part of a path."""

    type = "AWS::ApiGateway::Resource"

    def create(self, name: str, properties: Properties) -> Made:
        """Create it."""
        made = self.aws("apigateway").create_resource(
            restApiId=properties["RestApiId"],
            parentId=properties["ParentId"],
            pathPart=properties["PathPart"],
        )
        return self.made(made["id"], properties, ResourceId=made["id"])

    def delete(self, made: Made) -> None:
        """Delete it."""
        with gone_is_fine():
            self.aws("apigateway").delete_resource(
                restApiId=made.properties["RestApiId"], resourceId=made.physical_resource_id
            )


class Method(Adapter):
    """`AWS::ApiGateway::Method` with its integration and responses."""

    type = "AWS::ApiGateway::Method"

    def create(self, name: str, properties: Properties) -> Made:
        """Create it."""
        gateway, key = self.aws("apigateway"), _method_key(properties)
        gateway.put_method(
            **key,
            authorizationType=properties.get("AuthorizationType", "NONE"),
            apiKeyRequired=truth(properties.get("ApiKeyRequired")),
            **present(
                requestParameters={name: truth(on) for name, on in properties.get("RequestParameters", {}).items()},
                requestModels=properties.get("RequestModels"),
                requestValidatorId=properties.get("RequestValidatorId"),
                operationName=properties.get("OperationName"),
            ),
        )
        for response in properties.get("MethodResponses", []):
            gateway.put_method_response(
                **key,
                statusCode=str(response["StatusCode"]),
                **present(
                    responseModels=response.get("ResponseModels"),
                    responseParameters={k: truth(v) for k, v in response.get("ResponseParameters", {}).items()},
                ),
            )
        if "Integration" in properties:
            self._integrate(gateway, key, properties["Integration"])
        return self.made(f"{properties['RestApiId']}-{key['resourceId']}-{key['httpMethod']}", properties)

    def _integrate(self, gateway: Any, key: dict[str, str], integration: Properties) -> None:
        gateway.put_integration(
            **key,
            type=integration["Type"],
            **present(
                integrationHttpMethod=integration.get("IntegrationHttpMethod"),
                uri=integration.get("Uri"),
                credentials=integration.get("Credentials"),
                requestParameters=integration.get("RequestParameters"),
                requestTemplates=integration.get("RequestTemplates"),
                passthroughBehavior=integration.get("PassthroughBehavior"),
                contentHandling=integration.get("ContentHandling"),
                timeoutInMillis=_number(integration.get("TimeoutInMillis")),
            ),
        )
        for response in integration.get("IntegrationResponses", []):
            gateway.put_integration_response(
                **key,
                statusCode=str(response["StatusCode"]),
                **present(
                    selectionPattern=response.get("SelectionPattern"),
                    responseTemplates=response.get("ResponseTemplates"),
                    responseParameters=response.get("ResponseParameters"),
                ),
            )

    def delete(self, made: Made) -> None:
        """Delete it."""
        with gone_is_fine():
            self.aws("apigateway").delete_method(**_method_key(made.properties))


class Deployment(Adapter):
    """`AWS::ApiGateway::Deployment`. The embedded gateway always answers from the API as it stands."""

    type = "AWS::ApiGateway::Deployment"

    def create(self, name: str, properties: Properties) -> Made:
        """Create it, and the stage that it may name."""
        made = self.aws("apigateway").create_deployment(
            restApiId=properties["RestApiId"],
            **present(stageName=properties.get("StageName"), description=properties.get("Description")),
        )
        return self.made(made["id"], properties, DeploymentId=made["id"])

    def delete(self, made: Made) -> None:
        """Forget it; the one that a stage uses goes with the API."""
        with contextlib.suppress(ClientError):
            self.aws("apigateway").delete_deployment(
                restApiId=made.properties["RestApiId"], deploymentId=made.physical_resource_id
            )


class Stage(Adapter):
    """`AWS::ApiGateway::Stage` with logging, throttling and tracing."""

    type = "AWS::ApiGateway::Stage"
    name_property = "StageName"

    def create(self, name: str, properties: Properties) -> Made:
        """Create it."""
        gateway, api_id = self.aws("apigateway"), properties["RestApiId"]
        gateway.create_stage(
            restApiId=api_id,
            stageName=name,
            deploymentId=properties["DeploymentId"],
            **present(
                description=properties.get("Description"),
                variables=properties.get("Variables"),
                tracingEnabled=truth(properties.get("TracingEnabled")),
                tags=tags(properties),
            ),
        )
        patches = [*_access_log(properties), *_method_settings(properties)]
        if patches:
            gateway.update_stage(restApiId=api_id, stageName=name, patchOperations=patches)
        return self.made(name, properties)

    def delete(self, made: Made) -> None:
        """Delete it."""
        with gone_is_fine():
            self.aws("apigateway").delete_stage(
                restApiId=made.properties["RestApiId"], stageName=made.physical_resource_id
            )


class Model(Adapter):
    """`AWS::ApiGateway::Model`, a JSON schema for bodies."""

    type = "AWS::ApiGateway::Model"
    name_property = "Name"

    def create(self, name: str, properties: Properties) -> Made:
        """Create it; a generated name keeps to letters and digits."""
        plain = "".join(letter for letter in name if letter.isalnum())
        schema = properties.get("Schema", {})
        self.aws("apigateway").create_model(
            restApiId=properties["RestApiId"],
            name=plain,
            contentType=properties.get("ContentType", "application/json"),
            schema=schema if isinstance(schema, str) else json.dumps(schema),
            **present(description=properties.get("Description")),
        )
        return self.made(plain, properties)

    def delete(self, made: Made) -> None:
        """Delete it."""
        with gone_is_fine():
            self.aws("apigateway").delete_model(
                restApiId=made.properties["RestApiId"], modelName=made.physical_resource_id
            )


class RequestValidator(Adapter):
    """`AWS::ApiGateway::RequestValidator`."""

    type = "AWS::ApiGateway::RequestValidator"
    name_property = "Name"

    def create(self, name: str, properties: Properties) -> Made:
        """Create it."""
        made = self.aws("apigateway").create_request_validator(
            restApiId=properties["RestApiId"],
            name=name,
            validateRequestBody=truth(properties.get("ValidateRequestBody")),
            validateRequestParameters=truth(properties.get("ValidateRequestParameters")),
        )
        return self.made(made["id"], properties, RequestValidatorId=made["id"])

    def delete(self, made: Made) -> None:
        """Delete it."""
        with gone_is_fine():
            self.aws("apigateway").delete_request_validator(
                restApiId=made.properties["RestApiId"], requestValidatorId=made.physical_resource_id
            )


class GatewayResponse(Adapter):
    """`AWS::ApiGateway::GatewayResponse`, the shape of the gateway's own errors."""

    type = "AWS::ApiGateway::GatewayResponse"

    def create(self, name: str, properties: Properties) -> Made:
        """Create it."""
        kind, api_id = properties["ResponseType"], properties["RestApiId"]
        self.aws("apigateway").put_gateway_response(
            restApiId=api_id,
            responseType=kind,
            **present(
                statusCode=str(properties["StatusCode"]) if "StatusCode" in properties else None,
                responseParameters=properties.get("ResponseParameters"),
                responseTemplates=properties.get("ResponseTemplates"),
            ),
        )
        return self.made(f"{api_id}-{kind}", properties, Id=f"{api_id}-{kind}")

    def delete(self, made: Made) -> None:
        """Return to the default."""
        with gone_is_fine():
            self.aws("apigateway").delete_gateway_response(
                restApiId=made.properties["RestApiId"], responseType=made.properties["ResponseType"]
            )


class Account(Adapter):
    """`AWS::ApiGateway::Account`: the role that writes access logs."""

    type = "AWS::ApiGateway::Account"

    def create(self, name: str, properties: Properties) -> Made:
        """Set the role."""
        role = properties.get("CloudWatchRoleArn")
        if role:
            self.aws("apigateway").update_account(
                patchOperations=[{"op": "replace", "path": "/cloudwatchRoleArn", "value": role}]
            )
        return self.made(name, properties)


def _escaped(media_type: str) -> str:
    return media_type.replace("~", "~0").replace("/", "~1")


def _number(value: Any) -> int | None:
    return None if value is None else int(value)


def _method_key(properties: Properties) -> dict[str, str]:
    return {
        "restApiId": properties["RestApiId"],
        "resourceId": properties["ResourceId"],
        "httpMethod": properties["HttpMethod"],
    }


def _access_log(properties: Properties) -> Iterator[dict[str, str]]:
    setting = properties.get("AccessLogSetting", {})
    for name, path in (("DestinationArn", "destinationArn"), ("Format", "format")):
        if name in setting:
            yield {"op": "replace", "path": f"/accessLogSettings/{path}", "value": setting[name]}


_SETTINGS = {
    "ThrottlingRateLimit": "throttling/rateLimit",
    "ThrottlingBurstLimit": "throttling/burstLimit",
    "LoggingLevel": "logging/loglevel",
    "DataTraceEnabled": "logging/dataTrace",
    "MetricsEnabled": "metrics/enabled",
}


def _method_settings(properties: Properties) -> Iterator[dict[str, str]]:
    for setting in properties.get("MethodSettings", []):
        where = f"{_escaped(setting['ResourcePath'].lstrip('/') or '/')}/{setting['HttpMethod']}"
        where = "/*/*" if setting["ResourcePath"] == "/*" else f"/{where}"
        for name, path in _SETTINGS.items():
            if name in setting:
                value = setting[name]
                text = str(value).lower() if isinstance(value, bool) else str(value)
                yield {"op": "replace", "path": f"{where}/{path}", "value": text}


ADAPTERS: tuple[type[Adapter], ...] = (
    RestApi, Resource, Method, Deployment, Stage, Model, RequestValidator, GatewayResponse, Account,
)  # fmt: skip
