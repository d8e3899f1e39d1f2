"""What starts runs and batches by itself: the clock, and new data when it has become quiet."""
