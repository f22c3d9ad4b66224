"""我的待办: what waits for who is signed in."""
