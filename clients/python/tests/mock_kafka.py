"""Brokers in the process, by the mock cluster of librdkafka, and a ledger that reads and answers there."""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import cast

from confluent_kafka import OFFSET_BEGINNING, Consumer, Message, Producer, TopicPartition

from points_ledger import Kafka, SigningKey
from points_ledger._identity import command_digest
from points_ledger._json import JsonValue
from points_ledger.commands import CommandType
from points_ledger.message import CE_TYPES, COMMANDS_TOPIC, OUTCOMES_TOPIC
from points_ledger.testing import FakeLedger

_TYPES: dict[str, CommandType] = {ce_type: type for type, ce_type in CE_TYPES.items()}


@dataclass
class Received:
    partition: int
    offset: int
    key: str
    value: str
    headers: dict[str, str]


@dataclass
class MockKafka:
    bootstrap: str
    partitions: int
    producer: Producer
    ledger: FakeLedger
    received: list[Received] = field(default_factory=list[Received])
    #: While it is clear, commands are read and not answered.
    answers: threading.Event = field(default_factory=threading.Event)
    #: The code of the next answers.
    next_codes: list[str] = field(default_factory=list[str])
    has_received: threading.Condition = field(default_factory=threading.Condition)

    def options(self, signing_key: SigningKey | None = None, linger_ms: int = 1) -> Kafka:
        return Kafka(
            {"bootstrap.servers": self.bootstrap},
            source="/tts",
            signing_key=signing_key,
            producer_config={"linger.ms": linger_ms},
        )

    def wait_for(self, count: int, seconds: float = 20) -> list[Received]:
        with self.has_received:
            assert self.has_received.wait_for(lambda: len(self.received) >= count, seconds)
            return list(self.received)

    def publish(self, value: dict[str, JsonValue]) -> None:
        key = str(value["user_id"])
        self.producer.produce(OUTCOMES_TOPIC, key=key, value=json.dumps(value))
        self.producer.flush(10)

    def on_command(self, message: Message) -> None:
        headers = {
            name: value.decode() for name, value in cast("list[tuple[str, bytes]]", message.headers() or [])
        }
        key, value = (message.key() or b"").decode(), (message.value() or b"").decode()
        with self.has_received:
            self.received.append(
                Received(message.partition() or 0, message.offset() or 0, key, value, headers)
            )
            self.has_received.notify_all()
        if self.answers.is_set():
            self.publish(self._outcome(_TYPES[headers["ce_type"]], headers["ce_id"], key, value))

    def _outcome(self, type: CommandType, command_id: str, user_id: str, value: str) -> dict[str, JsonValue]:
        data = cast("dict[str, object]", json.loads(value))
        if self.next_codes:
            looked = self.ledger.answer("ExpirePoints", str(uuid.uuid4()), user_id, {}, "")
            code = self.next_codes.pop(0)
            return {**looked, "command_id": command_id, "status": "refused", "code": code}
        digest = command_digest(type, cast("dict[str, JsonValue]", data))
        return self.ledger.answer(type, command_id, user_id, data, digest)


@contextmanager
def mock_kafka(ledger: FakeLedger, partitions: int = 4) -> Generator[MockKafka, None, None]:
    cluster = Producer(
        {
            "test.mock.num.brokers": 1,
            "bootstrap.servers": "mock",
            "topic.metadata.refresh.interval.ms": 1000,
        }
    )
    for topic in (COMMANDS_TOPIC, OUTCOMES_TOPIC):
        cluster.list_topics(topic, timeout=10)
    [broker] = cluster.list_topics(timeout=10).brokers.values()
    kafka = MockKafka(f"{broker.host}:{broker.port}", partitions, cluster, ledger)
    kafka.answers.set()
    stopping = threading.Event()
    reader = threading.Thread(target=_read, args=(kafka, stopping), name="mock-ledger")
    reader.start()
    try:
        yield kafka
    finally:
        stopping.set()
        reader.join()
        cluster.flush(5)


def _read(kafka: MockKafka, stopping: threading.Event) -> None:
    consumer = Consumer(
        {
            "bootstrap.servers": kafka.bootstrap,
            "group.id": "mock-ledger",
            "enable.auto.commit": False,
            "fetch.wait.max.ms": 50,
        }
    )
    topic = consumer.list_topics(COMMANDS_TOPIC, timeout=10).topics[COMMANDS_TOPIC]
    consumer.assign([TopicPartition(COMMANDS_TOPIC, number, OFFSET_BEGINNING) for number in topic.partitions])
    while not stopping.is_set():
        message = consumer.poll(0.1)
        if message is not None and message.error() is None:
            kafka.on_command(message)
    consumer.close()
