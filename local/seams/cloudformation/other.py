"""Types outside the API Gateway that moto lacks or gets wrong: policies, keys, parameters, alarms."""

import json
from typing import Any

from local.seams.cloudformation.adapter import Adapter, Made, Properties, present
from local.seams.cloudformation.apigateway import gone_is_fine


class BucketPolicy(Adapter):
    """`AWS::S3::BucketPolicy`."""

    type = "AWS::S3::BucketPolicy"

    def create(self, name: str, properties: Properties) -> Made:
        """Put the policy."""
        bucket, policy = properties["Bucket"], json.dumps(properties["PolicyDocument"])
        self.aws("s3").put_bucket_policy(Bucket=bucket, Policy=policy)
        return self.made(bucket, properties)

    def delete(self, made: Made) -> None:
        """Remove the policy; the bucket may be gone by now."""
        s3 = self.aws("s3")
        try:
            s3.delete_bucket_policy(Bucket=made.physical_resource_id)
        except s3.exceptions.NoSuchBucket:
            return


class Parameter(Adapter):
    """`AWS::SSM::Parameter`: moto's fails on tags, which are a map here."""

    type = "AWS::SSM::Parameter"
    name_property = "Name"

    def create(self, name: str, properties: Properties) -> Made:
        """Create it."""
        ssm = self.aws("ssm")
        kept = ("Type", "Value", "Description", "AllowedPattern", "Tier", "DataType", "Policies")
        ssm.put_parameter(Name=name, Overwrite=True, **{key: properties[key] for key in kept if key in properties})
        if properties.get("Tags"):
            ssm.add_tags_to_resource(
                ResourceType="Parameter",
                ResourceId=name,
                Tags=[{"Key": key, "Value": value} for key, value in properties["Tags"].items()],
            )
        return self.made(name, properties, Type=properties["Type"], Value=properties["Value"])

    def update(self, made: Made, name: str, properties: Properties) -> Made:
        """Change it in place, unless its name changes."""
        if name != made.physical_resource_id and "Name" in properties:
            return super().update(made, name, properties)
        return self.create(made.physical_resource_id, properties)

    def delete(self, made: Made) -> None:
        """Delete it."""
        self.aws("ssm").delete_parameters(Names=[made.physical_resource_id])


class TopicPolicy(Adapter):
    """`AWS::SNS::TopicPolicy`."""

    type = "AWS::SNS::TopicPolicy"

    def create(self, name: str, properties: Properties) -> Made:
        """Put the policy on each topic."""
        policy = json.dumps(properties["PolicyDocument"])
        for topic in properties["Topics"]:
            self.aws("sns").set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=policy)
        return self.made(name, properties, Id=name)


class Subscription(Adapter):
    """`AWS::SNS::Subscription`."""

    type = "AWS::SNS::Subscription"

    def create(self, name: str, properties: Properties) -> Made:
        """Subscribe."""
        answer = self.aws("sns").subscribe(
            TopicArn=properties["TopicArn"],
            Protocol=properties["Protocol"],
            ReturnSubscriptionArn=True,
            **present(Endpoint=properties.get("Endpoint")),
        )
        return self.made(answer["SubscriptionArn"], properties, Arn=answer["SubscriptionArn"])

    def delete(self, made: Made) -> None:
        """Unsubscribe."""
        with gone_is_fine():
            self.aws("sns").unsubscribe(SubscriptionArn=made.physical_resource_id)


class Schedule(Adapter):
    """`AWS::Scheduler::Schedule`; it fires."""

    type = "AWS::Scheduler::Schedule"
    name_property = "Name"

    def create(self, name: str, properties: Properties) -> Made:
        """Create it."""
        answer = self.aws("scheduler").create_schedule(**self._arguments(name, properties))
        return self.made(name, properties, Arn=answer["ScheduleArn"])

    def update(self, made: Made, name: str, properties: Properties) -> Made:
        """Change it in place."""
        self.aws("scheduler").update_schedule(**self._arguments(made.physical_resource_id, properties))
        return self.made(made.physical_resource_id, properties, **made.attributes)

    def delete(self, made: Made) -> None:
        """Delete it."""
        with gone_is_fine():
            self.aws("scheduler").delete_schedule(
                Name=made.physical_resource_id, **present(GroupName=made.properties.get("GroupName"))
            )

    @staticmethod
    def _arguments(name: str, properties: Properties) -> dict[str, Any]:
        window = properties["FlexibleTimeWindow"]
        if "MaximumWindowInMinutes" in window:
            window = {**window, "MaximumWindowInMinutes": int(window["MaximumWindowInMinutes"])}
        kept = (
            "GroupName",
            "ScheduleExpression",
            "ScheduleExpressionTimezone",
            "StartDate",
            "EndDate",
            "State",
            "Description",
            "Target",
        )
        return {
            "Name": name,
            "FlexibleTimeWindow": window,
            **{key: properties[key] for key in kept if key in properties},
        }


