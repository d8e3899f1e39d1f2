"""What headers say of media types, as R gets it: names alone, in lower case."""

from functools import lru_cache


@lru_cache(64)
def content_type(header: str) -> str:
    """Return the type of a body; where the client does not say, it is CSV."""
    name = header.partition(";")[0].strip().lower()
    return "text/csv" if name in ("", "*/*") else name


@lru_cache(64)
def accepted(header: str) -> str:
    """Return the types that may be answered, the best first, with commas between; "" leaves it to the image."""
    ranked = sorted((_ranked(item) for item in header.split(",")), key=lambda item: -item[1])
    names = [name for name, quality in ranked if name and quality > 0]
    return "" if names[:1] == ["*/*"] else ",".join(names)


def _ranked(item: str) -> tuple[str, float]:
    """Split RFC 9110's `type/subtype;q=0.5`; a quality that is no number counts as none given."""
    name, *parameters = (part.strip().lower() for part in item.split(";"))
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                return name, float(parameter[2:])
            except ValueError:
                break
    return name, 1.0
