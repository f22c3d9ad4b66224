"""What hangs on walls: the leaders' screen and the village's, scene by scene, as plain pages of the server."""
