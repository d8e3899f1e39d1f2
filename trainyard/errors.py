"""What can go wrong, in plain words; each class has its exit code, which `cli` alone uses."""

from collections.abc import Sequence
from typing import Any

from botocore import exceptions as aws


class TrainyardError(Exception):
    """The thing that was asked for failed: exit code 1."""

    exit_code = 1

    def __init__(self, message: str, *, fix: str | None = None, details: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.message, self.fix, self.details = message, fix, tuple(details)

    def as_json(self) -> dict[str, Any]:
        """The shape that `--json` promises for errors."""
        body = {"error": self.message, "exit_code": self.exit_code, "details": list(self.details)}
        return {**body, "fix": self.fix} if self.fix else body


class BadInput(TrainyardError):
    """The user's input cannot work: exit code 2."""

    exit_code = 2


class NotFound(TrainyardError):
    """Nothing is deployed under that name: exit code 3."""

    exit_code = 3


class AwsProblem(TrainyardError):
    """AWS, the credentials or the network: exit code 4."""

    exit_code = 4


CREDENTIALS_FIX = "aws configure sso && aws sso login, or set AWS_PROFILE"
EXPIRED = {"ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"}
INVALID = {
    "InvalidClientTokenId",
    "UnrecognizedClientException",
    "SignatureDoesNotMatch",
    "InvalidAccessKeyId",
}
DENIED = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError"}
NETWORK = (
    aws.EndpointConnectionError,
    aws.ConnectTimeoutError,
    aws.ReadTimeoutError,
    aws.ConnectionClosedError,
)
LOGIN = (aws.SSOError, aws.TokenRetrievalError, aws.CredentialRetrievalError)


def from_aws(error: Exception) -> AwsProblem | None:
    """The one line for an error of botocore's, or None when it is not one."""
    if isinstance(error, aws.ClientError):
        return _from_answer(error)
    if isinstance(error, aws.NoCredentialsError | aws.PartialCredentialsError):
        return AwsProblem("no AWS credentials found", fix=CREDENTIALS_FIX)
    if isinstance(error, LOGIN):
        return AwsProblem(f"AWS sign-in has expired or failed: {error}", fix="aws sso login")
    if isinstance(error, aws.ProfileNotFound):
        return AwsProblem(str(error), fix="aws configure list-profiles")
    if isinstance(error, aws.NoRegionError):
        return AwsProblem("no AWS region is set", fix="export AWS_REGION=us-east-1 (or the region you deployed to)")
    if isinstance(error, NETWORK):
        return AwsProblem(f"cannot reach AWS: {error}", fix="check the network and AWS_ENDPOINT_URL")
    return AwsProblem(str(error)) if isinstance(error, aws.BotoCoreError) else None


def code_of(error: Exception) -> str:
    """AWS's error code, or an empty string."""
    return str(error.response.get("Error", {}).get("Code", "")) if isinstance(error, aws.ClientError) else ""


def _from_answer(error: aws.ClientError) -> AwsProblem:
    code, said = code_of(error), error.response.get("Error", {}).get("Message", "")
    if code in EXPIRED:
        return AwsProblem("the AWS credentials have expired", fix="aws sso login, or renew the keys")
    if code in INVALID:
        return AwsProblem(f"AWS does not accept the credentials ({code})", fix=CREDENTIALS_FIX)
    if code in DENIED:
        return AwsProblem(
            f"AWS refused {error.operation_name}: {said}",
            fix="ask for that permission, or use another profile",
        )
    return AwsProblem(f"AWS answered {error.operation_name} with {code}: {said}")
