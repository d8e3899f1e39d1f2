"""What Lambda calls. The environment is read and the parts are wired once, at cold start."""

import os
import sys
from typing import Any

from predict import log, service
from predict.answer import Response
from predict.clients import Clients
from predict.settings import Settings

log.set_up(sys.stderr)
_service = service.build(Settings.read(os.environ), Clients())


def handle(event: dict[str, Any], context: Any) -> Response:
    """Answer an event of the gateway."""
    return _service.answer(event, str(getattr(context, "aws_request_id", "")))
