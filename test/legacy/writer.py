"""Writes points as the service that stood before does, until every account was taken from it.

writer.py URL --seed N --threads N USER …: prints one JSON object with the ids of the rows that stand for each
user, as far as it was told that they were committed, and nothing else. It goes on where its connections or
the server are lost, and looks then whether what it had just sent was committed.
"""

import argparse
import json
import random
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone

from sqlalchemy import create_engine, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from model import PointBatch, PointTransaction

NOT_FREE = "PL001"
TRY_AGAIN = {"40001", "40P01", "55P03"}
BUSINESSES = ["script", "polish", "voice_clone", "tts", "video"]
PAUSE_SECONDS = 0.02
SERVER_AWAY_SECONDS_MAX = 60
TASKS_MAX = 20


class Account:
    """What the service knows of one user: the rows that stand, and tasks that can fail."""

    def __init__(self):
        self.rows = set()
        self.recharges = []
        self.tasks = []

    def commit(self, change: "Change") -> None:
        self.rows |= set(change.added)
        self.rows -= set(change.removed)
        self.recharges = [row for row in self.recharges if row not in change.removed]
        self.recharges += change.recharges
        self.tasks = [task for task in self.tasks if task != change.failed]
        self.tasks = (self.tasks + change.tasks)[-TASKS_MAX:]


class Change:
    """What one transaction does, which counts only once it is committed."""

    def __init__(self):
        self.added = []
        self.removed = []
        self.recharges = []
        self.tasks = []
        self.failed = None


class Service:
    """One thread of the service: it draws its ids early, and some of its snapshots are old."""

    def __init__(self, engine, accounts, seed, isolation):
        self.engine = engine.execution_options(isolation_level=isolation)
        self.is_snapshot_old = isolation == "REPEATABLE READ"
        self.accounts = accounts
        self.users = list(accounts)
        self.random = random.Random(seed)

    def run(self) -> None:
        while self.users:
            user = self.random.choice(self.users)
            change = Change()
            try:
                self.write(user, change)
            except DBAPIError as error:
                if not self.is_committed_after(error, user, change):
                    continue
            self.accounts[user].commit(change)

    def is_committed_after(self, error: DBAPIError, user: uuid.UUID, change: Change) -> bool:
        code = getattr(error.orig, "sqlstate", None)
        if code == NOT_FREE:
            # Another importer may free it again.
            if self.ask(lambda session: is_moved(session, user)):
                self.users.remove(user)
            time.sleep(PAUSE_SECONDS)
            return False
        if code in TRY_AGAIN:
            return False
        if not is_lost(error):
            raise error
        return self.ask(lambda session: is_committed(session, change))

    def ask(self, question):
        """Asks until the server answers, which may be away for a while."""
        until = time.monotonic() + SERVER_AWAY_SECONDS_MAX
        while True:
            try:
                with Session(self.engine) as session:
                    return question(session)
            except DBAPIError as error:
                if not is_lost(error) or time.monotonic() > until:
                    raise
                time.sleep(PAUSE_SECONDS)

    def write(self, user: uuid.UUID, change: Change) -> None:
        with Session(self.engine) as session:
            drawn = session.scalar(text("select nextval('mjk_point_transactions_id_seq')"))
            if self.is_snapshot_old:
                session.scalar(select(PointTransaction.id).limit(1))
            time.sleep(self.random.random() / 50)
            session.execute(
                text("select pg_advisory_xact_lock(hashtext(:user))"), {"user": str(user)}
            )
            self.change(session, user, drawn, change)
            session.commit()

    def change(self, session: Session, user: uuid.UUID, drawn: int, change: Change) -> None:
        last = session.execute(
            select(PointTransaction.id, PointTransaction.balance_after)
            .where(PointTransaction.user_id == user)
            .order_by(PointTransaction.id.desc())
            .limit(1)
        ).first()
        last_id, balance = (0, 0) if last is None else last
        # The ids of one user rise. Those of others may be drawn long before.
        own = drawn if drawn > last_id else None
        batches = session.scalars(
            select(PointBatch)
            .where(PointBatch.user_id == user, PointBatch.points_left > 0)
            .order_by(PointBatch.expires_at)
            .with_for_update()
        ).all()
        account = self.accounts[user]
        chance = self.random.random()
        if balance < 50 or chance < 0.1:
            self.recharge(session, user, balance, own, change)
        elif chance < 0.25 and account.tasks:
            self.refund(session, user, balance, self.random.choice(account.tasks), change)
        elif chance < 0.3 and account.rows:
            self.correct(session, self.random.choice(sorted(account.rows)))
        elif chance < 0.33 and account.recharges and account.recharges[0] != last_id:
            self.remove(session, account.recharges[0], change)
        else:
            self.consume(session, user, balance, batches, own, change)

    def recharge(self, session, user, balance, own, change) -> None:
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
        row = {"source_id": order, "id": own}
        change.recharges.append(
            self.add(session, user, "recharge", points, balance, batch.id, change, **row)
        )

    def consume(self, session, user, balance, batches, own, change) -> None:
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
            row = {"source_type": business, "source_id": task, "duration": 1.5, "id": own}
            self.add(session, user, "consume", points, balance, batch.id, change, **row)
            own = None
            balance -= points
            drawn.append((batch.id, points))
        change.tasks.append((task, business, drawn))

    def refund(self, session, user, balance, task, change) -> None:
        name, business, drawn = task
        for batch_id, points in reversed(drawn):
            session.get(PointBatch, batch_id, with_for_update=True).points_left += points
            row = {"source_type": business, "source_id": name}
            self.add(session, user, "refund", points, balance, batch_id, change, **row)
            balance += points
        change.failed = task

    def correct(self, session, row_id) -> None:
        session.get(PointTransaction, row_id).description = f"corrected {uuid.uuid4()}"

    def remove(self, session, row_id, change) -> None:
        session.delete(session.get(PointTransaction, row_id))
        change.removed.append(row_id)

    def add(self, session, user, type, points, balance, batch_id, change, **columns) -> int:
        sign = 1 if type in ("recharge", "refund") else -1
        row = PointTransaction(
            user_id=user,
            type=type,
            amount=points,
            balance_before=balance,
            balance_after=balance + sign * points,
            batch_id=batch_id,
            **{name: value for name, value in columns.items() if value is not None},
        )
        session.add(row)
        session.flush()
        change.added.append(row.id)
        return row.id


