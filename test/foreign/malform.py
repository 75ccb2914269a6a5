"""Publishes malformed commands with librdkafka, chosen by a seed, in every codec.

About one in ten is a valid command, which has to be executed although it is surrounded by malformed ones;
its id is in the header `x-good`. It prints how many were sent and how many of them were aborted.
"""

import argparse
import json
import random
import sys
import uuid

from confluent_kafka import Producer

CODECS = ["none", "gzip", "snappy", "lz4", "zstd"]
BATCH = 500
TRANSACTION_ONE_IN = 8
ABORT_ONE_IN = 4
# The share of mutations that make a message a hundred times as long as the others do.
HEAVY_SHARE = 0.01
SECONDS_MAX = 60

TYPES = ["RechargePoints", "ConsumePoints", "SettleConsumption", "RefundPoints", "ExpirePoints"]
USERS = [f"{n:08x}-0000-4000-8000-00000000f0ff" for n in range(200)]
WEIRD = [
    None, True, -1, 0, 0.5, 1e308, 2**53 + 1, -0.0, "", " ", "5", "\u0000", "\ud800", "\u200b", "＝1", [], {},
    [[]], "9999-12-31T23:59:59Z", "0000-01-01T00:00:00Z", "2030-02-30T00:00:00Z", "x" * 300, "__proto__",
]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--brokers", required=True)
    parser.add_argument("--topic", required=True)
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    args = parser.parse_args()
    dice = random.Random(args.seed)
    plain = {codec: Producer(settings(args.brokers, codec)) for codec in CODECS}
    transactional: dict[str, Producer] = {}
    sent = aborted = 0
    while sent < args.count:
        codec = dice.choice(CODECS)
        count = min(BATCH, args.count - sent)
        messages = [malformed(dice, args.seed, sent + n) for n in range(count)]
        if dice.randrange(TRANSACTION_ONE_IN) > 0:
            publish(plain[codec], args.topic, messages)
        else:
            if codec not in transactional:
                transactional[codec] = Producer(settings(args.brokers, codec, f"malform-{uuid.uuid4()}"))
                transactional[codec].init_transactions(SECONDS_MAX)
            producer = transactional[codec]
            producer.begin_transaction()
            publish(producer, args.topic, messages)
            if dice.randrange(ABORT_ONE_IN) == 0:
                producer.abort_transaction(SECONDS_MAX)
                aborted += count
            else:
                producer.commit_transaction(SECONDS_MAX)
        sent += count
    for producer in plain.values():
        if producer.flush(SECONDS_MAX) > 0:
            sys.exit("not delivered in time")
    print(json.dumps({"sent": sent, "aborted": aborted}))


def settings(brokers: str, codec: str, transaction: str | None = None) -> dict:
    own = {
        "bootstrap.servers": brokers,
        "compression.type": codec,
        "linger.ms": 20,
        "enable.idempotence": True,
        "queue.buffering.max.messages": 1_000_000,
        "queue.buffering.max.kbytes": 200_000,
    }
    return own if transaction is None else {**own, "transactional.id": transaction}


def publish(producer: Producer, topic: str, messages: list) -> None:
    for key, value, headers in messages:
        while True:
            try:
                producer.produce(topic, key=key, value=value, headers=headers, on_delivery=delivered)
                break
            except BufferError:
                producer.poll(0.1)
        producer.poll(0)


def delivered(error, _message) -> None:
    # Of a transaction that is taken back, what was not sent yet is purged.
    if error is not None and error.name() not in ("_PURGE_QUEUE", "_PURGE_INFLIGHT"):
        sys.exit(f"not delivered: {error}")


def malformed(dice: random.Random, seed: int, number: int):
    user = dice.choice(USERS)
    identity = f"m-{seed}-{number}"
    kind = dice.choice(TYPES[:2]) if dice.random() < 0.7 else dice.choice(TYPES)
    headers = {
        "content-type": b"application/json",
        "ce_specversion": b"1.0",
        "ce_id": identity.encode(),
        "ce_source": b"/malformed",
        "ce_type": f"points.{kind}.v1".encode(),
    }
    data = good_data(kind, user)
    if dice.random() < 0.1:
        good = {"user_id": user, "points": dice.randrange(1, 1000), "expires_at": None}
        headers["ce_type"] = b"points.RechargePoints.v1"
        return user.encode(), json.dumps(good).encode(), [*headers.items(), ("x-good", identity.encode())]
    key, value, listed = user.encode(), json.dumps(data).encode(), list(headers.items())
    for _ in range(dice.randrange(1, 4)):
        mutations = HEAVY if dice.random() < HEAVY_SHARE else MUTATIONS
        key, value, listed = dice.choice(mutations)(dice, key, value, listed, data)
    return key, value, listed


