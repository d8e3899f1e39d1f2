"""Which verb answers which request, and the one place where what goes wrong becomes HTTP."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from predict import answer
from predict.answer import Content, Response
from predict.problems import MethodNotAllowed, NotFound, Problem
from predict.request import Request
from predict.settings import Settings

_log = logging.getLogger(__name__)
Verb = Callable[[Request], Content]


@dataclass(frozen=True)
class Routes:
    """The API's resources, as the gateway names them, with their methods."""

    settings: Settings
    verbs: Mapping[str, Mapping[str, Verb]]

    def respond(self, request: Request) -> Response:
        """Answer the request, whatever happens."""
        try:
            return answer.success(self._verb(request)(request), request.id)
        except Problem as problem:
            return answer.failure(problem, request.id)
        except Exception:
            # Nothing that is not foreseen may show its inside; the log has it all under the same id.
            _log.exception("unexpected error", extra={"request_id": request.id, "workload": request.workload})
            return answer.failure(Problem("Something went wrong; name the request id to us."), request.id)

    def _verb(self, request: Request) -> Verb:
        methods = self.verbs.get(request.resource)
        if methods is None:
            raise NotFound("No such route: GET /v1/workloads lists what there is.")
        verb = methods.get(request.method)
        if verb is None:
            allowed = ", ".join(methods)
            raise MethodNotAllowed(f"This route knows {allowed} only.", headers={"Allow": allowed})
        if "{workload}" in request.resource and request.workload not in self.settings.workloads:
            known = list(self.settings.workloads)
            detail = f"No workload {request.workload[:50]}; there are: {', '.join(known)}."
            raise NotFound(detail, workloads=known)
        return verb
