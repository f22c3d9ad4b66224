"""People who act: accounts, passwords and second factors, displays, looks outside one's scope."""