def good_data(kind: str, user: str) -> dict:
    data: dict = {"user_id": user}
    if kind != "ExpirePoints":
        data["points"] = 5
    if kind == "RechargePoints":
        data["expires_at"] = "2031-01-01T00:00:00Z"
    if kind == "ConsumePoints":
        data["source_type"] = "tts"
    if kind in ("SettleConsumption", "RefundPoints"):
        data["consumption_id"] = "none"
    return data


def weird_field(dice, key, value, headers, data):
    field = dice.choice([*data, "points", "priority", "duration", "extra", "__proto__", "constructor"])
    return key, json.dumps({**data, field: dice.choice(WEIRD)}).encode(), headers


def without_field(dice, key, value, headers, data):
    gone = dice.choice(list(data))
    return key, json.dumps({name: data[name] for name in data if name != gone}).encode(), headers


def flipped_bytes(dice, key, value, headers, data):
    bent = bytearray(value or b"{}")
    for _ in range(dice.randrange(1, 5)):
        if bent:
            bent[dice.randrange(len(bent))] = dice.randrange(256)
    return key, bytes(bent), headers


def cut(dice, key, value, headers, data):
    return key, (value or b"")[: dice.randrange(40)], headers


def noise(dice, key, value, headers, data):
    return key, dice.randbytes(dice.randrange(200)), headers


def no_value(dice, key, value, headers, data):
    return key, None, headers


def other_key(dice, key, value, headers, data):
    return dice.choice([None, b"", b"\x00\x00\x00\x00", b"\xff", key and key.upper(), b"k" * 2000]), value, headers


def deep(dice, key, value, headers, data):
    depth = dice.randrange(1000, 32_000)
    opened, closed = dice.choice([(b"[", b"]"), (b'{"a":', b"}")])
    return key, b'{"user_id":' + (opened * depth)[:32_000] + b"1" + (closed * depth)[:32_000] + b"}", headers


def large(dice, key, value, headers, data):
    return key, dice.choice([b" ", b"9", b"\x00", b'"']) * dice.choice([65_535, 65_537, 200_000]), headers


def many_keys(dice, key, value, headers, data):
    return key, json.dumps({**data, **{f"k{n}": n for n in range(3000)}}).encode(), headers


def many_headers(dice, key, value, headers, data):
    count = dice.choice([59, 60, 64, 65, 500, 3000])
    return key, value, headers + [(f"h{n}", b"") for n in range(count)]


def large_header(dice, key, value, headers, data):
    return key, value, headers + [("large", b"x" * dice.choice([16_000, 17_000, 300_000]))]


def bent_header(dice, key, value, headers, data):
    name = dice.choice(["ce_id", "ce_source", "ce_type", "ce_specversion", "content-type", "ce_traceparent", "ce_time"])
    bent = dice.choice([None, b"", b"\xff\xfe", b"api:demo", b"API:x", b"1.0", b" ", b"x" * 200, "ａ".encode()])
    kept = [pair for pair in headers if pair[0] != name]
    return key, value, [*kept, (name, bent)]


def lost_header(dice, key, value, headers, data):
    return key, value, [pair for pair in headers if dice.random() < 0.7]


def doubled_header(dice, key, value, headers, data):
    return key, value, headers + ([dice.choice(headers)] if headers else [])


def odd_names(dice, key, value, headers, data):
    names = ["__proto__", "constructor", "toString", "dead-reason", "dead-topic", "", "\n", "ü" * 50]
    return key, value, headers + [(dice.choice(names), b"x")]


def structured(dice, key, value, headers, data):
    event = {"specversion": "1.0", "id": "s", "source": "/s", "type": "points.ExpirePoints.v1", "data": data}
    event[dice.choice(list(event))] = dice.choice(WEIRD)
    return key, json.dumps(event).encode(), [("content-type", b"application/cloudevents+json")]


MUTATIONS = [
    weird_field, weird_field, weird_field, without_field, flipped_bytes, flipped_bytes, cut, noise, no_value,
    other_key, bent_header, bent_header, lost_header, doubled_header, odd_names, structured, structured,
]
HEAVY = [deep, large, many_keys, many_headers, large_header]


main()
