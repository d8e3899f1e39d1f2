"""Programs that `cdk deploy` runs here: Node, the pinned CDK, something that builds images."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from trainyard.checks.finding import Finding
from trainyard.context import Context

NODE = 20
CDK = Path("node_modules/.bin/cdk")


def node(_: Context) -> Iterator[Finding]:
    """The CDK runs on Node."""
    version = said_by("node", "--version")
    major = int(found[1]) if (found := re.match(r"v(\d+)", version or "")) else 0
    fix = f"install Node {NODE} or newer: https://nodejs.org"
    if version is None:
        yield Finding("fail", "node", "not found", fix)
    elif major < NODE:
        yield Finding("fail", "node", f"{version} is too old", fix)
    else:
        yield Finding("ok", "node", version)


def cdk(_: Context) -> Iterator[Finding]:
    """The CDK command line that the lock file pins."""
    version = said_by(str(CDK), "--version") if CDK.exists() else None
    if version is None:
        yield Finding("fail", "cdk", "the pinned CDK is not installed in this folder", "npm ci")
    else:
        yield Finding("ok", "cdk", version)


def engine(_: Context) -> Iterator[Finding]:
    """What builds and pushes images."""
    chosen = os.environ.get("CDK_DOCKER")
    names = [chosen] if chosen else ["docker", "podman"]
    found = next((name for name in names if shutil.which(name)), None)
    if chosen and not found:
        yield Finding("fail", "engine", f"CDK_DOCKER={chosen} is not a program", "unset CDK_DOCKER, or install it")
    elif found == "podman" and not chosen:
        yield Finding("warn", "engine", "podman, but the CDK looks for docker", "export CDK_DOCKER=podman")
    elif found:
        yield Finding("ok", "engine", f"CDK_DOCKER={chosen}" if chosen else found)
    else:
        yield Finding(
            "fail", "engine", "neither docker nor podman found", "install Docker or Podman, or set CDK_DOCKER"
        )


def said_by(program: str, *arguments: str) -> str | None:
    """The first line that a program prints, or None where it does not run."""
    try:
        done = subprocess.run([program, *arguments], capture_output=True, text=True, timeout=60, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return (done.stdout.strip().splitlines() or [""])[0]
