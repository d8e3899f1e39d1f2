"""The deployed API over HTTP, with a key; the standard library honours proxies and CA settings."""

import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any

from trainyard import stacks
from trainyard.context import Context
from trainyard.errors import AwsProblem, BadInput, NotFound, TrainyardError

TIMEOUT = 30.0


@dataclass(frozen=True)
class Api:
    """Where the API is and what opens it."""

    url: str
    key: str


@dataclass(frozen=True)
class Body:
    """What is sent."""

    data: bytes
    media_type: str


class Refused(TrainyardError):
    """The API answered with an error; `problem` is its body."""

    def __init__(self, status: int, problem: dict[str, Any], **more: Any) -> None:
        title = problem.get("detail") or problem.get("title") or problem.get("message") or "no reason given"
        super().__init__(f"the API answered {status}: {title}", details=_fields(problem), **more)
        self.status, self.problem = status, problem

    def as_json(self) -> dict[str, Any]:
        """Adds the API's own words."""
        return {**super().as_json(), "status": self.status, "problem": self.problem}


def find(context: Context) -> Api:
    """URL and key of the stage's API, from the stack's outputs."""
    found = stacks.outputs(context.client("cloudformation"), context.stage, "api")
    if not {"ApiUrl", "ApiKeyId"} <= set(found):
        raise NotFound("the API is not deployed in full", fix=stacks.deploy_command(context.stage))
    answer = context.client("apigateway").get_api_key(apiKey=found["ApiKeyId"], includeValue=True)
    return Api(found["ApiUrl"], answer["value"])


def post(api: Api, path: str, body: Body, headers: dict[str, str]) -> dict[str, Any]:
    """The API's answer, or Refused, or AwsProblem when it cannot be reached."""
    if not api.url.startswith(("https://", "http://")):
        raise BadInput(f"the API's URL is not one: {api.url}")
    sent = {"content-type": body.media_type, "accept": "application/json", "x-api-key": api.key, **headers}
    request = urllib.request.Request(api.url + path, data=body.data, headers=sent, method="POST")  # noqa: S310 (checked above)
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310
            return dict(json.load(answer))
    except urllib.error.HTTPError as error:
        raise _refused(error) from error
    except (urllib.error.URLError, OSError) as error:
        reason = getattr(error, "reason", error)
        raise AwsProblem(f"cannot reach {api.url}: {reason}", fix="check the network; trainyard status") from error
    except ValueError as error:
        raise TrainyardError(f"{api.url} did not answer with JSON") from error


def _refused(error: urllib.error.HTTPError) -> Refused:
    text = error.read().decode("utf-8", "replace")
    try:
        problem = json.loads(text)
    except ValueError:
        problem = {"detail": text.strip()[:500] or error.reason}
    fix = "trainyard status" if error.code in (403, 503) else None
    return Refused(error.code, problem if isinstance(problem, dict) else {"detail": text}, fix=fix)


def _fields(problem: dict[str, Any]) -> list[str]:
    """Each bad field on a line: where, what it was, what is right."""
    return [_field(item) for item in problem.get("errors", []) if item]


def _field(item: Any) -> str:
    if not isinstance(item, dict):
        return str(item)
    row = f"row {item['row']}" if "row" in item else ""
    where = " ".join(filter(None, (row, str(item.get("field") or item.get("pointer") or ""))))
    value = f"{json.dumps(item['value'], ensure_ascii=False)}: " if "value" in item else ""
    said = item.get("detail") or item.get("message") or item.get("allowed") or item.get("fix") or ""
    allowed = item.get("allowed")
    choices = f" (allowed: {', '.join(map(str, allowed))})" if isinstance(allowed, list) else ""
    return f"{where}: {value}{said}{choices}"
