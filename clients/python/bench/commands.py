"""Commands per second over Kafka, beside the bare library in the same run, and how long an outcome takes.

    python bench/commands.py --brokers 127.0.0.1:9092 --count 100000
    python bench/commands.py --brokers 127.0.0.1:9092 --in-flight 100 --calls 5000

The first sends without waiting, to a topic of its own, so that no ledger is needed. The second needs a ledger, which
answers each command. It prints JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
import uuid
from collections.abc import Callable
from statistics import median

from confluent_kafka import KafkaError, Message, Producer
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from points_ledger import AsyncLedgerClient, CommandId, Delivery, Kafka, LedgerClient, commands

CONFIG = {"linger.ms": 5, "queue.buffering.max.messages": 200_000}
TOPIC = "points.bench"
USERS = [str(uuid.uuid4()) for _ in range(1_000)]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--brokers", required=True)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--in-flight", type=int, default=0)
    parser.add_argument("--calls", type=int, default=5_000)
    args = parser.parse_args()
    if args.in_flight > 0:
        print(json.dumps(asyncio.run(latencies(args.brokers, args.in_flight, args.calls))))
        return
    create_topic(args.brokers)
    bare: list[tuple[float, float]] = []
    ours: list[tuple[float, float]] = []
    # In turns, so that both meet the same machine.
    for _ in range(args.rounds):
        bare.append(send_bare(args.brokers, args.count))
        ours.append(send_by_client(args.brokers, args.count))
    bare_seconds, bare_cpu = (median(times) for times in zip(*bare, strict=True))
    seconds, cpu = (median(times) for times in zip(*ours, strict=True))
    print(
        json.dumps(
            {
                "count": args.count,
                "bare_per_second": round(args.count / bare_seconds),
                "client_per_second": round(args.count / seconds),
                "ratio": round(bare_seconds / seconds, 2),
                "bare_cpu_us": round(bare_cpu / args.count * 1e6, 1),
                "client_cpu_us": round(cpu / args.count * 1e6, 1),
            }
        )
    )


def create_topic(brokers: str) -> None:
    admin = AdminClient({"bootstrap.servers": brokers})
    if TOPIC not in admin.list_topics(timeout=10).topics:
        topics = [NewTopic(TOPIC, num_partitions=6)]
        admin.create_topics(topics)[TOPIC].result(10)  # pyright: ignore[reportUnknownMemberType]


def stopwatch() -> Callable[[], tuple[float, float]]:
    """Seconds since now, and seconds of the CPU."""
    wall, cpu = time.perf_counter(), time.process_time()
    return lambda: (time.perf_counter() - wall, time.process_time() - cpu)


def send_bare(brokers: str, count: int) -> tuple[float, float]:
    """What a service would write by hand: the same message, with the options that the ledger needs."""
    producer = Producer(
        {
            "bootstrap.servers": brokers,
            "enable.idempotence": True,
            "partitioner": "murmur2_random",
            **CONFIG,
        }
    )
    producer.list_topics(TOPIC, timeout=10)
    failed = 0

    def delivered(error: KafkaError | None, _message: Message) -> None:
        # Without it, what did not arrive would be lost in silence.
        nonlocal failed
        failed += error is not None

    seconds = stopwatch()
    for number in range(count):
        user = USERS[number % len(USERS)]
        value = json.dumps({"user_id": user, "points": 1, "source_type": "script"}, separators=(",", ":"))
        headers: list[tuple[str, str | bytes | None]] = [
            ("content-type", b"application/json"),
            ("ce_specversion", b"1.0"),
            ("ce_id", str(number).encode()),
            ("ce_source", b"/bench"),
            ("ce_type", b"points.ConsumePoints.v1"),
        ]
        while True:
            try:
                producer.produce(
                    TOPIC, key=user.encode(), value=value.encode(), headers=headers, on_delivery=delivered
                )
                break
            except BufferError:
                producer.poll(0.01)
        producer.poll(0)
    producer.flush()
    assert failed == 0
    return seconds()


def send_by_client(brokers: str, count: int) -> tuple[float, float]:
    kafka = Kafka(
        {"bootstrap.servers": brokers}, source="/bench", commands_topic=TOPIC, producer_config=CONFIG
    )
    with LedgerClient(kafka=kafka, wait=60) as client:
        # The producer is opened by the first command.
        client.publish(commands.expire(USERS[0])).result(60)
        seconds = stopwatch()
        deliveries: list[Delivery] = []
        for number in range(count):
            user = USERS[number % len(USERS)]
            command = commands.consume(user, "script", points=1, name=CommandId(str(number)))
            deliveries.append(client.publish(command))
        for delivery in deliveries:
            if not delivery.done():
                delivery.result(60)
        taken = seconds()
        for delivery in deliveries:
            delivery.result(0)
        return taken


async def latencies(brokers: str, in_flight: int, calls: int) -> dict[str, float]:
    kafka = Kafka({"bootstrap.servers": brokers}, source="/bench", producer_config={"linger.ms": 1})
    seconds: list[float] = []
    turns = asyncio.Semaphore(in_flight)
    async with AsyncLedgerClient(kafka=kafka, wait=60) as client:
        (await client.expire(USERS[0])).require()

        async def call(number: int) -> None:
            async with turns:
                started = time.perf_counter()
                (await client.recharge(USERS[number % len(USERS)], 1, expires_at=None)).require()
                seconds.append(time.perf_counter() - started)

        cpu, started = time.process_time(), time.perf_counter()
        await asyncio.gather(*(call(number) for number in range(calls)))
        wall, cpu = time.perf_counter() - started, time.process_time() - cpu
    seconds.sort()
    return {
        "in_flight": in_flight,
        "calls_per_second": round(calls / wall),
        "p50_ms": round(seconds[calls // 2] * 1_000, 1),
        "p99_ms": round(seconds[calls * 99 // 100] * 1_000, 1),
        "cpu_us": round(cpu / calls * 1e6, 1),
    }


if __name__ == "__main__":
    main()
