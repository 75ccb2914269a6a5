"""The answers to commands, as typed results."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Union

from ._json_object import JsonObject
from .commands import CommandRef
from .errors import CommandRefused, FieldError, OutcomeUnknown

#: The account is still with the service that the ledger takes over from: nothing was recorded.
NOT_TAKEN_OVER = "NotTakenOver"


@dataclass(frozen=True)
class Outcome:
    """The ledger's answer to a command, over Kafka and HTTP alike."""

    command_id: str
    command_source: str
    command_type: str
    user_id: str
    #: ``accepted``, ``refused`` or ``invalid``.
    status: str
    code: str | None
    detail: str | None
    balance: int | None
    owed: int | None
    points: int | None
    collected: int | None
    uncollected: int | None
    consumption_id: str | None
    recharge_id: str | None
    batch_id: int | None
    position: str | None
    replayed: bool

    @staticmethod
    def from_json(fields: JsonObject) -> Outcome:
        return Outcome(
            command_id=fields.text("command_id"),
            command_source=fields.text("command_source"),
            command_type=fields.text("command_type"),
            user_id=fields.text("user_id"),
            status=fields.text("status"),
            code=fields.optional_text("code"),
            detail=fields.optional_text("detail"),
            balance=fields.optional_whole("balance"),
            owed=fields.optional_whole("owed"),
            points=fields.optional_whole("points"),
            collected=fields.optional_whole("collected"),
            uncollected=fields.optional_whole("uncollected"),
            consumption_id=fields.optional_text("consumption_id"),
            recharge_id=fields.optional_text("recharge_id"),
            batch_id=fields.optional_whole("batch_id"),
            position=fields.optional_text("position"),
            replayed=fields.flag("replayed"),
        )

    @property
    def ref(self) -> CommandRef:
        return CommandRef(self.user_id, self.command_source, self.command_id)


@dataclass(frozen=True)
class Accepted:
    """The command was carried out."""

    outcome: Outcome

    @property
    def balance(self) -> int:
        return self.outcome.balance or 0

    @property
    def owed(self) -> int:
        return self.outcome.owed or 0

    @property
    def points(self) -> int:
        """What the command itself moved."""
        return self.outcome.points or 0

    @property
    def consumption_id(self) -> str | None:
        return self.outcome.consumption_id

    @property
    def recharge_id(self) -> str | None:
        return self.outcome.recharge_id

    @property
    def position(self) -> str | None:
        """Reads with ``at_least=position`` show this command."""
        return self.outcome.position

    @property
    def replayed(self) -> bool:
        """Whether it was carried out before, by an earlier message of the same id."""
        return self.outcome.replayed

    def require(self) -> Accepted:
        return self


@dataclass(frozen=True)
class Refused:
    """The rules said no; nothing was moved. A repeat of the same id is refused again."""

    outcome: Outcome

    @property
    def code(self) -> str:
        return self.outcome.code or ""

    @property
    def detail(self) -> str:
        return self.outcome.detail or self.code

    @property
    def balance(self) -> int:
        return self.outcome.balance or 0

    @property
    def owed(self) -> int:
        return self.outcome.owed or 0

    def require(self) -> Accepted:
        raise CommandRefused(f"{self.code}: {self.detail}", self)


@dataclass(frozen=True)
class InsufficientPoints(Refused):
    """The balance does not cover it."""


@dataclass(frozen=True)
class Unknown:
    """No answer came in time. The command may have been carried out, or may still be.

    ``await client.outcome(result.command)`` asks again, also after a restart of the process.
    """

    command: CommandRef
    reason: str

    def require(self) -> Accepted:
        raise OutcomeUnknown(f"the outcome of {self.command.id} is unknown: {self.reason}", self)


Result = Union[Accepted, Refused, Unknown]


@dataclass(frozen=True)
class SendAgain:
    """Not an answer: the same message must be sent again, after that many seconds if they are given."""

    reason: str
    after_seconds: float | None = None


@dataclass(frozen=True)
class Invalid:
    """The ledger could not read the command: it is wrong in the sender's code, and was not carried out."""

    detail: str
    errors: tuple[FieldError, ...] = ()


def decide_outcome(outcome: Outcome) -> Result | SendAgain | Invalid:
    """What an outcome means for the sender."""
    if outcome.code == NOT_TAKEN_OVER:
        return SendAgain(NOT_TAKEN_OVER, 1.0)
    if outcome.status == "accepted":
        return Accepted(outcome)
    if outcome.status == "invalid":
        return Invalid(outcome.detail or "the command is invalid")
    if outcome.status != "refused":
        return Unknown(outcome.ref, f"this client does not know the status {outcome.status}")
    if outcome.code == "InsufficientPoints":
        return InsufficientPoints(outcome)
    return Refused(outcome)
