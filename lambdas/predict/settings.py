"""The environment as a typed contract, read once at cold start."""

from collections.abc import Mapping
from dataclasses import dataclass

DEFAULT_CACHE_SECONDS = 15.0


class SettingsError(Exception):
    """The function was deployed with an environment it cannot work with."""


@dataclass(frozen=True)
class Settings:
    """What the deployment tells the function."""

    stage: str
    bucket: str
    workloads: tuple[str, ...]
    cache_seconds: float = DEFAULT_CACHE_SECONDS
    origins: tuple[str, ...] = ()

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> "Settings":
        """Read all variables, or name all that are wrong."""
        needed = ("TRAINYARD_STAGE", "TRAINYARD_BUCKET", "TRAINYARD_WORKLOADS")
        wrong = [f"{name} is not set" for name in needed if not environment.get(name, "").strip()]
        seconds = _seconds(environment.get("TRAINYARD_CACHE_SECONDS", ""), wrong)
        if wrong:
            raise SettingsError("; ".join(wrong))
        stage, bucket, names = (environment[name].strip() for name in needed)
        return cls(stage, bucket, _items(names), seconds, _items(environment.get("TRAINYARD_API_ORIGINS", "")))

    def pointer(self, workload: str) -> str:
        """Return the name of the parameter that says which model is live."""
        return f"/trainyard/{self.stage}/{workload}/live"


def _items(text: str) -> tuple[str, ...]:
    return tuple(item.strip() for item in text.split(",") if item.strip())


def _seconds(text: str, wrong: list[str]) -> float:
    if not text.strip():
        return DEFAULT_CACHE_SECONDS
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= 3600:
        wrong.append(f"TRAINYARD_CACHE_SECONDS is {text!r}, not a number of seconds from 0 to 3600")
    return seconds
