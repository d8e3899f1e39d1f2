"""Names from the data where room is short."""


def clipped(text: str, width: int = 40) -> str:
    """Cut a name for a picture."""
    return text if len(text) <= width else text[: width - 1] + "…"
