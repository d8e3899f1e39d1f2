"""Synthesizes once and reads what came out: templates as CloudFormation will see them."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aws_cdk as cdk

import app
from spec.deployment import Deployment
from spec.workload import Workload
from stacks.naming import ROOT

ACCOUNT = "123456789012"
REGION = "us-east-1"
DEPLOYMENT = Deployment(alert_email="team@example.com", tags={"cost-centre": "42"})

Json = dict[str, Any]


@dataclass(frozen=True)
class Assembly:
    """A cloud assembly in its folder."""

    folder: Path

    @property
    def names(self) -> list[str]:
        return sorted(path.name.removesuffix(".template.json") for path in self.templates)

    @property
    def templates(self) -> list[Path]:
        return sorted(self.folder.glob("*.template.json"))

    def template(self, *parts: str) -> Json:
        return self.json(f"trainyard-dev-{'-'.join(parts)}.template.json")

    def assets(self, *parts: str) -> Json:
        return self.json(f"trainyard-dev-{'-'.join(parts)}.assets.json")

    def stack(self, *parts: str) -> Json:
        artifact: Json = self.json("manifest.json")["artifacts"][f"trainyard-dev-{'-'.join(parts)}"]
        return artifact

    def json(self, name: str) -> Json:
        content: Json = json.loads((self.folder / name).read_text(encoding="utf-8"))
        return content


def feature_flags() -> Json:
    """The context of cdk.json, which the CDK command line hands to the app."""
    context: Json = json.loads((ROOT / "cdk.json").read_text(encoding="utf-8"))["context"]
    return context


def new_app(outdir: Path) -> cdk.App:
    """An app as the CDK command line starts it."""
    return cdk.App(outdir=str(outdir), context=feature_flags(), analytics_reporting=False)


def environment() -> cdk.Environment:
    """Account and region of what is synthesized here."""
    return cdk.Environment(account=ACCOUNT, region=REGION)


def wire(into: cdk.App, workloads: Sequence[Workload], containers: Path) -> None:
    """All stacks, for a known account and region."""
    app.wire(into, deployment=DEPLOYMENT, workloads=workloads, env=environment(), containers=containers)


def image_folders(workloads: Sequence[Workload], folder: Path) -> Path:
    """A `containers/` with the images that the workloads name, some of which only exist in test cases."""
    for image in sorted({image for workload in workloads for image in workload.images} | {"contract"}):
        (folder / image).mkdir(parents=True)
        (folder / image / "Dockerfile").write_text(
            f"FROM scratch\nCOPY contract /contract\nCOPY {image} /\n", encoding="utf-8"
        )
    return folder


def resources(template: Json, kind: str) -> dict[str, Json]:
    """Properties of the resources of one type, by logical id."""
    return {
        logical_id: resource.get("Properties", {})
        for logical_id, resource in template["Resources"].items()
        if resource["Type"] == kind
    }


def only(template: Json, kind: str) -> Json:
    """Properties of the one resource of its type."""
    (properties,) = resources(template, kind).values()
    return properties


def statements(template: Json, kind: str) -> Iterator[Json]:
    """Statements of all policies of one type."""
    for properties in resources(template, kind).values():
        yield from properties["PolicyDocument"]["Statement"]


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def flat(value: Any) -> str:
    """A string as it reads once deployed: joins joined, references by their name."""
    match value:
        case {"Fn::Join": [separator, parts]}:
            return str(separator).join(flat(part) for part in parts)
        case {"Ref": name} | {"Fn::Sub": name} | {"Fn::ImportValue": name}:
            return f"{{{name}}}" if "${" not in name else str(name)
        case {"Fn::GetAtt": [name, attribute]}:
            return f"{{{name}.{attribute}}}"
        case _:
            return str(value)
