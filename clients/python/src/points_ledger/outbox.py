"""Commands published by the service's own database transaction: ``pip install points-ledger[kafka,sqlalchemy]``.

A command becomes a row in the transaction of the work that it belongs to: both happen, or neither. A relay sends
the rows to Kafka and marks them once the broker has acknowledged them. After a crash in between it sends them
again with the same bytes, and the ledger recognises the repeat. Postgres only.
"""

from __future__ import annotations

import json
import logging
import queue
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol, cast

from sqlalchemy import event, text
from sqlalchemy.orm import Session, sessionmaker

from ._tracing import current_traceparent
from .commands import Command, CommandRef, CommandType, SentCommand, checked_source
from .errors import InvalidCommand, LedgerError
from .kafka import CommandProducer, Kafka, OnDelivery, delivery_error

if TYPE_CHECKING:
    from confluent_kafka import KafkaError, Message
    from sqlalchemy import Connection, Engine
    from sqlalchemy.ext.asyncio import AsyncSession

    from ._json import JsonValue

_log = logging.getLogger("points_ledger")

#: The SQL of the table, for the service's own migrations (``op.execute``). It may be run again, and the client
#: for TypeScript makes the same one: services of both languages may share it.
MIGRATION = """
create table if not exists points_outbox (
  id bigint generated always as identity primary key,
  user_id uuid not null,
  source text not null,
  command_id text not null,
  type text not null,
  value text not null,
  traceparent text,
  state text not null default 'pending' check (state in ('pending', 'sent', 'held', 'discarded')),
  created_at timestamptz not null default now(),
  sent_at timestamptz,
  failures integer not null default 0,
  last_error text,
  unique (user_id, source, command_id)
);
create index if not exists points_outbox_waiting on points_outbox (user_id, id) where state in ('pending', 'held');
create index if not exists points_outbox_sent on points_outbox (sent_at) where state = 'sent';
"""

_ADD = text("""
    with added as (
      insert into points_outbox (user_id, source, command_id, type, value, traceparent)
      values (cast(:user_id as uuid), :source, :id, :type, :value, :traceparent)
      on conflict (user_id, source, command_id) do nothing
      returning true as is_same
    )
    select is_same, true as is_new from added
    union all
    select type = :type and value = :value, false from points_outbox
    where user_id = cast(:user_id as uuid) and source = :source and command_id = :id
    limit 1
""")

# The first row of each user is locked: another relay passes over it, and finds no other row of the same user that
# is the first.
_LOCK_USERS = text("""
    select head.user_id from points_outbox head
    where head.state = 'pending' and not exists (
      select 1 from points_outbox earlier
      where earlier.user_id = head.user_id and earlier.id < head.id
        and earlier.state in ('pending', 'held'))
    order by head.id limit :users_max for update of head skip locked
""")

#: Of the advisory locks of a database, those of users of whom a relay publishes commands, in any language.
_USER_LOCKS = 0x504F494E

# They keep two relays from one user also where a transaction commits late, and its row stands before those that
# another relay has.
_TRY_USERS = text("""
    select one.user_id::text from unnest(cast(:users as uuid[])) as one(user_id)
    where pg_try_advisory_xact_lock(cast(:locks as integer), hashtext(one.user_id::text))
""")

# What stands behind a held row waits with it, or it would overtake it.
_ROWS = text("""
    select own.id, own.user_id::text, own.source, own.command_id, own.type, own.value, own.traceparent,
      extract(epoch from clock_timestamp() - own.created_at)
    from points_outbox own
    where own.state = 'pending' and own.user_id = any(cast(:users as uuid[])) and not exists (
      select 1 from points_outbox earlier
      where earlier.user_id = own.user_id and earlier.id < own.id
        and (earlier.state = 'held' or (earlier.state = 'pending' and earlier.created_at <= now() - :age_max)))
      and own.created_at > now() - :age_max
    order by own.id limit :rows_max
""")

_MARK_SENT = text("update points_outbox set state = 'sent', sent_at = now() where id = any(:ids)")

_MARK_FAILED = text("""
    update points_outbox set failures = failures + 1, last_error = :error where id = any(:ids)
""")

_HOLD = text("update points_outbox set state = 'held', last_error = :error where id = :id")

_HOLD_OLD = text("""
    update points_outbox set state = 'held', last_error = 'older than the ledger remembers'
    where id in (
      select id from points_outbox where state = 'pending' and created_at <= now() - :age_max
      order by id limit :rows_max for update skip locked)
    returning user_id::text, source, command_id
""")

