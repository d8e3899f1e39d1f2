"""Manifests: JSON objects in S3 that list the objects of a data source."""

from typing import Any


class BadManifest(ValueError):
    """What is wrong with it."""


def parts(entries: Any) -> tuple[str, list[str]]:
    """Return the prefix and what follows it: `[{"prefix": "s3://..."}, "name", ...]`.

    Raises:
        BadManifest: it is none.
    """
    first = entries[0] if isinstance(entries, list) and entries else None
    prefix = first.get("prefix") if isinstance(first, dict) else None
    if not isinstance(prefix, str) or not prefix.startswith("s3://"):
        raise BadManifest('its first element must be {"prefix": "s3://..."}')
    names = entries[1:]
    if wrong := [name for name in names if not isinstance(name, str) or not name]:
        raise BadManifest(f"{wrong[0]!r} is not the name of an object")
    return prefix, names
