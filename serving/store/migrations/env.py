"""Alembic's entry: migrates over the connection that `Database.migrate` hands over, in its transaction."""

from alembic import context

from serving.store.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, transactional_ddl=True)
context.run_migrations()
