"""Stack outputs name the API where it really answers: under the embedded AWS's own address."""
# moto's names are replaced or reached on purpose
# mypy: disable-error-code="assignment"

import re
from typing import Any

from moto.cloudformation import parsing

from local.settings import Settings

_URL = re.compile(r"https://([a-z0-9]+)\.execute-api\.[a-z0-9-]+\.amazonaws\.com(?=/|$)")


def local_urls(text: str, settings: Settings) -> str:
    """Replace the addresses of REST APIs in a text."""
    return _URL.sub(rf"{settings.endpoint_url}/_aws/execute-api/\1", text)


def install(settings: Settings) -> None:
    """Wrap the function that evaluates one output."""
    original = parsing.parse_output

    def parse_output(output_logical_id: str, output_json: Any, resources_map: Any) -> Any:
        output = original(output_logical_id, output_json, resources_map)
        if output is not None and isinstance(output.value, str):
            output.value = local_urls(output.value, settings)
        return output

    parsing.parse_output = parse_output
