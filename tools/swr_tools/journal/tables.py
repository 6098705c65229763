"""The tables as they are now; `migrations/` holds every step that led here.

Times are ISO-8601 UTC text with microseconds and JSON is canonical text, so that what is hashed, compared and
read by people is the same on every database.
"""

from sqlalchemy import (
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)

# Oldest first, a test holds them equal to the migrations: opening an up-to-date journal needs no Alembic.
REVISIONS = ("0001",)

metadata = MetaData()

IS_PENDING = text("state = 'pending'")
IS_OPEN = text("state <> 'settled'")

proposals = Table(
    "proposals",
    metadata,
    Column("id", Text, nullable=False),
    Column("number", Integer, nullable=False),  # of its `proposed` entry: the order in which proposals came
    Column("code", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("operation", Text, nullable=False),
    Column("arguments", Text, nullable=False),
    Column("arguments_hash", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("cloud", Text, nullable=False),
    Column("region", Text, nullable=False),
    Column("endpoint", Text, nullable=False),
    Column("account", Text, nullable=False),
    Column("account_id", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("expires_at", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("claimed_at", Text),
    Column("claimed_until", Text),
    Column("claimed_by", Text, nullable=False),
    Column("outcome", Text),
    PrimaryKeyConstraint("id", name="proposals_pk"),
    Index("proposals_number", "number", unique=True),
    Index("proposals_like", "person", "operation", "arguments_hash"),
    Index(
        "proposals_one_pending",
        *("person", "operation", "arguments_hash", "cloud", "region", "endpoint", "account_id"),
        unique=True,
        sqlite_where=IS_PENDING,
    ),
    Index(
        "proposals_open_code",
        "code",
        unique=True,
        sqlite_where=IS_OPEN,
    ),
)

entries = Table(
    "entries",
    metadata,
    Column("number", Integer, nullable=False, autoincrement=False),
    Column("at", Text, nullable=False),
    Column("event", Text, nullable=False),
    Column("proposal_id", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("previous_hash", Text, nullable=False),
    Column("hash", Text, nullable=False),
    PrimaryKeyConstraint("number", name="entries_pk"),
    ForeignKeyConstraint(["proposal_id"], ["proposals.id"], name="entries_proposal_fk"),
)

# One row.
chain_head = Table(
    "chain_head",
    metadata,
    Column("id", Integer, nullable=False, autoincrement=False),
    Column("count", Integer, nullable=False),
    Column("hash", Text, nullable=False),
    PrimaryKeyConstraint("id", name="chain_head_pk"),
)
