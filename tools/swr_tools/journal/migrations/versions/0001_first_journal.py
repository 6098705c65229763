"""The first journal: proposals, the chain of entries, its head."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

APPEND_ONLY = """
CREATE TRIGGER entries_no_{what} BEFORE {what} ON entries
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END
"""


def upgrade() -> None:
    """Create the tables of an empty journal."""
    _create_proposals()
    _create_entries()
    head = op.create_table(
        "chain_head",
        sa.Column("id", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="chain_head_pk"),
    )
    op.bulk_insert(head, [{"id": 1, "count": 0, "hash": "sha256:" + "0" * 64}])
    for what in ("UPDATE", "DELETE"):
        op.execute(APPEND_ONLY.format(what=what))


def _create_proposals() -> None:
    required = (
        "code",
        "person",
        "operation",
        "arguments",
        "arguments_hash",
        "actor",
        "cloud",
        "region",
        "endpoint",
        "account",
        "account_id",
    )
    op.create_table(
        "proposals",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in required),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("created_at", "expires_at", "state")),
        sa.Column("claimed_at", sa.Text),
        sa.Column("claimed_until", sa.Text),
        sa.Column("claimed_by", sa.Text, nullable=False),
        sa.Column("outcome", sa.Text),
        sa.PrimaryKeyConstraint("id", name="proposals_pk"),
    )
    like = ["person", "operation", "arguments_hash"]
    op.create_index("proposals_number", "proposals", ["number"], unique=True)
    op.create_index("proposals_like", "proposals", like)
    _create_partial_index(
        "proposals_one_pending", [*like, "cloud", "region", "endpoint", "account_id"], "state = 'pending'"
    )
    _create_partial_index("proposals_open_code", ["code"], "state <> 'settled'")


def _create_partial_index(name: str, columns: list[str], where: str) -> None:
    op.create_index(name, "proposals", columns, unique=True, sqlite_where=sa.text(where))


def _create_entries() -> None:
    texts = ("at", "event", "proposal_id", "actor", "body", "previous_hash", "hash")
    op.create_table(
        "entries",
        sa.Column("number", sa.Integer, nullable=False, autoincrement=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in texts),
        sa.PrimaryKeyConstraint("number", name="entries_pk"),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposals.id"], name="entries_proposal_fk"),
    )
