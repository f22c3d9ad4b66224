"""`python -m data`: one function a command, and how its words are read."""
