"""What goes wrong outside the rules. A refusal by the rules is a result and not one of these."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .results import Result


class LedgerError(Exception):
    """Any error of this package."""


@dataclass(frozen=True)
class FieldError:
    """``{field} {reason}`` is a sentence."""

    field: str
    reason: str


class InvalidCommand(LedgerError, ValueError):
    """The command is wrong: it was not sent, or the ledger found it invalid. Nothing was carried out."""

    def __init__(self, detail: str, errors: Sequence[FieldError] = ()) -> None:
        super().__init__(detail)
        self.errors = tuple(errors)

    @staticmethod
    def of(field: str, reason: str) -> InvalidCommand:
        return InvalidCommand(f"{field} {reason}", [FieldError(field, reason)])


class ClientClosed(LedgerError):
    """The client was closed, or belongs to the process that this one was forked from."""


class Overloaded(LedgerError):
    """More commands wait to be sent than the client queues. Nothing was sent."""


class NotDelivered(LedgerError):
    """The broker did not acknowledge the message in time. It may have arrived: send the same id again."""


class ApiError(LedgerError):
    """The API answered with a problem (RFC 9457) that the caller must deal with."""

    def __init__(self, status: int, problem: Mapping[str, object]) -> None:
        super().__init__(f"{status} {problem.get('title', '')}: {problem.get('detail', '')}")
        self.status = status
        self.problem = problem

    @property
    def name(self) -> str:
        """The last part of the problem's type, such as ``not-allowed``."""
        return str(self.problem.get("type", "")).rpartition(":")[2]


class NotAuthenticated(ApiError):
    """401: there is no valid token, also after the provider gave a new one."""


class NotAllowed(ApiError):
    """403: the problem names the missing right."""


class TokenUnavailable(LedgerError):
    """The provider of tokens failed; its error is the cause."""


class NotFound(ApiError):
    """404: there is no such thing."""


class Unavailable(LedgerError):
    """The API could not be reached, or was overloaded, until the time was over."""


class ResultError(LedgerError):
    """Raised by ``require()`` for a result that is not accepted."""

    def __init__(self, message: str, result: Result) -> None:
        super().__init__(message)
        self.result = result


class CommandRefused(ResultError):
    """The rules said no."""


class OutcomeUnknown(ResultError):
    """The command may have been carried out. Ask again by ``client.outcome(error.result.command)``."""
