"""帮扶责任: leaders, teams, helpers and the page of one person."""
