"""What is read from the ledger. Money is int, a time is an aware datetime."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from ._json_object import JsonObject

TransactionType = Literal["recharge", "consume", "expire", "refund"]
GroupBy = Literal["day", "source_type", "day,source_type"]


@dataclass(frozen=True)
class Parked:
    """An event of the account could not be applied to the read tables: they show the state before it."""

    since: datetime
    code: str

    @staticmethod
    def in_json(fields: JsonObject) -> Parked | None:
        parked = fields.optional_nested("parked")
        return None if parked is None else Parked(parked.time("since"), parked.text("code"))


@dataclass(frozen=True)
class Transaction:
    """One row of the statement. ``amount`` is positive; ``type`` says whether points came or went."""

    id: int
    row_ref: str
    user_id: str
    type: str
    amount: int
    balance_before: int
    balance_after: int
    source_type: str | None
    source_id: str | None
    batch_id: int | None
    #: The duration of the work.
    seconds: float | None
    description: str | None
    created_at: datetime
    updated_at: datetime

    @staticmethod
    def from_json(fields: JsonObject) -> Transaction:
        return Transaction(
            id=fields.whole("id"),
            row_ref=fields.text("row_ref"),
            user_id=fields.text("user_id"),
            type=fields.text("type"),
            amount=fields.whole("amount"),
            balance_before=fields.whole("balance_before"),
            balance_after=fields.whole("balance_after"),
            source_type=fields.optional_text("source_type"),
            source_id=fields.optional_text("source_id"),
            batch_id=fields.optional_whole("batch_id"),
            seconds=fields.optional_number("duration"),
            description=fields.optional_text("description"),
            created_at=fields.time("created_at"),
            updated_at=fields.time("updated_at"),
        )


@dataclass(frozen=True)
class TransactionPage:
    items: Sequence[Transaction]
    next_cursor: str | None
    parked: Parked | None

    @staticmethod
    def from_json(fields: JsonObject) -> TransactionPage:
        items = tuple(Transaction.from_json(item) for item in fields.objects("items"))
        return TransactionPage(items, fields.optional_text("next_cursor"), Parked.in_json(fields))


@dataclass(frozen=True)
class Balance:
    user_id: str
    balance: int
    #: Points in open pre-deductions.
    held: int
    #: Debts that are not paid yet; the balance is 0 then.
    owed: int
    position: str | None
    at: datetime
    parked: Parked | None

    @staticmethod
    def from_json(fields: JsonObject) -> Balance:
        return Balance(
            user_id=fields.text("user_id"),
            balance=fields.whole("balance"),
            held=fields.whole("held"),
            owed=fields.optional_whole("owed") or 0,
            position=fields.optional_text("position"),
            at=fields.time("at"),
            parked=Parked.in_json(fields),
        )


@dataclass(frozen=True)
class Batch:
    """Points that came in together."""

    batch_id: int
    points: int
    remaining: int
    priority: int
    #: None: the batch never expires.
    expires_at: datetime | None
    created_at: datetime

    @staticmethod
    def from_json(fields: JsonObject) -> Batch:
        return Batch(
            batch_id=fields.whole("batch_id"),
            points=fields.whole("points"),
            remaining=fields.whole("remaining"),
            priority=fields.whole("priority"),
            expires_at=fields.optional_time("expires_at"),
            created_at=fields.time("created_at"),
        )


@dataclass(frozen=True)
class UsageItem:
    """``day`` and ``source_type`` are there as far as the usage is grouped by them."""

    day: str | None
    source_type: str | None
    consumed: int
    refunded: int
    count: int
    seconds: float

    @staticmethod
    def from_json(fields: JsonObject) -> UsageItem:
        return UsageItem(
            day=fields.optional_text("day"),
            source_type=fields.optional_text("source_type"),
            consumed=fields.whole("consumed"),
            refunded=fields.whole("refunded"),
            count=fields.whole("count"),
            seconds=fields.number("duration"),
        )


@dataclass(frozen=True)
class Quote:
    """What it would cost. It promises nothing: another price may be in force when the command comes."""

    points: int
    #: As it stands in the settings: points, per, step, minimum and rounding, and its unit.
    price: Mapping[str, object]
    #: The version of the settings that the price stands in.
    settings: int
    #: None: no user was named.
    affordable: bool | None
    balance: int | None

    @staticmethod
    def from_json(fields: JsonObject) -> Quote:
        return Quote(
            points=fields.whole("points"),
            price=fields.nested("price").raw,
            settings=fields.whole("settings"),
            affordable=fields.optional_flag("affordable"),
            balance=fields.optional_whole("balance"),
        )


@dataclass(frozen=True)
class NoQuote:
    """The rules have no price for it: ``code`` is that of the refusal that a command would get."""

    code: str
    detail: str


@dataclass(frozen=True)
class StoredEvent:
    """The event of a row as it is stored; ``data`` and ``meta`` are those of its type."""

    revision: int
    position: str
    id: str
    type: str
    at: datetime
    data: Mapping[str, object]
    meta: Mapping[str, object]
    hash: str

    @staticmethod
    def from_json(fields: JsonObject) -> StoredEvent:
        return StoredEvent(
            revision=fields.whole("revision"),
            position=fields.text("position"),
            id=fields.text("id"),
            type=fields.text("type"),
            at=fields.time("at"),
            data=fields.nested("data").raw,
            meta=fields.nested("meta").raw,
            hash=fields.text("hash"),
        )


@dataclass(frozen=True)
class Draw:
    """The part of a consumption that was taken from one batch."""

    batch_id: int
    points: int


@dataclass(frozen=True)
class Consumption:
    """A consumption with all its rows, oldest first."""

    consumption_id: str
    revision: int
    source_type: str
    source_id: str | None
    #: ``open``, ``closed``, ``settled``, ``cancelled`` or ``timed_out``.
    status: str
    estimate: int | None
    actual: int | None
    charged: int | None
    owed: int
    uncollected: int
    refunded: int
    quantity: float | None
    price: Mapping[str, object] | None
    seconds: float | None
    settle_by: datetime | None
    opened_at: datetime
    closed_at: datetime | None
    draws: Sequence[Draw]
    transactions: Sequence[Transaction]

    @staticmethod
    def from_json(fields: JsonObject) -> Consumption:
        price = fields.optional_nested("price")
        return Consumption(
            consumption_id=fields.text("consumption_id"),
            revision=fields.whole("revision"),
            source_type=fields.text("source_type"),
            source_id=fields.optional_text("source_id"),
            status=fields.text("status"),
            estimate=fields.optional_whole("estimate"),
            actual=fields.optional_whole("actual"),
            charged=fields.optional_whole("charged"),
            owed=fields.whole("owed"),
            uncollected=fields.whole("uncollected"),
            refunded=fields.whole("refunded"),
            quantity=fields.optional_number("quantity"),
            price=None if price is None else price.raw,
            seconds=fields.optional_number("duration"),
            settle_by=fields.optional_time("settle_by"),
            opened_at=fields.time("opened_at"),
            closed_at=fields.optional_time("closed_at"),
            draws=tuple(
                Draw(draw.whole("batch_id"), draw.whole("points")) for draw in fields.objects("draws")
            ),
            transactions=_rows(fields, "transactions"),
        )


@dataclass(frozen=True)
class Recharge:
    """What became of a recharge."""

    recharge_id: str
    revision: int
    batch_id: int
    source_id: str | None
    points: int
    reversed: int
    reinstated: int
    transactions: Sequence[Transaction]

    @staticmethod
    def from_json(fields: JsonObject) -> Recharge:
        return Recharge(
            recharge_id=fields.text("recharge_id"),
            revision=fields.whole("revision"),
            batch_id=fields.whole("batch_id"),
            source_id=fields.optional_text("source_id"),
            points=fields.whole("points"),
            reversed=fields.whole("reversed"),
            reinstated=fields.whole("reinstated"),
            transactions=_rows(fields, "transactions"),
        )


@dataclass(frozen=True)
class StoryCommand:
    source: str
    id: str
    type: str
    received_at: datetime
    metadata: Mapping[str, object] | None


@dataclass(frozen=True)
class Story:
    """Why a row is in the statement."""

    transaction: Transaction
    event: StoredEvent
    command: StoryCommand
    consumption: Consumption | None
    recharge: Recharge | None
    refunds: Sequence[Transaction]
    parked: Parked | None

    @staticmethod
    def from_json(fields: JsonObject) -> Story:
        command = fields.nested("command")
        metadata = command.optional_nested("metadata")
        consumption = fields.optional_nested("consumption")
        recharge = fields.optional_nested("recharge")
        return Story(
            transaction=Transaction.from_json(fields.nested("transaction")),
            event=StoredEvent.from_json(fields.nested("event")),
            command=StoryCommand(
                source=command.text("source"),
                id=command.text("id"),
                type=command.text("type"),
                received_at=command.time("received_at"),
                metadata=None if metadata is None else metadata.raw,
            ),
            consumption=None if consumption is None else Consumption.from_json(consumption),
            recharge=None if recharge is None else Recharge.from_json(recharge),
            refunds=_rows(fields, "refunds"),
            parked=Parked.in_json(fields),
        )


def _rows(fields: JsonObject, name: str) -> tuple[Transaction, ...]:
    return tuple(Transaction.from_json(row) for row in fields.objects(name))
