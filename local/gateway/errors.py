"""The gateway's own errors: AWS's gateway response types, with their default status and message."""

# https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
DEFAULTS = {
    "BAD_REQUEST_BODY": (400, "Invalid request body"),
    "BAD_REQUEST_PARAMETERS": (400, "Missing required request parameters"),
    "DEFAULT_5XX": (502, "Internal server error"),
    "INTEGRATION_TIMEOUT": (504, "Endpoint request timed out"),
    "INVALID_API_KEY": (403, "Forbidden"),
    "MISSING_AUTHENTICATION_TOKEN": (403, "Missing Authentication Token"),
    "QUOTA_EXCEEDED": (429, "Limit Exceeded"),
    "REQUEST_TOO_LARGE": (413, "Request Too Long"),
    "THROTTLED": (429, "Too Many Requests"),
    "UNSUPPORTED_MEDIA_TYPE": (415, "Unsupported Media Type"),
}


class GatewayError(Exception):
    """The gateway answers instead of the integration; `kind` is a gateway response type.

    A function that fails or answers no HTTP response has no type of its own: it is a 502 of DEFAULT_5XX.
    """

    def __init__(self, kind: str, message: str = "", *, validation: str = "") -> None:
        self.kind = kind
        self.status, default = DEFAULTS[kind]
        self.message = message or default
        self.validation = validation
        super().__init__(self.message)
