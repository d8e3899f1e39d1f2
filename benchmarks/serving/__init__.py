"""What our model servers answer in a second, beside the servers that a user would take instead."""
