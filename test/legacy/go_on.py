"""Goes on with accounts as the service that stood before does, by the sessions of writer.py.

go_on.py URL --writes N [--refund TASK] USER …: gives each user the points of a task back that failed, then
writes N times. Prints one JSON object: for each user the last balance and what is left in the batches, or null
where the user may not be written. The model is that of the table, with or without the duration.
"""

import argparse
import json
import uuid

from sqlalchemy import create_engine, func, inspect, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

import writer
from model import PointBatch, PointTransaction, TransactionBefore


class ServiceBefore(writer.Service):
    """The service as it was before there was a duration."""

    def add(self, *row, duration=None, **columns) -> int:
        return super().add(*row, **columns)


class Drill:
    def __init__(self, engine):
        columns = inspect(engine).get_columns("mjk_point_transactions")
        has_duration = any(column["name"] == "duration" for column in columns)
        self.engine = engine
        self.transaction = PointTransaction if has_duration else TransactionBefore
        writer.PointTransaction = self.transaction
        self.service = writer.Service if has_duration else ServiceBefore

    def go_on(self, user: uuid.UUID, writes: int, task: str | None, seed: int):
        account = writer.Account()
        service = self.service(self.engine, {user: account}, seed, "READ COMMITTED")
        try:
            if task is not None:
                self.refund(service, user, task)
            for _ in range(writes):
                change = writer.Change()
                service.write(user, change)
                account.commit(change)
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) == writer.NOT_FREE:
                return None
            raise
        with Session(self.engine) as session:
            return {"balance": self.balance(session, user), "points": self.points(session, user)}

    def refund(self, service: writer.Service, user: uuid.UUID, task: str) -> None:
        rows = self.transaction
        with Session(self.engine) as session:
            drawn = session.execute(
                select(rows.source_type, rows.batch_id, rows.amount)
                .where(rows.user_id == user, rows.source_id == task, rows.type == "consume")
                .order_by(rows.id)
            ).all()
            slices = [(batch_id, points) for _, batch_id, points in drawn]
            failed = (task, drawn[0].source_type, slices)
            service.refund(session, user, self.balance(session, user), failed, writer.Change())
            session.commit()

    def balance(self, session: Session, user: uuid.UUID) -> int:
        rows = self.transaction
        last = select(rows.balance_after).where(rows.user_id == user).order_by(rows.id.desc())
        return session.scalar(last.limit(1))

    def points(self, session: Session, user: uuid.UUID) -> int:
        left = select(func.sum(PointBatch.points_left)).where(PointBatch.user_id == user)
        return session.scalar(left)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("users", type=uuid.UUID, nargs="+")
    parser.add_argument("--writes", type=int, required=True)
    parser.add_argument("--refund")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    drill = Drill(create_engine(options.url))
    ends = {
        str(user): drill.go_on(user, options.writes, options.refund, options.seed + index)
        for index, user in enumerate(options.users)
    }
    print(json.dumps(ends), flush=True)


if __name__ == "__main__":
    main()
