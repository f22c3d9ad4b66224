"""总览: the county at a glance."""
