"""Where images live: one ECR repository per image, and the one role that may push to them.

Deployed first. The image stacks name the role and a repository in their synthesizer, so the CDK command
line assumes the role and pushes there; the bootstrap's own publishing role may push to the bootstrap's
repository only.
"""

from collections.abc import Collection, Mapping

from aws_cdk import Duration, Environment, RemovalPolicy, Stack
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_iam as iam
from constructs import Construct

from spec.deployment import Deployment
from stacks import naming
from stacks.findings import explain


class RegistryStack(Stack):
    """Repositories by image name, and the image publishing role."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        env: Environment,
        deployment: Deployment,
        images: Collection[str],
    ) -> None:
        super().__init__(scope, id, env=env)
        self.repositories: Mapping[str, ecr.Repository] = {
            image: self._repository(naming.repository_name(deployment, image), image) for image in sorted(images)
        }
        self.publishing_role = self._publishing_role(
            naming.publishing_role_name(deployment, account=self.account, region=self.region)
        )

    def _repository(self, name: str, image: str) -> ecr.Repository:
        repository = ecr.Repository(
            self,
            f"Repository-{image}",
            repository_name=name,
            image_tag_mutability=ecr.TagMutability.IMMUTABLE,
            image_scan_on_push=True,
            # An image can be built again from this checkout, and a repository left behind would
            # block the next deployment of the stage, because its name is fixed.
            removal_policy=RemovalPolicy.DESTROY,
            empty_on_delete=True,
        )
        # Never tagged images: a live model may still refer to an old tag.
        repository.add_lifecycle_rule(
            description="Layers of pushes that did not complete",
            tag_status=ecr.TagStatus.UNTAGGED,
            max_image_age=Duration.days(1),
        )
        return repository

    def _publishing_role(self, name: str) -> iam.Role:
        role = iam.Role(
            self,
            "ImagePublishingRole",
            role_name=name,
            # As the bootstrap's roles do: whoever the account allows to assume it may deploy.
            assumed_by=iam.AccountRootPrincipal(),
            description="Pushes Trainyard's images; assumed by the CDK command line",
        )
        for repository in self.repositories.values():
            repository.grant_pull_push(role)
            repository.grant(role, "ecr:DescribeRepositories", "ecr:DescribeImages")
        explain(
            role,
            "AwsSolutions-IAM5[Resource::*]",
            "ecr:GetAuthorizationToken knows no resource; the push itself is bound to our repositories.",
        )
        return role
