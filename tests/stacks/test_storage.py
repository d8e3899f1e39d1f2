import pytest

from tests.stacks.synthesis import Assembly, Json, flat, only, resources, statements

pytestmark = pytest.mark.synth


def data_bucket(assembly: Assembly) -> Json:
    buckets = resources(assembly.template("storage"), "AWS::S3::Bucket")
    return next(bucket for bucket in buckets.values() if "VersioningConfiguration" in bucket)


def test_no_bucket_is_public(assembly: Assembly) -> None:
    for bucket in resources(assembly.template("storage"), "AWS::S3::Bucket").values():
        assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}


def test_every_bucket_is_encrypted(assembly: Assembly) -> None:
    for bucket in resources(assembly.template("storage"), "AWS::S3::Bucket").values():
        assert bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]


def test_every_bucket_refuses_plain_http(assembly: Assembly) -> None:
    template = assembly.template("storage")
    refusals = [
        statement
        for statement in statements(template, "AWS::S3::BucketPolicy")
        if statement["Effect"] == "Deny" and "Bool" in statement["Condition"]
    ]
    assert len(refusals) == len(resources(template, "AWS::S3::Bucket"))


def test_an_overwritten_object_can_be_had_back(assembly: Assembly) -> None:
    assert data_bucket(assembly)["VersioningConfiguration"] == {"Status": "Enabled"}


def test_who_read_the_data_is_logged(assembly: Assembly) -> None:
    assert flat(data_bucket(assembly)["LoggingConfiguration"]["DestinationBucketName"]).startswith("{AccessLogs")


def test_only_runs_and_batches_expire_so_that_data_and_live_models_stay(assembly: Assembly) -> None:
    rules = data_bucket(assembly)["LifecycleConfiguration"]["Rules"]
    expiring = {rule.get("Prefix") for rule in rules if "ExpirationInDays" in rule}
    assert {"iris/runs/", "tourism/batch/"} <= expiring
    assert all(prefix and prefix.endswith(("/runs/", "/batch/")) for prefix in expiring)


def test_old_versions_and_abandoned_uploads_cost_nothing_forever(assembly: Assembly) -> None:
    rules = data_bucket(assembly)["LifecycleConfiguration"]["Rules"]
    assert any("NoncurrentVersionExpiration" in rule and "Prefix" not in rule for rule in rules)
    assert any("AbortIncompleteMultipartUpload" in rule and "Prefix" not in rule for rule in rules)


def test_destroying_the_deployment_keeps_the_data(assembly: Assembly) -> None:
    for resource in assembly.template("storage")["Resources"].values():
        if resource["Type"] == "AWS::S3::Bucket":
            assert resource["DeletionPolicy"] == resource["UpdateReplacePolicy"] == "Retain"


def test_a_lease_that_nobody_released_goes_away(assembly: Assembly) -> None:
    table = only(assembly.template("storage"), "AWS::DynamoDB::Table")
    assert table["TimeToLiveSpecification"] == {"AttributeName": "expires", "Enabled": True}
    assert table["KeySchema"] == [{"AttributeName": "lease", "KeyType": "HASH"}]


def test_leases_are_encrypted_and_recoverable(assembly: Assembly) -> None:
    table = only(assembly.template("storage"), "AWS::DynamoDB::Table")
    assert table["SSESpecification"]["SSEEnabled"] is True
    assert table["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"] is True


def test_outputs_tell_where_things_are(assembly: Assembly) -> None:
    assert {"BucketName", "LeaseTableName"} <= set(assembly.template("storage")["Outputs"])
