"""Keys of the environment, or of Lambda's local endpoint as after SnapStart."""

import json
from datetime import UTC, datetime

import pytest
from predict.aws.credentials import Provider
from predict.aws.errors import Unreachable

from tests.lambdas.predict.aws.wires import wire

pytestmark = pytest.mark.unit


def test_keys_of_the_environment() -> None:
    found = Provider({"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_SESSION_TOKEN": "c"}).get()
    assert (found.key_id, found.secret, found.token) == ("a", "b", "c")


def test_keys_of_the_endpoint_are_kept_until_shortly_before_they_expire() -> None:
    now = [1_000_000.0]
    with wire() as server:
        for name, expires in (("first", 1_000_900.0), ("second", 1_002_000.0)):
            moment = datetime.fromtimestamp(expires, UTC).isoformat().replace("+00:00", "Z")
            document = {"AccessKeyId": name, "SecretAccessKey": "s", "Token": "t", "Expiration": moment}
            server.answer(json.dumps(document).encode())
        environment = {
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{server.url}/keys",
            "AWS_CONTAINER_AUTHORIZATION_TOKEN": "let-me",
        }
        provider = Provider(environment, lambda: now[0])
        assert [provider.get().key_id, provider.get().key_id] == ["first", "first"]
        now[0] += 850
        assert provider.get().key_id == "second"
        assert [sent.headers["authorization"] for sent in server.sent] == ["let-me", "let-me"]


@pytest.mark.parametrize("body", [b"", b"[]", b"{}"])
def test_an_endpoint_that_answers_nonsense_is_unreachable(body: bytes) -> None:
    with wire() as server, pytest.raises(Unreachable):
        Provider({"AWS_CONTAINER_CREDENTIALS_FULL_URI": server.answer(body).url}).get()


def test_no_keys_at_all_are_told() -> None:
    with pytest.raises(Unreachable):
        Provider({}).get()
