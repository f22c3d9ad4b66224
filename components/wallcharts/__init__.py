"""Wall charts on paper: what a war room's wall holds, composed for one size of paper and the distance it is read from."""
