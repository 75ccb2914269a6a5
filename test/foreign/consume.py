"""Reads messages of a topic with librdkafka from its beginning, and prints each as JSON."""

import argparse
import json
import sys
import time
import uuid

from confluent_kafka import Consumer


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--brokers", required=True)
    parser.add_argument("--topic", required=True)
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("--seconds-max", type=float, default=30)
    args = parser.parse_args()
    consumer = Consumer(
        {
            "bootstrap.servers": args.brokers,
            "group.id": f"foreign-{uuid.uuid4()}",
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
            "isolation.level": "read_committed",
        }
    )
    consumer.subscribe([args.topic])
    until = time.monotonic() + args.seconds_max
    found = 0
    while found < args.count:
        if time.monotonic() > until:
            sys.exit(f"only {found} of {args.count} messages arrived")
        message = consumer.poll(0.5)
        if message is None:
            continue
        if message.error():
            sys.exit(str(message.error()))
        found += 1
        headers = {name: text(value) for name, value in message.headers() or []}
        print(json.dumps({"key": text(message.key()), "value": text(message.value()), "headers": headers}))
    consumer.close()


def text(value: bytes | None) -> str | None:
    return None if value is None else value.decode()


main()
