"""Lambda: functions run for real, in warm worker processes."""
