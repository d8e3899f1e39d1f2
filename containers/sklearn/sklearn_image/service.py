"""Requests and answers of one loaded model, as the serving kernel asks for them."""

from functools import lru_cache

import orjson
from contract.errors import UserError
from serving import Answer, Refusal, Settings

from sklearn_image import plain_text
from sklearn_image.answers import Writer
from sklearn_image.engine import Engine
from sklearn_image.schema import Matrix
from sklearn_image.wire import CSV, JSON, Reader, TooManyRows

# A larger body is computed beside the loop, so that /ping is answered meanwhile.
INLINE_BYTES = 64 * 1024
# What SageMaker lets a batch transform send: MB of one request, and of all that are under way.
MOST_PAYLOAD_MB = 6
MOST_AT_ONCE_MB = 100
WRITTEN = {CSV: "text/csv; charset=utf-8", JSON: JSON}


class ModelService:
    """Answers for one model."""

    inline_bytes = INLINE_BYTES

    def __init__(self, engine: Engine, settings: Settings) -> None:
        self._predict = engine.predict
        self._read = Reader(engine.schema).read
        writer = Writer(engine.schema)
        self._write, self._answer = writer.write, plain_text.answering(engine, writer)
        self._parameters = orjson.dumps(_parameters(engine, settings))

    def invoke(self, body: bytes, content_type: str, accept: str) -> Answer:
        """Predict."""
        sent, wanted = negotiated(content_type, accept)
        answer = self._answer(body, wanted) if sent == CSV else None
        if answer is None:
            answer = self._write(self._predict(self._matrix(body, sent)), wanted)
        return Answer(answer, WRITTEN[wanted])

    def _matrix(self, body: bytes, sent: str) -> Matrix:
        try:
            return self._read(body, sent)
        except UserError as error:
            raise Refusal(413 if isinstance(error, TooManyRows) else 400, str(error)) from None

    def refused(self, status: int, reason: str) -> Answer:
        """Say why."""
        return Answer(orjson.dumps({"error": reason}), JSON, status)

    def execution_parameters(self) -> bytes:
        """Tell batch transform how to send, and whoever asks what computes."""
        return self._parameters


def _parameters(engine: Engine, settings: Settings) -> dict[str, object]:
    payload = min(MOST_PAYLOAD_MB, settings.max_body_bytes // 1024 // 1024)
    return {
        "MaxConcurrentTransforms": min(settings.workers, MOST_AT_ONCE_MB // payload),
        "BatchStrategy": "MULTI_RECORD",
        "MaxPayloadInMB": payload,
        "Engine": engine.name,
        "EngineReason": engine.reason,
    }


@lru_cache(maxsize=64)
def negotiated(content_type: str, accept: str) -> tuple[str, str]:
    """Return the media types of request and answer: as asked; without a wish, as sent."""
    sent = (content_type or CSV).split(";")[0].strip().lower()
    if sent not in WRITTEN:
        raise Refusal(415, f"media type {sent} is not read here; send {CSV} or {JSON}")
    wishes = [wish.split(";")[0].strip().lower() for wish in accept.split(",") if wish.strip()]
    if not wishes or sent in wishes or any(wish in ("*/*", f"{sent.split('/')[0]}/*") for wish in wishes):
        return sent, sent
    for wish in wishes:
        if wish in WRITTEN:
            return sent, wish
    raise Refusal(406, f"{accept} is not written here; accept {CSV} or {JSON}")
