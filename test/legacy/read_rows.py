"""Reads all rows of mjk_point_transactions by the model, as the pages of the old service do.

read_rows.py URL [--before-migration] [USER …]: prints a line of JSON for each row, of those users or of all, by
user and id, with every column but the id. It is the table of the old service, or the view of the ledger.
"""

import argparse
import json
import uuid
from datetime import datetime, timezone

from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from model import PointTransaction, TransactionBefore

COLUMNS = [column.name for column in PointTransaction.__table__.columns if column.name != "id"]
ROWS_AT_ONCE = 1_000


def printed(value):
    if isinstance(value, datetime):
        return value.astimezone(timezone.utc).isoformat(timespec="microseconds")
    return value if value is None or isinstance(value, (int, float, str)) else str(value)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("users", type=uuid.UUID, nargs="*")
    parser.add_argument("--before-migration", action="store_true")
    options = parser.parse_args()
    model = TransactionBefore if options.before_migration else PointTransaction
    with Session(create_engine(options.url)) as session:
        rows = select(model).order_by(model.user_id, model.id)
        if options.users:
            rows = rows.where(model.user_id.in_(options.users))
        for row in session.scalars(rows.execution_options(yield_per=ROWS_AT_ONCE)):
            values = {name: printed(getattr(row, name, None)) for name in sorted(COLUMNS)}
            print(json.dumps(values))


if __name__ == "__main__":
    main()
