"""A thousand invocations in flight at once, against a server as users run it."""

import asyncio
import time
from collections import Counter
from typing import Any, cast

import pytest

from local.clients import client
from local.settings import Settings
from tests.local.sagemaker.conftest import BUCKET, World
from tests.local.sagemaker.images import config, start, variant

pytestmark = pytest.mark.local

MANY = 1000
WAIT = "time.sleep(0.05); handler.answer(200, os.environ['NAME'].encode() + b':' + body)"


@pytest.fixture
def running(embedded_aws: Settings) -> World:
    """The running embedded AWS, with an endpoint `many` of two variants, one with two instances."""
    clients = {
        name: client(service, embedded_aws)
        for name, service in (
            ("sagemaker", "sagemaker"),
            ("runtime", "sagemaker-runtime"),
            ("s3", "s3"),
            ("logs", "logs"),
        )
    }
    world = World(settings=embedded_aws, service=cast("Any", None), **clients)
    world.s3.create_bucket(Bucket=BUCKET)
    image = world.publish_server("trainyard-test-many", WAIT)
    for name in ("a", "b"):
        world.model(f"many-{name}", image, Environment={"NAME": name})
    config(world, "many", variant("a", "many-a", InitialInstanceCount=2), variant("b", "many-b"))
    start(world, "many", "many")
    return world


async def invoke(port: int, number: int, connected: asyncio.Barrier) -> bytes:
    """Connect, wait for all others, ask, and return status and body."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    await connected.wait()
    body = str(number).encode()
    head = f"POST /endpoints/many/invocations HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n"
    writer.write(head.encode() + b"Connection: close\r\n\r\n" + body)
    await writer.drain()
    answer = await reader.read()
    writer.close()
    return answer.split(b" ", 2)[1] + b" " + answer.rpartition(b"\r\n\r\n")[2]


async def invoke_all(port: int) -> list[bytes]:
    """Ask a thousand times side by side."""
    connected = asyncio.Barrier(MANY)
    return await asyncio.gather(*(invoke(port, number, connected) for number in range(MANY)))


def test_a_thousand_concurrent_invocations_are_all_answered(running: World) -> None:
    began = time.monotonic()
    answers = asyncio.run(asyncio.wait_for(invoke_all(running.settings.port), 120))
    assert {answer.partition(b":")[2] for answer in answers} == {str(number).encode() for number in range(MANY)}
    variants = Counter(answer.partition(b":")[0] for answer in answers)
    assert set(variants) == {b"200 a", b"200 b"}
    assert 400 < variants[b"200 a"] < 600  # p below 1e-9 for a fair coin
    assert time.monotonic() - began < 120
    running.sagemaker.delete_endpoint(EndpointName="many")
    waiter = running.sagemaker.get_waiter("endpoint_deleted")
    waiter.wait(EndpointName="many", WaiterConfig={"Delay": 1, "MaxAttempts": 20})
