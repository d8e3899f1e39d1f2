"""Media type, charset and encoding of a body: what is read here, and a clear refusal of the rest."""

import codecs
from dataclasses import dataclass
from email.message import Message

from predict.problems import BadRequest, TooLarge, Unsupported
from predict.request import Request

LIMIT = 4 * 1024 * 1024
JSON = "application/json"
CSV = "text/csv"
# The gateway takes a text for UTF-8 whatever its charset says, so any other would come garbled. UTF-8 may begin with
# a mark.
# https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-payload-encodings.html
_CHARSETS = {"utf-8": "utf-8-sig", "ascii": "ascii"}


@dataclass(frozen=True)
class Text:
    """A decoded body."""

    media_type: str
    text: str


def read(request: Request) -> Text:
    """Decode the body, or refuse it."""
    encoding = request.header("content-encoding").lower()
    if encoding not in ("", "identity"):
        raise Unsupported(f"Content-Encoding {encoding[:50]} is not read here: send the body uncompressed.")
    media_type, charset = _content_type(request.header("content-type"))
    body = request.body()
    if len(body) > LIMIT:
        raise TooLarge(f"The body has {len(body)} bytes; at most {LIMIT} (4 MB) are read: split the instances.")
    return Text(media_type, _decoded(body, charset))


def _content_type(header: str) -> tuple[str, str]:
    """Without a header it is JSON, which is what the gateway assumes too."""
    message = Message()
    message["content-type"] = header.replace("\n", " ").replace("\r", " ") or JSON
    media_type = message.get_content_type()
    if media_type not in (JSON, CSV):
        named = header.split(";")[0].strip()[:100]
        raise Unsupported(f"{named} is not read here: send {JSON}, or {CSV} with a header line.")
    return media_type, _codec(str(message.get_param("charset", "utf-8")))


def _codec(charset: str) -> str:
    try:
        codec = _CHARSETS.get(codecs.lookup(charset).name)
    except (LookupError, ValueError):
        codec = None
    if codec is None:
        raise Unsupported(f"Charset {charset[:50]} is not read here: send UTF-8.")
    return codec


def _decoded(body: bytes, codec: str) -> str:
    try:
        return body.decode(codec)
    except UnicodeDecodeError as error:
        name = codec.removesuffix("-sig")
        raise BadRequest(f"The body is not valid {name} at byte {error.start}.") from None
