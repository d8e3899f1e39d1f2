"""Credentials, region and the CDK's bootstrap."""

from collections.abc import Iterator

from botocore.exceptions import BotoCoreError, ClientError, NoRegionError

from trainyard import stacks
from trainyard.checks.finding import Finding, attempt
from trainyard.context import Context
from trainyard.errors import code_of, from_aws

BOOTSTRAP = "/cdk-bootstrap/hnb659fds/version"
# https://docs.aws.amazon.com/cdk/v2/guide/bootstrapping-env.html: what the default synthesizer asks for
NEEDED = 6


def region(context: Context) -> Iterator[Finding]:
    """Every client needs one."""
    try:
        yield Finding("ok", "region", str(context.client("ssm").meta.region_name))
    except NoRegionError:
        yield Finding("fail", "region", "none is set", "export AWS_REGION=us-east-1 (or where you deploy)")


def credentials(context: Context) -> Iterator[Finding]:
    """Who we are to AWS."""
    try:
        said = context.client("sts").get_caller_identity()
        yield Finding("ok", "credentials", said["Arn"])
    except (ClientError, BotoCoreError) as error:
        problem = from_aws(error)
        yield Finding(
            "fail",
            "credentials",
            problem.message if problem else str(error),
            problem.fix if problem else None,
        )


def bootstrap(context: Context) -> Iterator[Finding]:
    """The CDK's own stack in this account and region."""
    yield from attempt(_bootstrap, context, "bootstrap")


def _bootstrap(context: Context) -> Iterator[Finding]:
    try:
        value = context.client("ssm").get_parameter(Name=BOOTSTRAP)["Parameter"]["Value"]
    except ClientError as error:
        if code_of(error) not in stacks.ABSENT:
            raise
        yield Finding("fail", "bootstrap", "this account and region are not bootstrapped", "npx cdk bootstrap")
        return
    if value.isdigit() and int(value) < NEEDED:
        yield Finding("fail", "bootstrap", f"version {value} is too old", "npx cdk bootstrap")
    else:
        yield Finding("ok", "bootstrap", f"version {value}")
