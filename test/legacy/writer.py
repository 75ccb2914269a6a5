"""Writes points as the service that stood before does, until every account was taken from it.

writer.py URL --users N --threads N --seed N: prints the users, one JSON object of what was committed for
each when nobody may be written any more, and nothing else.
"""

import argparse
import json
import random
import threading
import time
import uuid
from datetime import datetime, timedelta, timezone

from sqlalchemy import create_engine, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from model import PointBatch, PointTransaction

MOVED = "PL001"
TRY_AGAIN = {"40001", "40P01", "55P03"}
BUSINESSES = ["script", "polish", "voice_clone", "tts", "video"]


class Service:
    """One thread of the service: it draws its ids early, and some of its snapshots are old."""

    def __init__(self, engine, users, seed, isolation, committed):
        self.engine = engine.execution_options(isolation_level=isolation)
        self.is_snapshot_old = isolation == "REPEATABLE READ"
        self.users = list(users)
        self.random = random.Random(seed)
        self.committed = committed
        self.tasks = {user: [] for user in users}

    def run(self) -> None:
        while self.users:
            user = self.random.choice(self.users)
            try:
                self.write(user)
            except DBAPIError as error:
                code = getattr(error.orig, "sqlstate", None)
                if code == MOVED:
                    self.users.remove(user)
                elif code not in TRY_AGAIN:
                    raise

    def write(self, user: uuid.UUID) -> None:
        tasks = self.tasks[user]
        with Session(self.engine) as session:
            drawn = session.scalar(text("select nextval('mjk_point_transactions_id_seq')"))
            if self.is_snapshot_old:
                session.scalar(select(PointTransaction.id).limit(1))
            time.sleep(self.random.random() / 50)
            session.execute(
                text("select pg_advisory_xact_lock(hashtext(:user))"), {"user": str(user)}
            )
            rows = self.change(session, user, drawn)
            session.commit()
        self.committed[user] += rows
        if len(tasks) > 20:
            tasks.pop(0)

    def change(self, session: Session, user: uuid.UUID, drawn: int) -> int:
        balance = session.scalar(
            select(PointTransaction.balance_after)
            .where(PointTransaction.user_id == user)
            .order_by(PointTransaction.id.desc())
            .limit(1)
        )
        balance = 0 if balance is None else balance
        last = session.scalar(
            select(PointTransaction.id)
            .where(PointTransaction.user_id == user)
            .order_by(PointTransaction.id.desc())
            .limit(1)
        )
        # The ids of one user rise. Those of others may be drawn long before.
        own = drawn if last is None or drawn > last else None
        batches = session.scalars(
            select(PointBatch)
            .where(PointBatch.user_id == user, PointBatch.points_left > 0)
            .order_by(PointBatch.expires_at)
            .with_for_update()
        ).all()
        if balance < 50 or self.random.random() < 0.1:
            return self.recharge(session, user, balance, own)
        tasks = self.tasks[user]
        if tasks and self.random.random() < 0.2:
            return self.refund(session, user, balance, tasks.pop())
        return self.consume(session, user, balance, batches, own)

    def recharge(self, session, user, balance, own) -> int:
        points = self.random.randint(100, 500)
        order = f"order-{uuid.uuid4()}"
        batch = PointBatch(
            user_id=user,
            points=points,
            points_left=points,
            expires_at=datetime.now(timezone.utc) + timedelta(days=self.random.randint(30, 300)),
            priority=50,
            order_no=order,
        )
        session.add(batch)
        session.flush()
        self.add(session, user, "recharge", points, balance, batch.id, source_id=order, id=own)
        return 1

    def consume(self, session, user, balance, batches, own) -> int:
        left = self.random.randint(1, 40)
        task = f"task-{uuid.uuid4()}"
        business = self.random.choice(BUSINESSES)
        drawn = []
        for batch in batches:
            points = min(left, batch.points_left)
            if points == 0:
                break
            batch.points_left -= points
            left -= points
            source = {"source_type": business, "source_id": task, "duration": 1.5}
            self.add(session, user, "consume", points, balance, batch.id, id=own, **source)
            own = None
            balance -= points
            drawn.append((batch.id, points))
        self.tasks[user].append((task, business, drawn))
        return len(drawn)

    def refund(self, session, user, balance, task) -> int:
        name, business, drawn = task
        for batch_id, points in reversed(drawn):
            session.get(PointBatch, batch_id, with_for_update=True).points_left += points
            source = {"source_type": business, "source_id": name}
            self.add(session, user, "refund", points, balance, batch_id, **source)
            balance += points
        return len(drawn)

    def add(self, session, user, type, points, balance, batch_id, **columns) -> None:
        sign = 1 if type in ("recharge", "refund") else -1
        session.add(
            PointTransaction(
                user_id=user,
                type=type,
                amount=points,
                balance_before=balance,
                balance_after=balance + sign * points,
                batch_id=batch_id,
                **{name: value for name, value in columns.items() if value is not None},
            )
        )
        session.flush()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("--users", type=int, default=20)
    parser.add_argument("--threads", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    ids = random.Random(options.seed)
    users = [uuid.UUID(int=ids.getrandbits(128), version=4) for _ in range(options.users)]
    print(json.dumps([str(user) for user in users]), flush=True)
    engine = create_engine(options.url, pool_size=options.threads)
    committed = {user: 0 for user in users}
    threads = []
    for index in range(options.threads):
        isolation = "REPEATABLE READ" if index % 2 == 1 else "READ COMMITTED"
        # A snapshot of REPEATABLE READ is of before its turn, so each thread has its own users.
        own = users[index :: options.threads]
        service = Service(engine, own, options.seed + index, isolation, committed)
        threads.append(threading.Thread(target=service.run))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(json.dumps({str(user): rows for user, rows in committed.items()}), flush=True)


if __name__ == "__main__":
    main()
