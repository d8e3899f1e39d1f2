"""The public API under load while its endpoints change."""
