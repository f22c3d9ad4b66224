"""What a cadre writes at the door: the forms of a household's file."""
