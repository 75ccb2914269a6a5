"""What an answer of the API means for a command that was sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Union

from ._json_object import JsonObject, UnexpectedAnswer, parse_object
from ._retry import retry_after
from .commands import CommandRef
from .errors import FieldError
from .results import (
    NOT_TAKEN_OVER,
    Invalid,
    Outcome,
    Result,
    SendAgain,
    Unknown,
    decide_outcome,
)

#: Answers of the ledger and of proxies before it that say to try again.
RETRYABLE_STATUSES = frozenset({408, 425, 429, 502, 503, 504})


@dataclass(frozen=True)
class NeedsToken:
    """Not carried out: the token is missing, wrong or expired."""

    problem: Mapping[str, object]


@dataclass(frozen=True)
class Forbidden:
    """Not carried out: the sender may not send this command. The problem names the missing right."""

    problem: Mapping[str, object]


Decision = Union[Result, SendAgain, NeedsToken, Forbidden, Invalid]


@dataclass(frozen=True)
class Answer:
    """An HTTP answer whose header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, object]:
        """The JSON object of the body; empty: it has none, as an answer of a proxy."""
        try:
            return parse_object(self.body)
        except UnexpectedAnswer:
            return {}


def decide(command: CommandRef, answer: Answer, now: Callable[[], float]) -> Decision:
    """The decision for any answer to a command."""
    status, body = answer.status, answer.json
    wait = retry_after(answer.headers.get("retry-after"), now)
    if 200 <= status < 300:
        return _of_outcome(command, body)
    if status in RETRYABLE_STATUSES:
        reason = str(body.get("detail", f"the answer was {status}"))
        return SendAgain(reason, wait)
    if status == 401:
        return NeedsToken(body)
    if status == 403:
        return Forbidden(body)
    if body.get("code") == NOT_TAKEN_OVER:
        return SendAgain(NOT_TAKEN_OVER, wait)
    outcome = body.get("outcome")
    if isinstance(outcome, dict):
        return _of_outcome(command, JsonObject(body).nested("outcome").raw)
    if 400 <= status < 500:
        return Invalid(str(body.get("detail", f"the answer was {status}")), _errors_in(body))
    return Unknown(command, str(body.get("detail", f"the answer was {status}")))


def _of_outcome(command: CommandRef, body: Mapping[str, object]) -> Decision:
    try:
        return decide_outcome(Outcome.from_json(JsonObject(body)))
    except UnexpectedAnswer as error:
        return Unknown(command, f"the answer is no outcome: {error}")


def _errors_in(problem: Mapping[str, object]) -> tuple[FieldError, ...]:
    try:
        return tuple(
            FieldError(error.text("field"), error.text("reason"))
            for error in JsonObject(problem).objects("errors")
        )
    except UnexpectedAnswer:
        return ()
