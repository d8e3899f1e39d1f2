"""A container's answers into predictions, as the candidate's decoder in features.json says."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from contract import table
from contract.errors import UserError
from contract.text import quoted
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Codes = NDArray[np.intp]


@dataclass(frozen=True)
class Values:
    """Predicted numbers."""

    values: Floats


@dataclass(frozen=True)
class Classes:
    """Predicted classes as positions in the categories; probabilities where the model gives them."""

    codes: Codes
    probabilities: Floats | None


def read(path: Path, decoder: Mapping[str, str], categories: Sequence[str]) -> Values | Classes:
    """Decode all rows; a regression has no categories."""
    how = f"{decoder.get('format')} {decoder.get('output')}"
    if how == "json score":
        return _json(path, categories)
    known = _REGRESSION if not categories else _CLASSIFICATION
    if how not in known:
        raise UserError(f"decoder {how!r} is not known here; known: {', '.join([*known, 'json score'])}")
    rows = [row for row in table.rows(table.read_text(path), path.name) if row]
    try:
        return known[how](rows, categories)
    except UserError as error:
        raise UserError(f"{path.name}: {error}") from error


def _floats(rows: Sequence[Sequence[str]], width: int | None = None) -> Floats:
    """Read a table of numbers, all rows of one width; brackets around a row are passed over."""
    width = width or len(rows[0])
    for number, row in enumerate(rows, start=1):
        if len(row) != width:
            raise UserError(f"row {number} has {len(row)} numbers instead of {width}")
    try:
        return np.array([[table.number(cell.strip(" []")) for cell in row] for row in rows], dtype=float)
    except ValueError as error:
        raise UserError(f"an answer is no finite number: {error}") from error


def _value(rows: list[list[str]], _: Sequence[str]) -> Values:
    return Values(_floats(rows, 1)[:, 0])


def _codes(labels: Sequence[str], categories: Sequence[str]) -> Codes:
    codes = {category: code for code, category in enumerate(categories)}
    try:
        return np.array([codes[label] for label in labels], dtype=np.intp)
    except KeyError as error:
        raise UserError(f"answered {quoted(error.args[0])}, which is none of {', '.join(categories)}") from error


def _label(rows: list[list[str]], categories: Sequence[str]) -> Classes:
    return Classes(_codes([row[0].strip() for row in rows], categories), None)


def _label_probabilities(rows: list[list[str]], categories: Sequence[str]) -> Classes:
    probabilities = _floats([row[1:] for row in rows], len(categories))
    return Classes(_label(rows, categories).codes, probabilities)


def _code(rows: list[list[str]], categories: Sequence[str]) -> Classes:
    return Classes(_bounded(_floats(rows, 1)[:, 0], categories), None)


def _bounded(values: Floats, categories: Sequence[str]) -> Codes:
    codes = values.astype(np.intp)
    if (codes != values).any() or codes.min() < 0 or codes.max() >= len(categories):
        raise UserError(f"an answer is no class code from 0 to {len(categories) - 1}")
    return codes


def _probabilities(rows: list[list[str]], categories: Sequence[str]) -> Classes:
    if len(categories) == 2 and len(rows[0]) == 1:
        second = _floats(rows, 1)
        return Classes((second[:, 0] > 0.5).astype(np.intp), np.hstack([1 - second, second]))
    probabilities = _floats(rows, len(categories))
    return Classes(probabilities.argmax(axis=1), probabilities)


_REGRESSION = {"csv value": _value}
_CLASSIFICATION = {
    "csv label": _label,
    "csv label-probabilities": _label_probabilities,
    "csv code": _code,
    "csv probabilities": _probabilities,
}


def _json(path: Path, categories: Sequence[str]) -> Values | Classes:
    answers = list(_answers(table.read_text(path), path.name))
    try:
        scores = [answer["score"] for answer in answers]
        if not categories:
            return Values(np.array(scores, dtype=float).reshape(len(scores)))
        labels = np.array([answer["predicted_label"] for answer in answers], dtype=float)
        table_ = np.array(scores, dtype=float).reshape(len(scores), -1)
    except (KeyError, TypeError, ValueError) as error:
        raise UserError(f"{path.name}: an answer lacks score or predicted_label: {error}") from error
    probabilities = np.hstack([1 - table_, table_]) if table_.shape[1] == 1 else table_
    return Classes(_bounded(labels, categories), probabilities)


def _answers(text: str, name: str) -> list[Any]:
    """Collect the predictions of all answers, which a transform has put one behind another."""
    decoder, position, answers = json.JSONDecoder(), 0, []
    while text[position:].strip():
        start = position + len(text[position:]) - len(text[position:].lstrip())
        try:
            value, position = decoder.raw_decode(text, start)
            answers.extend(value["predictions"])
        except (ValueError, KeyError, TypeError) as error:
            raise UserError(f"{name}: no answer with predictions at character {start}: {error}") from error
    return answers
