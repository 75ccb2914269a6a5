"""The outbox is tested on the Postgres that TEST_PG_URL names, in a schema of its own for each test."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, create_engine, text

from points_ledger.outbox import migrate


def database_url() -> str:
    return os.environ["TEST_PG_URL"].replace("postgres://", "postgresql+psycopg://", 1)


@pytest.fixture
def schema() -> Iterator[str]:
    name = f"outbox_{uuid.uuid4().hex}"
    admin = create_engine(database_url())
    with admin.begin() as connection:
        connection.execute(text(f"create schema {name}"))
    yield name
    with admin.begin() as connection:
        connection.execute(text(f"drop schema {name} cascade"))
    admin.dispose()


@pytest.fixture
def engine(schema: str) -> Iterator[Engine]:
    options = {"options": f"-c search_path={schema}"}
    engine = create_engine(database_url(), connect_args=options, pool_size=12)
    with engine.begin() as connection:
        migrate(connection)
        # It may be run again.
        migrate(connection)
    yield engine
    engine.dispose()
