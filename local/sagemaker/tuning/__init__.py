"""Hyperparameter tuning: a search proposes values, a controller turns them into training jobs and watches them."""
