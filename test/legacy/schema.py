"""Makes the tables of the service that stood before: schema.py URL [--migrated] [--loose-batches]."""

import argparse
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine

from model import LoosePointBatch, PointBatch, TransactionBefore


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("--migrated", action="store_true")
    parser.add_argument("--loose-batches", action="store_true")
    options = parser.parse_args()
    batches = LoosePointBatch if options.loose_batches else PointBatch
    engine = create_engine(options.url)
    with engine.begin() as connection:
        for table in (TransactionBefore.__table__, batches.__table__):
            table.create(connection)
        if options.migrated:
            migrations = Config()
            migrations.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
            migrations.attributes["connection"] = connection
            command.upgrade(migrations, "95eb1a1c0af9")


if __name__ == "__main__":
    main()
