"""What is sent is what botocore sends, signature included; what comes back means what botocore says it means."""

from collections.abc import Callable, Iterator
from typing import Any

import botocore.auth
import botocore.session
import pytest
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from predict.aws.errors import BrokenOff, Refused, TimedOut, Unreachable
from predict.aws.services import Invocation, Services

from tests.lambdas.predict.aws.wires import Sent, Wire, wire

pytestmark = pytest.mark.unit
KEYS = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_SESSION_TOKEN": "token/+="}
CALL = Invocation("dev-iris", b"5.1,4,blue\n", "text/csv", "6b0c1a52-0000-4000-8000-000000000000", "forest")
# What says who calls and how, not what is asked.
OF_THE_CLIENT = {"user-agent", "accept-encoding", "amz-sdk-invocation-id", "amz-sdk-request", "x-amz-user-agent"}
OF_THE_CLIENT |= {"expect", "connection", "x-amz-checksum-crc32", "x-amz-sdk-checksum-algorithm", "accept"}
OF_THE_CLIENT |= {"x-amz-checksum-mode"}
SIGNED = {"authorization", "x-amz-date", "x-amz-content-sha256"}


@pytest.fixture
def server() -> Iterator[Wire]:
    with wire() as made:
        yield made


def ours(server: Wire) -> Services:
    return Services("bucket", KEYS | {"AWS_REGION": "eu-west-1", "AWS_ENDPOINT_URL": server.url})


def botocores(server: Wire, service: str) -> Any:
    session = botocore.session.get_session()
    session.set_credentials(*KEYS.values())
    config = Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"})
    return session.create_client(service, region_name="eu-west-1", endpoint_url=server.url, config=config)


