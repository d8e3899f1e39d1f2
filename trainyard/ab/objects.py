"""Lines of JSON in the bucket, below folders that are named by the hour: yyyy/mm/dd/hh."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any

AT_ONCE = 8


@dataclass(frozen=True)
class Line:
    """`record` is None where the line is no JSON object."""

    record: dict[str, Any] | None


def since(s3: Any, bucket: str, folder: str, start: datetime) -> Iterator[Line]:
    """Every line of the objects of these hours, in the order in which the objects were written.

    Names sort by time, so that what is older is not even listed.
    """
    pages = s3.get_paginator("list_objects_v2").paginate(
        Bucket=bucket, Prefix=folder, StartAfter=f"{folder}{start:%Y/%m/%d/%H}"
    )
    found = [item for page in pages for item in page.get("Contents", [])]
    keys = [item["Key"] for item in sorted(found, key=lambda item: (item["LastModified"], item["Key"]))]

    def body(key: str) -> bytes:
        read: bytes = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        return read

    with ThreadPoolExecutor(AT_ONCE) as readers:
        for content in readers.map(body, keys):
            yield from (Line(_record(text)) for text in content.splitlines() if text.strip())


def _record(text: bytes) -> dict[str, Any] | None:
    try:
        record = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return record if isinstance(record, dict) else None
