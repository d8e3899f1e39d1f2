"""What every command of the demo gets: where it runs, and an environment that knows no AWS but the embedded one."""

import os
from collections.abc import Mapping
from pathlib import Path

from local.environment import for_clients
from local.settings import Settings

ROOT = Path(__file__).parents[2]

# Prebuilding would push images before the registry stack has made their repositories.
DEPLOY = (
    "cdk", "deploy", "--all", "--method=direct", "--require-approval=never", "--asset-prebuild=false",
    "--progress=events", "--concurrency=4",
)  # fmt: skip


def aws_environment(settings: Settings, host: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The host's environment without its AWS settings, pointed at the embedded AWS."""
    kept = {key: value for key, value in host.items() if not key.startswith(("AWS_", "CDK_"))}
    return (
        kept
        | for_clients(settings)
        | {
            "AWS_EC2_METADATA_DISABLED": "true",
            "CDK_DISABLE_VERSION_CHECK": "1",
            # The CDK's check of templates against AWS's schemas: half of a synthesis. `cdk` by hand and tests make it.
            "CDK_VALIDATION": "false",
            "TMPDIR": str(temporary(settings)),
            "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "1",
            "NO_PROXY": ",".join(filter(None, (host.get("NO_PROXY"), "localhost,127.0.0.1"))),
        }
    )


def temporary(settings: Settings) -> Path:
    """Where every command of the demo keeps its temporary files: the CDK leaves some behind when it is killed."""
    return settings.state / "tmp"
