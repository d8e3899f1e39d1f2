"""Two jobs around a batch transform: raw files to the wire (`encode`), answers beside their rows (`join`)."""
