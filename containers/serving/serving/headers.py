"""The few headers that matter here, found by name as it is usually written, without changing its case first."""

CONTENT_LENGTH, CONTENT_TYPE, ACCEPT, CONNECTION, EXPECT, TRANSFER_ENCODING = range(1, 7)
# Any other.
OTHER = 0

_MATTER = {
    b"content-length": CONTENT_LENGTH,
    b"content-type": CONTENT_TYPE,
    b"accept": ACCEPT,
    b"connection": CONNECTION,
    b"expect": EXPECT,
    b"transfer-encoding": TRANSFER_ENCODING,
}
# Most clients send these.
_USUAL = dict.fromkeys((b"host", b"user-agent", b"accept-encoding"), OTHER)

KNOWN = {
    spelling: known
    for name, known in (_MATTER | _USUAL).items()
    for spelling in (name, b"-".join(word.capitalize() for word in name.split(b"-")))
}


def unusual(name: bytes) -> int:
    """Return what a header is whose name is not in KNOWN as it is written."""
    return KNOWN.get(name.lower(), OTHER)
