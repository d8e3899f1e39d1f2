"""The public API: the gateway checks keys, quotas and envelopes and logs; one function does the rest."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import CfnOutput, Duration, Environment, RemovalPolicy, Stack
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from constructs import Construct

from spec.deployment import Deployment
from spec.workload import Workload
from stacks import envelopes
from stacks.access import authorization, preflights, protect
from stacks.findings import explain
from stacks.function import PredictFunction
from stacks.key import key_of
from stacks.naming import api_name
from stacks.problems import answer_with_problems

API_STAGE = "api"
# TLS 1.2 with forward secrecy, or 1.3; an API's own address takes TLS 1.0 otherwise. A policy of this kind needs
# an access mode; STRICT refuses calls that name one host to TLS and another to HTTP.
# https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-security-policies.html
_TLS = "SecurityPolicy_TLS13_1_2_PFS_PQ_2025_09"
# The most that a REST API waits by default; the function gives up before.
_GATEWAY_TIMEOUT = Duration.seconds(29)
# Of one key. A quota bounds what a leaked key can cost before somebody notices.
_THROTTLE = apigateway.ThrottleSettings(rate_limit=50, burst_limit=100)
_QUOTA = apigateway.QuotaSettings(limit=1_000_000, period=apigateway.Period.MONTH)


class ApiStack(Stack):
    """REST API, function, one key with its usage plan."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        env: Environment,
        deployment: Deployment,
        workloads: Sequence[Workload],
        bucket: s3.IBucket,
    ) -> None:
        super().__init__(scope, id, env=env, description=f"Trainyard {deployment.stage}: the public API")
        names = [workload.name for workload in workloads]
        predict = PredictFunction(self, "Predict", deployment=deployment, workloads=names, bucket=bucket)
        self.api = self._rest_api(deployment)
        integration = apigateway.LambdaIntegration(predict.entry, allow_test_invoke=False, timeout=_GATEWAY_TIMEOUT)
        self._routes(integration, authorization(self, deployment))
        answer_with_problems(self.api, any_origin=bool(deployment.api_origins))
        protect(self.api, deployment)
        key = self._key()
        CfnOutput(self, "ApiUrl", value=self._url())
        CfnOutput(self, "ApiId", value=self.api.rest_api_id)
        CfnOutput(self, "ApiKeyId", value=key.key_id)

    def _rest_api(self, deployment: Deployment) -> apigateway.RestApi:
        api = apigateway.RestApi(
            self,
            "Api",
            rest_api_name=api_name(deployment),
            description="Predictions of the workloads' live models",
            endpoint_types=[apigateway.EndpointType.REGIONAL],
            # The role that the gateway logs with is one setting for the whole account and region. Each
            # deployment sets it, so that the first one works by itself, and leaves it behind: another stage's
            # logs, or another project's, may have come to depend on it.
            cloud_watch_role=True,
            cloud_watch_role_removal_policy=RemovalPolicy.RETAIN,
            deploy_options=self._stage(deployment),
            default_cors_preflight_options=preflights(deployment),
        )
        resource = api.node.default_child
        if isinstance(resource, apigateway.CfnRestApi):  # the construct has no words for these two
            resource.security_policy, resource.endpoint_access_mode = _TLS, "STRICT"
        # Its output would end in a slash and stand beside ours.
        api.node.try_remove_child("Endpoint")
        _explain(api)
        return api

    def _stage(self, deployment: Deployment) -> apigateway.StageOptions:
        access_logs = logs.LogGroup(
            self,
            "AccessLogs",
            encryption_key=key_of(self, deployment),
            retention=logs.RetentionDays.THREE_MONTHS,
            removal_policy=RemovalPolicy.DESTROY,
        )
        return apigateway.StageOptions(
            stage_name=API_STAGE,
            tracing_enabled=True,
            metrics_enabled=True,
            logging_level=apigateway.MethodLoggingLevel.ERROR,
            data_trace_enabled=False,  # it would log bodies
            access_log_destination=apigateway.LogGroupLogDestination(access_logs),
            access_log_format=apigateway.AccessLogFormat.custom(_access_log_line()),
        )

    def _routes(self, integration: apigateway.LambdaIntegration, needed: Mapping[str, Any]) -> None:
        validator = self.api.add_request_validator(
            "Validator", validate_request_body=True, validate_request_parameters=True
        )
        # The contract and the page that is made of it are for everybody; what they call is not.
        for resource in (self.api.root, self.api.root.add_resource("openapi.json")):
            resource.add_method("GET", integration, api_key_required=False, request_validator=validator)
        workloads = self.api.root.add_resource("v1").add_resource("workloads")
        workload = workloads.add_resource("{workload}")
        guarded: dict[str, Any] = {"api_key_required": True, "request_validator": validator, **needed}
        for resource in (workloads, workload):
            resource.add_method("GET", integration, **guarded)
        for name, schema in (("predictions", envelopes.PREDICTIONS), ("feedback", envelopes.FEEDBACK)):
            model = self.api.add_model(f"Envelope-{name}", content_type="application/json", schema=schema)
            resource = workload.add_resource(name)
            resource.add_method("POST", integration, request_models={"application/json": model}, **guarded)

    def _key(self) -> apigateway.IApiKey:
        key = self.api.add_api_key("Key")
        plan = self.api.add_usage_plan("UsagePlan", throttle=_THROTTLE, quota=_QUOTA)
        plan.add_api_stage(stage=self.api.deployment_stage)
        plan.add_api_key(key)
        return key

    def _url(self) -> str:
        return f"https://{self.api.rest_api_id}.execute-api.{self.region}.{self.url_suffix}/{API_STAGE}"


def _access_log_line() -> str:
    """Who called what, with which result and how fast; neither body nor key."""
    return json.dumps(
        {
            "request_id": "$context.requestId",
            "time": "$context.requestTime",
            "ip": "$context.identity.sourceIp",
            "api_key_id": "$context.identity.apiKeyId",
            "method": "$context.httpMethod",
            "path": "$context.path",
            "status": "$context.status",
            "error": "$context.error.responseType",
            "response_bytes": "$context.responseLength",
            "latency_ms": "$context.responseLatency",
            "function_latency_ms": "$context.integrationLatency",
            "trace": "$context.xrayTraceId",
        }
    )


def _explain(api: apigateway.RestApi) -> None:
    explain(
        api,
        "AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs]",
        "AWS's own policy for this one setting of the account; log groups of all APIs are its purpose.",
    )
