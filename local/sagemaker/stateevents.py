"""What SageMaker tells EventBridge: changes of state, as events of `aws.sagemaker` on the default bus.

https://docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html. In the background: the
embedded AWS that takes the event is the one that answers the request meanwhile.
"""

import json
import logging
import threading
from datetime import UTC, datetime
from typing import Any

from local import clients
from local.sagemaker.store import Record
from local.settings import Settings

_TIMES = ("CreationTime", "LastModifiedTime")
_log = logging.getLogger(__name__)


def tell(settings: Settings, detail_type: str, arn: str, detail: Record) -> None:
    """Put an event; returns at once, and a bus that does not answer is only logged."""
    entry = {
        "Source": "aws.sagemaker",
        "DetailType": detail_type,
        "Resources": [arn],
        "Detail": json.dumps({key: _spelled(key, value) for key, value in detail.items()}),
    }
    threading.Thread(target=_put, args=(settings, entry), daemon=True).start()


def _spelled(key: str, value: Any) -> Any:
    if key not in _TIMES or not isinstance(value, int | float):
        return value
    return datetime.fromtimestamp(value, tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _put(settings: Settings, entry: Record) -> None:
    try:
        clients.client("events", settings).put_events(Entries=[entry])
    except Exception:
        _log.exception("%s of %s could not be told to EventBridge", entry["DetailType"], entry["Resources"])
