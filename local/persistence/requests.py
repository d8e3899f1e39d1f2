"""Which requests may change moto's state, and which take too long to share the gate."""

import re
from typing import Any

_READS = re.compile(r"^(Describe|List|Get|BatchGet|Query|Scan|Search|Head|Lookup|Filter|TestState|Validate)")
_READS_IN_FORM = re.compile(rb"(^|&)Action=(Describe|List|Get|Validate)")
_FUNCTION = re.compile(r"/20\d\d-\d\d-\d\d/functions/[^/]+/(invocations|invoke-async|response-streaming-invocations)")
_SYNCHRONOUS = "AWSStepFunctions.StartSyncExecution"
_LONGEST_FORM = 65536


def may_change(environ: dict[str, Any]) -> bool:
    """Tell whether a request may change anything; when in doubt, yes."""
    if environ.get("REQUEST_METHOD") in ("GET", "HEAD", "OPTIONS"):
        return False
    if target := environ.get("HTTP_X_AMZ_TARGET"):
        return not _READS.match(str(target).rpartition(".")[2])
    return not _reading_form(environ)


def runs_code(environ: dict[str, Any]) -> bool:
    """Tell whether a request waits for a user's code, which may call back and take minutes."""
    if environ.get("HTTP_X_AMZ_TARGET") == _SYNCHRONOUS:
        return True
    return bool(_FUNCTION.match(environ.get("PATH_INFO", "")))


def _reading_form(environ: dict[str, Any]) -> bool:
    if not str(environ.get("CONTENT_TYPE", "")).startswith("application/x-www-form-urlencoded"):
        return False
    body = environ["wsgi.input"]
    start = body.read(_LONGEST_FORM)
    body.seek(0)
    return bool(_READS_IN_FORM.search(start))
