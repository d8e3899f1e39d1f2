"""POST /v1/workloads/{workload}/predictions: rows in, the live model's predictions out."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from predict import answer, check, decode, endpoint, instances, media, sticky, wire
from predict.answer import Content
from predict.aws.services import Invocation, Prediction
from predict.endpoint import Runtime, Stale
from predict.live import Live, LiveModels
from predict.problems import BadGateway, Conflict, Unavailable
from predict.request import Request

_log = logging.getLogger(__name__)
# Seconds that reading the model's answer and writing ours may take.
_TO_ANSWER = 1.5
# While these last, the endpoint answers.
_SERVING = {"InService", "Updating", "SystemUpdating", "RollingBack"}


@dataclass(frozen=True)
class Predictions:
    """Answers predictions."""

    live: LiveModels
    runtime: Runtime
    new_id: Callable[[], str]

    def answer(self, request: Request) -> Content:
        """Predict; a refusal by SageMaker may mean that the look-up is old, so it is tried once more."""
        body = media.read(request)
        try:
            return self._predict(request, body)
        except Stale:
            self.live.forget(request.workload)
        try:
            return self._predict(request, body)
        except Stale as error:
            raise self._why(request) from error

    def _predict(self, request: Request, body: media.Text) -> Content:
        live = self.live.get(request.workload)
        rows = check.rows(instances.read(body, live.schema), live.schema)
        call = Invocation(
            endpoint=live.endpoint,
            body=wire.write(rows, live.schema),
            content_type=wire.MEDIA_TYPE,
            inference_id=self.new_id(),
            variant=self._variant(request),
        )
        reply = endpoint.invoke(self.runtime, call, request.seconds_left() - _TO_ANSWER)
        live = self._knowing(reply.variant, request.workload, live)
        return answer.document(
            {
                "predictions": _decoded(reply, live, len(rows)),
                "variant": reply.variant,
                "model": live.packages.get(reply.variant) or live.models.get(reply.variant),
                "inference_id": call.inference_id,
            }
        )

    def _variant(self, request: Request) -> str | None:
        """The variant asked for, or the session's; without either SageMaker chooses by weight."""
        pinned = request.header("x-variant")
        if pinned:
            return self._pinned(pinned, request.workload)
        session = request.header("x-session-id")
        return sticky.choose(session, self.live.variants(request.workload).weights) if session else None

    def _pinned(self, variant: str, workload: str) -> str:
        if variant not in self.live.variants(workload).weights:
            self.live.forget(workload)
            live = sorted(self.live.variants(workload).weights)
            if variant not in live:
                raise Conflict(
                    f"The variant {variant[:63]} is not live; live are: {', '.join(live) or 'none'}.",
                    variants=live,
                )
        return variant

    def _knowing(self, variant: str, workload: str, live: Live) -> Live:
        """A variant that came live since the features were read is in fresh ones."""
        if variant in live.schema.decoders:
            return live
        self.live.forget(workload)
        return self.live.get(workload)

    def _why(self, request: Request) -> Exception:
        """Tell apart what SageMaker has one error for, by the endpoint's description."""
        variants = self.live.variants(request.workload)
        if variants.status not in _SERVING:
            return Unavailable(f"{request.workload} is not in service just now.")
        pinned = request.header("x-variant")
        if pinned and pinned not in variants.weights:
            live = sorted(variants.weights)
            return Conflict(f"The variant {pinned[:63]} is no longer live; live are: {', '.join(live)}.", variants=live)
        return BadGateway("The endpoint refused the call.")


def _decoded(reply: Prediction, live: Live, count: int) -> list[decode.Prediction]:
    decoder = live.schema.decoders.get(reply.variant)
    try:
        if decoder is None:
            raise decode.Unreadable("no decoder for this variant")
        return decode.read(reply.body, decoder, live.schema, count)
    except decode.Unreadable as error:
        _log.error("unreadable answer", extra={"variant": reply.variant, "reason": str(error)[:200]})
        raise BadGateway(f"The answer of the variant {reply.variant} could not be read.") from error
