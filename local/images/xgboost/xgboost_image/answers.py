"""Predictions as bodies, as AWS's image writes them.

For an endpoint: one line per row, or JSON; up to 1.2-1 all rows in one line. For a batch transform: one line per row,
several numbers in brackets.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from xgboost_image import plain

CSV, JSON = "text/csv", "application/json"
SUPPORTED = (JSON, "application/jsonlines", "application/x-recordio-protobuf", CSV)
_ONE_LINE = re.compile(r"xgboost:.*|sagemaker-xgboost:(0\.90-|1\.0-|1\.2-1).*")


class NotAcceptable(Exception):
    """The caller wants a media type that is not written here."""


@dataclass(frozen=True)
class Style:
    """What the server's variables say about its answers."""

    selected: str
    batch: bool
    one_line: bool
    default: str

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Style":
        """Read them; `STAND_IN_FOR` is the name and tag of AWS's image that was asked for."""
        return cls(
            selected=environment.get("SAGEMAKER_INFERENCE_OUTPUT", ""),
            batch=bool(environment.get("SAGEMAKER_BATCH")),
            one_line=bool(_ONE_LINE.fullmatch(environment.get("STAND_IN_FOR", ""))),
            default=environment.get("SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT") or CSV,
        )

    def accept(self, header: str) -> str:
        """Return the media type to write.

        Raises:
            NotAcceptable: it is none of ours.
        """
        wanted = header.partition(";")[0].strip().lower()
        if wanted in ("", "*/*"):
            return self.default
        if wanted not in SUPPORTED:
            supported = f"Please use supported accept types: {list(SUPPORTED)}."
            raise NotAcceptable(f"Accept type {wanted} is not supported. {supported}")
        return wanted

    def body(self, predictions: Sequence[Any], accept: str) -> bytes:
        """Return the predictions of an answer where nothing is selected."""
        if self.batch:
            return ("\n".join(map(str, predictions)) + "\n").encode()
        if accept == JSON and not self.one_line:
            return json.dumps({"predictions": [{"score": value} for value in predictions]}).encode()
        if accept not in (CSV, JSON):
            raise NotAcceptable(f"Accept type {accept} needs the variable SAGEMAKER_INFERENCE_OUTPUT.")
        if self.one_line:
            return ",".join(map(str, predictions)).encode()
        written = plain.lines(predictions)
        return "".join(f"{_line(value)}\n" for value in predictions).encode() if written is None else written


def _line(value: Any) -> str:
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)
