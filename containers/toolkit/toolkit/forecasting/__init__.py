"""Forecasting: series cut by time, forecasts joined to what came, accuracy by series and by step."""
