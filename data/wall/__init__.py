"""What walls show: the figures, lists and places of each scene, and the figures as they were shown before."""
