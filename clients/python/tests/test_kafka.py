"""Commands and outcomes over Kafka, on the mock brokers of librdkafka."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import confluent_kafka
import pytest
from confluent_kafka import KafkaError, KafkaException, Producer

from points_ledger import (
    Accepted,
    AsyncLedgerClient,
    ClientClosed,
    InsufficientPoints,
    InvalidCommand,
    Kafka,
    LedgerClient,
    NotDelivered,
    Overloaded,
    SigningKey,
    Unknown,
    commands,
)
from points_ledger import _kafka_commands as kafka_commands_module
from points_ledger.kafka import CommandProducer, ConfigValue
from points_ledger.signing import signature, signed_text
from points_ledger.testing import FakeLedger

from .mock_kafka import MockKafka, mock_kafka


@pytest.fixture
def kafka(user: str) -> Iterator[MockKafka]:
    ledger = FakeLedger(source="/tts", prices={"tts": 2})
    ledger.give(user, 1_000)
    with mock_kafka(ledger) as brokers:
        yield brokers


async def test_sends_a_command_and_gives_its_outcome(kafka: MockKafka, user: str) -> None:
    async with AsyncLedgerClient(kafka=kafka.options()) as client:
        result = await client.consume(user.upper(), "tts", seconds=5, task="t1")
        refused = await client.consume(user, "tts", points=5_000)
    assert result.require().balance == 990
    assert isinstance(refused, InsufficientPoints)
    first, _ = kafka.received
    assert first.key == user
    assert first.value == f'{{"user_id":"{user}","duration":5,"source_type":"tts"}}'
    assert first.headers["ce_type"] == "points.ConsumePoints.v1"


async def test_writes_each_user_into_the_partition_of_the_java_client(kafka: MockKafka) -> None:
    users = [str(uuid.uuid4()) for _ in range(50)]
    async with AsyncLedgerClient(kafka=kafka.options()) as client:
        for future in [await client.publish(commands.expire(user)) for user in users]:
            await future
    for message in kafka.wait_for(len(users)):
        assert message.partition == confluent_kafka.murmur2(message.key.encode(), kafka.partitions)


async def test_signs_the_bytes_that_it_sends(kafka: MockKafka, user: str) -> None:
    key = SigningKey("2026-11", "0123456789abcdef0123456789abcdef")
    async with AsyncLedgerClient(kafka=kafka.options(signing_key=key)) as client:
        await client.expire(user, id="任务 7")
    [message] = kafka.received
    text = signed_text(
        "points.commands", user, "任务 7", "/tts", "points.ExpirePoints.v1", message.value.encode()
    )
    assert message.headers["points-signature"] == signature(text, key)


async def test_answers_many_calls_by_one_consumer(kafka: MockKafka, user: str) -> None:
    async with AsyncLedgerClient(kafka=kafka.options()) as client:
        results = await asyncio.gather(
            *(client.consume(user, "tts", points=1, task=str(number)) for number in range(200))
        )
        readers = [t.name for t in threading.enumerate() if t.name == "points-ledger-outcomes"]
    assert all(isinstance(result, Accepted) for result in results)
    assert readers == ["points-ledger-outcomes"]
    assert kafka.ledger.balance_of(user) == 800


async def test_gives_the_same_answer_to_two_calls_of_one_task(kafka: MockKafka, user: str) -> None:
    async with AsyncLedgerClient(kafka=kafka.options()) as client:
        results = await asyncio.gather(*(client.consume(user, "tts", points=1, task="t1") for _ in range(2)))
    assert all(isinstance(result, Accepted) for result in results)
    assert kafka.ledger.balance_of(user) == 999


async def test_is_unknown_without_an_outcome_and_can_be_resumed(kafka: MockKafka, user: str) -> None:
    kafka.answers.clear()
    async with AsyncLedgerClient(kafka=kafka.options()) as client:
        result = await client.consume(user, "tts", points=10, task="t1", wait=1)
        assert isinstance(result, Unknown)
        kafka.answers.set()
        resumed = await client.outcome(result)
    assert resumed.require().balance == 990
    assert {(m.headers["ce_id"], m.value) for m in kafka.received} == {
        (result.command.id, kafka.received[0].value)
    }


async def test_sends_again_what_was_not_taken_over(kafka: MockKafka, user: str) -> None:
    kafka.next_codes.append("NotTakenOver")
    async with AsyncLedgerClient(kafka=kafka.options()) as client:
        result = await client.consume(user, "tts", points=10)
    assert result.require().balance == 990
    assert len({message.headers["ce_id"] for message in kafka.received}) == 1
    assert len(kafka.received) == 2


async def test_holds_and_settles(kafka: MockKafka, user: str) -> None:
    async with AsyncLedgerClient(kafka=kafka.options()) as client:
        async with client.hold(user, "tts", points=60, settle_within=600, task="t1") as hold:
            hold.settle(seconds=12.5)
        with pytest.raises(RuntimeError):
            async with client.hold(user, "tts", points=60, settle_within=600):
                raise RuntimeError("the work failed")
    assert kafka.ledger.balance_of(user) == 975


def test_publishes_from_any_thread_without_waiting_for_the_outcome(kafka: MockKafka, user: str) -> None:
    with LedgerClient(kafka=kafka.options()) as client:
        futures = [
            client.publish(commands.consume(user, "tts", points=1, name=commands.CommandId(str(n))))
            for n in range(100)
        ]
        for future in futures:
            future.result(20)
    received = kafka.wait_for(100)
    assert [message.headers["ce_id"] for message in received] == [str(n) for n in range(100)]


def test_closing_sends_what_is_queued(kafka: MockKafka, user: str) -> None:
    client = LedgerClient(kafka=kafka.options(linger_ms=500))
    futures = [client.publish(commands.expire(user)) for _ in range(10)]
    client.close()
    assert all(future.done() and future.exception() is None for future in futures)
    with pytest.raises(ClientClosed):
        client.publish(commands.expire(user))


async def test_brokers_that_are_away_make_a_command_unknown(user: str) -> None:
    options = Kafka({"bootstrap.servers": "127.0.0.1:1", "log_level": 0}, source="/tts")
    async with AsyncLedgerClient(kafka=options) as client:
        result = await client.consume(user, "tts", points=1, wait=0.3)
        assert isinstance(result, Unknown)
        assert "not sent" in result.reason


async def test_a_full_queue_holds_the_sender_up(user: str) -> None:
    config: dict[str, ConfigValue] = {
        "bootstrap.servers": "127.0.0.1:1",
        "queue.buffering.max.messages": 2,
        "log_level": 0,
    }
    async with AsyncLedgerClient(kafka=Kafka(config, source="/tts")) as client:
        first = [await client.publish(commands.expire(user)) for _ in range(2)]
        with pytest.raises(Overloaded):
            await client.publish(commands.expire(user), wait=0.05)
        await client.close(drain=0.1)
    assert [type(await asyncio.wait_for(_error_of(future), 5)).__name__ for future in first] == [
        "NotDelivered",
        "NotDelivered",
    ]


async def _error_of(future: asyncio.Future[None]) -> BaseException | None:
    await asyncio.wait({future})
    return future.exception()


AWAY: dict[str, ConfigValue] = {"bootstrap.servers": "127.0.0.1:1", "log_level": 0}


def own_threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("points-ledger")]


def test_threads_that_send_their_first_commands_at_once_share_one_producer(
    kafka: MockKafka, user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = threading.Barrier(2)
    opened: list[CommandProducer] = []

    def open_slowly(options: Kafka) -> CommandProducer:
        # Where two open one at the same time, they meet here.
        with contextlib.suppress(threading.BrokenBarrierError):
            both.wait(0.5)
        opened.append(CommandProducer(options))
        return opened[-1]

    monkeypatch.setattr(kafka_commands_module, "CommandProducer", open_slowly)
    with LedgerClient(kafka=kafka.options()) as client, ThreadPoolExecutor(2) as pool:
        for delivery in pool.map(client.publish, [commands.expire(user)] * 2):
            delivery.result(20)
    assert len(opened) == 1


class FailsFatally(Producer):
    """Its first one has a fatal error, which it tells as the library does: once by a poll, and by each send."""

    made: list[FailsFatally]

    def __init__(self, config: dict[str, ConfigValue]) -> None:
        super().__init__(config)
        self._is_broken = not self.made
        self._has_told = False
        self.made.append(self)

    def produce(self, *args: object, **options: object) -> None:
        if self._is_broken:
            raise KafkaException(KafkaError(KafkaError._FATAL))
        super().produce(*args, **options)  # type: ignore[arg-type]

    def poll(self, timeout: float = -1) -> int:
        if self._is_broken and not self._has_told:
            self._has_told = True
            raise KafkaException(KafkaError(KafkaError.INVALID_PRODUCER_EPOCH, "an old epoch", True))
        return super().poll(timeout)


def test_replaces_a_producer_that_had_a_fatal_error(
    kafka: MockKafka, user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    FailsFatally.made = []
    monkeypatch.setattr(confluent_kafka, "Producer", FailsFatally)
    with LedgerClient(kafka=kafka.options()) as client:
        with pytest.raises(NotDelivered, match="Fatal error"):
            client.publish(commands.expire(user))
        client.publish(commands.consume(user, "tts", points=1)).result(20)
        assert client.consume(user, "tts", points=1).require().balance == 998
    assert len(FailsFatally.made) == 2


async def test_sends_a_command_again_by_another_producer_after_a_fatal_error(
    kafka: MockKafka, user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    FailsFatally.made = []
    monkeypatch.setattr(confluent_kafka, "Producer", FailsFatally)
    async with AsyncLedgerClient(kafka=kafka.options()) as client:
        assert (await client.consume(user, "tts", points=1)).require().balance == 999


def test_takes_nothing_behind_what_it_sends_at_closing(user: str, monkeypatch: pytest.MonkeyPatch) -> None:
    class SendsMeanwhile(Producer):
        def flush(self, timeout: float = -1) -> int:
            with pytest.raises(ClientClosed):
                producer.send(commands.expire(user).sent_by("/tts"), None, lambda _error, _message: None)
            return super().flush(timeout)

    monkeypatch.setattr(confluent_kafka, "Producer", SendsMeanwhile)
    producer = CommandProducer(Kafka(AWAY, source="/tts"))
    assert producer.close(0) == 0


def test_logs_a_command_that_was_not_delivered(user: str, caplog: pytest.LogCaptureFixture) -> None:
    client = LedgerClient(kafka=Kafka(AWAY, source="/tts"))
    delivery = client.publish(commands.expire(user, name=commands.CommandId("job-1")))
    client.close(drain=0)
    assert isinstance(delivery.exception(0), NotDelivered)
    [record] = [record for record in caplog.records if record.getMessage() == "a command was not delivered"]
    assert (record.levelno, record.__dict__["command_id"]) == (logging.ERROR, "job-1")


async def test_refuses_what_the_library_finds_too_large(kafka: MockKafka, user: str) -> None:
    options = kafka.options()
    small = Kafka(options.config, source="/tts", producer_config={"message.max.bytes": 1_000})
    large = commands.consume(user, "tts", points=1, metadata={"text": "x" * 2_000})
    async with AsyncLedgerClient(kafka=small) as client:
        for _ in range(2):
            with pytest.raises(InvalidCommand, match="more bytes than its topic takes"):
                await client.publish(large)
        with pytest.raises(InvalidCommand, match="more bytes than its topic takes"):
            await client.execute(large)


async def test_names_a_wrong_option_each_time(kafka: MockKafka, user: str) -> None:
    options = kafka.options()
    wrong = Kafka(options.config, source="/tts", consumer_config={"no.such.option": 1})
    async with AsyncLedgerClient(kafka=wrong) as client:
        for _ in range(2):
            with pytest.raises(KafkaException, match="no.such.option"):
                await client.expire(user, wait=5)


async def test_closing_ends_a_call_that_waits_for_the_brokers(user: str) -> None:
    client = AsyncLedgerClient(kafka=Kafka(AWAY, source="/tts"))
    call = asyncio.ensure_future(client.expire(user, wait=600))
    while own_threads() == []:
        await asyncio.sleep(0)
    await client.close(drain=0.01)
    assert isinstance(await asyncio.wait_for(call, 10), Unknown)


async def test_no_thread_outlives_a_close_that_is_cancelled(kafka: MockKafka, user: str) -> None:
    kafka.answers.clear()
    client = AsyncLedgerClient(kafka=kafka.options())
    call = asyncio.ensure_future(client.expire(user, wait=600))
    await asyncio.to_thread(kafka.wait_for, 1)
    closing = asyncio.ensure_future(client.close(drain=600))
    await asyncio.sleep(0)
    # Frameworks cancel again and again, until what they cancel has ended.
    while not closing.done():
        closing.cancel()
        await asyncio.sleep(0)
    assert isinstance(await asyncio.wait_for(call, 10), Unknown)
    until = time.monotonic() + 20
    while own_threads() and time.monotonic() < until:
        await asyncio.sleep(0.01)
    assert own_threads() == []
