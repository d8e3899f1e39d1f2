"""Media types that AWS's image reads, and the one format that each of them means."""

from email.message import Message
from functools import lru_cache

from xgboost_image.problems import UserError

CSV, LIBSVM, PARQUET, RECORDIO = "csv", "libsvm", "parquet", "recordio-protobuf"
_FORMATS = {
    CSV: CSV,
    LIBSVM: LIBSVM,
    PARQUET: PARQUET,
    RECORDIO: RECORDIO,
    "text/csv": CSV,
    "text/libsvm": LIBSVM,
    "text/x-libsvm": LIBSVM,
    "application/x-parquet": PARQUET,
    "application/x-recordio-protobuf": RECORDIO,
}


@lru_cache  # a server's callers say the same few
def format_of(content_type: str | None) -> str:
    """Return the format; libsvm where nothing is said.

    Raises:
        UserError: no format goes by that media type, or it says that CSV has more than one label.
    """
    if not content_type:
        return LIBSVM
    header = Message()
    header["Content-Type"] = content_type.lower()
    words = header.get_params(failobj=[])
    name, given = words[0][0].strip(), dict(words[1:])
    if name not in _FORMATS:
        raise UserError(f"{content_type} is not an accepted ContentType: {', '.join(_FORMATS)}.")
    if _FORMATS[name] == CSV and given.get("label_size", "1") != "1":
        raise UserError(
            f"{content_type} is not an accepted csv ContentType. Optional parameter label_size must be equal to 1"
        )
    return _FORMATS[name]
