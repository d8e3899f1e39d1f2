"""Signature Version 4 of one request.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

import hashlib
import hmac
import time
from collections.abc import Mapping
from functools import lru_cache
from urllib.parse import quote

from predict.aws.credentials import Credentials

_ALGORITHM = "AWS4-HMAC-SHA256"


def signed(
    *,
    method: str,
    host: str,
    path: str,
    headers: Mapping[str, str],
    body: bytes,
    service: str,
    region: str,
    credentials: Credentials,
    now: float,
) -> dict[str, str]:
    """Return the headers with those of the signature; `path` is encoded as it goes on the wire, without a query."""
    moment = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now))
    payload = hashlib.sha256(body).hexdigest()
    sent = {**headers, "Host": host, "X-Amz-Date": moment}
    if credentials.token:
        sent["X-Amz-Security-Token"] = credentials.token
    if service == "s3":
        sent["X-Amz-Content-Sha256"] = payload
    canonical = {name.lower(): " ".join(value.split()) for name, value in sent.items()}
    names = ";".join(sorted(canonical))
    lines = "".join(f"{name}:{canonical[name]}\n" for name in sorted(canonical))
    # S3 alone signs the path as it is sent; the others encode it once more.
    signed_path = path if service == "s3" else quote(path, safe="/-_.~")
    request = "\n".join([method, signed_path, "", lines, names, payload])
    scope = f"{moment[:8]}/{region}/{service}/aws4_request"
    told = "\n".join([_ALGORITHM, moment, scope, hashlib.sha256(request.encode()).hexdigest()])
    key = _key(credentials.secret, moment[:8], region, service)
    value = hmac.new(key, told.encode(), "sha256").hexdigest()
    sent["Authorization"] = (
        f"{_ALGORITHM} Credential={credentials.key_id}/{scope}, SignedHeaders={names}, Signature={value}"
    )
    return sent


@lru_cache(maxsize=16)
def _key(secret: str, day: str, region: str, service: str) -> bytes:
    """The signing key, good for one day, region and service."""
    key = f"AWS4{secret}".encode()
    for part in (day, region, service, "aws4_request"):
        key = hmac.new(key, part.encode(), "sha256").digest()
    return key
