"""A deployment: the new fleet comes up, traffic moves to it step by step, alarms can call it back.

Blue/green: the new fleet is whole before the first request goes to it. Rolling: both fleets together have what
one needs, and a batch; the old one gives back capacity after each batch that was watched.
"""

import math
import threading
import time
from collections.abc import Callable

from local.sagemaker.hosting.fleet import Fleet
from local.sagemaker.hosting.plan import Plan
from local.sagemaker.hosting.problems import FleetProblem, GivenUp
from local.sagemaker.hosting.traffic import Traffic

Tripped = Callable[[tuple[str, ...]], str]  # alarms -> the name of one that is on, or nothing


class Deployment:
    """One new fleet on its way into an endpoint's traffic."""

    def __init__(
        self,
        traffic: Traffic,
        green: Fleet,
        plan: Plan,
        tripped: Tripped,
        look_seconds: float,
        give_up: threading.Event,
    ) -> None:
        """`look_seconds` are between two looks at the alarms; `give_up` ends all waiting."""
        self._traffic = traffic
        self._blue = traffic.live
        self._green = green
        self._plan = plan
        self._tripped = tripped
        self._look_seconds = look_seconds
        self._give_up = give_up
        self._end = time.monotonic() + plan.limit

    def run(self) -> None:
        """Start the fleet and move all traffic to it; what follows is `Traffic.complete` or `roll_back`.

        Raises:
            FleetProblem: it does not come up, an alarm is on, or time is over.
        """
        self._traffic.follow(self._green)
        self._check()
        self._green.start(self._plan.shares[0] if self._plan.rolling else 1.0)
        self._check()
        for share in self._plan.shares:
            if self._plan.rolling:
                _resize(self._green, share)
            self._stage("ActivatingTraffic")
            self._traffic.shift(share)
            self._stage("Baking")
            self._bake()
            if self._plan.rolling and self._blue and share < 1:
                _resize(self._blue, 1 - share)

    def roll_back(self) -> None:
        """Send everything to the old fleet again and stop the new one.

        Raises:
            FleetProblem: the old fleet had given back capacity and does not get it again.
        """
        try:
            if self._plan.rolling and self._blue and not self._give_up.is_set():
                _resize(self._blue, 1.0)
        finally:
            self._traffic.abandon()
            self._green.drain()
            self._green.stop()

    def _stage(self, name: str) -> None:
        self._green.stage = (name, time.time())

    def _bake(self) -> None:
        end = time.monotonic() + self._plan.wait
        while (left := end - time.monotonic()) > 0:
            self._give_up.wait(min(left, self._look_seconds))
            self._check()

    def _check(self) -> None:
        if self._give_up.is_set():
            raise GivenUp("stopped")
        if time.monotonic() > self._end:
            raise FleetProblem(f"The deployment took longer than its limit of {self._plan.limit:g} seconds.")
        if alarm := self._tripped(self._plan.alarms):
            raise FleetProblem(f"The alarm {alarm} is in state ALARM: the deployment was rolled back.")


def _resize(fleet: Fleet, share: float) -> None:
    for variant in fleet.variants.values():
        variant.resize(math.ceil(variant.desired_count * round(share, 6)))
