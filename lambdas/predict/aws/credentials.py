"""Whose calls these are: Lambda's own keys, from the environment or, after SnapStart, from its local endpoint.

A snapshot outlives the keys of the environment that it was taken in, so there Lambda hands them out by HTTP
and tells when they expire: https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
"""

import json
import time
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from predict.aws.errors import Unreachable

_SECONDS = 2
# New keys are there some minutes before the old ones expire.
_EARLY = 60.0


@dataclass(frozen=True)
class Credentials:
    """A key pair, its session's token (empty for a user's own keys), and when they expire (epoch seconds)."""

    key_id: str
    secret: str
    token: str
    expires: float = float("inf")


class Provider:
    """The credentials at hand, fetched again shortly before they expire."""

    def __init__(self, environment: Mapping[str, str], now: Callable[[], float] = time.time) -> None:
        self._environment, self._now = environment, now
        self._kept: Credentials | None = None

    def get(self) -> Credentials:
        """Return credentials that are good for a minute at least.

        Raises:
            Unreachable: there are none, or the endpoint that hands them out does not answer.
        """
        if self._kept is None or self._kept.expires - _EARLY < self._now():
            self._kept = self._static() or self._fetched()
        return self._kept

    def _static(self) -> Credentials | None:
        found = self._environment
        if "AWS_ACCESS_KEY_ID" not in found or "AWS_SECRET_ACCESS_KEY" not in found:
            return None
        return Credentials(
            found["AWS_ACCESS_KEY_ID"], found["AWS_SECRET_ACCESS_KEY"], found.get("AWS_SESSION_TOKEN", "")
        )

    def _fetched(self) -> Credentials:
        url = self._environment.get("AWS_CONTAINER_CREDENTIALS_FULL_URI", "")
        if not url.startswith(("http://", "https://")):
            raise Unreachable("no credentials in the environment")
        headers = {"Authorization": self._environment.get("AWS_CONTAINER_AUTHORIZATION_TOKEN", "")}
        asked = urllib.request.Request(url, headers=headers)  # noqa: S310  checked above
        try:
            with urllib.request.urlopen(asked, timeout=_SECONDS) as answer:  # noqa: S310
                document = json.load(answer)
            expires = datetime.fromisoformat(document["Expiration"]).timestamp()
            return Credentials(document["AccessKeyId"], document["SecretAccessKey"], document["Token"], expires)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise Unreachable("the credentials could not be fetched") from error
