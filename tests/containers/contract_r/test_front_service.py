"""The R workers of the front, without HTTP: a stand-in for R that answers what it is told, in frames."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from r_front import media
from r_front.service import RService
from serving import Answer, Refusal

pytestmark = pytest.mark.unit
WORKER = Path(__file__).parent / "worker.py"
Making = Callable[..., RService]


class Ends(list[str]):
    """Why the server was ended."""


def served(use: Callable[[RService], Coroutine[Any, Any, None]], ends: Ends | None = None, **options: Any) -> None:
    """Start workers, use them, end them."""

    async def run() -> None:
        end = (ends if ends is not None else Ends()).append
        command = [sys.executable, "-S", "-E", str(WORKER)]
        service = RService(command, **{"workers": 1, "startup_seconds": 20, "end": end, **options})
        try:
            await service.started()
            await use(service)
        finally:
            await service.stopped()

    asyncio.run(run())


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
        running, left, kept = (asyncio.ensure_future(service.invoke(b"slow", "", "")) for _ in range(3))
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
        asyncio.ensure_future(service.invoke(b"slow", "", "")).cancel()
        assert await body(service.invoke(b"echo", "", "")) == "echo"

    served(use)


def test_a_worker_that_does_not_answer_in_time_ends_the_server() -> None:
    ends = Ends()

    async def use(service: RService) -> None:
        waiting = asyncio.ensure_future(service.invoke(b"hang", "", ""))
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
