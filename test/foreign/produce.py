"""Publishes messages with librdkafka. It reads one message a line, with fields separated by tabs.

The fields are codec, transaction (plain, or transaction it ends: commit or abort), key, value, and then name and
value of each header. Keys and values are in base64; `-` stands for null, `zeros:N` for N zero bytes.
It prints the number of messages that were delivered to each partition, as JSON.
"""

import argparse
import base64
import itertools
import json
import sys
import uuid

from confluent_kafka import Producer

FLUSH_SECONDS_MAX = 60


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--brokers", required=True)
    parser.add_argument("--topic", required=True)
    args = parser.parse_args()
    partitions: dict[int, int] = {}

    def delivered(error, message) -> None:
        if error is not None:
            sys.exit(f"not delivered: {error}")
        partitions[message.partition()] = partitions.get(message.partition(), 0) + 1

    lines = (line.rstrip("\n").split("\t") for line in sys.stdin)
    for (codec, transaction), group in itertools.groupby(lines, key=lambda fields: (fields[0], fields[1])):
        producer = Producer(settings(args.brokers, codec, transaction))
        if transaction != "plain":
            producer.init_transactions(FLUSH_SECONDS_MAX)
            producer.begin_transaction()
        for _, _, key, value, *headers in group:
            producer.produce(
                args.topic,
                key=field(key),
                value=field(value),
                headers=[(name, field(content)) for name, content in zip(headers[::2], headers[1::2])],
                on_delivery=delivered,
            )
        if producer.flush(FLUSH_SECONDS_MAX) > 0:
            sys.exit("not delivered in time")
        if transaction == "commit":
            producer.commit_transaction(FLUSH_SECONDS_MAX)
        elif transaction == "abort":
            producer.abort_transaction(FLUSH_SECONDS_MAX)
    print(json.dumps(partitions))


def settings(brokers: str, codec: str, transaction: str) -> dict:
    # By default, it chooses the partition of a key by another hash than Java and Node do.
    own = {
        "bootstrap.servers": brokers,
        "client.id": "foreign-python",
        "compression.type": codec,
        # Long enough for the messages of one codec to be in few batches.
        "linger.ms": 100,
        "enable.idempotence": True,
        # The limit before compression; the broker's limit is for the compressed batch.
        "message.max.bytes": 100_000_000,
    }
    if transaction != "plain":
        own["transactional.id"] = f"foreign-{uuid.uuid4()}"
    return own


def field(text: str) -> bytes | None:
    if text == "-":
        return None
    if text.startswith("zeros:"):
        return bytes(int(text.removeprefix("zeros:")))
    return base64.b64decode(text)


main()
