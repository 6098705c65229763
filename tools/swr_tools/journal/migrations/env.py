"""Alembic's entry: runs the migrations inside the transaction that the journal opened."""

from alembic import context

from swr_tools.journal.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
