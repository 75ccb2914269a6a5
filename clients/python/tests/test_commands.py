"""Commands as data, before they are sent."""

from __future__ import annotations

import math
import uuid
from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pytest

from points_ledger import CommandId, InvalidCommand, commands


def test_refuses_a_message_that_would_be_a_dead_letter_for_its_size(user: str) -> None:
    command = commands.settle(user, "x" * commands.VALUE_BYTES_MAX, points=1, name=CommandId("job-1"))
    with pytest.raises(InvalidCommand, match="at most 65536 bytes"):
        command.sent_by("/tts")


def test_counts_the_bytes_of_a_message_and_not_its_characters(user: str) -> None:
    with pytest.raises(InvalidCommand):
        commands.settle(user, "积" * 30_000, points=1, name=CommandId("job-1")).sent_by("/tts")


@pytest.mark.parametrize("seconds", [math.nan, math.inf])
def test_refuses_a_number_that_is_none_and_names_its_field(user: str, seconds: float) -> None:
    with pytest.raises(InvalidCommand, match="duration must be a number"):
        commands.settle(user, "c1", seconds=seconds)


def test_writes_times_in_utc_and_refuses_one_without_an_offset(user: str) -> None:
    china = timezone(timedelta(hours=8))
    aware = datetime(2031, 1, 1, 0, 0, 0, 123_999, tzinfo=china)
    command = commands.recharge(user, 1, expires_at=aware)
    assert command.data["expires_at"] == "2030-12-31T16:00:00.123Z"
    with pytest.raises(ValueError, match="must be aware"):
        commands.recharge(user, 1, expires_at=datetime(2031, 1, 1))  # noqa: DTZ001
    with pytest.raises(ValueError, match="no RFC 3339 time"):
        commands.recharge(user, 1, expires_at="2031-01-01")


def test_repeats_the_same_id_and_the_same_bytes_where_anything_names_the_task(user: str) -> None:
    def consume() -> commands.SentCommand:
        return commands.consume(user, "tts", seconds=12.5, source_id="task-1").sent_by("/tts")

    assert (consume().id, consume().body) == (consume().id, consume().body)
    assert commands.expire(user).sent_by("/tts").id != commands.expire(user).sent_by("/tts").id


def test_names_the_field_whose_text_is_none(user: str) -> None:
    name = b"caf\xe9.mp3".decode("utf-8", "surrogateescape")
    with pytest.raises(InvalidCommand, match="source_id must be text that UTF-8 can have"):
        commands.consume(user, "tts", points=1, source_id=name, name=CommandId("job-1")).sent_by("/tts")
    with pytest.raises(InvalidCommand, match="metadata must be text"):
        commands.settle(user, "c1", points=1, metadata={"file": name}).sent_by("/tts")


@pytest.mark.parametrize("value", [Decimal(5), uuid.uuid4(), [5]])
def test_names_the_field_whose_value_json_does_not_have(user: str, value: object) -> None:
    kind = type(value).__name__
    with pytest.raises(InvalidCommand, match=f"points must be text or a number, and is a {kind}"):
        commands.settle(user, "c1", points=value)  # type: ignore[arg-type]


@pytest.mark.parametrize("id", [7, uuid.uuid4()])
def test_names_the_id_that_is_no_text(user: str, id: object) -> None:
    must = f"must be text, and is a {type(id).__name__}"
    with pytest.raises(InvalidCommand, match=f"source_id {must}"):
        commands.consume(user, "tts", points=1, source_id=id)  # type: ignore[arg-type]
    with pytest.raises(InvalidCommand, match=f"task {must}"):
        commands.consume(user, "tts", points=1, name=CommandId(task=id)).sent_by("/tts")  # type: ignore[arg-type]
