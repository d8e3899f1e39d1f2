"""DataProcessing: what of a record the model sees, and what of record and answer the output keeps.

Rows of CSV are arrays of strings; JSON and JSON Lines are values. An answer joins its record as further columns,
or under `SageMakerOutput`; a record that is no object goes under `SageMakerInput` then.
"""

import csv
import io
import json
import uuid
from collections.abc import Callable
from typing import Any

from local.sagemaker.store import Record
from local.sagemaker.transform.jsonpath import JsonPath

CSV = "text/csv"
JSON = ("application/json", "application/jsonlines")


class DataProblem(Exception):
    """A record or an answer cannot be worked on; the message is for the data log."""


def media_type(text: str | None) -> str:
    """Return a media type without its parameters."""
    return (text or "").partition(";")[0].strip().lower()


class DataProcessing:
    """The filters and the join of one job."""

    def __init__(self, request: Record, started: str) -> None:
        """Compile the filters.

        Args:
            request: CreateTransformJob's.
            started: when the job started, in UTC, for the inference time of outputs.

        Raises:
            PathProblem: a filter is not a path.
        """
        asked = request.get("DataProcessing", {})
        self._input = JsonPath(asked.get("InputFilter") or "$")
        self._output = JsonPath(asked.get("OutputFilter") or "$")
        self._join = asked.get("JoinSource", "None") == "Input"
        self._identify = bool(request.get("DataCaptureConfig", {}).get("GenerateInferenceId"))
        self._started = started
        self._sent = media_type(request["TransformInput"].get("ContentType"))
        self._received = media_type(request["TransformOutput"].get("Accept")) or self._sent
        self._by_line = request["TransformInput"].get("SplitType", "None") != "None"

    @property
    def filters_input(self) -> bool:
        """Whether the model sees something other than the records."""
        return bool(self._input)

    @property
    def changes_output(self) -> bool:
        """Whether the output is something other than the answers."""
        return bool(self._join or self._output or self._identify)

    def filtered(self, record: bytes) -> bytes:
        """Return what the model sees of a record.

        Raises:
            PathProblem, DataProblem: it cannot be selected.
        """
        if self._sent == CSV:
            return _write_row(_columns(self._input.select(_row(record, "input")))) + b"\n"
        ending = b"\n" if self._by_line else b""
        return _write_json(self._input.select(_value(record, "input"))) + ending

    def finished(self, records: list[bytes], answer: bytes) -> bytes:
        """Return what the output keeps of records and the answer to them, a line each.

        Raises:
            PathProblem, DataProblem: they do not go together.
        """
        answers = self._answers(answer, len(records))
        finish = self._finish_row if self._received == CSV else self._finish_value
        return b"\n".join(finish(record, given) for record, given in zip(records, answers, strict=True))

    def _answers(self, answer: bytes, count: int) -> list[bytes]:
        if not self._by_line:
            return [answer]
        lines = [line for line in answer.splitlines() if line.strip()]
        if count == 1 and self._received != CSV:
            return [answer]
        if len(lines) != count:
            raise DataProblem(f"The algorithm answered {len(lines)} records to {count} records of the input")
        return lines

    def _finish_row(self, record: bytes, answer: bytes) -> bytes:
        row = _row(answer, "output from the algorithm")
        if self._join:
            row = _row(record, "input") + row
        row = _columns(self._output.select(row))
        return _write_row([*row, str(uuid.uuid4()), self._started] if self._identify else row)

    def _finish_value(self, record: bytes, answer: bytes) -> bytes:
        value = _value(answer, "output from the algorithm")
        if self._join:
            source = _value(record, "input")
            base = source if isinstance(source, dict) else {"SageMakerInput": source}
            value = {**base, "SageMakerOutput": value}
        value = self._output.select(value)
        if self._identify:
            base = value if isinstance(value, dict) else {"SageMakerOutput": value}
            value = {**base, "SageMakerInferenceId": str(uuid.uuid4()), "SageMakerInferenceTime": self._started}
        return _write_json(value)


def _row(record: bytes, what: str) -> list[str]:
    def read(text: str) -> list[str]:
        rows = list(csv.reader([text], strict=True))
        return rows[0] if rows else []

    return list(_parsed(record, f"{what} as CSV", read))


def _value(record: bytes, what: str) -> Any:
    return _parsed(record, f"{what} as JSON", json.loads)


def _parsed(record: bytes, what: str, read: Callable[[str], Any]) -> Any:
    try:
        return read(record.decode().strip("\r\n"))
    except (ValueError, csv.Error) as error:
        raise DataProblem(f"Failed to parse {what}: {error}") from error


def _columns(selected: Any) -> list[Any]:
    return selected if isinstance(selected, list) else [selected]


def _write_row(row: list[Any]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(row)
    return text.getvalue().encode()


def _write_json(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()
