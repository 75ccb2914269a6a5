"""The commands of the ledger, as data. They are the same over Kafka, over HTTP and in the outbox."""

from __future__ import annotations

import math
import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Literal, NamedTuple, cast

from ._identity import command_digest
from ._json import JsonValue, dumps, dumps_object
from ._times import format_time
from .errors import InvalidCommand

CommandType = Literal[
    "RechargePoints",
    "ConsumePoints",
    "ExtendConsumption",
    "SettleConsumption",
    "RefundPoints",
    "ReverseRecharge",
    "ReinstateRecharge",
    "ExpirePoints",
]
Overrun = Literal["refuse", "cap", "owe"]
OnTimeout = Literal["return", "charge"]
ReversalCause = Literal["payment_refunded", "chargeback", "mistake"]
Shortfall = Literal["owe", "clamp"]
Metadata = Mapping[str, str]

#: A longer message would be a dead letter.
VALUE_BYTES_MAX = 65_536
_SOURCE_CHARS_MAX = 128

#: The namespace of the ids that clients derive. It is part of what they promise, and never changes.
_DERIVED_ID_NAMESPACE = uuid.UUID("b1a8fd5c-6a2e-5c52-9d0e-3f6d1c2b7a94")

#: Points that never expire are never made by an omission: null stands in the message.
_FIELD_THAT_MAY_BE_NULL = "expires_at"

_ID = re.compile(r"[^\x00-\x1f\x7f-\x9f\ud800-\udfff]{1,128}")
_LONE_SURROGATE = re.compile(r"[\ud800-\udfff]")
_USER_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_SOURCE = re.compile(rf"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]{{1,{_SOURCE_CHARS_MAX}}}")
_RESERVED_SOURCE = re.compile(r"api:|sweeper:|import:", re.IGNORECASE)


#: The fields that name the task of a command whose sender names neither an id nor a task.
_TASK_FIELDS: Mapping[CommandType, Sequence[str]] = {
    "RechargePoints": ("recharge_id", "source_id"),
    "ConsumePoints": ("consumption_id", "source_id"),
    "ExtendConsumption": ("consumption_id",),
    "SettleConsumption": ("consumption_id",),
    "RefundPoints": ("consumption_id",),
    "ReverseRecharge": ("recharge_id",),
    "ReinstateRecharge": ("recharge_id",),
    "ExpirePoints": (),
}

#: The field that is the step of a command whose sender names none.
_STEP_FIELDS: Mapping[CommandType, Sequence[str]] = {"ConsumePoints": ("source_type",)}


class CommandId(NamedTuple):
    """Names a command: by the sender's own id, or by the task that it belongs to.

    The same task always gives the same id, so that a process that starts again after a crash repeats
    its command instead of sending another one. Without a task, the fields tell it: the consumption, the
    recharge, or the ``source_id``. ``step`` tells commands of one type and task apart; for a consumption it
    is by itself the ``source_type``.
    """

    id: str | None = None
    task: str | None = None
    step: str | None = None


_UNNAMED = CommandId()


class Command(NamedTuple):
    """A command with every field normalised, before it is known who sends it."""

    type: CommandType
    user_id: str
    data: Mapping[str, JsonValue]
    name: CommandId

    def sent_by(self, source: str) -> SentCommand:
        """The command of that sender, with the id that its task has there."""
        try:
            body = dumps_object(self.data).encode()
        except UnicodeEncodeError as error:
            raise InvalidCommand.of(self._not_text(), "must be text that UTF-8 can have") from error
        if len(body) > VALUE_BYTES_MAX:
            raise InvalidCommand.of("data", f"must have at most {VALUE_BYTES_MAX} bytes as JSON")
        return SentCommand(self.type, self.user_id, self.data, self._id_of(source), source, body)

    def _id_of(self, source: str) -> str:
        """Random only where nothing tells the task."""
        given = self.name.id
        if given is not None:
            return _checked_id(given)
        # Callers without a type checker give the number or the UUID of a row.
        task = cast("object", self.name.task)
        if task is None:
            task = self._first(_TASK_FIELDS[self.type])
        if task is None:
            return str(uuid.uuid4())
        if not isinstance(task, str):
            raise InvalidCommand.of("task", f"must be text, and is a {task.__class__.__name__}")
        step = self.name.step
        if step is None:
            step = self._first(_STEP_FIELDS.get(self.type, ())) or ""
        return derived_id(source, task, self.type, step)

    def _not_text(self) -> str:
        """The field with half of a character, such as in the name of a file that is not UTF-8."""
        texts = ((field, value if isinstance(value, str) else dumps(value)) for field, value in self.data.items())
        return next(field for field, text in texts if _LONE_SURROGATE.search(text))

    def _first(self, fields: Sequence[str]) -> str | None:
        values = (self.data.get(field) for field in fields)
        return next((value for value in values if isinstance(value, str)), None)


