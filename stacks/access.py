"""Who may call the public API: what a method asks for besides its key, from which pages, through which firewall."""

from collections.abc import Mapping
from typing import Any

from aws_cdk import Stack
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_wafv2 as wafv2

from spec.deployment import Deployment
from stacks.findings import explain

SENT_HEADERS = ("Authorization", "Content-Type", "X-Api-Key", "X-Request-Id", "X-Session-Id", "X-Variant")
_KEYS = "Callers are programs with an API key, a throttle and a quota; there are no users to sign in."
_OPEN = "The contract, the page made of it and preflights answer everybody; what they call does not."
_NO_ACL = "A web ACL costs money all month; TRAINYARD_API_WEB_ACL names one."


def authorization(stack: Stack, deployment: Deployment) -> Mapping[str, Any]:
    """What calls need besides a key, as options of a method; the key stays, since quotas go by it."""
    match deployment.api_authorization:
        case "iam":
            return {"authorization_type": apigateway.AuthorizationType.IAM}
        case "cognito":
            pool = cognito.UserPool.from_user_pool_arn(stack, "UserPool", str(deployment.api_user_pool))
            authorizer = apigateway.CognitoUserPoolsAuthorizer(stack, "Users", cognito_user_pools=[pool])
            return {"authorizer": authorizer, "authorization_type": apigateway.AuthorizationType.COGNITO}
        case _:
            return {}


def preflights(deployment: Deployment) -> apigateway.CorsOptions | None:
    """What browsers ask before they let another origin's page call; none where no origin is named."""
    if not deployment.api_origins:
        return None
    return apigateway.CorsOptions(
        allow_origins=list(deployment.api_origins),
        allow_methods=["GET", "POST"],
        allow_headers=list(SENT_HEADERS),
    )


def protect(api: apigateway.RestApi, deployment: Deployment) -> None:
    """Put the firewall in front, and say why what is not there is not."""
    if deployment.api_web_acl:
        wafv2.CfnWebACLAssociation(
            api, "WebAcl", resource_arn=api.deployment_stage.stage_arn, web_acl_arn=deployment.api_web_acl
        )
    else:
        explain(api, "AwsSolutions-APIG3", _NO_ACL)
    explain(api, "AwsSolutions-APIG4", _KEYS if deployment.api_authorization == "key" else _OPEN)
    if deployment.api_authorization != "cognito":
        explain(api, "AwsSolutions-COG4", _KEYS if deployment.api_authorization == "key" else "Callers sign with IAM.")
    else:
        explain(api, "AwsSolutions-COG4", _OPEN)
