"""Seam: a REST API keeps its binary media types.

moto's CreateRestApi forgets them, and its UpdateRestApi reads them from the operation's value, where AWS has
them in its path (`/binaryMediaTypes/image~1png`).
"""

# moto's names are replaced or reached on purpose
# mypy: disable-error-code="method-assign"

import json
from typing import Any

from moto.apigateway.models import RestAPI
from moto.apigateway.responses import APIGatewayResponse

_PATH = "/binaryMediaTypes/"


def install() -> None:
    """Wrap both operations."""
    _remember_at_creation()
    _read_from_the_path()


def _remember_at_creation() -> None:
    original = APIGatewayResponse.create_rest_api

    def create_rest_api(self: Any) -> Any:
        status, headers, body = original(self)
        types = self._get_param("binaryMediaTypes")
        if status != 200 or not types:
            return status, headers, body
        api = self.backend.apis[json.loads(body)["id"]]
        api.binaryMediaTypes = list(types)
        return status, headers, json.dumps(api.to_dict())

    APIGatewayResponse.create_rest_api = create_rest_api


def _read_from_the_path() -> None:
    original = RestAPI.apply_patch_operations

    def apply_patch_operations(self: Any, patch_operations: list[dict[str, Any]]) -> None:
        others = []
        for operation in patch_operations:
            if not operation["path"].startswith(_PATH):
                others.append(operation)
                continue
            media_type = operation["path"].removeprefix(_PATH).replace("~1", "/").replace("~0", "~")
            kept = [one for one in self.binaryMediaTypes if one != media_type]
            self.binaryMediaTypes = kept + ([media_type] if operation["op"] != "remove" else [])
        original(self, others)

    RestAPI.apply_patch_operations = apply_patch_operations
