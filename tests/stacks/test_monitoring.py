import pytest

from tests.stacks.synthesis import Assembly, as_list, only, statements

pytestmark = pytest.mark.synth

EVENTBRIDGE = {"Service": "events.amazonaws.com"}


def test_messages_are_encrypted_with_a_key_that_rotates(assembly: Assembly) -> None:
    template = assembly.template("monitoring")
    assert only(template, "AWS::KMS::Key")["EnableKeyRotation"] is True
    assert "KmsMasterKeyId" in only(template, "AWS::SNS::Topic")


def test_eventbridge_may_use_the_key_and_publish(assembly: Assembly) -> None:
    template = assembly.template("monitoring")
    key_policy = only(template, "AWS::KMS::Key")["KeyPolicy"]["Statement"]
    (key,) = (statement for statement in key_policy if statement["Principal"] == EVENTBRIDGE)
    topic = [s for s in statements(template, "AWS::SNS::TopicPolicy") if s["Principal"] == EVENTBRIDGE]
    assert key["Action"] == ["kms:Decrypt", "kms:GenerateDataKey*"]
    assert {action for statement in topic for action in as_list(statement["Action"])} == {"sns:Publish"}


def test_topic_refuses_plain_http(assembly: Assembly) -> None:
    policy = statements(assembly.template("monitoring"), "AWS::SNS::TopicPolicy")
    assert any(s["Effect"] == "Deny" and "aws:SecureTransport" in str(s["Condition"]) for s in policy)


def test_alert_email_is_subscribed(assembly: Assembly) -> None:
    subscription = only(assembly.template("monitoring"), "AWS::SNS::Subscription")
    assert (subscription["Protocol"], subscription["Endpoint"]) == ("email", "team@example.com")