_DELETE_SENT = text("""
    delete from points_outbox where id in (
      select id from points_outbox where state = 'sent' and sent_at < now() - :age_min
      order by sent_at limit :rows_max for update skip locked)
""")

_STATUS = text("""
    select count(*) filter (where state = 'pending'),
           count(*) filter (where state = 'held'),
           coalesce(extract(epoch from now() - min(created_at) filter (where state = 'pending')), 0)
    from points_outbox where state in ('pending', 'held')
""")

_DISCARD = text("""
    update points_outbox set state = 'discarded'
    where user_id = cast(:user_id as uuid) and source = :source and command_id = :id and state = 'held'
""")

_INFO_KEY = "points_ledger.outbox"


def migrate(connection: Connection) -> None:
    """Creates the table, where the service has no migrations of its own for it."""
    # Instances that start at once would create it at once, and all but one fail.
    connection.execute(text("select pg_advisory_xact_lock(cast(:locks as integer), 0)"), {"locks": _USER_LOCKS})
    for statement in MIGRATION.split(";"):
        if statement.strip():
            connection.execute(text(statement))


class Outbox:
    """Adds commands of one sender to the transactions of the service."""

    def __init__(self, source: str) -> None:
        self._source = checked_source(source)

    def add(self, session: Session, command: Command, *, traceparent: str | None = None) -> SentCommand:
        """Adds a command to the transaction of the session. One that is there already is left as it is.

        Where OpenTelemetry is installed, the trace of the caller goes with the command.
        """
        sent = command.sent_by(self._source)
        values = {
            "user_id": sent.user_id,
            "source": sent.source,
            "id": sent.id,
            "type": sent.type,
            "value": sent.body.decode(),
            "traceparent": traceparent or current_traceparent(),
        }
        # The first look may miss a row that another transaction committed meanwhile: the second one sees it.
        added = session.execute(_ADD, values).first() or session.execute(_ADD, values).one()
        is_same, is_new = added
        if not is_same:
            raise InvalidCommand.of("id", f"{sent.id} stands in the outbox for another command")
        if is_new:
            session.info[_INFO_KEY] = True
        return sent

    async def add_async(
        self, session: AsyncSession, command: Command, *, traceparent: str | None = None
    ) -> SentCommand:
        """The same for a session of asyncio."""

        def add(sync: Session) -> SentCommand:
            return self.add(sync, command, traceparent=traceparent)

        return await session.run_sync(add)


def wake_on_commit(sessions: sessionmaker[Session] | Session, relay: Relay) -> None:
    """Sends at once what a session has committed, where the relay runs in the same process."""

    def committed(session: Session) -> None:
        # The end of a savepoint commits nothing yet.
        if session.get_nested_transaction() is None and session.info.pop(_INFO_KEY, False):
            relay.wake()

    event.listen(sessions, "after_commit", committed)


class Publisher(Protocol):
    """What the relay sends with."""

    def publish(self, command: SentCommand, traceparent: str | None, on_delivery: OnDelivery) -> None: ...

    def close(self, seconds: float) -> int: ...


class KafkaPublisher:
    """A producer that gives no message up, so that no later one overtakes it. The relay closes it instead."""

    def __init__(self, options: Kafka) -> None:
        config = {"linger.ms": 5, **options.producer_config, "message.timeout.ms": 0}
        self._producer = CommandProducer(replace(options, producer_config=config))

    def publish(self, command: SentCommand, traceparent: str | None, on_delivery: OnDelivery) -> None:
        def delivered(error: KafkaError | None, _message: Message) -> None:
            on_delivery(None if error is None else delivery_error(error))

        self._producer.send(command, traceparent, delivered)

    def close(self, seconds: float) -> int:
        return self._producer.close(seconds)


@dataclass(frozen=True)
class OutboxStatus:
    """The state of the table, for metrics."""

    pending: int
    #: Wait for a person.
    held: int
    #: The age of the oldest pending row.
    lag_seconds: float


@dataclass
class RelayMetrics:
    """Counters of one relay since it was made."""

    sent: int = 0
    failed: int = 0
    held: int = 0
    cleaned_up: int = 0


