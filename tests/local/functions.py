"""Lambda functions for tests: source in, running function out."""

import io
import json
import uuid
import zipfile

from local import clients
from local.settings import Settings

_TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


def role(settings: Settings) -> str:
    iam = clients.client("iam", settings)
    name = f"r-{uuid.uuid4().hex[:10]}"
    answer = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(_TRUST))
    return str(answer["Role"]["Arn"])


def archive(source: str) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as file:
        file.writestr("index.py", source)
    return data.getvalue()


def create(
    settings: Settings, source: str, *, timeout: int = 5, handler: str = "index.handler", **environment: str
) -> str:
    name = f"f-{uuid.uuid4().hex[:10]}"
    clients.client("lambda", settings).create_function(
        FunctionName=name,
        Runtime="python3.12",
        Role=role(settings),
        Handler=handler,
        Timeout=timeout,
        Code={"ZipFile": archive(source)},
        Environment={"Variables": environment},
    )
    return name
