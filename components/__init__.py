"""What is drawn: pure builders in drawing, what every page stands in in shell, a package for each domain."""
