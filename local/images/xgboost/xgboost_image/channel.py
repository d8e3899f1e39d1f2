"""A training channel: which files of its folder are data, and their rows."""

import io
import logging
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from recordio import RecordIOError, read_matrix

from xgboost_image import content_types, light, textfiles
from xgboost_image.problems import Unreadable, UserError
from xgboost_image.rows import Rows, joined

log = logging.getLogger(__name__)

_DEEPEST = 3
_KNOWN = ("train", "validation", "code")


def check(channels: Mapping[str, Any]) -> None:
    """Check the names and modes of the job's channels.

    Raises:
        UserError: `train` is missing, there is a channel of another name, or one is piped.
    """
    if "train" not in channels:
        raise UserError("Missing required channel: train")
    for name, config in channels.items():
        if name not in _KNOWN:
            raise UserError(f"Extraneous channel found: {name}")
        if config.get("TrainingInputMode", "File") == "Pipe":
            raise UserError(f"Channel configuration for '{name}' channel is not supported: {dict(config)}")


def read(folder: Path, content_type: str | None, *, weights: bool) -> Rows | None:
    """Return the rows of every file, nothing where there is no file.

    Raises:
        UserError: a file is not what the content type says; the message names it.
    """
    kind = content_types.format_of(content_type)
    parts = [_read_file(file, kind, weights=weights) for file in sorted(_files(folder))]
    return joined(parts) if parts else None


def _files(folder: Path) -> Iterator[Path]:
    for root, folders, names in os.walk(folder):
        here = Path(root)
        if len(here.relative_to(folder).parts) >= _DEEPEST and (folders or names):
            log.warning("The depth of folder %s exceeds the limit %d. Deeper files are not read.", here, _DEEPEST)
            folders.clear()
            continue
        for name in names:
            if name.startswith("."):
                raise UserError("Hidden file found in the data path! Remove that before training.")
            if (here / name).stat().st_size:
                yield here / name


def _read_file(file: Path, kind: str, *, weights: bool) -> Rows:
    try:
        return _rows(file.read_bytes(), kind, weights=weights)
    except Unreadable as error:
        raise UserError(f"Failed to load {kind} data of file '{file.name}': {error}") from error


def _rows(data: bytes, kind: str, *, weights: bool) -> Rows:
    if kind == content_types.CSV:
        return textfiles.labelled_csv(data, weights=weights)
    if kind == content_types.LIBSVM:
        return textfiles.read_libsvm(data, labelled=True)
    if kind == content_types.PARQUET:
        return _parquet(data)
    return _recordio(data)


def _parquet(data: bytes) -> Rows:
    light.shown("pandas")  # pyarrow asks for it here
    try:
        table = pq.ParquetFile(io.BytesIO(data)).read()
        columns = [column.cast(pa.float64()).to_numpy() for column in table.columns]
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, OSError) as error:
        raise Unreadable(str(error)) from error
    if len(columns) < 2 or not len(columns[0]):
        raise Unreadable(f"{len(columns)} column(s), {table.num_rows} row(s): a label and a feature are needed")
    return Rows(np.stack(columns[1:], axis=1), columns[0])


def _recordio(data: bytes) -> Rows:
    try:
        found = read_matrix(data)
    except RecordIOError as error:
        raise Unreadable(str(error)) from error
    if found.labels is None:
        raise UserError("Got input data without labels. Please check the input data set.")
    return Rows(found.features, found.labels)
