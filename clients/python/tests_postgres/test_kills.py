"""Processes of a service that are killed at random, between commit, publication and acknowledgement.

Each process commits commands to the outbox and relays them over Kafka at the same time, until it is killed at a point
that was drawn at random. In the end every committed command has arrived, nothing else has, and the ledger
carried each out once, each user's in order.
"""

from __future__ import annotations

import json
import os
import random
import signal
import threading
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from confluent_kafka import OFFSET_BEGINNING, Consumer, Producer, TopicPartition
from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.orm import Session

from points_ledger import CommandId, Kafka, commands
from points_ledger.commands import SentCommand
from points_ledger.kafka import OnDelivery
from points_ledger.message import COMMANDS_TOPIC
from points_ledger.outbox import KafkaPublisher, Outbox, Relay, RelayOptions
from points_ledger.testing import FakeLedger

from .conftest import database_url

KILLS = int(os.environ.get("OUTBOX_KILLS", "20"))
SEED = int(os.environ.get("OUTBOX_SEED", "0"))
SEEDS = range(SEED, SEED + int(os.environ.get("OUTBOX_SEEDS", "5")))
LIFE_SECONDS_MAX = 30
USERS = [str(uuid.UUID(int=number + 1, version=4)) for number in range(5)]

#: Where a process is killed, and at which time at the latest that it comes there.
POINTS: dict[str, int] = {
    "the service is about to commit": 20,
    "the service has committed": 20,
    "the relay has queued a message": 60,
    "the broker has acknowledged a message": 60,
    "the relay is about to commit what was sent": 10,
    "the relay has committed what was sent": 10,
}


@dataclass
class Killer:
    """Kills its own process, by the signal that it can not handle."""

    point: str
    countdown: int

    def reached(self, point: str) -> None:
        if point == self.point:
            self.countdown -= 1
            if self.countdown == 0:
                os.kill(os.getpid(), signal.SIGKILL)


@dataclass
class WatchedPublisher:
    publisher: KafkaPublisher
    killer: Killer

    def publish(self, command: SentCommand, traceparent: str | None, on_delivery: OnDelivery) -> None:
        def delivered(error: BaseException | None) -> None:
            self.killer.reached("the broker has acknowledged a message")
            on_delivery(error)

        self.publisher.publish(command, traceparent, delivered)
        self.killer.reached("the relay has queued a message")

    def close(self, seconds: float) -> int:
        return self.publisher.close(seconds)


@pytest.fixture
def bootstrap() -> Iterator[str]:
    cluster = Producer({"test.mock.num.brokers": 1, "bootstrap.servers": "mock"})
    cluster.list_topics(COMMANDS_TOPIC, timeout=10)
    [broker] = cluster.list_topics(timeout=10).brokers.values()
    yield f"{broker.host}:{broker.port}"
    cluster.flush(1)


def open_engine(schema: str) -> Engine:
    return create_engine(database_url(), connect_args={"options": f"-c search_path={schema}"})


def open_relay(engine: Engine, bootstrap: str, killer: Killer) -> Relay:
    kafka = Kafka({"bootstrap.servers": bootstrap}, source="/tts", producer_config={"linger.ms": 2})
    options = RelayOptions(poll_seconds=0.005, rows_max=20, users_max=3)
    return Relay(engine, lambda: WatchedPublisher(KafkaPublisher(kafka), killer), options)


def live_until_killed(schema: str, bootstrap: str, life: int, killer: Killer) -> None:
    """The process that is killed. It is forked, so that it must not use what its parent has open."""
    relay_engine, engine = open_engine(schema), open_engine(schema)
    relay = open_relay(relay_engine, bootstrap, killer)

    def relay_commits(_connection: object) -> None:
        killer.reached("the relay is about to commit what was sent")

    event.listen(relay_engine, "commit", relay_commits)

    def run_relay() -> None:
        while True:
            if relay.run_once() > 0:
                killer.reached("the relay has committed what was sent")

    threading.Thread(target=run_relay, daemon=True).start()
    outbox = Outbox("/tts")
    for number in range(1_000_000):
        with Session(engine) as session:
            for user in random.sample(USERS, 2):
                name = CommandId(f"{life}-{number}")
                outbox.add(session, commands.consume(user, "tts", points=1, name=name))
            killer.reached("the service is about to commit")
            session.commit()
            killer.reached("the service has committed")
        # The relay keeps up, so that each life comes to each point.
        while relay.status().pending > 20:
            time.sleep(0.001)


def kill_one(schema: str, bootstrap: str, life: int, killer: Killer) -> None:
    child = os.fork()
    if child == 0:
        try:
            live_until_killed(schema, bootstrap, life, killer)
        finally:
            os._exit(1)
    alarm = threading.Timer(LIFE_SECONDS_MAX, os.kill, (child, signal.SIGTERM))
    alarm.start()
    _, status = os.waitpid(child, 0)
    alarm.cancel()
    alarm.join()
    assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL, killer


def arrived(bootstrap: str) -> list[tuple[str, str, str]]:
    """User, id and data of all messages, in the order of each partition."""
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "all", "enable.auto.commit": False})
    topic = consumer.list_topics(COMMANDS_TOPIC, timeout=10).topics[COMMANDS_TOPIC]
    partitions = [TopicPartition(COMMANDS_TOPIC, number, OFFSET_BEGINNING) for number in topic.partitions]
    left = 0
    for partition in partitions:
        low, high = consumer.get_watermark_offsets(partition, timeout=10) or (0, 0)
        left += high - low
    consumer.assign(partitions)
    found: list[tuple[str, str, str]] = []
    while left > 0:
        message = consumer.poll(10)
        assert message is not None, f"{left} messages did not come"
        assert message.error() is None, message.error()
        left -= 1
        headers = dict(message.headers() or [])
        key, value = message.key(), message.value()
        assert key is not None
        assert value is not None
        command_id = headers["ce_id"]
        assert isinstance(command_id, bytes)
        found.append((key.decode(), command_id.decode(), value.decode()))
    consumer.close()
    return found


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
@pytest.mark.parametrize("seed", SEEDS)
def test_loses_and_doubles_nothing(seed: int, schema: str, engine: Engine, bootstrap: str) -> None:
    moments = random.Random(seed)
    engine.dispose()
    for life in range(KILLS):
        point = moments.choice(list(POINTS))
        kill_one(schema, bootstrap, life, Killer(point, moments.randint(1, POINTS[point])))
    relay = open_relay(engine, bootstrap, Killer("never", 0))
    while relay.status().pending > 0:
        relay.run_once()
    relay.close()
    with engine.connect() as connection:
        rows = connection.execute(text("select user_id::text, command_id from points_outbox order by id"))
        committed = [(str(user), str(command_id)) for user, command_id in rows]
    messages = arrived(bootstrap)
    first = list(dict.fromkeys((user, command_id) for user, command_id, _ in messages))
    for user in USERS:
        assert [one for one in first if one[0] == user] == [one for one in committed if one[0] == user]
    assert set(first) == set(committed)
    ledger = FakeLedger(source="/tts")
    for user in USERS:
        ledger.give(user, 1_000_000)
    for user, command_id, value in messages:
        data = json.loads(value)
        ledger.answer("ConsumePoints", command_id, user, data, value)
    spent = sum(1_000_000 - ledger.balance_of(user) for user in USERS)
    assert spent == len(committed)
    print(f"\nseed {seed}: {KILLS} kills, {len(committed)} committed, {len(messages)} sent")
