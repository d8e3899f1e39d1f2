"""What the run learned from: sizes of the parts, and the features."""

from typing import Any

from trainyard.report.html import Markup, element, facts, table
from trainyard.report.reading import Report

PARTS = {"train": "train/", "validation": "validation/", "test": "test/features.csv"}
SHOWN = 12


def section(report: Report) -> Markup:
    """Sizes and features."""
    features = report.features
    pairs = [
        ("Raw data", report.plan.get("data", {}).get("uri", "-")),
        ("Layout on the wire", features.get("layout", "-")),
    ]
    pairs += [(label, features[key]) for key, label in _FACTS.items() if key in features]
    parts = [element("h2", "Data"), facts(pairs), _sizes(report)]
    if features.get("features"):
        rows = [_feature(feature) for feature in features["features"] if isinstance(feature, dict)]
        parts.append(table("Features, as requests give them", ["Feature", "Type", "Values"], rows))
    return element("section", *parts)


_FACTS = {"time": "Time", "frequency": "Frequency", "series": "Series"}


def _sizes(report: Report) -> Markup:
    rows = [
        [part, report.features.get("rows", {}).get(part, "-"), size(total)]
        for part, prefix in PARTS.items()
        if (total := sum(number for name, number in report.sizes.items() if name.startswith(prefix)))
    ]
    return table("Prepared data", ["Part", "Rows", "Size"], rows) if rows else Markup()


def size(count: int) -> str:
    """Bytes in a unit that reads well."""
    value, units = float(count), ["bytes", "kB", "MB", "GB"]
    while value >= 1000 and len(units) > 1:
        value /= 1000
        units.pop(0)
    return f"{value:.3g} {units[0]}" if units[0] != "bytes" else f"{count} bytes"


def _feature(feature: dict[str, Any]) -> list[str]:
    if "categories" in feature:
        found = [str(category) for category in feature["categories"]]
        more = f", ... ({len(found)} in all)" if len(found) > SHOWN else ""
        return [feature.get("name", ""), "category", ", ".join(found[:SHOWN]) + more]
    values = f"{_number(feature.get('min'))} to {_number(feature.get('max'))}"
    return [feature.get("name", ""), feature.get("type", ""), values]


def _number(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)
