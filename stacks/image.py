"""One image: built from `containers/`, pushed to the project's own repository by the CDK command line.

A stack of its own per image, because a synthesizer knows one repository for all the assets of its stack.
"""

from pathlib import Path

from aws_cdk import CfnOutput, DefaultStackSynthesizer, Environment, Stack
from aws_cdk import aws_ecr_assets as assets
from aws_cdk import aws_ssm as ssm
from constructs import Construct

from spec.deployment import Deployment
from stacks import naming

# Whatever does not reach the image must not change its tag either.
_NEVER_SHIPPED = ("**/__pycache__", "**/*.pyc", "**/.*_cache", "**/tests", "**/*.md", "**/.DS_Store")


class ImageStack(Stack):
    """An image asset, its URI as a plain string, and the SSM parameter that tells it to people."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        env: Environment,
        deployment: Deployment,
        image: str,
        containers: Path,
    ) -> None:
        super().__init__(scope, id, env=env, synthesizer=_publishes_to_our_repository(deployment, image))
        asset = assets.DockerImageAsset(
            self,
            "Image",
            directory=str(containers),
            file=f"{image}/Dockerfile",
            exclude=[*_NEVER_SHIPPED, *_folders_of_other_images(containers, image)],
            # SageMaker's instances; also what a build on an ARM laptop must be told.
            platform=assets.Platform.LINUX_AMD64,
            display_name=naming.repository_name(deployment, image),
        )
        # Made of pseudo parameters and the asset's hash, so that other stacks name it without importing
        # it: an export in use cannot change, and an image must.
        self.uri: str = asset.image_uri
        ssm.StringParameter(
            self,
            "Uri",
            parameter_name=naming.image_parameter(deployment, image),
            string_value=self.uri,
            description=f"URI of the image {image}",
        )
        CfnOutput(self, "ImageUri", value=self.uri)


def _publishes_to_our_repository(deployment: Deployment, image: str) -> DefaultStackSynthesizer:
    account, region = "${AWS::AccountId}", "${AWS::Region}"
    role = naming.publishing_role_name(deployment, account=account, region=region)
    return DefaultStackSynthesizer(
        image_assets_repository_name=naming.repository_name(deployment, image),
        image_asset_publishing_role_arn=f"arn:${{AWS::Partition}}:iam::{account}:role/{role}",
    )


def _folders_of_other_images(containers: Path, image: str) -> list[str]:
    """All but the image's own and those that its Dockerfile copies from: a change elsewhere does not concern it."""
    words = (containers / image / "Dockerfile").read_text(encoding="utf-8").split()
    named = {word.removeprefix("./").partition("/")[0] for word in words}
    folders = (folder.name for folder in containers.iterdir() if folder.is_dir())
    return sorted(name for name in folders if name != image and name not in named)
