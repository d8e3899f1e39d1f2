"""URIs of the images that AWS publishes, from a committed table, so that synthesis needs no network.

`tables/images.json` holds facts of the `sagemaker` package's `image_uri_config` (its version is named there).
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

from spec.errors import UnknownImageError

_TABLE = Path(__file__).parent / "tables" / "images.json"


def builtin_image_uri(name: str, version: str, region: str) -> str:
    """The image of a built-in algorithm in a region."""
    return _uri("builtins", name, version, region)


def framework_image_uri(framework: str, version: str, region: str) -> str:
    """The image that runs scripts of a framework in a region."""
    return _uri("frameworks", framework, version, region)


def builtin_versions(name: str) -> tuple[str, ...]:
    """Versions of a built-in that can be asked for, oldest first."""
    return tuple(_image("builtins", name)["tags"])


def framework_versions(framework: str) -> tuple[str, ...]:
    """Versions of a framework's image that can be asked for, oldest first."""
    return tuple(_image("frameworks", framework)["tags"])


def _uri(group: str, name: str, version: str, region: str) -> str:
    image = _image(group, name)
    tag = _entry(image["tags"], version, f"version of {name}")
    account = _entry(_table()["accounts"][image["accounts"]], region, f"region of {name}")
    return f"{account}.dkr.ecr.{region}.{_domain(region)}/{image['repository']}:{tag}"


def _image(group: str, name: str) -> dict[str, Any]:
    image: dict[str, Any] = _entry(_table()[group], name, f"name in {group}")
    return image


def _entry(table: dict[str, Any], key: str, what: str) -> Any:
    if key not in table:
        raise UnknownImageError(f"{what}: {key!r} is unknown; known are {', '.join(table)}")
    return table[key]


def _domain(region: str) -> str:
    domains: dict[str, str] = _table()["domains"]
    return next((domain for start, domain in domains.items() if region.startswith(start)), "amazonaws.com")


@cache
def _table() -> dict[str, Any]:
    table: dict[str, Any] = json.loads(_TABLE.read_text(encoding="utf-8"))
    return table
