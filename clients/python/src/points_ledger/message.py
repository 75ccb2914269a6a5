"""The message by which a command crosses Kafka: a CloudEvent in binary mode."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from .commands import CommandType, SentCommand
from .errors import InvalidCommand
from .signing import SIGNATURE_HEADER, SigningKey, signature, signed_text

COMMANDS_TOPIC = "points.commands"
OUTCOMES_TOPIC = "points.outcomes"

TRACEPARENT_CHARS_MAX = 512

_CONTENT_TYPE = ("content-type", b"application/json")
_SPEC_VERSION = ("ce_specversion", b"1.0")

CE_TYPES: Mapping[CommandType, str] = {
    "RechargePoints": "points.RechargePoints.v1",
    "ConsumePoints": "points.ConsumePoints.v1",
    "ExtendConsumption": "points.ExtendConsumption.v1",
    "SettleConsumption": "points.SettleConsumption.v1",
    "RefundPoints": "points.RefundPoints.v1",
    "ReverseRecharge": "points.ReverseRecharge.v1",
    "ReinstateRecharge": "points.ReinstateRecharge.v1",
    "ExpirePoints": "points.ExpirePoints.v1",
}

_CE_TYPE_HEADERS: Mapping[CommandType, tuple[str, bytes]] = {
    command_type: ("ce_type", ce_type.encode()) for command_type, ce_type in CE_TYPES.items()
}


class KafkaMessage(NamedTuple):
    """A record, for any Kafka client."""

    topic: str
    key: bytes
    value: bytes
    headers: list[tuple[str, str | bytes | None]]


def message_of(
    command: SentCommand,
    *,
    topic: str = COMMANDS_TOPIC,
    traceparent: str | None = None,
    signing_key: SigningKey | None = None,
) -> KafkaMessage:
    """The same command always has the same bytes, so that a repeat is recognised as one."""
    headers = headers_of(command, topic, traceparent, signing_key)
    return KafkaMessage(topic, command.user_id.encode(), command.body, headers)


def headers_of(
    command: SentCommand, topic: str, traceparent: str | None, signing_key: SigningKey | None
) -> list[tuple[str, str | bytes | None]]:
    headers: list[tuple[str, str | bytes | None]] = [
        _CONTENT_TYPE,
        _SPEC_VERSION,
        ("ce_id", command.id.encode()),
        ("ce_source", command.source.encode()),
        _CE_TYPE_HEADERS[command.type],
    ]
    if traceparent is not None:
        headers.append(("ce_traceparent", _checked(traceparent).encode()))
    if signing_key is not None:
        ce_type = CE_TYPES[command.type]
        text = signed_text(topic, command.user_id, command.id, command.source, ce_type, command.body)
        headers.append((SIGNATURE_HEADER, signature(text, signing_key).encode()))
    return headers


def _checked(traceparent: str) -> str:
    """The other headers are of bounded length, and together far below what the ledger reads."""
    if len(traceparent) > TRACEPARENT_CHARS_MAX:
        raise InvalidCommand.of("traceparent", f"must have at most {TRACEPARENT_CHARS_MAX} characters")
    return traceparent
