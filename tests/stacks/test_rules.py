"""What the rule packs say of every template."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from aws_cdk import Validations
from cdk_nag import AwsSolutionsChecks
from cfnlint.api import lint
from cfnlint.config import ManualArgs

from spec.workload import Workload
from tests.stacks.synthesis import REGION, Assembly, new_app, wire

pytestmark = pytest.mark.synth

# Ignored, with the reason:
CFN_LINT_IGNORES = [
    "W3005",  # the CDK writes DependsOn beside a reference to a role, since it means the role's policy too
]


def test_every_finding_of_aws_solutions_is_mended_or_explained(
    workloads: Sequence[Workload], containers: Path, tmp_path: Path
) -> None:
    app = new_app(tmp_path)
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    wire(app, workloads, containers)
    app.synth()  # raises on a finding, whose text goes to standard error


def test_cloudformation_has_nothing_to_complain_about(assembly: Assembly) -> None:
    config = ManualArgs(regions=[REGION], ignore_checks=CFN_LINT_IGNORES)
    found = {path.name: lint(path.read_text(encoding="utf-8"), config=config) for path in assembly.templates}
    assert [f"{name}: {match}" for name, matches in found.items() for match in matches] == []
