"""The stand-in for the linear-learner built-in."""
