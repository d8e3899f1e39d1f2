"""`AWS::SageMaker::ModelPackageGroup`, which moto's CloudFormation does not make."""

from typing import Any

from local.seams.cloudformation.adapter import Adapter, Made, Properties, present


class ModelPackageGroup(Adapter):
    """Deleted with its stack only when it is empty, as on AWS."""

    type = "AWS::SageMaker::ModelPackageGroup"
    name_property = "ModelPackageGroupName"

    def create(self, name: str, properties: Properties) -> Made:
        """Create it."""
        answer = self.aws("sagemaker").create_model_package_group(
            ModelPackageGroupName=name,
            **present(
                ModelPackageGroupDescription=properties.get("ModelPackageGroupDescription"),
                Tags=properties.get("Tags"),
            ),
        )
        return self._made(answer["ModelPackageGroupArn"], properties)

    def update(self, made: Made, name: str, properties: Properties) -> Made:
        """A new name or description is a new group; tags change in place."""
        fixed = ("ModelPackageGroupName", "ModelPackageGroupDescription")
        if any(made.properties.get(member) != properties.get(member) for member in fixed):
            return super().update(made, name, properties)
        self._retag(made, properties)
        return self._made(made.physical_resource_id, properties)

    def delete(self, made: Made) -> None:
        """Delete it."""
        group = made.physical_resource_id.rpartition("/")[2]
        sagemaker = self.aws("sagemaker")
        groups = sagemaker.list_model_package_groups(NameContains=group)["ModelPackageGroupSummaryList"]
        if any(found["ModelPackageGroupName"] == group for found in groups):
            sagemaker.delete_model_package_group(ModelPackageGroupName=group)

    def _retag(self, made: Made, properties: Properties) -> None:
        arn, tags = made.physical_resource_id, properties.get("Tags", [])
        kept = {tag["Key"] for tag in tags}
        gone = [tag["Key"] for tag in made.properties.get("Tags", []) if tag["Key"] not in kept]
        if tags:
            self.aws("sagemaker").add_tags(ResourceArn=arn, Tags=tags)
        if gone:
            self.aws("sagemaker").delete_tags(ResourceArn=arn, TagKeys=gone)

    def _made(self, arn: str, properties: Properties) -> Made:
        attributes: dict[str, Any] = {"ModelPackageGroupArn": arn, "ModelPackageGroupStatus": "Completed"}
        return self.made(arn, properties, **attributes)


ADAPTERS: tuple[type[Adapter], ...] = (ModelPackageGroup,)