def is_lost(error: DBAPIError) -> bool:
    """Whether the connection or the server is gone, or the server only begins again."""
    code = getattr(error.orig, "sqlstate", None)
    return error.connection_invalidated or code is None or code.startswith(("57P", "08"))


def is_moved(session: Session, user: uuid.UUID) -> bool:
    state = text("select state from points_take_over.accounts where user_id = :user")
    return session.scalar(state, {"user": user}) == "moved"


def is_committed(session: Session, change: Change) -> bool:
    """Of a change that only corrected a text it does not matter."""
    added, removed = (
        set(session.scalars(select(PointTransaction.id).where(PointTransaction.id.in_(ids))))
        for ids in (change.added, change.removed)
    )
    if added and added != set(change.added):
        raise AssertionError(f"half of a transaction was committed: {added} of {change.added}")
    return bool(added) or bool(change.removed and not removed)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("users", type=uuid.UUID, nargs="+")
    parser.add_argument("--threads", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    engine = create_engine(options.url, pool_size=options.threads)
    accounts = {user: Account() for user in options.users}
    with ThreadPoolExecutor(options.threads) as threads:
        ends = []
        for index in range(options.threads):
            isolation = "REPEATABLE READ" if index % 2 == 1 else "READ COMMITTED"
            # A snapshot of REPEATABLE READ is of before its turn, so each thread has its own users.
            own = {user: accounts[user] for user in options.users[index :: options.threads]}
            service = Service(engine, own, options.seed + index, isolation)
            ends.append(threads.submit(service.run))
    for end in ends:
        end.result()
    rows = {str(user): sorted(account.rows) for user, account in accounts.items()}
    print(json.dumps(rows), flush=True)


if __name__ == "__main__":
    main()
