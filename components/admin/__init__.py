"""用户与设置: people, displays, sessions, the county's settings, the log."""
