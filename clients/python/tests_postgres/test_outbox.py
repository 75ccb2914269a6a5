"""The outbox on a real Postgres."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from types import SimpleNamespace

import pytest
from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags, use_span
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.orm import Session, sessionmaker

from points_ledger import CommandId, InvalidCommand, commands
from points_ledger.outbox import Outbox, Relay, RelayOptions, migrate, wake_on_commit

from .conftest import database_url
from .publishers import Broker

USER = "d4930aff-f7b8-541b-ad96-1cb0b5223736"
OTHER = "0a11ce00-0000-4000-8000-000000000001"

outbox = Outbox("/tts")


def consume(id: str, user: str = USER, points: int = 1) -> commands.Command:
    return commands.consume(user, "tts", points=points, name=CommandId(id))


def add(engine: Engine, *ids: str, user: str = USER) -> None:
    with Session(engine) as session, session.begin():
        for id in ids:
            outbox.add(session, consume(id, user))


def age(engine: Engine, id: str, days: float) -> None:
    with engine.begin() as connection:
        connection.execute(
            text("update points_outbox set created_at = now() - :age where command_id = :id"),
            {"age": timedelta(days=days), "id": id},
        )


@contextmanager
def relay_on(
    engine: Engine, broker: Broker, options: RelayOptions = RelayOptions()
) -> Generator[Relay, None, None]:
    relay = Relay(engine, broker.open, options)
    yield relay
    relay.close()


def test_sends_what_was_committed_and_nothing_that_was_rolled_back(engine: Engine) -> None:
    broker = Broker()
    with Session(engine) as session, session.begin():
        outbox.add(session, consume("kept"))
        with pytest.raises(RuntimeError), session.begin_nested():
            outbox.add(session, consume("of the savepoint"))
            raise RuntimeError("undone")
    with Session(engine) as session:
        outbox.add(session, consume("rolled back"))
        session.rollback()
    with relay_on(engine, broker) as relay:
        assert relay.run_once() == 1
        assert relay.run_once() == 0
    assert broker.ids() == ["kept"]


def test_sends_the_bytes_of_the_command(engine: Engine) -> None:
    broker = Broker()
    command = commands.settle(USER, "视频-4", seconds=1e-7, metadata={"b": "1", "a": "2"})
    with Session(engine) as session, session.begin():
        sent = outbox.add(
            session, command, traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        )
    with relay_on(engine, broker) as relay:
        relay.run_once()
    assert [c.body for c in broker.arrived] == [sent.body]
    assert [(c.id, c.source, c.type) for c in broker.arrived] == [(sent.id, "/tts", sent.type)]


def test_adds_a_repeat_once_and_refuses_another_command_of_the_same_id(engine: Engine) -> None:
    broker = Broker()
    add(engine, "job-1")
    add(engine, "job-1")
    with Session(engine) as session, pytest.raises(InvalidCommand, match="another command"):
        outbox.add(session, consume("job-1", points=2))
    with relay_on(engine, broker) as relay:
        relay.run_once()
    assert broker.ids() == ["job-1"]


def test_keeps_the_order_of_a_user_when_a_command_is_not_acknowledged(engine: Engine) -> None:
    broker = Broker(fails=lambda command: command.id == "2")
    add(engine, "1", "2", "3")
    add(engine, "other", user=OTHER)
    with relay_on(engine, broker) as relay:
        # The third arrived, but it is sent again behind the second, which the ledger must see before.
        assert relay.run_once() == 2
        broker.fails = lambda command: False
        assert relay.run_once() == 2
        assert relay.status().pending == 0
    assert broker.ids(USER)[-2:] == ["2", "3"]
    assert broker.ids(OTHER) == ["other"]


def test_opens_a_new_producer_after_a_failure(engine: Engine) -> None:
    broker = Broker(fails=lambda command: True)
    add(engine, "1")
    with relay_on(engine, broker) as relay:
        assert relay.run_once() == 0
        assert relay.run_once() == 0
        assert relay.metrics.failed == 2
    assert broker.opened == 2


def test_passes_over_users_that_another_relay_has_locked(engine: Engine) -> None:
    add(engine, "1", "2")
    add(engine, "other", user=OTHER)
    inside, go_on = threading.Event(), threading.Event()

    def hold_up(command: commands.SentCommand) -> bool:
        if command.user_id == USER:
            inside.set()
            assert go_on.wait(20)
        return False

    slow = Broker(fails=hold_up)
    quick = Broker()
    with relay_on(engine, slow, RelayOptions(users_max=1)) as first, relay_on(engine, quick) as second:
        thread = threading.Thread(target=first.run_once)
        thread.start()
        assert inside.wait(20)
        assert second.run_once() == 1
        assert quick.ids() == ["other"]
        go_on.set()
        thread.join()
        assert slow.ids() == ["1", "2"]
        assert second.run_once() == 0


def test_many_relays_send_everything_once_and_in_order(engine: Engine) -> None:
    broker = Broker()
    users = [str(uuid.uuid4()) for _ in range(20)]
    for number in range(10):
        for user in users:
            add(engine, str(number), user=user)
    relays = [Relay(engine, broker.open, RelayOptions(users_max=3, rows_max=7)) for _ in range(4)]

    def run(relay: Relay) -> None:
        while relay.status().pending > 0:
            relay.run_once()

    threads = [threading.Thread(target=run, args=(relay,)) for relay in relays]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for relay in relays:
        relay.close()
    for user in users:
        assert broker.ids(user) == [str(number) for number in range(10)]


def test_holds_what_is_older_than_the_ledger_remembers_and_what_stands_behind_it(engine: Engine) -> None:
    broker = Broker()
    alarms: list[int] = []
    add(engine, "old", "behind")
    add(engine, "other", user=OTHER)
    age(engine, "old", 8)
    relay = Relay(engine, broker.open, on_held=alarms.append)
    assert relay.run_once() == 1
    status = relay.status()
    assert (status.held, status.pending, alarms) == (1, 1, [1])
    assert broker.ids() == ["other"]
    assert relay.discard_held(USER, "/tts", "old")
    assert relay.run_once() == 1
    relay.close()
    assert broker.ids(USER) == ["behind"]


def test_holds_what_no_repeat_will_send(engine: Engine) -> None:
    broker = Broker(refuses=lambda command: command.id == "large")
    alarms: list[int] = []
    add(engine, "large", "behind")
    add(engine, "other", user=OTHER)
    relay = Relay(engine, broker.open, on_held=alarms.append)
    assert relay.run_once() == 1
    status = relay.status()
    assert (status.held, status.pending, alarms) == (1, 1, [1])
    assert (relay.metrics.sent, relay.metrics.failed, relay.metrics.held) == (1, 1, 1)
    # What stands behind it waits for a person, and the relay does not try it meanwhile.
    assert relay.run_once() == 0
    assert relay.discard_held(USER, "/tts", "large")
    assert relay.run_once() == 1
    relay.close()
    with engine.connect() as connection:
        states = connection.execute(text("select command_id, state, last_error from points_outbox order by id"))
        assert [tuple(row) for row in states][0] == (
            "large",
            "discarded",
            "data has more bytes than its topic takes",
        )


def test_tells_its_lag_and_cleans_up(engine: Engine) -> None:
    broker = Broker()
    add(engine, "1")
    age(engine, "1", 1)
    with relay_on(engine, broker, RelayOptions(keep_sent=timedelta(0))) as relay:
        status = relay.status()
        assert status.pending == 1
        assert 86_000 < status.lag_seconds < 87_000
        relay.run_once()
        relay.run_once()
        assert relay.metrics.sent == 1
        assert relay.metrics.cleaned_up == 1
    with engine.connect() as connection:
        assert connection.execute(text("select count(*) from points_outbox")).scalar_one() == 0


def test_is_woken_by_a_commit(engine: Engine) -> None:
    arrived = threading.Event()

    def note(command: commands.SentCommand) -> bool:
        arrived.set()
        return False

    broker = Broker(fails=note)
    sessions = sessionmaker(engine)
    relay = Relay(engine, broker.open, RelayOptions(poll_seconds=600))
    wake_on_commit(sessions, relay)
    relay.start()
    with sessions() as session, session.begin():
        outbox.add(session, consume("1"))
    assert arrived.wait(20)
    relay.close()
    assert broker.ids() == ["1"]


def test_is_woken_by_the_commit_and_not_by_a_savepoint(engine: Engine) -> None:
    woken: list[str] = []
    relay = Relay(engine, Broker().open)
    relay.wake = lambda: woken.append("woken")  # type: ignore[method-assign]
    sessions = sessionmaker(engine)
    wake_on_commit(sessions, relay)
    with sessions() as session, session.begin():
        with session.begin_nested():
            outbox.add(session, consume("1"))
        assert woken == []
    assert woken == ["woken"]
    relay.close()


def test_instances_that_start_at_once_may_all_migrate(schema: str) -> None:
    engine = create_engine(database_url(), connect_args={"options": f"-c search_path={schema}"}, pool_size=8)
    together = threading.Barrier(8)

    def start() -> None:
        with engine.begin() as connection:
            together.wait(20)
            migrate(connection)

    with ThreadPoolExecutor(8) as pool:
        for started in [pool.submit(start) for _ in range(8)]:
            started.result(60)
    engine.dispose()


def test_the_context_of_the_caller_goes_with_a_command(engine: Engine) -> None:
    context = SpanContext(trace_id=0x0AF7, span_id=0xB7AD, is_remote=False, trace_flags=TraceFlags(1))
    add(engine, "1")
    with use_span(NonRecordingSpan(context)):
        add(engine, "2")
    with engine.connect() as connection:
        rows = connection.execute(text("select traceparent from points_outbox order by id")).scalars().all()
    assert rows == [None, f"00-{0x0AF7:032x}-{0xB7AD:016x}-01"]


def test_sends_nothing_that_became_too_old_while_its_process_stood_still(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stand_still(_command: commands.SentCommand) -> bool:
        later = time.time() + 86_400
        monkeypatch.setattr("points_ledger.outbox.time", SimpleNamespace(time=lambda: later))
        return False

    broker = Broker(fails=stand_still)
    add(engine, "1", "2")
    age(engine, "1", 7.5)
    age(engine, "2", 7.5)
    with relay_on(engine, broker) as relay:
        assert relay.run_once() == 1
        assert broker.ids() == ["1"]
        assert relay.status().pending == 1
