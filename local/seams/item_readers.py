"""Items of a Distributed Map: an S3 listing, CSV, JSON, JSON Lines, or the files of an S3 inventory.

https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html
"""

import csv
import gzip
import io
import itertools
import json
from collections.abc import Iterator
from typing import Any

MOST_ITEMS = 100_000_000
_DELIMITERS = {"COMMA": ",", "PIPE": "|", "SEMICOLON": ";", "SPACE": " ", "TAB": "\t"}


class ReaderError(ValueError):
    """The items cannot be read; Step Functions calls this States.ItemReaderFailed."""


def read(client: Any, resource: str, arguments: dict[str, Any], config: dict[str, Any]) -> list[Any]:
    """Return the items that an ItemReader names; `config` is its ReaderConfig with all values filled in.

    Raises:
        ReaderError: the object is missing, or not of the form that the config says.
    """
    most = int(config.get("MaxItems") or MOST_ITEMS)
    try:
        items = _listing(client, arguments) if resource == "s3:listObjectsV2" else _object(client, arguments, config)
        return list(itertools.islice(items, min(most, MOST_ITEMS)))
    except (client.exceptions.ClientError, UnicodeDecodeError, json.JSONDecodeError, csv.Error, OSError) as error:
        raise ReaderError(str(error)) from error


def _listing(client: Any, arguments: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for page in client.get_paginator("list_objects_v2").paginate(**arguments):
        for found in page.get("Contents", []):
            yield {
                "Etag": found["ETag"],
                "Key": found["Key"],
                "LastModified": int(found["LastModified"].timestamp()),
                "Size": found["Size"],
                "StorageClass": found["StorageClass"],
            }


def _object(client: Any, arguments: dict[str, Any], config: dict[str, Any]) -> Iterator[Any]:
    data = client.get_object(**arguments)["Body"].read()
    match config.get("InputType", "JSON"):
        case "CSV":
            return _csv(data.decode("utf-8-sig"), config)
        case "JSONL":
            return (json.loads(line) for line in data.decode().splitlines() if line.strip())
        case "JSON":
            return iter(_json(json.loads(data), config.get("ItemsPointer", "")))
        case "MANIFEST":
            return _inventory(client, json.loads(data), config)
        case other:
            raise ReaderError(f"the embedded AWS reads no items of type {other}")


def _csv(text: str, config: dict[str, Any]) -> Iterator[dict[str, str]]:
    """A short row ends in empty values, a long one loses the rest; a given header leaves all rows as data."""
    rows = csv.reader(io.StringIO(text), delimiter=_DELIMITERS[config.get("CSVDelimiter", "COMMA")])
    given = config.get("CSVHeaderLocation") == "GIVEN"
    headers = config.get("CSVHeaders") if given else next(rows, None)
    if not headers:
        raise ReaderError("the CSV data has no headers")
    if len(set(headers)) < len(headers):
        raise ReaderError("CSV headers cannot contain duplicates.")
    return (dict(zip(headers, [*row, *[""] * len(headers)], strict=False)) for row in rows if row)


def _json(document: Any, pointer: str) -> list[Any]:
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        try:
            document = document[int(name)] if isinstance(document, list) else document[name]
        except (LookupError, TypeError, ValueError) as error:
            raise ReaderError(f"ItemsPointer {pointer} names nothing") from error
    return items_of(document)


def items_of(document: Any) -> list[Any]:
    """Return the items of an array, or the members of an object as `Key` and `Value`.

    Raises:
        ReaderError: it is neither.
    """
    if isinstance(document, list):
        return document
    if isinstance(document, dict):
        return [{"Key": key, "Value": value} for key, value in document.items()]
    raise ReaderError("Attempting to map over non-iterable node.")


def _inventory(client: Any, manifest: dict[str, Any], config: dict[str, Any]) -> Iterator[dict[str, str]]:
    """The rows of the CSV files of an S3 inventory, in the schema that its manifest names."""
    if config.get("ManifestType", "S3_INVENTORY") != "S3_INVENTORY" or manifest.get("fileFormat") != "CSV":
        raise ReaderError("the embedded AWS reads manifests of S3 inventories in CSV only")
    headers = [name.strip() for name in manifest["fileSchema"].split(",")]
    bucket = str(manifest["destinationBucket"]).rpartition(":::")[2]
    for file in manifest["files"]:
        data = client.get_object(Bucket=bucket, Key=file["key"])["Body"].read()
        text = (gzip.decompress(data) if file["key"].endswith(".gz") else data).decode()
        yield from _csv(text, {"CSVHeaderLocation": "GIVEN", "CSVHeaders": headers})
