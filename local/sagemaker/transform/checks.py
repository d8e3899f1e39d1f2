"""What CreateTransformJob refuses beyond its model."""

import re

from local.sagemaker.errors import validation
from local.sagemaker.store import Record
from local.sagemaker.transform.dataprocessing import CSV, JSON, media_type

_MOST_MEGABYTES = 100
_OPERATORS = {
    "csv": ["$", "[", "]", "*", " ", ",", ":", "-"],
    "json": ["$", "[", "]", "*", ".", " ", ",", ":", "-", "'"],
}


def check(request: Record) -> None:
    """Refuse a request as AWS does.

    Raises:
        AwsError: what is wrong with it.
    """
    source = request["TransformInput"]["DataSource"]["S3DataSource"]
    if source["S3DataType"] not in ("S3Prefix", "ManifestFile"):
        raise validation(f"S3DataType {source['S3DataType']} is not supported for transform jobs.")
    split_type = request["TransformInput"].get("SplitType", "None")
    if request.get("BatchStrategy") == "MultiRecord" and split_type == "None":
        raise validation("BatchStrategy MultiRecord requires a SplitType of Line, RecordIO or TFRecord.")
    _check_payload(request)
    _check_processing(request, split_type)


def _check_payload(request: Record) -> None:
    payload, parallel = request.get("MaxPayloadInMB", 6), request.get("MaxConcurrentTransforms") or 1
    if payload > _MOST_MEGABYTES:
        raise validation(f"MaxPayloadInMB must not exceed {_MOST_MEGABYTES} MB, got {payload}.")
    if payload * parallel > _MOST_MEGABYTES:
        raise validation(
            f"The value of MaxConcurrentTransforms * MaxPayloadInMB must not exceed {_MOST_MEGABYTES} MB,"
            f" got {parallel} * {payload}."
        )


def _check_processing(request: Record, split_type: str) -> None:
    asked = request.get("DataProcessing", {})
    filters = {name: asked.get(name) or "$" for name in ("InputFilter", "OutputFilter")}
    joins = asked.get("JoinSource", "None") == "Input"
    if not joins and set(filters.values()) == {"$"}:
        return
    sent = media_type(request["TransformInput"].get("ContentType"))
    received = media_type(request["TransformOutput"].get("Accept")) or sent
    for member, found in (("ContentType", sent), ("Accept", received)):
        if found not in (CSV, *JSON):
            raise validation(
                f"DataProcessing requires {member} to be one of {', '.join((CSV, *JSON))}, got {found or 'none'}."
            )
    if CSV in (sent, received) and joins and sent != received:
        raise validation(f"JoinSource Input cannot join input of type {sent} with output of type {received}.")
    if sent == CSV and (split_type != "Line" or request["TransformOutput"].get("AssembleWith") != "Line"):
        raise validation("DataProcessing of text/csv requires SplitType Line and AssembleWith Line.")
    _check_path("InputFilter", filters["InputFilter"], sent)
    _check_path("OutputFilter", filters["OutputFilter"], received)


def _check_path(member: str, path: str, kind: str) -> None:
    operators = _OPERATORS["csv" if kind == CSV else "json"]
    letters = r"0-9" if kind == CSV else r"A-Za-z0-9"
    if not path.startswith("$"):
        raise validation(f'Invalid {member}: "{path}". JsonPath must start with "$".')
    unknown = re.search(f"[^{letters}{re.escape(''.join(operators))}]", path)
    if unknown:
        listed = ", ".join(f"'{operator}'" for operator in operators)
        raise validation(
            f'Invalid {member}: "{path}". Unexpected "{unknown[0]}" in JsonPath.'
            f' Supported operators for "{kind}" are [{listed}]'
        )
