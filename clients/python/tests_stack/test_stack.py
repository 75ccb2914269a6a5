"""The client against the ledger that `npm start` runs. Its addresses are in the environment."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
import uuid
from collections.abc import AsyncIterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from points_ledger import (
    Accepted,
    AsyncLedgerClient,
    Http,
    InsufficientPoints,
    Kafka,
    LedgerClient,
    NoQuote,
    Refused,
    Unknown,
    commands,
)
from points_ledger.outbox import Outbox, Relay, migrate


def http() -> Http:
    return Http(os.environ["LEDGER_API"], os.environ["LEDGER_TOKEN"])


def kafka() -> Kafka:
    return Kafka({"bootstrap.servers": os.environ["LEDGER_KAFKA"]}, source="/python-client")


@pytest.fixture
def user() -> str:
    return str(uuid.uuid4())


@pytest.fixture(params=["http", "kafka"])
async def client(request: pytest.FixtureRequest) -> AsyncIterator[AsyncLedgerClient]:
    over_kafka = kafka() if request.param == "kafka" else None
    async with AsyncLedgerClient(http=http(), kafka=over_kafka, wait=30) as client:
        yield client


async def test_every_command_over_each_transport(client: AsyncLedgerClient, user: str) -> None:
    expires_at = datetime.now(timezone.utc) + timedelta(days=365)
    charged = await client.recharge(user, 1_000, expires_at=expires_at, recharge_id="order-1")
    assert charged.require().balance == 1_000
    consumed = await client.consume(
        user, "tts", points=20, seconds=12.5, source_id="task-1", metadata={"model": "v3"}
    )
    assert consumed.require().balance == 980
    again = await client.consume(
        user, "tts", points=20, seconds=12.5, source_id="task-1", metadata={"model": "v3"}
    )
    assert again.require().replayed
    held = await client.execute(
        commands.consume(user, "video", points=100, settle_within=600, consumption_id="video-1")
    )
    assert held.require().balance == 880
    extended = await client.extend(user, "video-1", settle_within=1_200, points=50)
    assert extended.require().balance == 830
    settled = await client.settle(user, "video-1", points=120, seconds=30)
    assert settled.require().balance == 860
    refunded = await client.refund(user, "video-1", points=20, reason="生成失败")
    assert refunded.require().balance == 880
    reversed_ = await client.reverse(user, "order-1", cause="mistake", points=80)
    assert reversed_.require().balance == 800
    reinstated = await client.reinstate(user, "order-1")
    assert reinstated.require().balance == 880
    expired = await client.expire(user)
    assert expired.require().balance == 880
    too_much = await client.consume(user, "script", points=881)
    assert isinstance(too_much, InsufficientPoints)
    assert too_much.balance == 880
    closed = await client.settle(user, "video-1", points=1, step="again")
    assert isinstance(closed, Refused)
    assert closed.code == "ConsumptionClosed"


async def test_reads_what_was_written(client: AsyncLedgerClient, user: str) -> None:
    await client.recharge(user, 100, expires_at=None, source_id="order-1")
    consumed = (await client.consume(user, "tts", points=7, seconds=3.5, source_id="t1")).require()
    balance = await client.balance(user, at_least=consumed.position, wait=30)
    assert (balance.balance, balance.held, balance.owed) == (93, 0, 0)
    rows = [row async for row in client.transactions(user, page_size=1)]
    assert [(row.type, row.amount, row.seconds) for row in rows] == [
        ("consume", 7, 3.5),
        ("recharge", 100, None),
    ]
    [batch] = await client.batches(user)
    assert (batch.remaining, batch.expires_at) == (93, None)
    [used] = await client.usage(user, group_by="source_type")
    assert (used.source_type, used.consumed, used.seconds) == ("tts", 7, 3.5)
    story = await client.story(user, rows[0])
    assert story.consumption is not None
    assert story.consumption.status == "closed"
    assert story.event.type == "PointsConsumed"
    assert story.command.id == consumed.outcome.command_id
    before = await client.balance(user, at=rows[1].created_at)
    assert before.balance == 100
    quote = await client.quote("script")
    assert isinstance(quote, NoQuote)
    assert quote.code == "NoPrice"


async def test_holds(client: AsyncLedgerClient, user: str) -> None:
    await client.recharge(user, 100, expires_at=None)
    async with client.hold(user, "video", points=60, settle_within=600, task="t1") as hold:
        assert hold.result.balance == 40
        hold.settle(points=45, seconds=9)
    assert isinstance(hold.settlement, Accepted)
    with pytest.raises(RuntimeError):
        async with client.hold(user, "video", points=50, settle_within=600):
            raise RuntimeError("the work failed")
    # It costs more than there is: the rest is owed.
    async with client.hold(user, "video", points=50, settle_within=600) as dear:
        settled = await dear.settle(points=75)
    assert (settled.require().balance, settled.require().owed) == (0, 20)
    with pytest.raises(Exception, match="ConsumptionClosed"):
        async with client.hold(user, "video", points=60, settle_within=600, task="t1"):
            pytest.fail("the block ran")


_HOLD_AND_WAIT = """
import sys, time
from tests_stack.test_stack import http, kafka
from points_ledger import LedgerClient
user, task, settle_within = sys.argv[1:]
client = LedgerClient(http=http(), kafka=kafka(), wait=30)
with client.hold(user, "video", points=60, settle_within=int(settle_within), task=task):
    print("held", flush=True)
    time.sleep(600)
