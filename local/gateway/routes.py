"""From a path to the resource and method that answer it."""

from typing import Any

from local.gateway.call import Call
from local.gateway.errors import GatewayError

_STATIC, _PARAMETER, _GREEDY = 0, 1, 2


def resolve(call: Call) -> None:
    """Set the call's resource, method and path parameters.

    Raises:
        GatewayError: no such route; AWS calls that a missing authentication token.
    """
    found = _best(call.api.resources.values(), call.path)
    if found is not None:
        call.resource, call.resource_path, call.parameters = found
        methods = call.resource.resource_methods
        call.method = methods.get(call.request.method) or methods.get("ANY")
    if call.method is None:
        raise GatewayError("MISSING_AUTHENTICATION_TOKEN")


def _best(resources: Any, path: str) -> tuple[Any, str, dict[str, str]] | None:
    """Return the most specific match: text before parameters before greedy ones, from left to right."""
    candidates = []
    for resource in resources:
        pattern = resource.get_path()
        match = match_path(pattern, path)
        if match is not None and resource.resource_methods:
            candidates.append((match[0], resource, pattern, match[1]))
    if not candidates:
        return None
    _, resource, pattern, parameters = min(candidates, key=lambda candidate: candidate[0])
    return resource, pattern, parameters


def match_path(pattern: str, path: str) -> tuple[list[int], dict[str, str]] | None:
    """Match a path against a resource's; the list orders matches by how specific they are."""
    wanted, given = _parts(pattern), _parts(path)
    kinds: list[int] = []
    parameters: dict[str, str] = {}
    for index, part in enumerate(wanted):
        if index >= len(given):
            return None
        if part.startswith("{") and part.endswith("+}"):
            parameters[part[1:-2]] = "/".join(given[index:])
            return [*kinds, _GREEDY], parameters
        if part.startswith("{"):
            parameters[part[1:-1]] = given[index]
            kinds.append(_PARAMETER)
        elif part == given[index]:
            kinds.append(_STATIC)
        else:
            return None
    return (kinds, parameters) if len(wanted) == len(given) else None


def _parts(path: str) -> list[str]:
    return [part for part in path.split("/") if part]
