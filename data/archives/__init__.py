"""Files that come in from outside: checked, made small, kept beside the database."""
