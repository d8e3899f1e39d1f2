"""The R workers of the front, without HTTP: a stand-in for R that answers what it is told, in frames."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from r_front import media
from r_front.request import MOST_JOINED_BYTES
from r_front.service import ALONE, RService
from r_front.waiting import LITTLE_BYTES
from serving import Answer, Refusal

pytestmark = pytest.mark.unit
WORKER = Path(__file__).parent / "worker.py"
Making = Callable[..., RService]


class Ends(list[str]):
    """Why the server was ended."""


def served(
    use: Callable[[RService], Coroutine[Any, Any, None]], ends: Ends | None = None, joins: str = "", **options: Any
) -> None:
    """Start workers, use them, end them."""

    async def run() -> None:
        end = (ends if ends is not None else Ends()).append
        command = [sys.executable, "-S", "-E", str(WORKER), joins]
        service = RService(command, **{"workers": 1, "startup_seconds": 20, "end": end, **options})
        try:
            await service.started()
            await use(service)
        finally:
            await service.stopped()

    asyncio.run(run())


async def at_once(
    service: RService, body: bytes, content_type: str = "text/csv", accept: str = ""
) -> "asyncio.Future[Answer]":
    """Ask, and let an idle worker have it."""
    answer = asyncio.ensure_future(service.invoke(body, content_type, accept))
    await asyncio.sleep(0)
    return answer


async def body(answer: Awaitable[Answer]) -> str:
    return (await answer).body.decode()


def test_an_answer_in_pieces_is_put_together() -> None:
    async def use(service: RService) -> None:
        answer = await service.invoke(b"pieces", "text/csv", "")
        assert answer == Answer(b"one piece and another", "text/plain", 200)

    served(use)


def test_status_and_type_are_the_workers() -> None:
    async def use(service: RService) -> None:
        assert await service.invoke(b"refuse", "text/csv", "") == Answer(b"no", "application/json", 415)

    served(use)


def test_a_full_queue_refuses_until_somebody_leaves() -> None:
    async def use(service: RService) -> None:
        running = await at_once(service, b"slow")
        left, kept = (asyncio.ensure_future(service.invoke(b"slow", "", "")) for _ in range(2))
        with pytest.raises(Refusal, match=r"2 requests wait already for 1 R worker.*try again later") as refusal:
            service.invoke(b"slow", "", "")
        assert refusal.value.status == 503
        left.cancel()
        assert await body(service.invoke(b"echo", "", "")) == "echo"
        assert running.done()
        assert kept.done()

    served(use, most_waiting=2)


def test_an_answer_that_nobody_waits_for_frees_the_worker() -> None:
    async def use(service: RService) -> None:
        (await at_once(service, b"slow")).cancel()
        assert await body(service.invoke(b"echo", "", "")) == "echo"

    served(use)


async def told(service: RService, *bodies: bytes) -> list[str]:
    """Ask one after the other; return the bodies of the answers."""
    asked = [await at_once(service, request) for request in bodies]
    return [(await answer).body.decode() for answer in asked]


def test_those_who_come_at_once_are_asked_together() -> None:
    async def use(service: RService) -> None:
        answers = await asyncio.gather(*(body(service.invoke(line, "text/csv", "")) for line in (b"a", b"b", b"c")))
        assert answers == ["a:0\n", "b:0\n", "c:0\n"]

    served(use, joins="text/csv")


def test_who_waits_is_asked_together_and_gets_its_own_lines() -> None:
    async def use(service: RService) -> None:
        assert await told(service, b"slow", b"a\nb\n", b"c", b"d\n") == ["slow:0\n", "a:1\nb:1\n", "c:1\n", "d:1\n"]

    served(use, joins="text/csv")


def test_one_that_is_refused_takes_no_other_with_it() -> None:
    async def use(service: RService) -> None:
        answers = await told(service, b"slow", b"a\n", b"bad\n", b"b\n")
        assert answers == ["slow:0\n", "a:2\n", "bad among 1", "b:4\n"]

    served(use, joins="text/csv")


def test_those_that_do_not_have_a_line_for_each_line_are_asked_alone() -> None:
    async def use(service: RService) -> None:
        answers = await told(service, b"slow", b"header\na\n", b"b\n\nc\n", b"d\n")
        assert answers == ["slow:0\n", "a:2\n", "b:3\nc:3\n", "d:4\n"]

    served(use, joins="text/csv")


def test_after_some_that_could_not_be_joined_the_next_ones_are_asked_alone() -> None:
    async def use(service: RService) -> None:
        await told(service, b"slow", b"bad\n", b"a\n")
        frames = [answer.rpartition(":")[2] for answer in await told(service, b"slow", *[b"a\n"] * (ALONE + 10))]
        assert frames[: ALONE - 1] == [f"{before}\n" for before in range(4, ALONE + 3)]
        assert len(set(frames[ALONE:])) == 1

    served(use, joins="text/csv")


@pytest.mark.parametrize(
    ("body", "content_type", "accept"),
    [
        (b'"a"', "text/csv", ""),
        (b"a", "application/json", ""),
        (b"a", "text/csv", "application/json"),
        (b"a" * MOST_JOINED_BYTES, "text/csv", ""),
    ],
    ids=["quotes", "type", "accept", "size"],
)
def test_what_may_not_be_joined_is_asked_alone_in_its_turn(body: bytes, content_type: str, accept: str) -> None:
    async def use(service: RService) -> None:
        asked = [await at_once(service, request) for request in (b"slow", b"a")]
        asked += [await at_once(service, body, content_type, accept), await at_once(service, b"b")]
        answers = [(await answer).body.decode() for answer in asked]
        assert answers == ["slow:0\n", "a:1\n", f"{body.decode()}:2\n", "b:3\n"]

    served(use, joins="text/csv")


def test_no_more_is_joined_than_the_bound() -> None:
    async def use(service: RService) -> None:
        half = b"a" * (MOST_JOINED_BYTES // 2)
        answers = await told(service, b"slow", half, half, b"b")
        assert [answer.rpartition(":")[2] for answer in answers] == ["0\n", "1\n", "1\n", "2\n"]

    served(use, joins="text/csv")


def test_workers_share_those_who_wait() -> None:
    async def use(service: RService) -> None:
        lines = b"slow\npid\n" + b"a\n" * LITTLE_BYTES
        answers = await told(service, b"slow", b"slow", *[lines] * 4)
        first, second, third, _ = (answer.split()[1] for answer in answers[2:])
        assert first == second != third

    served(use, joins="text/csv", workers=2)


def test_who_left_while_it_waited_is_not_asked_with_the_others() -> None:
    async def use(service: RService) -> None:
        running, left, first, last = [await at_once(service, request) for request in (b"slow", b"bad", b"a", b"b")]
        left.cancel()
        assert [await body(answer) for answer in (running, first, last)] == ["slow:0\n", "a:1\n", "b:1\n"]

    served(use, joins="text/csv")


def test_a_worker_that_does_not_answer_in_time_ends_the_server() -> None:
    ends = Ends()

    async def use(service: RService) -> None:
        waiting = await at_once(service, b"hang")
        await asyncio.sleep(0.7)
        assert ends[0] == "an R worker has not answered for 0.3 seconds"
        waiting.cancel()

    served(use, ends, longest_seconds=0.3)


def test_a_worker_that_ends_while_it_starts_is_the_reason() -> None:
    async def use(service: RService) -> None:
        raise AssertionError("it cannot serve")

    with pytest.raises(OSError, match="an R worker ended by itself, exit code 4, while it started"):
        asyncio.run(_started([sys.executable, "-c", "raise SystemExit(4)"]))


def test_workers_that_take_too_long_to_start_are_the_reason() -> None:
    with pytest.raises(OSError, match=r"the R workers were not ready within 0\.2 seconds"):
        asyncio.run(_started([sys.executable, "-c", "import time; time.sleep(60)"]))


async def _started(command: list[str]) -> None:
    service = RService(command, workers=1, startup_seconds=0.2 if "sleep" in command[-1] else 20)
    try:
        await service.started()
    finally:
        await service.stopped()


@pytest.mark.parametrize(
    ("header", "types"),
    [
        ("", ""),
        ("*/*", ""),
        ("Application/JSON; charset=utf-8", "application/json"),
        ("text/html;q=0.2, text/csv, */*;q=0.1", "text/csv,text/html,*/*"),
        ("text/csv;q=0, application/json", "application/json"),
        ("*/*, text/csv;q=0.5", ""),
        ("text/csv;q=much", "text/csv"),
        (" , ", ""),
    ],
)
def test_accepted_types_come_in_the_clients_order(header: str, types: str) -> None:
    assert media.accepted(header) == types


def test_a_body_without_a_type_is_csv() -> None:
    assert [media.content_type(header) for header in ("", "*/*", " Text/CSV ;x=y", "a/b")] == [
        "text/csv",
        "text/csv",
        "text/csv",
        "a/b",
    ]
