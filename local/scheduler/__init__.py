"""What fires by the clock: schedules of EventBridge Scheduler, and rules of EventBridge with a schedule."""
