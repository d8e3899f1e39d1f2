"""Raw data on its way to S3: looked at first, then uploaded, several parts at a time where it is large."""

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

from trainyard.errors import BadInput

SUFFIXES = (".csv", ".parquet")
PARQUET = b"PAR1"


def check(files: list[Path], columns: list[str]) -> None:
    """Every file exists, is CSV or Parquet, and a CSV's header has the columns; all problems at once."""
    problems = [problem for path in files if (problem := _problem(path, columns))]
    names = [path.name for path in files]
    problems += [
        f"{name}: given twice; S3 keeps files by their name" for name in sorted(set(names)) if names.count(name) > 1
    ]
    if problems:
        raise BadInput("nothing was uploaded", details=problems)


def _problem(path: Path, columns: list[str]) -> str | None:
    if path.suffix.lower() not in SUFFIXES:
        return f"{path}: must end in {' or '.join(SUFFIXES)}"
    try:
        return _bad_parquet(path) if path.suffix.lower() == ".parquet" else _bad_csv(path, columns)
    except OSError as error:
        return f"{path}: {error.strerror}"
    except (UnicodeDecodeError, csv.Error):
        return f"{path}: is not UTF-8 CSV"


def _bad_parquet(path: Path) -> str | None:
    with path.open("rb") as file:
        return None if file.read(4) == PARQUET else f"{path}: is not Parquet"


def _bad_csv(path: Path, columns: list[str]) -> str | None:
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.reader(file)
        header, first = next(rows, []), next(rows, None)
    if not header:
        return f"{path}: is empty; the first line must name the columns"
    missing = [name for name in columns if name not in header]
    if missing:
        return f"{path}: no column {', '.join(missing)}; the header has {', '.join(header)}"
    return None if first else f"{path}: has a header but no rows"


def push(s3: Any, bucket: str, prefix: str, files: list[Path], moved: Callable[[int], None]) -> list[str]:
    """Uploads each file under its name, and returns the keys; `moved` hears of bytes from several threads."""
    keys = [f"{prefix}{path.name}" for path in files]
    for path, key in zip(files, keys, strict=True):
        s3.upload_file(str(path), bucket, key, Callback=moved)
    return keys


def remove_others(s3: Any, bucket: str, prefix: str, keep: list[str]) -> list[str]:
    """Deletes what lies under the prefix but is not to be kept (versions stay), and returns the keys."""
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    keys = [item["Key"] for page in pages for item in page.get("Contents", []) if item["Key"] not in keep]
    for key in keys:
        s3.delete_object(Bucket=bucket, Key=key)
    return keys
