"""Types outside the API Gateway that moto skips: policies, subscriptions, schedules, alarms, metadata."""

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


class TopicPolicy(Adapter):
    """`AWS::SNS::TopicPolicy`."""

    type = "AWS::SNS::TopicPolicy"

    def create(self, name: str, properties: Properties) -> Made:
        """Put the policy on each topic."""
        policy = json.dumps(properties["PolicyDocument"])
        for topic in properties["Topics"]:
            self.aws("sns").set_topic_attributes(
                TopicArn=topic, AttributeName="Policy", AttributeValue=policy
            )
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
    """`AWS::Scheduler::Schedule`. It is kept and listed; nothing here fires by the clock."""

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
            "State",
            "Description",
            "Target",
        )
        return {
            "Name": name,
            "FlexibleTimeWindow": window,
            **{key: properties[key] for key in kept if key in properties},
        }


class Alarm(Adapter):
    """`AWS::CloudWatch::Alarm`."""

    type = "AWS::CloudWatch::Alarm"
    name_property = "AlarmName"

    def create(self, name: str, properties: Properties) -> Made:
        """Put it."""
        kept = {key: value for key, value in properties.items() if key not in {"AlarmName", "Tags"}}
        cloudwatch = self.aws("cloudwatch")
        cloudwatch.put_metric_alarm(AlarmName=name, **kept)
        arn = cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"][0]["AlarmArn"]
        return self.made(name, properties, Arn=arn)

    def delete(self, made: Made) -> None:
        """Delete it."""
        self.aws("cloudwatch").delete_alarms(AlarmNames=[made.physical_resource_id])


class Metadata(Adapter):
    """`AWS::CDK::Metadata`: makes nothing, on AWS too."""

    type = "AWS::CDK::Metadata"

    def create(self, name: str, properties: Properties) -> Made:
        """Make nothing."""
        return self.made(name, properties)


ADAPTERS: tuple[type[Adapter], ...] = (BucketPolicy, TopicPolicy, Subscription, Schedule, Alarm, Metadata)
