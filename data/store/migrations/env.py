"""Alembic's entry: migrations run on the connection that ``data.store.engine.migrate`` hands over."""

from alembic import context

from data.model import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
context.run_migrations()
