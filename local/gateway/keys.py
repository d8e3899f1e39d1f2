"""API keys and the usage plans that bound them: a token bucket for the rate, a counter for the quota."""

import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

from local.gateway.call import Call
from local.gateway.errors import GatewayError

_PERIODS = {"DAY": "%Y-%m-%d", "WEEK": "%G-%V", "MONTH": "%Y-%m"}


class Bucket:
    """A token bucket: `burst` tokens, refilled at `rate` a second."""

    def __init__(self, rate: float, burst: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate, self._burst, self._clock = rate, burst, clock
        self._tokens, self._at = burst, clock()

    def take(self) -> bool:
        """Take a token if there is one."""
        now = self._clock()
        self._tokens = min(self._burst, self._tokens + (now - self._at) * self._rate)
        self._at = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True


class Keys:
    """Checks the key of a call against moto's usage plans, and counts."""

    def __init__(self, used: dict[tuple[str, str, str], int] | None = None) -> None:
        self._lock = threading.Lock()
        self._buckets: dict[tuple[Any, ...], Bucket] = {}
        self._used: dict[tuple[str, str, str], int] = dict(used or {})

    def used(self) -> dict[tuple[str, str, str], int]:
        """Return how many calls each plan, key and period has counted against its quota."""
        with self._lock:
            return dict(self._used)

    def check(self, call: Call, backend: Any) -> None:
        """Set the call's key where the method wants one.

        Raises:
            GatewayError: no key, a wrong key, too fast, or too many.
        """
        if not call.method.api_key_required:
            return
        value = call.request.headers.get("x-api-key")
        found = _find(backend, call, value) if value else None
        if found is None:
            raise GatewayError("INVALID_API_KEY")
        call.key, plan = found
        with self._lock:
            self._throttle(plan, call.key.id)
            self._count(plan, call.key.id)

    def _throttle(self, plan: Any, key: str) -> None:
        rate, burst = plan.throttle.get("rateLimit"), plan.throttle.get("burstLimit")
        if rate is None and burst is None:
            return
        limits = (float(rate or 10_000), float(burst or rate or 5_000))
        bucket = self._buckets.setdefault((plan.id, key, *limits), Bucket(*limits))
        if not bucket.take():
            raise GatewayError("THROTTLED")

    def _count(self, plan: Any, key: str) -> None:
        if "limit" not in plan.quota:
            return
        period = time.strftime(_PERIODS[plan.quota.get("period", "DAY")], time.gmtime())
        used = self._used.get((plan.id, key, period), 0)
        if used >= int(plan.quota["limit"]):
            raise GatewayError("QUOTA_EXCEEDED")
        self._used[(plan.id, key, period)] = used + 1


def _find(backend: Any, call: Call, value: str) -> tuple[Any, Any] | None:
    """Return the key of this value and a plan that opens the API's stage to it."""
    keys: Iterable[Any] = backend.keys.values()
    key = next((key for key in keys if key.value == value and key.enabled), None)
    if key is None:
        return None
    for plan in backend.usage_plans.values():
        stages = {(stage.get("apiId"), stage.get("stage")) for stage in plan.api_stages}
        opens = (call.api.id, call.stage.name) in stages
        if opens and key.id in backend.usage_plan_keys.get(plan.id, {}):
            return key, plan
    return None
