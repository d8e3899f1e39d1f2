"""Exists so that scripts can import it; nothing of it is offered here."""
