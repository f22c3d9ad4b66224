"""打印发放: what is printed, the jobs that print it, and how far they are."""
