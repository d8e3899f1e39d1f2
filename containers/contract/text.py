"""Text that has to fit."""

MORE = " ..."


def shortened(text: str, limit: int) -> str:
    """Cut to `limit` bytes of UTF-8 without splitting a character."""
    data = text.encode("utf-8", errors="replace")
    if len(data) <= limit:
        return data.decode()
    return data[: limit - len(MORE)].decode("utf-8", errors="ignore") + MORE


def quoted(value: str) -> str:
    """Show a value from the data in a message: bounded, control characters escaped."""
    return repr(value if len(value) <= 60 else value[:57] + "...")
