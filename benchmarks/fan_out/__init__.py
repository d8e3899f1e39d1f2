"""What fanning out gains."""
