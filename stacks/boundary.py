"""A permissions boundary on every role, those that the CDK makes on its own included."""

import aws_cdk as cdk

_CONTEXT = "@aws-cdk/core:permissionsBoundary"


def bound(app: cdk.App, policy: str) -> None:
    """Have each stack of the app, none of which is made yet, put the policy on its roles: an ARN or a name.

    The same key in cdk.json does it: https://docs.aws.amazon.com/cdk/v2/guide/customize-permissions-boundaries.html
    """
    app.node.set_context(_CONTEXT, {"arn" if policy.startswith("arn:") else "name": policy})