class ScheduleGroup(Adapter):
    """`AWS::Scheduler::ScheduleGroup`; its schedules go with it."""

    type = "AWS::Scheduler::ScheduleGroup"
    name_property = "Name"

    def create(self, name: str, properties: Properties) -> Made:
        """Create it."""
        answer = self.aws("scheduler").create_schedule_group(Name=name, Tags=properties.get("Tags", []))
        return self.made(name, properties, Arn=answer["ScheduleGroupArn"])

    def update(self, made: Made, name: str, properties: Properties) -> Made:
        """Only tags can change."""
        scheduler, arn = self.aws("scheduler"), made.attributes["Arn"]
        if tags := properties.get("Tags"):
            scheduler.tag_resource(ResourceArn=arn, Tags=tags)
        return self.made(made.physical_resource_id, properties, **made.attributes)

    def delete(self, made: Made) -> None:
        """Delete it."""
        with gone_is_fine():
            self.aws("scheduler").delete_schedule_group(Name=made.physical_resource_id)


class Alarm(Adapter):
    """`AWS::CloudWatch::Alarm`."""

    type = "AWS::CloudWatch::Alarm"
    name_property = "AlarmName"

    def create(self, name: str, properties: Properties) -> Made:
        """Put it."""
        kept = {key: value for key, value in properties.items() if key != "AlarmName"}
        cloudwatch = self.aws("cloudwatch")
        cloudwatch.put_metric_alarm(AlarmName=name, **kept)
        arn = cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"][0]["AlarmArn"]
        return self.made(name, properties, Arn=arn)

    def update(self, made: Made, name: str, properties: Properties) -> Made:
        """Change it in place, unless its name changes: it keeps its state."""
        if name != made.physical_resource_id and "AlarmName" in properties:
            return super().update(made, name, properties)
        return self.create(made.physical_resource_id, properties)

    def delete(self, made: Made) -> None:
        """Delete it."""
        self.aws("cloudwatch").delete_alarms(AlarmNames=[made.physical_resource_id])


class Key(Adapter):
    """`AWS::KMS::Key`. moto's own takes CloudFormation's tags for those of its API and fails on them."""

    type = "AWS::KMS::Key"

    def create(self, name: str, properties: Properties) -> Made:
        """Create it, with its policy and rotation."""
        kms = self.aws("kms")
        tags = [{"TagKey": tag["Key"], "TagValue": tag["Value"]} for tag in properties.get("Tags", [])]
        answer = kms.create_key(
            Policy=json.dumps(properties["KeyPolicy"]),
            Tags=tags,
            **present(Description=properties.get("Description"), KeySpec=properties.get("KeySpec")),
        )
        key, arn = answer["KeyMetadata"]["KeyId"], answer["KeyMetadata"]["Arn"]
        self._rotate(key, properties)
        return self.made(key, properties, Arn=arn, KeyId=key)

    def update(self, made: Made, name: str, properties: Properties) -> Made:
        """Change it in place: what it encrypted must stay readable."""
        key = made.physical_resource_id
        self.aws("kms").update_key_description(KeyId=key, Description=properties.get("Description", ""))
        self.aws("kms").put_key_policy(KeyId=key, PolicyName="default", Policy=json.dumps(properties["KeyPolicy"]))
        self._rotate(key, properties)
        return self.made(key, properties, **made.attributes)

    def delete(self, made: Made) -> None:
        """Schedule the deletion; a key is never gone at once."""
        days = int(made.properties.get("PendingWindowInDays", 30))
        self.aws("kms").schedule_key_deletion(KeyId=made.physical_resource_id, PendingWindowInDays=days)

    def _rotate(self, key: str, properties: Properties) -> None:
        kms = self.aws("kms")
        rotates = str(properties.get("EnableKeyRotation", False)).lower() == "true"
        (kms.enable_key_rotation if rotates else kms.disable_key_rotation)(KeyId=key)


class Metadata(Adapter):
    """`AWS::CDK::Metadata`: makes nothing, on AWS too."""

    type = "AWS::CDK::Metadata"

    def create(self, name: str, properties: Properties) -> Made:
        """Make nothing."""
        return self.made(name, properties)


ADAPTERS: tuple[type[Adapter], ...] = (
    BucketPolicy, Key, Parameter, TopicPolicy, Subscription, Schedule, ScheduleGroup, Alarm, Metadata,
)  # fmt: skip