class SentCommand(NamedTuple):
    """A command with its id and its sender. Sent again, it has the same bytes."""

    type: CommandType
    user_id: str
    data: Mapping[str, JsonValue]
    id: str
    source: str
    #: The JSON of the data.
    body: bytes

    @property
    def ref(self) -> CommandRef:
        return CommandRef(self.user_id, self.source, self.id)

    @property
    def digest(self) -> str:
        return command_digest(self.type, self.data)


@dataclass(frozen=True)
class CommandRef:
    """What finds the outcome of a command again, also after a restart of the process."""

    user_id: str
    source: str
    id: str

    @property
    def key(self) -> tuple[str, str, str]:
        return (self.user_id, self.source, self.id)


def derived_id(source: str, task: str, command_type: CommandType, step: str = "") -> str:
    """The id of a command whose sender names only the task that it belongs to."""
    return str(uuid.uuid5(_DERIVED_ID_NAMESPACE, "\0".join((source, task, command_type, step))))


def checked_source(source: str) -> str:
    if _SOURCE.fullmatch(source) is None:
        raise InvalidCommand.of("source", f"must be 1 to {_SOURCE_CHARS_MAX} characters of a URI")
    if _RESERVED_SOURCE.match(source) is not None:
        raise InvalidCommand.of("source", "must not begin with api:, sweeper: or import:")
    return source


def checked_user_id(user_id: str | uuid.UUID) -> str:
    """In lower case: the key of the record decides about the partition, and so about the order."""
    return _checked_user_text(user_id if isinstance(user_id, str) else str(user_id))


@lru_cache(maxsize=10_000)
def _checked_user_text(user_id: str) -> str:
    """Most services have few users at a time, and many commands of each."""
    lower = user_id.lower()
    if _USER_ID.fullmatch(lower) is None:
        raise InvalidCommand.of("user_id", "must be a UUID")
    return lower


def _checked_id(id: str) -> str:
    if _ID.fullmatch(id) is None:
        must = "must be text of 1 to 128 characters, none of them a control character"
        raise InvalidCommand.of("id", must)
    return id


def recharge(
    user_id: str | uuid.UUID,
    points: int,
    *,
    expires_at: datetime | str | None,
    priority: int | None = None,
    source_id: str | None = None,
    recharge_id: str | None = None,
    metadata: Metadata | None = None,
    name: CommandId = _UNNAMED,
) -> Command:
    """A new batch of points. ``expires_at=None`` means that they never expire."""
    return _command(
        "RechargePoints",
        user_id,
        metadata,
        name,
        points=points,
        expires_at=None if expires_at is None else format_time(expires_at),
        priority=priority,
        source_id=source_id,
        recharge_id=recharge_id,
    )


def consume(
    user_id: str | uuid.UUID,
    source_type: str,
    *,
    points: int | None = None,
    quantity: float | None = None,
    seconds: float | None = None,
    source_id: str | None = None,
    consumption_id: str | None = None,
    settle_within: int | None = None,
    overrun: Overrun | None = None,
    on_timeout: OnTimeout | None = None,
    metadata: Metadata | None = None,
    name: CommandId = _UNNAMED,
) -> Command:
    """Points for one task. With ``settle_within`` seconds it is a pre-deduction of an estimate."""
    return _command(
        "ConsumePoints",
        user_id,
        metadata,
        name,
        points=points,
        quantity=quantity,
        duration=seconds,
        source_type=source_type,
        source_id=source_id,
        consumption_id=consumption_id,
        settle_within=settle_within,
        overrun=overrun,
        on_timeout=on_timeout,
    )


