"""One constant answer, as a bare ASGI application and by Starlette: what the server and the framework cost."""

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

ANSWER = b"setosa,1.0,0.0,0.0\n"
HEADERS = [(b"content-type", b"text/csv"), (b"content-length", str(len(ANSWER)).encode())]


async def bare(
    scope: dict[str, Any], receive: Callable[[], Awaitable[Any]], send: Callable[[Any], Awaitable[None]]
) -> None:
    """Read the body, answer."""
    if scope["type"] != "http":
        return
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    await send({"type": "http.response.body", "body": ANSWER})


async def invocations(request: Request) -> Response:
    """Read the body, answer."""
    await request.body()
    return Response(ANSWER, media_type="text/csv")


async def ping(_: Request) -> Response:
    """Healthy."""
    return Response()


framework = Starlette(routes=[Route("/ping", ping), Route("/invocations", invocations, methods=["POST"])])
