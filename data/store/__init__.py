"""The database: engine, migrations, and the key that lies outside it."""
