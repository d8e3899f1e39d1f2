"""Access keys of roles: what signs a request tells whose it is, as on AWS."""

import hashlib
import re

_PREFIX = "ASIA"
_ROLES: dict[str, str] = {}
_CREDENTIAL = re.compile(r"Credential=(?P<key>[^/]+)/[^/]+/[^/]+/(?P<service>[^/]+)/aws4_request")

NOBODY = "test"
"""The key of whoever is no role: users, and the embedded AWS itself."""


def access_key(role: str) -> str:
    """Return the access key id of a role's ARN, the same for as long as the server lives; no role is nobody."""
    if not role:
        return NOBODY
    key = _PREFIX + hashlib.sha256(role.encode()).hexdigest()[:16].upper()
    _ROLES[key] = role
    return key


def signer(authorization: str) -> tuple[str, str] | None:
    """Return the role and the signing name of the service of a signed request; None where no role signed."""
    found = _CREDENTIAL.search(authorization)
    role = _ROLES.get(found["key"]) if found else None
    return (role, found["service"]) if found and role else None