"""


def hold_in_a_process_that_is_killed(user: str, task: str, settle_within: int) -> None:
    arguments = [sys.executable, "-c", _HOLD_AND_WAIT, user, task, str(settle_within)]
    folder = Path(__file__).parents[1]
    with subprocess.Popen(arguments, cwd=folder, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        process.kill()


async def test_a_process_that_is_killed_leaves_its_hold_to_its_time_out(user: str) -> None:
    async with AsyncLedgerClient(http=http(), kafka=kafka(), wait=30) as client:
        await client.recharge(user, 100, expires_at=None)
        await asyncio.to_thread(hold_in_a_process_that_is_killed, user, "t1", 600)
        assert (await client.expire(user)).require().balance == 40
        # The same task finds it again.
        async with client.hold(user, "video", points=60, settle_within=600, task="t1") as hold:
            assert hold.result.replayed
            hold.settle(points=10, seconds=2)
        await asyncio.to_thread(hold_in_a_process_that_is_killed, user, "t2", 1)
        while (await client.expire(user)).require().balance < 90:
            await asyncio.sleep(0.1)


async def test_sees_new_rows(client: AsyncLedgerClient, user: str) -> None:
    await client.recharge(user, 100, expires_at=None)
    rows = client.live(user, after="0")
    first = await asyncio.wait_for(rows.__anext__(), 30)
    await client.consume(user, "script", points=5)
    second = await asyncio.wait_for(rows.__anext__(), 30)
    await rows.aclose()
    assert [(live.transaction.type, live.transaction.amount) for live in (first, second)] == [
        ("recharge", 100),
        ("consume", 5),
    ]
    resumed = client.live(user, after=first.event_id)
    again = await asyncio.wait_for(resumed.__anext__(), 30)
    await resumed.aclose()
    assert again.transaction.row_ref == second.transaction.row_ref


async def test_finds_an_outcome_after_a_restart(client: AsyncLedgerClient, user: str) -> None:
    sent = await client.recharge(user, 100, expires_at=None, id="recharge-1")
    source = await client.source()
    async with AsyncLedgerClient(http=http()) as restarted:
        found = await restarted.outcome("recharge-1", user_id=user, source=source)
        missing = await restarted.outcome("recharge-2", user_id=user, source=source)
    assert found.require().outcome.position == sent.require().outcome.position
    assert isinstance(missing, Unknown)


def test_without_asyncio(user: str) -> None:
    with LedgerClient(http=http(), kafka=kafka()) as client:
        client.recharge(user, 100, expires_at=None).require()
        with client.hold(user, "tts", points=50, settle_within=600) as hold:
            hold.settle(points=30, seconds=3)
        futures = [client.publish(commands.consume(user, "script", points=1)) for _ in range(20)]
        for future in futures:
            future.result(30)
        last = client.consume(user, "script", points=1).require()
        assert last.balance == 49
        assert client.balance(user, at_least=last.position, wait=30).balance == 49
    assert [t for t in threading.enumerate() if t.name.startswith("points-ledger")] == []


async def test_sends_what_the_database_of_a_service_committed(user: str) -> None:
    schema = f"service_{uuid.uuid4().hex}"
    url = os.environ["TEST_PG_URL"].replace("postgres://", "postgresql+psycopg://", 1)
    admin = create_engine(url)
    with admin.begin() as connection:
        connection.exec_driver_sql(f"create schema {schema}")
    engine = create_engine(url, connect_args={"options": f"-c search_path={schema}"})
    with engine.begin() as connection:
        migrate(connection)
    outbox = Outbox("/python-client")
    with Session(engine) as session, session.begin():
        outbox.add(session, commands.recharge(user, 100, expires_at=None, recharge_id="o1"))
        sent = [
            outbox.add(session, commands.consume(user, "script", points=1, source_id=f"t{number}"))
            for number in range(20)
        ]
    relay = Relay(engine, kafka())
    assert relay.run_once() == 21
    relay.close()
    async with AsyncLedgerClient(http=http(), kafka=kafka()) as client:
        # Its outcome is a repeat of what the relay sent.
        result = await client.consume(user, "script", points=1, source_id="t19")
        assert result.require().outcome.command_id == sent[-1].id
        assert (await client.expire(user)).require().balance == 80
    engine.dispose()
    with admin.begin() as connection:
        connection.exec_driver_sql(f"drop schema {schema} cascade")
    admin.dispose()
