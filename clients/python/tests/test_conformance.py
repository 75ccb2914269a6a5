"""The vectors that every client of the ledger is held to."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import cast

import confluent_kafka
import httpx
import pytest

from points_ledger import CommandId, Http, InvalidCommand, Kafka, SigningKey, commands
from points_ledger._answers import Answer, Decision, Forbidden, NeedsToken, decide
from points_ledger._identity import command_digest, ledger_command_id
from points_ledger._json import JsonValue
from points_ledger._json_object import JsonObject, UnexpectedAnswer, parse_object
from points_ledger._retry import Deadline
from points_ledger.commands import Command, CommandRef, CommandType, derived_id
from points_ledger.http import HttpApi
from points_ledger.kafka import CommandProducer
from points_ledger.message import CE_TYPES, COMMANDS_TOPIC, OUTCOMES_TOPIC, message_of
from points_ledger.results import (
    Accepted,
    Invalid,
    Outcome,
    Refused,
    SendAgain,
    Unknown,
    decide_outcome,
)
from points_ledger.signing import SIGNATURE_HEADER

from .scripted_api import ScriptedApi, answer, outcome

Vector = dict[str, object]

_PATH = Path(__file__).parents[2] / "conformance" / "vectors.json"
_TABLE = cast(
    "dict[str, object]",
    json.loads(Path(os.environ.get("CONFORMANCE_VECTORS", _PATH)).read_text("utf-8")),
)
_CONSTANTS = cast("dict[str, object]", _TABLE["constants"])


def vectors(part: str) -> list[Vector]:
    return cast("list[Vector]", _TABLE[part])


def of(part: str) -> pytest.MarkDecorator:
    named = vectors(part)
    ids = [str(vector.get("name", index)) for index, vector in enumerate(named)]
    return pytest.mark.parametrize("vector", named, ids=ids)


def nested(vector: Mapping[str, object], name: str) -> dict[str, object]:
    return cast("dict[str, object]", vector[name])


#: The parameters of this client that have another name than the field.
_PARAMETERS = {"duration": "seconds"}
_WORDS: Mapping[str, str] = {
    "RechargePoints": "recharge",
    "ConsumePoints": "consume",
    "ExtendConsumption": "extend",
    "SettleConsumption": "settle",
    "RefundPoints": "refund",
    "ReverseRecharge": "reverse",
    "ReinstateRecharge": "reinstate",
    "ExpirePoints": "expire",
}


def command_of(given: Mapping[str, object], name: CommandId) -> Command:
    """The command as a service would tell it to this client."""
    data = dict(cast("dict[str, object]", given["data"]))
    for field in cast("list[str]", given.get("floats", [])):
        data[field] = float(cast("int", data[field]))
    if isinstance(data.get("user_id"), str):
        user_id = data.pop("user_id")
    else:
        user_id = ""
    parameters = {_PARAMETERS.get(field, field): value for field, value in data.items()}
    make = getattr(commands, _WORDS[str(given["type"])])
    return cast("Command", make(user_id, **parameters, name=name))


def given_name(given: Mapping[str, object]) -> CommandId:
    return CommandId(str(given["id"]))


def signing_key() -> SigningKey:
    key = nested(_TABLE, "signing_key")
    return SigningKey(str(key["id"]), str(key["secret"]))


@of("messages")
def test_makes_the_message_for_kafka(vector: Vector) -> None:
    given, kafka = nested(vector, "given"), nested(vector, "kafka")
    command = command_of(given, given_name(given)).sent_by(str(kafka["source"]))
    message = message_of(
        command,
        traceparent=cast("str | None", given["traceparent"]),
        signing_key=signing_key() if kafka["signed"] else None,
    )
    headers = {name: value.decode() for name, value in message.headers if isinstance(value, bytes)}
    assert message.topic == kafka["topic"]
    assert message.key.decode() == kafka["key"]
    assert message.value.decode() == kafka["value"]
    assert headers == dict(cast("list[list[str]]", kafka["headers"]))


@of("messages")
async def test_makes_the_request_for_http(vector: Vector) -> None:
    given, http = nested(vector, "given"), nested(vector, "http")
    source = f"api:{http['subject']}"
    script = ScriptedApi([answer(200, outcome())])
    api = HttpApi(Http("http://ledger.invalid", "token", transport=script, source=source))
    command = command_of(given, given_name(given)).sent_by(source)
    await api.execute(command, Deadline(5), cast("str | None", given["traceparent"]))
    await api.close()
    [request] = script.requests
    assert (request.method, request.url.raw_path.decode()) == (http["method"], http["path"])
    assert request.content.decode() == http["body"]
    sent = {name.decode().lower(): value.decode() for name, value in request.headers.raw}
    for name, value in cast("list[list[str]]", http["headers"]):
        assert sent[name] == value


@of("messages")
def test_makes_the_ids_and_the_digest_of_the_ledger(vector: Vector) -> None:
    given, kafka, http = nested(vector, "given"), nested(vector, "kafka"), nested(vector, "http")
    ids = nested(vector, "command_id")
    for source, expected in (
        (str(kafka["source"]), ids["kafka"]),
        (f"api:{http['subject']}", ids["http"]),
    ):
        command = command_of(given, given_name(given)).sent_by(source)
        assert ledger_command_id(command.user_id, source, command.id) == expected
        assert command_digest(command.type, command.data) == vector["digest"]


@of("refused_messages")
def test_refuses_to_send_what_the_ledger_refuses(vector: Vector) -> None:
    given, source = nested(vector, "given"), str(vector["source"])
    with pytest.raises(InvalidCommand) as refused:
        config = Kafka({}, source=source)
        command_of(given, given_name(given)).sent_by(config.source)
    assert [error.field for error in refused.value.errors] == [vector["field"]]


@of("derived_ids")
def test_derives_ids_of_tasks(vector: Vector) -> None:
    source, task, step = str(vector["source"]), str(vector["task"]), str(vector["step"])
    command_type = cast("CommandType", vector["type"])
    assert derived_id(source, task, command_type, step) == vector["id"]


@of("unnamed_commands")
def test_derives_the_id_of_a_command_that_is_not_named(vector: Vector) -> None:
    given = nested(vector, "given")
    fields = cast("dict[str, JsonValue]", given["data"])
    user_id = "d4930aff-f7b8-541b-ad96-1cb0b5223736"
    name = CommandId(None, cast("str | None", given["task"]), cast("str | None", given["step"]))
    command = Command(cast("CommandType", given["type"]), user_id, fields, name)
    assert command.sent_by(str(vector["source"])).id == vector["id"]


@of("partitions")
def test_puts_a_user_into_the_partition_of_the_java_client(vector: Vector) -> None:
    key = str(vector["key"]).encode()
    for count, partition in nested(vector, "partitions").items():
        # The library's own hash of that name: the mask of Java makes it positive.
        assert confluent_kafka.murmur2(key, int(count)) == partition


def test_has_a_producer_whose_partitioner_is_that_of_the_java_client() -> None:
    with pytest.raises(ValueError, match="partitioner must be murmur2_random"):
        Kafka({"partitioner": "consistent_random"}, source="/tts")
    producer = CommandProducer(Kafka({"bootstrap.servers": "127.0.0.1:1"}, source="/tts"))
    producer.close(0)


@of("decisions")
def test_decides_what_an_answer_means(vector: Vector) -> None:
    expected = nested(vector, "decision")
    ref = CommandRef("d4930aff-f7b8-541b-ad96-1cb0b5223736", "/tts", "job-1")
    if vector["transport"] == "kafka":
        decision: Decision = decide_outcome(Outcome.from_json(JsonObject(parse_object(str(vector["value"])))))
    else:
        http_answer = nested(vector, "answer")
        headers = httpx.Headers(cast("dict[str, str]", http_answer["headers"]))
        now = datetime.fromisoformat(str(_TABLE["now"]).replace("Z", "+00:00")).timestamp()
        status, body = cast("int", http_answer["status"]), str(http_answer["body"]).encode()
        decision = decide(ref, Answer(status, headers, body), lambda: now)
    assert kind_of(decision) == expected


def kind_of(decision: Decision) -> dict[str, object]:
    if isinstance(decision, Accepted):
        return {"kind": "accepted"}
    if isinstance(decision, Refused):
        return {"kind": "refused", "code": decision.code}
    if isinstance(decision, Unknown):
        return {"kind": "unknown"}
    if isinstance(decision, Invalid):
        return {"kind": "invalid", "code": "Invalid"}
    if isinstance(decision, NeedsToken):
        return {"kind": "unauthorized"}
    if isinstance(decision, Forbidden):
        return {"kind": "forbidden"}
    assert isinstance(decision, SendAgain)
    seconds = decision.after_seconds
    return {"kind": "retry", "retry_after_ms": None if seconds is None else round(seconds * 1000)}


def test_has_the_names_and_limits_of_the_table() -> None:
    assert _CONSTANTS["topics"] == {"commands": COMMANDS_TOPIC, "outcomes": OUTCOMES_TOPIC}
    assert _CONSTANTS["command_types"] == dict(CE_TYPES)
    assert _CONSTANTS["signature_header"] == SIGNATURE_HEADER
    assert _CONSTANTS["message_bytes_max"] == commands.VALUE_BYTES_MAX


def test_names_the_field_of_an_outcome_that_is_not_what_it_must_be() -> None:
    with pytest.raises(UnexpectedAnswer, match="balance is not a whole number"):
        Outcome.from_json(JsonObject({**outcome(), "balance": "many"}))
