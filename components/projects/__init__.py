"""项目收益: map, table and comparison of projects, one project, and trouble upstream."""
