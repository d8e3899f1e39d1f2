"""One captured invocation as the JSON object that AWS's model monitor reads.

Members and encodings: AWS's page "Capture data from real-time endpoint". Bodies stay text only where the
configuration declares their media type as CSV or JSON.
"""

import base64
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from local.sagemaker.store import Record


@dataclass(frozen=True, slots=True)
class Event:
    """What an invocation hands over."""

    variant: str
    event_id: str
    inference_id: str
    custom_attributes: str
    moment: datetime
    sent: bytes
    sent_type: str
    received: bytes
    received_type: str

    @property
    def size(self) -> int:
        """The bytes of both bodies."""
        return len(self.sent) + len(self.received)


def line(event: Event, config: Record) -> Record:
    """Return one line's object."""
    modes = {option["CaptureMode"] for option in config["CaptureOptions"]}
    types = config.get("CaptureContentTypeHeader", {})
    data: Record = {}
    if modes & {"Input", "InputAndOutput"}:
        data["endpointInput"] = _side("INPUT", event.sent, event.sent_type, types)
    if modes & {"Output", "InputAndOutput"}:
        data["endpointOutput"] = _side("OUTPUT", event.received, event.received_type, types)
    return {"captureData": data, "eventMetadata": _metadata(event), "eventVersion": "0"}


def _metadata(event: Event) -> Record:
    found: Record = {"eventId": event.event_id}
    if event.inference_id:
        found["inferenceId"] = event.inference_id
    if event.custom_attributes:
        found["customAttributes"] = [event.custom_attributes]
    return {**found, "inferenceTime": f"{event.moment:%Y-%m-%dT%H:%M:%SZ}"}


def _side(mode: str, body: bytes, content_type: str, types: Record) -> dict[str, Any]:
    encoding, data = _encoded(body, content_type.partition(";")[0].strip().lower(), types)
    return {"observedContentType": content_type, "mode": mode, "data": data, "encoding": encoding}


def _encoded(body: bytes, media_type: str, types: Record) -> tuple[str, str]:
    """Keep text that the configuration declares to be text; the rest, and bytes that are no text, in base64."""
    for encoding, member in (("CSV", "CsvContentTypes"), ("JSON", "JsonContentTypes")):
        if media_type in [item.lower() for item in types.get(member, [])]:
            try:
                return encoding, body.decode()
            except UnicodeDecodeError:
                break
    return "BASE64", base64.b64encode(body).decode()
