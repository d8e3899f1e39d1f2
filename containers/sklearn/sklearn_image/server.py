"""The HTTP side: SageMaker's three routes over one loaded model; what is wrong with a request is a 4xx."""

from collections.abc import Mapping

from contract.errors import UserError
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sklearn_image import wire
from sklearn_image.model import Model
from sklearn_image.settings import Settings

# A larger body is computed beside the loop, so that /ping is answered meanwhile.
INLINE_BYTES = 64 * 1024


class Server:
    """Answers for one model."""

    def __init__(self, model: Model, settings: Settings) -> None:
        self._model = model
        self._settings = settings

    def app(self) -> Starlette:
        """Return the ASGI application."""
        return Starlette(
            routes=[
                Route("/ping", self.ping),
                Route("/execution-parameters", self.execution_parameters),
                Route("/invocations", self.invocations, methods=["POST"]),
            ],
            exception_handlers={HTTPException: _problem, UserError: _bad_request},
        )

    async def ping(self, _: Request) -> Response:
        """Healthy: the model was loaded before the port was open."""
        return Response()

    async def execution_parameters(self, _: Request) -> Response:
        """Tell batch transform how to send."""
        return JSONResponse(
            {
                "MaxConcurrentTransforms": self._settings.workers,
                "BatchStrategy": "MULTI_RECORD",
                "MaxPayloadInMB": min(6, self._settings.max_body_mb),
            }
        )

    async def invocations(self, request: Request) -> Response:
        """Predict."""
        sent = _media_type(request.headers.get("content-type", wire.CSV))
        wanted = _accepted(request.headers.get("accept", ""), sent)
        body = await self._body(request)
        if len(body) > INLINE_BYTES:
            return Response(await run_in_threadpool(self._predict, body, sent, wanted), media_type=wanted)
        return Response(self._predict(body, sent, wanted), media_type=wanted)

    def _predict(self, body: bytes, sent: str, wanted: str) -> bytes:
        return wire.answer(self._model, wire.parse(body, sent, self._model.schema), wanted)

    async def _body(self, request: Request) -> bytes:
        """Read at most the limit, whatever the length header claims."""
        limit = self._settings.max_body_mb * 1024 * 1024
        body = bytearray()
        try:
            async for chunk in request.stream():
                body += chunk
                if len(body) > limit:
                    raise HTTPException(413, f"the body is larger than {self._settings.max_body_mb} MB")
        except ClientDisconnect as error:
            raise HTTPException(400, "the client left before the body was complete") from error
        return bytes(body)


def _media_type(header: str) -> str:
    media_type = header.split(";")[0].strip().lower()
    if media_type not in (wire.CSV, wire.JSON):
        raise HTTPException(415, f"media type {media_type} is not read here; send {wire.CSV} or {wire.JSON}")
    return media_type


def _accepted(header: str, sent: str) -> str:
    """Answer as asked; without a wish, as sent."""
    wishes = [wish.split(";")[0].strip().lower() for wish in header.split(",") if wish.strip()]
    if not wishes or sent in wishes or any(wish in ("*/*", f"{sent.split('/')[0]}/*") for wish in wishes):
        return sent
    for wish in wishes:
        if wish in (wire.CSV, wire.JSON):
            return wish
    raise HTTPException(406, f"{header} is not written here; accept {wire.CSV} or {wire.JSON}")


async def _problem(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - the table of handlers says so
    return _reason(error.status_code, str(error.detail), error.headers)


async def _bad_request(_: Request, error: Exception) -> Response:
    return _reason(400, str(error))


def _reason(status: int, reason: str, headers: Mapping[str, str] | None = None) -> Response:
    return JSONResponse({"error": reason}, status_code=status, headers=dict(headers or {}))
