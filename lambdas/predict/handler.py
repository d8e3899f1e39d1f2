"""What Lambda calls. The environment is read and the parts are wired once, at cold start."""

import os
import sys
from typing import Any

from predict import log, service
from predict.answer import Response
from predict.aws.services import Services
from predict.settings import Settings

log.set_up(sys.stderr)
_settings = Settings.read(os.environ)
_service = service.build(_settings, Services(_settings.bucket))


def handle(event: dict[str, Any], context: Any) -> Response:
    """Answer an event of the gateway."""
    return _service.answer(event, context.aws_request_id, lambda: context.get_remaining_time_in_millis() / 1000)
