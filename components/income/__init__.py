"""收入趋势: course, structure, distribution against the line, forecast, who is sinking."""
