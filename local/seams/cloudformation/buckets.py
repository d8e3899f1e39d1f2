"""`AWS::S3::Bucket`: moto's own drops most properties and cannot update a bucket that has a generated name."""

from typing import Any

from local.seams.cloudformation.adapter import Adapter, Made, Properties, truth
from local.settings import REGION

Rule = dict[str, Any]


class Bucket(Adapter):
    """A bucket with versioning, encryption, access block, lifecycle, logging, ownership and tags."""

    type = "AWS::S3::Bucket"
    name_property = "BucketName"

    def create(self, name: str, properties: Properties) -> Made:
        """Create it; bucket names have no capitals, generated ones neither."""
        bucket = name.lower()
        self.aws("s3").create_bucket(Bucket=bucket)
        self._configure(bucket, properties)
        return self.made(
            bucket,
            properties,
            Arn=f"arn:aws:s3:::{bucket}",
            DomainName=f"{bucket}.s3.amazonaws.com",
            RegionalDomainName=f"{bucket}.s3.{REGION}.amazonaws.com",
        )

    def update(self, made: Made, name: str, properties: Properties) -> Made:
        """Change it in place; what is in it stays."""
        self._configure(made.physical_resource_id, properties)
        return self.made(made.physical_resource_id, properties, **made.attributes)

    def delete(self, made: Made) -> None:
        """Delete it; as on AWS, one that is not empty refuses."""
        s3 = self.aws("s3")
        try:
            s3.delete_bucket(Bucket=made.physical_resource_id)
        except s3.exceptions.NoSuchBucket:
            return

    def _configure(self, bucket: str, properties: Properties) -> None:
        s3 = self.aws("s3")
        if versioning := properties.get("VersioningConfiguration"):
            s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration=versioning)
        if encryption := properties.get("BucketEncryption"):
            s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration=_encryption(encryption))
        if block := properties.get("PublicAccessBlockConfiguration"):
            configuration = {name: truth(value) for name, value in block.items()}
            s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=configuration)
        if ownership := properties.get("OwnershipControls"):
            s3.put_bucket_ownership_controls(Bucket=bucket, OwnershipControls=ownership)
        if logging := properties.get("LoggingConfiguration"):
            s3.put_bucket_logging(Bucket=bucket, BucketLoggingStatus={"LoggingEnabled": _logging(logging)})
        if tags := properties.get("Tags"):
            s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": tags})
        self._set_lifecycle(s3, bucket, properties)
        self._set_notifications(s3, bucket, properties)

    @staticmethod
    def _set_notifications(s3: Any, bucket: str, properties: Properties) -> None:
        """EventBridge alone: queues, topics and functions of a template's bucket are not set here."""
        told = properties.get("NotificationConfiguration", {}).get("EventBridgeConfiguration", {})
        configuration: Rule = {"EventBridgeConfiguration": {}} if truth(told.get("EventBridgeEnabled", False)) else {}
        s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration=configuration)

    @staticmethod
    def _set_lifecycle(s3: Any, bucket: str, properties: Properties) -> None:
        rules = properties.get("LifecycleConfiguration", {}).get("Rules", [])
        if rules:
            configuration = {"Rules": [lifecycle_rule(rule) for rule in rules]}
            s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration=configuration)
        else:
            s3.delete_bucket_lifecycle(Bucket=bucket)


def lifecycle_rule(rule: Rule) -> Rule:
    """Return a rule of CloudFormation's as the API of S3 has it."""
    kept = ("Status", "AbortIncompleteMultipartUpload", "Transitions", "NoncurrentVersionTransitions")
    answer: Rule = {name: rule[name] for name in kept if name in rule}
    answer |= {"ID": rule.get("Id", "rule"), "Filter": {"Prefix": rule.get("Prefix", "")}}
    if "NoncurrentVersionExpiration" in rule:
        noncurrent = rule["NoncurrentVersionExpiration"]
        answer["NoncurrentVersionExpiration"] = {name: int(value) for name, value in noncurrent.items()}
    if "ExpirationInDays" in rule:
        answer["Expiration"] = {"Days": int(rule["ExpirationInDays"])}
    elif truth(rule.get("ExpiredObjectDeleteMarker", False)):
        answer["Expiration"] = {"ExpiredObjectDeleteMarker": True}
    return answer


def _encryption(encryption: Rule) -> Rule:
    rules = [
        {
            "ApplyServerSideEncryptionByDefault": rule["ServerSideEncryptionByDefault"],
            "BucketKeyEnabled": truth(rule.get("BucketKeyEnabled", False)),
        }
        for rule in encryption["ServerSideEncryptionConfiguration"]
    ]
    return {"Rules": rules}


def _logging(logging: Rule) -> Rule:
    return {"TargetBucket": logging["DestinationBucketName"], "TargetPrefix": logging.get("LogFilePrefix", "")}


ADAPTERS: tuple[type[Adapter], ...] = (Bucket,)
