"""How an image runs: as a container where an engine answers, else as a process; one interface for both."""