@dataclass(frozen=True)
class RelayOptions:
    #: ``rememberDays`` of the ledger's policy: what is older is held, never sent.
    remember_days: float = 8
    #: Held that much earlier, for the time that a message is on its way.
    margin: timedelta = timedelta(hours=1)
    #: How long rows are kept after they were sent. A repeat of the service's own transaction finds them.
    keep_sent: timedelta = timedelta(days=7)
    users_max: int = 200
    rows_max: int = 1_000
    poll_seconds: float = 1.0
    #: How long one round waits for acknowledgements, with the users locked.
    ack_seconds_max: float = 30.0

    @property
    def age_max(self) -> timedelta:
        return timedelta(days=self.remember_days) - self.margin


@dataclass(frozen=True)
class _Row:
    id: int
    command: SentCommand
    traceparent: str | None
    age_seconds: float


class Relay:
    """Sends the rows of the outbox, each user's in order. Any number of them may run on one database."""

    def __init__(
        self,
        engine: Engine,
        kafka: Kafka | Callable[[], Publisher],
        options: RelayOptions = RelayOptions(),
        on_held: Callable[[int], None] = lambda count: None,
    ) -> None:
        self._engine = engine.execution_options(isolation_level="READ COMMITTED")
        self._open_publisher = (lambda: KafkaPublisher(kafka)) if isinstance(kafka, Kafka) else kafka
        self._options = options
        self._on_held = on_held
        self._publisher: Publisher | None = None
        # An event is not for signal handlers: one that comes while its lock is held would wait for ever.
        self._wake: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._is_closing = False
        self._is_running = False
        self._thread: threading.Thread | None = None
        self.metrics = RelayMetrics()

    def start(self) -> None:
        """Runs until ``close()``, in a thread of its own."""
        if self._thread is None:
            self._thread = threading.Thread(target=self.run, name="points-ledger-relay", daemon=True)
            self._thread.start()

    def run(self) -> None:
        """Runs until ``close()`` is called, which a signal handler may do."""
        self._is_running = True
        while not self._is_closing:
            with suppress(queue.Empty):
                # What came before this round is in it.
                self._wake.get_nowait()
            try:
                is_more = self.run_once() > 0
            except Exception:
                # The database or the broker is away: nothing is marked, so that it is all sent again.
                _log.exception("the relay of the outbox failed, and tries again")
                is_more = False
            if not is_more and not self._is_closing:
                with suppress(queue.Empty):
                    self._wake.get(timeout=self._options.poll_seconds)
        self._is_running = False
        self._close_publisher()

    def wake(self) -> None:
        """Sends now what has come, instead of at the next look."""
        if self._wake.empty():
            self._wake.put(None)

    def close(self) -> None:
        """Ends the round that runs, and then everything."""
        self._is_closing = True
        self._wake.put(None)
        if self._thread is not None:
            self._thread.join()
        if not self._is_running:
            self._close_publisher()

    def run_once(self) -> int:
        """One round: the number of rows that were sent."""
        self._hold_old()
        with self._engine.begin() as connection:
            rows = self._lock_rows(connection)
            sent, deliveries = self._publish(rows)
            _mark(connection, rows, sent, deliveries)
        self.metrics.sent += len(sent)
        self.metrics.failed += len(rows) - len(sent) - len(deliveries.invalid)
        self._tell_held([row.command for row in rows if row.id in deliveries.invalid], "it can not be sent")
        self._clean_up()
        return len(sent)

    def status(self) -> OutboxStatus:
        with self._engine.connect() as connection:
            pending, held, lag = connection.execute(_STATUS).one()
        return OutboxStatus(int(pending), int(held), float(lag))

    def discard_held(self, user_id: str, source: str, command_id: str) -> bool:
        """What a person decided about a held row: that it need not be sent. What waits behind it goes on."""
        values = {"user_id": user_id, "source": source, "id": command_id}
        with self._engine.begin() as connection:
            return connection.execute(_DISCARD, values).rowcount > 0

    def _lock_rows(self, connection: Connection) -> list[_Row]:
        options = self._options
        first = connection.execute(_LOCK_USERS, {"users_max": options.users_max}).scalars().all()
        if not first:
            return []
        names = {"users": [str(user) for user in first], "locks": _USER_LOCKS}
        values = {
            "users": list(connection.execute(_TRY_USERS, names).scalars().all()),
            "age_max": options.age_max,
            "rows_max": options.rows_max,
        }
        return [_row_of(row) for row in connection.execute(_ROWS, values).all()]

    def _publish(self, rows: Sequence[_Row]) -> tuple[list[_Row], _Deliveries]:
        """The rows that arrived, of each user only those before the first that did not."""
        deliveries = _Deliveries()
        if not rows:
            return [], deliveries
        publisher = self._publisher or self._open_publisher()
        self._publisher = publisher
        taken_at, age_max = time.time(), self._options.age_max.total_seconds()
        for row in rows:
            # A round can be slow, or its process stand still: the next one holds what became too old.
            if row.age_seconds + time.time() - taken_at > age_max:
                break
            on_delivery = deliveries.expect(row.id)
            try:
                publisher.publish(row.command, row.traceparent, on_delivery)
            except LedgerError as error:
                on_delivery(error)
                break
        arrived = deliveries.wait(self._options.ack_seconds_max)
        if len(arrived) < len(rows):
            _log.error(
                "commands of the outbox were not acknowledged, and are sent again",
                extra={"count": len(rows) - len(arrived), "error": deliveries.error},
            )
            # What it still has must not be sent later, behind its repeat.
            self._close_publisher()
        return _prefixes(rows, arrived), deliveries

    def _hold_old(self) -> None:
        values = {"age_max": self._options.age_max, "rows_max": self._options.rows_max}
        with self._engine.begin() as connection:
            held = connection.execute(_HOLD_OLD, values).all()
        refs = [CommandRef(str(user), str(source), str(id)) for user, source, id in held]
        self._tell_held(refs, "it is too old: a repeat of it could not be recognised")

    def _tell_held(self, held: Sequence[CommandRef | SentCommand], reason: str) -> None:
        for command in held:
            extra = {"user_id": command.user_id, "command_source": command.source, "command_id": command.id}
            _log.error("a command of the outbox is held", extra={**extra, "reason": reason})
        if held:
            self.metrics.held += len(held)
            self._on_held(len(held))

    def _clean_up(self) -> None:
        values = {"age_min": self._options.keep_sent, "rows_max": self._options.rows_max}
        with self._engine.begin() as connection:
            self.metrics.cleaned_up += connection.execute(_DELETE_SENT, values).rowcount

    def _close_publisher(self) -> None:
        publisher, self._publisher = self._publisher, None
        if publisher is not None:
            publisher.close(0)