def extend(
    user_id: str | uuid.UUID,
    consumption_id: str,
    *,
    settle_within: int | None = None,
    points: int | None = None,
    quantity: float | None = None,
    seconds: float | None = None,
    metadata: Metadata | None = None,
    name: CommandId = _UNNAMED,
) -> Command:
    """Prolongs a pre-deduction, or holds more."""
    return _command(
        "ExtendConsumption",
        user_id,
        metadata,
        name,
        consumption_id=consumption_id,
        settle_within=settle_within,
        points=points,
        quantity=quantity,
        duration=seconds,
    )


def settle(
    user_id: str | uuid.UUID,
    consumption_id: str,
    *,
    points: int | None = None,
    quantity: float | None = None,
    seconds: float | None = None,
    overrun: Overrun | None = None,
    metadata: Metadata | None = None,
    name: CommandId = _UNNAMED,
) -> Command:
    """What a pre-deduction really cost."""
    return _command(
        "SettleConsumption",
        user_id,
        metadata,
        name,
        consumption_id=consumption_id,
        points=points,
        quantity=quantity,
        duration=seconds,
        overrun=overrun,
    )


def refund(
    user_id: str | uuid.UUID,
    consumption_id: str,
    *,
    points: int | None = None,
    reason: str | None = None,
    metadata: Metadata | None = None,
    name: CommandId = _UNNAMED,
) -> Command:
    """Points of a consumption come back, all of them where ``points`` is left out."""
    return _command(
        "RefundPoints",
        user_id,
        metadata,
        name,
        consumption_id=consumption_id,
        points=points,
        reason=reason,
    )


def reverse(
    user_id: str | uuid.UUID,
    recharge_id: str,
    *,
    cause: ReversalCause,
    points: int | None = None,
    shortfall: Shortfall | None = None,
    reason: str | None = None,
    metadata: Metadata | None = None,
    name: CommandId = _UNNAMED,
) -> Command:
    """Undoes a recharge, all that is left to reverse where ``points`` is left out."""
    return _command(
        "ReverseRecharge",
        user_id,
        metadata,
        name,
        recharge_id=recharge_id,
        points=points,
        reason=reason,
        cause=cause,
        shortfall=shortfall,
    )


def reinstate(
    user_id: str | uuid.UUID,
    recharge_id: str,
    *,
    points: int | None = None,
    reason: str | None = None,
    metadata: Metadata | None = None,
    name: CommandId = _UNNAMED,
) -> Command:
    """Brings a reversed recharge back."""
    return _command(
        "ReinstateRecharge",
        user_id,
        metadata,
        name,
        recharge_id=recharge_id,
        points=points,
        reason=reason,
    )


def expire(
    user_id: str | uuid.UUID, *, metadata: Metadata | None = None, name: CommandId = _UNNAMED
) -> Command:
    """Records what fell due."""
    return _command("ExpirePoints", user_id, metadata, name)


def _command(
    type: CommandType,
    user_id: str | uuid.UUID,
    metadata: Metadata | None,
    name: CommandId,
    **fields: object,
) -> Command:
    """Both clients write the fields in the order of the ledger's own form, which is that of the calls above."""
    user = checked_user_id(user_id)
    data: dict[str, JsonValue] = {"user_id": user}
    if metadata is not None:
        data["metadata"] = dict(metadata)
    for field, value in fields.items():
        kind = value.__class__
        # Nearly every value is text, a whole number, or not told.
        if kind is str or (kind is int and not field.endswith("_id")):
            data[field] = cast("JsonValue", value)
        elif value is not None:
            data[field] = _checked_value(field, value)
        elif field == _FIELD_THAT_MAY_BE_NULL:
            data[field] = None
    return Command(type, user, data, name)


def _checked_value(field: str, value: object) -> JsonValue:
    """Callers without a type checker come here with anything, such as a Decimal or the UUID of a row."""
    if field.endswith("_id") and not isinstance(value, str):
        raise InvalidCommand.of(field, f"must be text, and is a {value.__class__.__name__}")
    if isinstance(value, float) and not math.isfinite(value):
        raise InvalidCommand.of(field, f"must be a number, and is {value}")
    if isinstance(value, (str, int, float)):
        return value
    raise InvalidCommand.of(field, f"must be text or a number, and is a {value.__class__.__name__}")
