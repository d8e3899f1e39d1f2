"""Who hears of a failed run and of alarms: an encrypted topic that EventBridge and CloudWatch publish to."""

from aws_cdk import CfnOutput, Duration, Environment, RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

from spec.deployment import Deployment
from stacks.key import key_of

_EVENTBRIDGE = "events.amazonaws.com"
_CLOUDWATCH = "cloudwatch.amazonaws.com"


class MonitoringStack(Stack):
    """`failures`: the topic of failed, timed-out and aborted runs, and of alarms."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        env: Environment,
        deployment: Deployment,
    ) -> None:
        super().__init__(scope, id, env=env, description=f"Trainyard {deployment.stage}: notification of failures")
        self.failures = sns.Topic(
            self,
            "Failures",
            display_name=f"Trainyard {deployment.stage}: failed runs",
            master_key=key_of(self, deployment) or self._key(),
            enforce_ssl=True,
        )
        # Opens the key to EventBridge as well, which the key that AWS manages for SNS does not allow:
        # with that one the rule would fail without a trace.
        self.failures.grant_publish(iam.ServicePrincipal(_EVENTBRIDGE))
        # https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html
        ours = {"StringEquals": {"aws:SourceAccount": self.account}}
        self.failures.grant_publish(iam.ServicePrincipal(_CLOUDWATCH, conditions=ours))
        if deployment.alert_email:
            self.failures.add_subscription(subscriptions.EmailSubscription(deployment.alert_email))
        CfnOutput(self, "FailuresTopicArn", value=self.failures.topic_arn)

    def _key(self) -> kms.Key:
        return kms.Key(
            self,
            "Key",
            description="Encrypts the notifications of failed runs",
            enable_key_rotation=True,
            # Messages live for minutes: nothing is left to decrypt once the topic is gone.
            removal_policy=RemovalPolicy.DESTROY,
            pending_window=Duration.days(7),
        )