CALLS: dict[str, tuple[Callable[[Services], Any], str, Callable[[Any], Any], bytes]] = {
    "parameter": (
        lambda aws: aws.parameter("/trainyard/dev/iris/live"),
        "ssm",
        lambda client: client.get_parameter(Name="/trainyard/dev/iris/live"),
        b'{"Parameter": {"Value": "x"}}',
    ),
    "describe": (
        lambda aws: aws.describe_endpoint("dev-iris"),
        "sagemaker",
        lambda client: client.describe_endpoint(EndpointName="dev-iris"),
        b'{"EndpointStatus": "InService"}',
    ),
    "object": (
        lambda aws: aws.object("iris/live/a b+c/é.json"),
        "s3",
        lambda client: client.get_object(Bucket="bucket", Key="iris/live/a b+c/é.json"),
        b"body",
    ),
    "put": (
        lambda aws: aws.put_object("iris/feedback/x.jsonl", b"{}\n", "application/jsonlines"),
        "s3",
        lambda client: client.put_object(
            Bucket="bucket", Key="iris/feedback/x.jsonl", Body=b"{}\n", ContentType="application/jsonlines"
        ),
        b"",
    ),
    "invoke": (
        lambda aws: aws.invoke(CALL, 5),
        "sagemaker-runtime",
        lambda client: client.invoke_endpoint(
            EndpointName=CALL.endpoint, Body=CALL.body, ContentType=CALL.content_type,
            InferenceId=CALL.inference_id, TargetVariant="forest",
        ),
        b"setosa\n",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CALLS)
def test_each_operation_is_sent_as_botocore_sends_it(server: Wire, name: str) -> None:
    call, service, same, body = CALLS[name]
    server.answer(body).answer(body)
    call(ours(server))
    same(botocores(server, service))
    mine, theirs = server.sent
    assert (mine.method, mine.path, mine.body) == (theirs.method, theirs.path, theirs.body)
    ignored = OF_THE_CLIENT | SIGNED
    assert without(mine, ignored) == without(theirs, ignored)


def without(sent: Sent, names: set[str]) -> dict[str, str]:
    return {name: value for name, value in sent.headers.items() if name not in names}


@pytest.mark.parametrize("name", CALLS)
def test_each_signature_is_the_one_that_botocore_computes(server: Wire, name: str) -> None:
    server.answer(CALLS[name][3])
    CALLS[name][0](ours(server))
    (sent,) = server.sent
    signing = "s3" if CALLS[name][1] == "s3" else CALLS[name][1].removesuffix("-runtime")
    kind = botocore.auth.S3SigV4Auth if signing == "s3" else botocore.auth.SigV4Auth
    assert f"Signature={signature(sent, server.url, kind, signing)}" in sent.headers["authorization"]


def signature(sent: Sent, url: str, kind: Any, service: str) -> str:
    """botocore's own arithmetic over what went over the wire."""
    names = sent.headers["authorization"].partition("SignedHeaders=")[2].partition(",")[0].split(";")
    headers = {name: sent.headers[name] for name in names}
    request = AWSRequest(sent.method, url + sent.path, headers=headers, data=sent.body)
    request.context.update({"timestamp": headers["x-amz-date"], "payload_signing_enabled": True})
    auth = kind(Credentials(*KEYS.values()), service, "eu-west-1")
    canonical = auth.canonical_request(request)
    made: str = auth.signature(auth.string_to_sign(request, canonical), request)
    return made


def test_variant_and_answer_of_an_invocation(server: Wire) -> None:
    server.answer(b"setosa,0.9\n", X_Amzn_Invoked_Production_Variant="forest")
    answer = ours(server).invoke(CALL, 5)
    assert (answer.variant, answer.body) == ("forest", b"setosa,0.9\n")


@pytest.mark.parametrize(
    ("body", "headers", "code"),
    [
        (b'{"__type": "com.amazonaws.ssm#ParameterNotFound"}', {}, "ParameterNotFound"),
        (b'{"__type": "ValidationException", "message": "no"}', {}, "ValidationException"),
        (b'{"message": "no"}', {"X_Amzn_ErrorType": "ValidationError:http://x/"}, "ValidationError"),
        (b"<?xml?><Error><Code>NoSuchKey</Code></Error>", {}, "NoSuchKey"),
        (b"<html>", {}, "HTTP400"),
        (b"[1]", {}, "HTTP400"),
        (b"", {}, "HTTP400"),
    ],
)
def test_errors_are_named_as_botocore_names_them(server: Wire, body: bytes, headers: dict[str, str], code: str) -> None:
    server.answer(body, 400, **headers)
    with pytest.raises(Refused) as refused:
        ours(server).invoke(CALL, 5)
    assert (refused.value.code, refused.value.status) == (code, 400)


def test_a_models_error_keeps_its_members(server: Wire) -> None:
    body = b'{"OriginalStatusCode": 422, "OriginalMessage": "row 1", "Message": "x"}'
    server.answer(body, 424, X_Amzn_ErrorType="ModelError")
    with pytest.raises(Refused) as refused:
        ours(server).invoke(CALL, 5)
    assert refused.value.members["OriginalStatusCode"] == 422


def test_calls_share_one_connection(server: Wire) -> None:
    aws = ours(server)
    for _ in range(3):
        server.answer(b"x\n")
        aws.invoke(CALL, 5)
    assert server.connections == 1


def test_a_connection_that_was_closed_meanwhile_is_replaced(server: Wire) -> None:
    aws = ours(server)
    for _ in range(2):
        server.answer(b"x\n", Connection="close")
        aws.invoke(CALL, 5)
    assert (server.connections, len(server.sent)) == (2, 2)


@pytest.mark.parametrize(("how", "error"), [("cut", Unreachable), ("short", BrokenOff), ("slow", TimedOut)])
def test_an_invocation_that_fails_is_not_sent_again(server: Wire, how: str, error: type[Exception]) -> None:
    server.answer(b"x\n", X_Test=how)
    with pytest.raises(error):
        ours(server).invoke(CALL, 0.2)
    assert len(server.sent) == 1


@pytest.mark.parametrize(("status", "how"), [(500, ""), (503, ""), (200, "cut")])
def test_a_look_up_is_tried_twice(server: Wire, status: int, how: str) -> None:
    server.answer(b"{}", status, **({"X_Test": how} if how else {})).answer(b'{"Parameter": {"Value": "x"}}')
    assert ours(server).parameter("/a") == "x"


def test_a_refusal_that_will_not_pass_is_told_at_once(server: Wire) -> None:
    server.answer(b'{"__type": "ParameterNotFound"}', 400)
    with pytest.raises(Refused):
        ours(server).parameter("/a")
    assert len(server.sent) == 1


def test_nobody_there_is_unreachable(server: Wire) -> None:
    aws = Services("bucket", KEYS | {"AWS_REGION": "eu-west-1", "AWS_ENDPOINT_URL": "http://127.0.0.1:9"})
    with pytest.raises(Unreachable):
        aws.invoke(CALL, 1)


@pytest.mark.parametrize(("region", "suffix"), [("eu-west-1", "amazonaws.com"), ("cn-north-1", "amazonaws.com.cn")])
@pytest.mark.parametrize("service", ["ssm", "sagemaker", "sagemaker-runtime", "s3"])
def test_hosts_are_those_of_botocores_endpoints(region: str, suffix: str, service: str) -> None:
    aws = Services("bucket", KEYS | {"AWS_REGION": region})
    clients = {"ssm": aws._ssm, "sagemaker": aws._sagemaker, "sagemaker-runtime": aws._runtime, "s3": aws._s3}
    theirs = botocore.session.get_session().create_client(service, region_name=region).meta.endpoint_url
    expected = theirs.replace("https://", "https://bucket.") if service == "s3" else theirs
    assert f"https://{clients[service]._connection.host}" == expected
    assert expected.endswith(suffix)