class _Deliveries:
    """Acknowledgements, which come in threads of the producer."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._expected = 0
        self._answered = 0
        self._arrived: set[int] = set()
        #: Rows that no repeat will send: a person has to look at them.
        self.invalid: dict[int, str] = {}
        self.error: str | None = None

    def expect(self, row: int) -> OnDelivery:
        with self._changed:
            self._expected += 1

        def delivered(error: BaseException | None) -> None:
            with self._changed:
                self._answered += 1
                if error is None:
                    self._arrived.add(row)
                elif isinstance(error, InvalidCommand):
                    self.invalid[row] = str(error)
                else:
                    self.error = str(error)
                self._changed.notify()

        return delivered

    def wait(self, seconds: float) -> set[int]:
        with self._changed:
            self._changed.wait_for(lambda: self._answered >= self._expected, seconds)
            return set(self._arrived)


def _mark(
    connection: Connection, rows: Sequence[_Row], sent: Sequence[_Row], deliveries: _Deliveries
) -> None:
    sent_ids = [row.id for row in sent]
    if sent_ids:
        connection.execute(_MARK_SENT, {"ids": sent_ids})
    for identity, error in deliveries.invalid.items():
        connection.execute(_HOLD, {"id": identity, "error": error})
    done = {*sent_ids, *deliveries.invalid}
    failed_ids = [row.id for row in rows if row.id not in done]
    if failed_ids:
        values = {"ids": failed_ids, "error": deliveries.error or "it was not acknowledged in time"}
        connection.execute(_MARK_FAILED, values)


def _row_of(row: Sequence[object]) -> _Row:
    identity, user_id, source, command_id, command_type, body, traceparent, age = row
    data = cast("Mapping[str, JsonValue]", json.loads(str(body)))
    command = SentCommand(
        # The table has what Outbox.add wrote.
        cast("CommandType", command_type),
        str(user_id),
        data,
        str(command_id),
        str(source),
        str(body).encode(),
    )
    return _Row(
        cast("int", identity),
        command,
        None if traceparent is None else str(traceparent),
        float(cast("float", age)),
    )


def _prefixes(rows: Sequence[_Row], arrived: set[int]) -> list[_Row]:
    stopped: set[str] = set()
    sent: list[_Row] = []
    for row in rows:
        user = row.command.user_id
        if row.id not in arrived:
            stopped.add(user)
        elif user not in stopped:
            sent.append(row)
    return sent
