import json
import stat
from pathlib import Path
from typing import Any

import pytest

from spec.loader import load_workload
from tests.trainyard.conftest import WORKLOAD, Cli, client
from tests.trainyard.test_cli import Broken, refusal
from trainyard.checks import quotas

pytestmark = pytest.mark.local

PROGRAMS = {"node": "v20.20.2", "docker": "Docker 29", "cdk": "2.1148.1"}


class Quotas:
    """Service Quotas with the account's values."""

    def __init__(self, value: float) -> None:
        self.value = value

    def get_paginator(self, name: str) -> "Quotas":
        assert name == "list_service_quotas"
        return self

    def paginate(self, ServiceCode: str) -> list[dict[str, Any]]:
        assert ServiceCode == "sagemaker"
        uses = ("training job", "processing job", "transform job", "endpoint")
        return [{"Quotas": [{"QuotaName": f"ml.m5.large for {use} usage", "Value": self.value} for use in uses]}]


class Images:
    """ECR with one repository of the stage and one image."""

    def __init__(self, media_type: str) -> None:
        self.media_type = media_type

    def get_paginator(self, name: str) -> Any:
        return {"describe_repositories": self, "describe_images": Pages(self.media_type)}[name]

    def paginate(self) -> list[dict[str, Any]]:
        return [{"repositories": [{"repositoryName": "trainyard-dev-sklearn"}, {"repositoryName": "other"}]}]


class Pages:
    def __init__(self, media_type: str) -> None:
        self.media_type = media_type

    def paginate(self, repositoryName: str) -> list[dict[str, Any]]:
        image = {"imageTags": ["a"], "imagePushedAt": 1, "imageManifestMediaType": self.media_type}
        return [{"imageDetails": [image, {"imagePushedAt": 2}]}]


DOCKER = "application/vnd.docker.distribution.manifest.v2+json"
OCI = "application/vnd.oci.image.manifest.v1+json"


@pytest.fixture
def healthy(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """Programs that answer, a bootstrapped account, room for instances, one good image."""
    modules = tmp_path / "node_modules" / ".bin"
    modules.mkdir(parents=True)
    for name, said in PROGRAMS.items():
        program = (modules if name == "cdk" else tmp_path) / name
        program.write_text(f"#!/bin/sh\necho {said}\n")
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin")
    monkeypatch.delenv("CDK_DOCKER", raising=False)
    monkeypatch.chdir(tmp_path)
    client("ssm").put_parameter(Name="/cdk-bootstrap/hnb659fds/version", Value="30", Type="String")
    cli.fakes |= {"service-quotas": Quotas(4), "ecr": Images(DOCKER)}
    return cli


def findings(cli: Cli) -> dict[str, dict[str, Any]]:
    return {item["about"]: item for item in json.loads(cli("doctor", "--json").stdout)["findings"]}


def test_all_is_well(healthy: Cli) -> None:
    done = healthy("doctor")
    assert done.exit_code == 0, done.output
    assert "ready" in done.stdout
    assert {item["level"] for item in findings(healthy).values()} == {"ok"}


def test_a_quota_that_is_too_low_fails_with_its_name(healthy: Cli) -> None:
    healthy.fakes["service-quotas"] = Quotas(0)
    done = healthy("doctor")
    assert done.exit_code == 1
    assert "ml.m5.large for endpoint usage" in done.stdout
    assert "0, but the workloads need 1" in done.stdout


@pytest.mark.parametrize("code", ["AccessDeniedException", "InternalFailure", "UnknownOperationException"])
def test_what_cannot_be_checked_is_a_warning(healthy: Cli, code: str) -> None:
    healthy.fakes["service-quotas"] = Broken(refusal(code))
    assert findings(healthy)["quotas"]["level"] == "warn"
    assert healthy("doctor").exit_code == 0


def test_an_image_that_sagemaker_refuses_fails(healthy: Cli) -> None:
    healthy.fakes["ecr"] = Images(OCI)
    assert findings(healthy)["image trainyard-dev-sklearn"]["level"] == "fail"


def test_a_missing_bootstrap_names_the_command(healthy: Cli) -> None:
    client("ssm").delete_parameter(Name="/cdk-bootstrap/hnb659fds/version")
    assert findings(healthy)["bootstrap"]["fix"] == "npx cdk bootstrap"


def test_missing_credentials_fail_and_the_rest_is_still_checked(healthy: Cli) -> None:
    healthy.fakes["sts"] = Broken(refusal("ExpiredToken"))
    found = findings(healthy)
    assert found["node"]["level"] == "ok"
    assert (found["bootstrap"]["level"], healthy("doctor").exit_code) == ("ok", 1)


def test_without_programs_each_is_named(healthy: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("node", "docker", "node_modules/.bin/cdk"):
        (tmp_path / name).unlink()
    monkeypatch.setenv("PATH", str(tmp_path / "none"))
    found = findings(healthy)
    assert {found[name]["level"] for name in ("node", "cdk", "engine")} == {"fail"}
    assert found["cdk"]["fix"] == "npm ci"


def test_podman_alone_needs_to_be_named_to_the_cdk(
    healthy: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "docker").rename(tmp_path / "podman")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert findings(healthy)["engine"]["fix"] == "export CDK_DOCKER=podman"


def test_needs_count_what_runs_at_once(cli: Cli) -> None:
    workload = load_workload(cli.folder / WORKLOAD / "workload.yaml")
    assert quotas.needs([workload, workload]) == {
        "ml.m5.large for endpoint usage": 2,
        "ml.m5.large for processing job usage": 1,
        "ml.m5.large for training job usage": 1,
        "ml.m5.large for transform job usage": 1,
    }
