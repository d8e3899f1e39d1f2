"""How requests are cut and sent: what the request says, else what the container asks for, else AWS's defaults."""

from dataclasses import dataclass
from typing import Any

from local.sagemaker.store import Record

MEGABYTE = 1024 * 1024
_PAYLOAD = 6
_PARALLEL = 1
_MOST_PARALLEL = 64
_STRATEGIES = {"SingleRecord": "SINGLE_RECORD", "MultiRecord": "MULTI_RECORD"}
_VARIABLES = {
    "MaxPayloadInMB": "SAGEMAKER_MAX_PAYLOAD_IN_MB",
    "MaxConcurrentTransforms": "SAGEMAKER_MAX_CONCURRENT_TRANSFORMS",
    "BatchStrategy": "SAGEMAKER_BATCH_STRATEGY",
}


@dataclass(frozen=True, kw_only=True)
class Parameters:
    """Settled values.

    Attributes:
        megabytes: most that one request may carry; 0 for no bound, sent in chunks.
        parallel: requests on their way to one instance at the same time.
        strategy: `SINGLE_RECORD` or `MULTI_RECORD`.
    """

    megabytes: int
    parallel: int
    strategy: str

    @property
    def payload(self) -> int | None:
        """The bound in bytes; None for no bound."""
        return self.megabytes * MEGABYTE or None

    def __str__(self) -> str:
        """Return the line with which AWS begins the data log."""
        return (
            f"MaxConcurrentTransforms={self.parallel}, MaxPayloadInMB={self.megabytes}, BatchStrategy={self.strategy}"
        )


def settle(request: Record, offered: dict[str, Any]) -> Parameters:
    """Return the parameters of a job whose container answered `/execution-parameters` with `offered`."""
    strategy = str(request.get("BatchStrategy") or offered.get("BatchStrategy"))
    megabytes = request.get("MaxPayloadInMB")
    return Parameters(
        megabytes=_whole(offered.get("MaxPayloadInMB"), _PAYLOAD) if megabytes is None else megabytes,
        parallel=min(
            _MOST_PARALLEL,
            request.get("MaxConcurrentTransforms") or _whole(offered.get("MaxConcurrentTransforms"), _PARALLEL),
        ),
        strategy="SINGLE_RECORD" if strategy in ("SingleRecord", "SINGLE_RECORD") else "MULTI_RECORD",
    )


def variables(request: Record) -> dict[str, str]:
    """Return the environment by which a container learns what the request says; what it leaves out is not passed."""
    found = {"SAGEMAKER_BATCH": "true"}
    for member, variable in _VARIABLES.items():
        if member in request:
            found[variable] = str(_STRATEGIES.get(request[member], request[member]))
    return found


def _whole(value: Any, default: int) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else default
