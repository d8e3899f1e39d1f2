"""The machine that figures come from, as a report calls it."""

import os
import platform
from pathlib import Path


def described() -> dict[str, str]:
    """Return what the machine is, and whether other programs ran on it."""
    system = platform.freedesktop_os_release().get("PRETTY_NAME", "") if Path("/etc/os-release").exists() else ""
    return {
        "cpu": f"{len(os.sched_getaffinity(0))} x {_cpu()}",
        "system": f"{system}, Linux {platform.release()}",
        "python": f"{platform.python_version()} ({platform.python_compiler()})",
        "load before": f"{os.getloadavg()[0]:.1f}",
    }


def line() -> str:
    """Return the same in a line."""
    return "; ".join(f"{name}: {value}" for name, value in described().items())


def _cpu() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
