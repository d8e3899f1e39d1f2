"""Names from the data where room is short."""


def clipped(text: str, width: int = 40) -> str:
    """Cut a name for a picture."""
    return text if len(text) <= width else text[: width - 1] + "…"


def squeezed(text: str, width: int) -> str:
    """Cut out of the middle of a name: names that share a beginning differ at their end."""
    if len(text) <= width:
        return text
    tail = width // 2
    return f"{text[: width - tail - 1]}…{text[-tail:]}"
