"""Wall charts on paper: what a war room's wall holds, composed for a size and the distance it is read from."""
