"""Income over the months: course, distribution, forecast, who is sinking and why."""
